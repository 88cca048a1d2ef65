"""How fast workers empty a topic that was filled before, from the first to the last committed outcome, and what that takes.

The group's committed offsets tell how far they are: 40 times a second, which costs the broker next to nothing.
"""
import contextlib
import re
import time
from pathlib import Path

from confluent_kafka import Consumer, KafkaException

import judge
from deadline import until
from process import cpu_seconds, peak_mib, thread_seconds
from services import free_port
from watched import ask

LOOKS_PER_S = 40
GIVE_UP_AFTER_S = 1800
TABLES = ("study_sessions", "command_outcomes")


class Progress:
    """How many commands are committed; transactions under way do not count and are not waited for."""

    def __init__(self, stage):
        config = {"bootstrap.servers": stage.services.kafka, "group.id": stage.settings["group.id"]}
        self.consumer = Consumer({**config, "isolation.level": "read_uncommitted"})
        self.places = stage.places()

    def now(self):
        with contextlib.suppress(KafkaException):
            return sum(judge.committed_offsets(self.consumer, self.places).values())
        return 0


def backends(stage):
    found = stage.db.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'sessiond' AND datname = current_database()")
    return [pid for (pid,) in found.fetchall()]


def phases(url):
    """Seconds that each phase took in all, and the number of batches."""
    text = ask(url + "/metrics").body
    seconds = {name: float(value) for name, value in re.findall(r'^sessiond_phase_seconds_sum\{phase="(\w+)"\} (.*)$', text, re.M)}
    (batches,) = re.findall(r'^sessiond_phase_seconds_count\{phase="decode"\} (.*)$', text, re.M)
    return seconds, int(float(batches))


class Servers:
    """What it takes PostgreSQL and the broker from now on."""

    def __init__(self, stage):
        self.stage, self.pids = stage, backends(stage)
        self.broker = int((Path(stage.services.folder) / "kafka/pid").read_text())
        self.before = self.now()

    def now(self):
        ((wal,),) = self.stage.db.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").fetchall()
        return sum(map(thread_seconds, self.pids)), int(wal), cpu_seconds(self.broker)

    def taken(self):
        """CPU seconds of the server's processes that work for the workers, bytes of WAL, CPU seconds of the broker"""
        return tuple(now - before for now, before in zip(self.now(), self.before))


def watch(stage, workers, count):
    """[(seconds since the first commit, commands committed)], and what it has taken the servers meanwhile."""
    progress, samples, servers = Progress(stage), [], None
    end = time.monotonic() + GIVE_UP_AFTER_S
    while not samples or samples[-1][1] < count:
        done, now = progress.now(), time.monotonic()
        assert all(worker.running for worker in workers) and now < end, f"{done} of {count}: {workers[0].log[-3000:]}"
        if done > 0:
            servers = servers or Servers(stage)
            samples.append((now, done))
        time.sleep(1 / LOOKS_PER_S)
    taken = servers.taken()
    progress.consumer.close()
    return [(now - samples[0][0], done) for now, done in samples], taken


def drain(stage, workers=1, **settings):
    count = sum(stage.ends().values())
    stage.db.execute("CHECKPOINT")
    ports = [free_port() for _ in range(workers)]
    running = [stage.start(**{"http.listen": f"127.0.0.1:{port}", **settings}) for port in ports]
    samples, (backend_s, wal, broker_s) = watch(stage, running, count)
    (seconds, last), first = samples[-1], samples[0][1]
    assert last > first, f"{count} commands are one batch; send more"
    per_phase, batches = zip(*(phases(f"http://127.0.0.1:{port}") for port in ports))
    result = {
        "commands": count,
        "seconds": seconds,
        "rate": (last - first) / seconds,
        "backend_us": backend_s / (last - first) * 1e6,
        "broker_us": broker_s / (last - first) * 1e6,
        "wal_bytes": wal / (last - first),
        "worker_us": sum(cpu_seconds(worker.pid) for worker in running) / count * 1e6,
        "peak_mib": max(peak_mib(worker.pid) for worker in running),
        "batches": sum(batches),
        "phases_us": {name: sum(each[name] for each in per_phase) / count * 1e6 for name in per_phase[0]},
        "samples": [(round(at, 3), done) for at, done in samples],
    }
    for worker in running:
        worker.stop()
    until(lambda: not backends(stage), 20, "the worker's connection is closed")
    return result


# ---- The same commands again -----------------------------------------------------------------------------------------


def traces(stage):
    """What a decision leaves behind: values of the sequence, and rows that were written, whether they still live or not."""
    sequence = stage.db.execute("SELECT pg_get_serial_sequence('study_sessions', 'id')").fetchone()[0]
    written = stage.db.execute(
        "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del, n_dead_tup FROM pg_stat_user_tables"
        " WHERE schemaname = %s AND relname = ANY(%s) ORDER BY relname", (stage.schema, list(TABLES)))
    return {
        "sequence": stage.db.execute(f"SELECT last_value FROM {sequence}").fetchone()[0],
        **{table: dict(zip(("inserted", "updated", "deleted", "dead"), counts)) for table, *counts in written.fetchall()},
    }


def replay(stage, **how):
    """After a rewind of everything. What it leaves behind is part of the result: nothing."""
    before = traces(stage)
    stage.rewind()
    result = drain(stage, **how)
    after = traces(stage)
    assert after == before, f"a replay left something behind: {before}, then {after}"
    return {**result, "traces": after}


# ---- What came out ---------------------------------------------------------------------------------------------------


def count_rows(stage, commands, already=0):
    """Raises when rows are missing or too many; `already`: how many outcomes there were before, all of them created."""
    known = {command.id: command for command in commands}
    expected = (already + sum(command.makes_session for command in known.values()), already + len(known))
    found = tuple(stage.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES)
    assert found == expected, f"sessions and outcomes {found}, expected {expected}"
    return dict(zip(TABLES, found))


def count_events(stage, times):
    """Raises unless each command has been answered that many times in committed transactions."""
    reader = Consumer({
        "bootstrap.servers": stage.services.kafka, "group.id": "counts", "isolation.level": "read_committed",
        "enable.partition.eof": True})
    places = [place for topic in (stage.created, stage.rejected) for place in stage.places(topic)]
    for place in places:
        place.offset = 0
    reader.assign(places)
    answered, at_end = {}, 0
    while at_end < len(places):
        for message in reader.consume(10000, timeout=1):
            if message.error():
                at_end += 1
                continue
            headers = dict(message.headers())
            place = headers["command-partition"], headers["command-offset"]
            answered[place] = answered.get(place, 0) + 1
    reader.close()
    commands = sum(stage.ends().values())
    assert len(answered) == commands and set(answered.values()) == {times}, f"{len(answered)} of {commands} commands answered"
    return sum(answered.values())
