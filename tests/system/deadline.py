"""Waiting for something to become true. Nothing in these tests sleeps and hopes."""
import time

PATIENCE = 4  # the seconds that tests give are for a quiet machine; none of them decides anything by how long it took


def until(question, seconds, what):
    """Asks every 10 ms; the first true answer is returned, none in time is a failure that says what was awaited."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds * PATIENCE} s: {what() if callable(what) else what}")
        time.sleep(0.01)
