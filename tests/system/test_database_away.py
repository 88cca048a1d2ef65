"""The database is away for minutes, in each way that databases are: as long as it takes, in order, and nothing is answered meanwhile."""
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from deadline import until
from proxy import Postgres, Proxy
from stage import Stage
from standby import Pair
from test_kill import SMALL_BATCHES, collect, mixed
from test_outages import backends
from test_proxy import pause

DELIVERIES = ("exactly-once", "at-least-once")


@pytest.fixture
def open_stage(no_findings, services, tmp_path):
    """Stages side by side, a name each."""
    stages = []

    def open_one(name):
        folder = tmp_path / name
        folder.mkdir()
        stages.append(Stage(services, name, folder))
        return stages[-1].open()

    yield open_one
    for stage in stages:
        stage.close()


def keyed(stage, count):
    return stage.send_all(mixed(count), key=lambda i: b"%d" % (i % 20))


def members(stage):
    """Of the group: a member that was thrown out and came back is another one."""
    (group,) = stage.admin.describe_consumer_groups([stage.settings["group.id"]]).values()
    return sorted(member.member_id for member in group.result(10).members)


def has_no_errors(worker):
    return not any(line["log.level"] in ("error", "critical") for line in worker.lines())


def go_through(stages, outage, seconds, note):
    """All workers at once: in the middle of their work the database goes, `seconds` later it is back."""
    with contextlib.ExitStack() as stack:
        readers = {stage: stack.enter_context(stage.reader()) for stage in stages}
        for stage in stages:
            stack.enter_context(stage.working(**SMALL_BATCHES))
            keyed(stage, 300)
        for stage, reader in readers.items():
            collect(reader, [], 100)
        before = {stage: members(stage) for stage in stages}
        with outage:
            late = {stage: {record.place for record in keyed(stage, 300)} for stage in stages}
            pause(seconds)
            for stage, reader in readers.items():
                worker = stage.workers[-1]
                assert worker.running and has_no_errors(worker), worker.log[-3000:]
                answered = {event.command_place for event in reader.rest()}
                assert not late[stage] <= answered, "it was not away"
            back = time.monotonic()
        await_first_events(readers, back, note)
        for stage in stages:
            stage.await_drained(60)
            assert members(stage) == before[stage], f"thrown out of its group\n{stage.workers[-1].log[-3000:]}"
    for stage in stages:
        assert len(stage.events()) == 600
        stage.judge()


def await_first_events(readers, back, note):
    waiting = dict(readers)
    while waiting:
        assert time.monotonic() < back + 240, f"no event of {[stage.name for stage in waiting]}"
        for stage in [stage for stage, reader in waiting.items() if reader.poll()]:
            note(f"{stage.name}: the first event {time.monotonic() - back:.2f} s after the return of the database")
            del waiting[stage]


# ---- A server that stands still ----


def processes(services):
    """The postmaster first, then what it has started."""
    postmaster = int((Path(services.folder) / "postgres/data/postmaster.pid").read_text().split()[0])
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == postmaster:
                children.append(int(stat.parent.name))
    return [postmaster, *children]


@contextlib.contextmanager
def frozen(services):
    """Connections are taken by the kernel, and nothing answers on them."""
    stopped = processes(services)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(stopped):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


# 125 s: an answer is awaited for 60 s, and then the watchdog sees within 60 more whether anything hangs.
@pytest.mark.lengthy
@pytest.mark.parametrize("seconds", [125, pytest.param(600, marks=pytest.mark.slow)])
def test_a_server_that_stands_still_is_waited_for(open_stage, services, note, seconds):
    stages = [open_stage(f"frozen-{delivery}") for delivery in DELIVERIES]
    for stage, delivery in zip(stages, DELIVERIES, strict=True):
        stage.settings["events.delivery"] = delivery
    go_through(stages, frozen(services), seconds, note)
    until(lambda: len(backends(stages[0])) == 0, 20, "no backend is left behind")


# ---- A way to it that is broken ----


@contextlib.contextmanager
def half_dead(proxy):
    """It takes connections, decides every batch, and no answer to that comes back."""
    faults = [proxy.next(decisive, "lose answer", times=10**9) for decisive in ("insert_outcomes", "bulk_sessions")]
    try:
        yield
    finally:
        for lost in faults:
            lost.left = 0


