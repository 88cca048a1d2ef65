"""kill -9 at the wrong moment."""
import time

import pytest

from deadline import until
from stage import command, new_id

SMALL_BATCHES = {"batch.max.messages": 100}


def mixed(count):
    """1 % unknown group, 0.5 % missing field, 2 % duplicates."""
    values = [command(new_id(), i % 2 + 1) for i in range(count)]
    for i in range(50, count, 100):
        values[i] = command(new_id(), 99)
        values[i - 7] = values[i - 30]
        values[i - 9] = values[i - 40]
    for i in range(3, count, 200):
        values[i] = command(new_id(), None)
    return values


def collect(reader, seen, enough, seconds=20):
    until(lambda: seen.extend(reader.poll()) or len(seen) >= enough, seconds, lambda: f"{enough} events, have {len(seen)}")


def test_killed_in_the_middle_of_5000_commands_each_gets_exactly_one_event(stage, note):
    stage.send_all(mixed(5000), key=lambda i: b"%d" % (i % 50))
    seen = []

    with stage.reader() as reader:
        worker = stage.start(**SMALL_BATCHES)
        collect(reader, seen, 800)
        worker.kill()
        seen += reader.rest()
        assert len(seen) < 5000, "it was done before it was killed"

        killed_at, restarted_at = len(seen), time.monotonic()
        with stage.working(**SMALL_BATCHES):
            collect(reader, seen, killed_at + 1)
            recovered = time.monotonic() - restarted_at
            stage.await_drained()
    note(f"killed after {killed_at} events; the first new one {recovered:.2f} s after the restart")

    assert len(stage.events()) == 5000
    assert recovered < 10
    stage.judge()


@pytest.mark.slow
def test_killed_ten_times_at_random_moments_each_command_gets_exactly_one_event(stage, dice, note):
    stage.send_all(mixed(20000), key=lambda i: b"%d" % (i % 50))
    done = []

    with stage.reader() as reader:
        for _ in range(10):
            worker = stage.start(**{"batch.max.messages": dice.choice([20, 100, 500])})
            collect(reader, done, len(done) + 1)
            moment = time.monotonic() + dice.uniform(0, 0.2)
            until(lambda: time.monotonic() > moment, 1, "the moment")
            worker.kill()
            done += reader.rest()
    note(f"events after the tenth kill: {len(done)} of 20000")
    stage.drain(60)

    stage.judge()


@pytest.mark.slow
def test_killed_ten_times_while_starting_each_command_gets_exactly_one_event(stage, dice):
    stage.send_all(mixed(5000), key=lambda i: b"%d" % (i % 50))

    for _ in range(10):
        worker = stage.start(**SMALL_BATCHES)
        moment = time.monotonic() + dice.uniform(0, 0.5)
        until(lambda: time.monotonic() > moment, 1, "the moment")
        worker.kill()
    stage.drain(60)

    stage.judge()
