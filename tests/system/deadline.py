"""Waiting for something to become true. Nothing in these tests sleeps and hopes."""
import time


def until(question, seconds, what):
    """Asks every 10 ms; the first true answer is returned, none within `seconds` is a failure that says what was awaited."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.01)