WAYS = {"refusing": Proxy.refusing, "silent": Proxy.black_hole, "half-dead": half_dead}


@pytest.mark.lengthy
@pytest.mark.parametrize("seconds", [65, pytest.param(600, marks=pytest.mark.slow)])
def test_a_server_that_refuses_is_silent_or_half_dead_is_waited_for(open_stage, services, note, seconds):
    with contextlib.ExitStack() as proxies, contextlib.ExitStack() as outages:
        stages = []
        begin = []
        for way in WAYS:
            for delivery in DELIVERIES:
                stage = open_stage(f"{way}-{delivery}")
                info = stage.db.info
                proxy = proxies.enter_context(Proxy(("127.0.0.1", 0), (info.host, info.port), Postgres))
                unencrypted = {"sslmode": "disable", "gssencmode": "disable"}
                stage.settings["postgres.conninfo"] = services.conninfo(host="127.0.0.1", port=proxy.port, **unencrypted)
                stage.settings["events.delivery"] = delivery
                stages.append(stage)
                begin.append(WAYS[way](proxy))

        @contextlib.contextmanager
        def all_of_them():
            with outages:
                for outage in begin:
                    outages.enter_context(outage)
                yield

        go_through(stages, all_of_them(), seconds, note)


# ---- A standby that is away ----


def waiting_for_standby(stage):
    return stage.rows("SELECT FROM pg_stat_activity WHERE application_name LIKE 'sessiond%%' AND wait_event = 'SyncRep'")


@pytest.mark.slow
def test_backends_do_not_pile_up_while_a_synchronous_standby_is_away(stage):
    """Each waits in its commit, where it does not notice that its worker has given it up after a minute."""
    stage.db.execute("SET synchronous_commit = local")
    stage.db.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    stage.db.execute("SELECT pg_reload_conf()")
    try:
        with stage.working() as worker:
            keyed(stage, 300)
            until(lambda: worker.log.count("E-PG-OVERDUE") >= 3, 60, "it has given up three times")
            until(lambda: len(waiting_for_standby(stage)) == 1, 20, lambda: f"{len(waiting_for_standby(stage))} wait")
            stage.db.execute("ALTER SYSTEM RESET synchronous_standby_names")
            stage.db.execute("SELECT pg_reload_conf()")
            stage.await_drained(30)
    finally:
        stage.db.execute("ALTER SYSTEM RESET synchronous_standby_names")
        stage.db.execute("SELECT pg_reload_conf()")
    stage.judge()


# ---- A standby that takes over ----


@pytest.fixture
def pair(services):
    pair = Pair(services, tempfile.mkdtemp(prefix="sessiond-pair."))
    try:
        pair.start()
        yield pair
    finally:
        pair.remove()


@pytest.mark.parametrize("primary", ["stopped", pytest.param("frozen", marks=pytest.mark.slow)])
def test_a_standby_that_is_promoted_goes_on_where_the_primary_was(no_findings, pair, tmp_path, note, primary):
    """Frozen: it still takes connections, and nobody is there."""
    stage = Stage(pair, "promoted", tmp_path).open()
    try:
        pair.start_standby()
        outage = frozen(pair.primary) if primary == "frozen" else pair.stopped_primary()
        stage.settings["postgres.conninfo"] = pair.conninfo()
        seen = []
        with stage.reader() as reader, stage.working(**SMALL_BATCHES) as worker:
            keyed(stage, 2000)
            collect(reader, seen, 200)
            with outage:
                late = {record.place for record in keyed(stage, 300)}
                if primary == "stopped":
                    until(lambda: any(line["log.level"] == "warn" for line in worker.lines()), 20, "a warning in the log")
                seen += reader.rest()
                assert len(seen) < 2300, "it was done before the primary was away"
                pair.promote()
                promoted = time.monotonic()
                until(lambda: any(event.command_place in late for event in reader.poll()), 60, "an event of the time after")
                note(f"the first event {time.monotonic() - promoted:.2f} s after the promotion")
                stage.await_drained(60)
                worker.stop()
            pair.primary.do("stop-postgres", "immediate")
        stage.reconnect()
        assert len(stage.events()) == 2300
        stage.judge()
    finally:
        stage.close()


