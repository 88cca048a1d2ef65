"""kill -9 at the wrong moment."""
import json
import signal
import time
from dataclasses import dataclass

import judge
import pytest
from deadline import PATIENCE, until
from stage import command, new_id
from worker import Worker

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
def test_killed_ten_times_while_starting_each_command_gets_exactly_one_event(stage, dice):
    stage.send_all(mixed(5000), key=lambda i: b"%d" % (i % 50))

    for _ in range(10):
        worker = stage.start(**SMALL_BATCHES)
        moment = time.monotonic() + dice.uniform(0, 0.5)
        until(lambda: time.monotonic() > moment, 1, "the moment")
        worker.kill()
    stage.drain(60)

    stage.judge()


# ---- Two workers, killed over and over ----


def every_kind(count, dice):
    """mixed(), and 2.5 % more: copies of any other command, ids used again for other values, garbage."""
    values = mixed(count)
    for i in dice.sample(range(count), count // 40):
        other = values[dice.randrange(count)]
        reused = other.replace(b'"study_activity_id": 1', b'"study_activity_id": 2')
        values[i] = dice.choice([other, reused, dice.randbytes(20)])
    return values


@dataclass
class Life:
    """Of one process, from its restart until it is killed."""

    instance: str
    worker: Worker
    began: float  # monotonic
    began_ms: int  # of the clock that gives events their timestamps
    killed_ms: int | None = None


class Pair:
    """Two workers of one group, and every event as a read_committed consumer sees it come."""

    def __init__(self, stage, reader, **settings):
        self.stage, self.reader, self.settings = stage, reader, settings
        self.seen = []  # (when, partition of the command, the event's timestamp)
        self.lives = []
        self.running = {name: self._start(name) for name in ("left", "right")}

    def _start(self, instance):
        began, began_ms = time.monotonic(), time.time_ns() // 1_000_000
        worker = self.stage.start(**self.settings, **{"instance.id": instance})
        self.lives.append(Life(instance, worker, began, began_ms))
        return self.lives[-1]

    def kill(self, *instances):
        """All of them at once, and each is started again at once."""
        for instance in instances:
            self.running[instance].worker.signal(signal.SIGKILL)
        for instance in instances:
            life = self.running[instance]
            assert life.worker.await_exit() == -signal.SIGKILL, life.worker.log[-3000:]
            life.killed_ms = time.time_ns() // 1_000_000
            self.running[instance] = self._start(instance)

    def watch(self, enough, seconds, what):
        """Sees events come until it is enough, or late."""
        end = time.monotonic() + seconds * PATIENCE
        while not enough():
            event = self.reader.next()
            if event is not None:
                self.seen.append((time.monotonic(), int(event.text("command-partition")), event.timestamp_ms))
            assert time.monotonic() < end, f"not within {seconds} s: {what}; {len(self.seen)} events are there"

    def watch_for(self, seconds):
        end = time.monotonic() + seconds
        self.watch(lambda: time.monotonic() >= end, seconds + 10, "the moment")

    def watch_until(self, count):
        """So many events are there, or none has come for long: what is lost is for the judge to name."""
        self.watch(lambda: len(self.seen) >= count or self._is_quiet(), 120, f"{count} events")

    def _is_quiet(self):
        return bool(self.seen) and time.monotonic() - self.seen[-1][0] > 20

    def recoveries(self):
        """Seconds from each restart to the first event, in the instance's partitions, that the new process made."""
        status = json.loads(self.stage.must("status", "--json").stdout)
        mine = {partition["partition"]: partition["owner"] for partition in status["partitions"]}
        found = []
        for life in self.lives[2:]:  # not of the first start of either
            last_ms = life.killed_ms or self.seen[-1][2]
            seen = [when for when, where, ms in self.seen if mine[where] == life.instance and life.began_ms < ms <= last_ms]
            found += [min(seen) - life.began] if seen else []
        return sorted(found)


def strokes(kills, dice):
    """Whom to kill, in groups at once; None: the one before again, when it has hardly begun."""
    while kills > 0:
        one, other = dice.sample(["left", "right"], 2)
        stroke = dice.choices([[(one,)], [(one, other)], [(one,), None]], [70, 15, 15])[0] if kills > 1 else [(one,)]
        yield stroke
        kills -= sum(len(group or (one,)) for group in stroke)


@pytest.mark.lengthy
@pytest.mark.parametrize("count, kills", [(20_000, 10), pytest.param(300_000, 60, marks=pytest.mark.slow)])
def test_two_workers_killed_at_random_moments_lose_double_tear_and_reorder_nothing(stage, dice, note, count, kills):
    values = every_kind(count, dice)
    for start in range(0, count, 20_000):  # what the client's queue holds
        stage.send_all(values[start : start + 20_000], key=lambda i: b"%d" % (i % 97))
    plan = list(strokes(kills, dice))

    with stage.reader() as reader:
        pair = Pair(stage, reader, **{"batch.max.messages": 500 if count > 100_000 else 100})
        in_vain = 0
        for number, stroke in enumerate(plan):
            due = count * (number + 0.5) // (len(plan) + 1)
            pair.watch_until(due)
            pair.watch_for(dice.uniform(0, 0.05))
            for group in stroke:
                if group is None:
                    pair.watch_for(dice.uniform(0, 0.5))
                in_vain += len(group or stroke[0]) if len(pair.seen) >= count else 0
                pair.kill(*(group or stroke[0]))
        pair.watch_until(count)
        stage.await_drained(60)
        times = pair.recoveries()

    report = judge.examine(stage.evidence())
    lost, decided_twice, doubled_or_torn, unmatched, reordered = (report.totals[number] for number in range(1, 6))
    commands, events = report.counts["commands"], report.counts["events"]
    note(f"{commands} commands, {events} events, {kills} kills, {in_vain} of them after the end")
    note(f"lost {lost}, decided twice {decided_twice}, doubled or torn {doubled_or_torn}, without row or event {unmatched}")
    note(f"out of order {reordered}")
    note(f"restart to first event: {len(times)} times, p50 {at(times, 50)}, p95 {at(times, 95)}, at most {at(times, 100)}")
    report.must_hold()
    assert commands == events == count and len(pair.lives) - 2 == kills


def at(seconds, percent):
    """A percentile of sorted times."""
    return "-" if not seconds else f"{seconds[min(len(seconds) - 1, len(seconds) * percent // 100)]:.2f} s"