# ---- A disk that is full ----


@contextlib.contextmanager
def small_disk():
    """Of 8 MB, for the user that PostgreSQL runs as. None: this machine mounts nothing for us."""
    folder = Path(tempfile.mkdtemp(prefix="sessiond-disk.", dir="/var/tmp"))
    folder.chmod(0o711)
    disk = folder / "disk"
    disk.mkdir()
    options = "size=8m,mode=700" + (",uid=postgres" if os.getuid() == 0 else "")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True, check=False)
    try:
        yield disk if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", disk], check=True)
        shutil.rmtree(folder)


def fill(disk):
    filler = disk / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as out:
        while True:
            out.write(bytes(4096))
    return filler


def is_full(stage, worker, answered):
    """It says so, and waits: nothing of what it could not store is answered."""
    until(lambda: "E-PG-53100" in worker.log, 20, lambda: f"it says that the disk is full\n{worker.log[-3000:]}")
    assert worker.running and len(stage.events()) < answered


def test_a_disk_that_is_full_is_waited_for(stage):
    with small_disk() as disk:
        if disk is None:
            pytest.skip("no file system can be mounted here")
        name = f"small_{stage.schema}"
        stage.db.execute(f"CREATE TABLESPACE {name} LOCATION '{disk}'")
        for table in ("command_outcomes", "study_sessions"):
            stage.db.execute(f"ALTER TABLE {table} SET TABLESPACE {name}")
        with stage.working(**SMALL_BATCHES) as worker:
            keyed(stage, 300)
            stage.await_drained()
            filler = fill(disk)
            keyed(stage, 2000)
            is_full(stage, worker, 2300)
            filler.unlink()
            stage.await_drained(60)
        assert len(stage.events()) == 2300
        stage.judge()
        for table in ("command_outcomes", "study_sessions"):
            stage.db.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
        stage.db.execute("CHECKPOINT")  # until then files of tables that were moved stay
        stage.db.execute(f"DROP TABLESPACE {name}")


def test_a_disk_that_is_said_to_be_full_is_waited_for(stage):
    """The same where nothing can be mounted: the server's own code, in the middle of a statement."""
    stage.db.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
    )
    stage.db.execute("CREATE TRIGGER full_disk BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION full_disk()")
    with stage.working() as worker:
        keyed(stage, 500)
        is_full(stage, worker, 500)
        stage.db.execute("DROP TRIGGER full_disk ON study_sessions")
        stage.await_drained()
    stage.judge()


# ---- A server that is too slow for a whole batch ----


def slow_rows(stage, milliseconds, when):
    stage.db.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_sleep({milliseconds} / 1000.0); RETURN NEW; END $$"
    )
    stage.db.execute(f"CREATE {when} FOR EACH ROW EXECUTE FUNCTION slow()")


def test_more_commands_than_the_server_stores_in_its_time_are_stored_in_smaller_portions(stage, note):
    stage.settings["postgres.conninfo"] += " options='-c statement_timeout=1s'"
    slow_rows(stage, 6, "TRIGGER slow BEFORE INSERT ON study_sessions")
    keyed(stage, 2000)
    with stage.working() as worker:
        stage.await_drained(60)
    halved = worker.log.count("commands at once are too many")
    note(f"2000 commands at 6 ms each within 1 s at once: halved {halved} times")
    assert halved and "fix: raise statement_timeout" in worker.log
    stage.judge()


@pytest.mark.slow
def test_commits_that_take_longer_than_an_answer_is_awaited_are_done_in_smaller_portions(stage):
    """No time-out of the server's limits what is deferred to the commit."""
    slow_rows(stage, 300, "CONSTRAINT TRIGGER slow AFTER INSERT ON study_sessions DEFERRABLE INITIALLY DEFERRED")
    keyed(stage, 400)
    with stage.working() as worker:
        stage.await_drained(120)
    assert "E-PG-OVERDUE" in worker.log and "commands at once are too many" in worker.log
    stage.judge()
