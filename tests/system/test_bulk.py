"""Batches of many ids, which go the bulk way, with PostgreSQL's own checks and with checks once a batch."""
import signal

import pytest

from deadline import until
from test_failpoints import BULK_STEPS
from test_fleet import SHORT_SESSION
from test_kill import mixed

LARGE = {"batch.max.messages": 1000}
CHECKS = ["per-row", "per-batch"]


def with_checks(checks, **settings):
    return {**LARGE, "postgres.reference.checks": checks, **settings}


def send(stage, count=3000):
    stage.send_all(mixed(count), key=lambda i: b"%d" % (i % 20))


@pytest.mark.parametrize("checks", CHECKS)
@pytest.mark.parametrize("step", BULK_STEPS)
def test_killed_at_a_step_of_the_bulk_way_it_leaves_nothing_undone(stage, step, checks):
    settings = with_checks(checks)
    send(stage)
    stage.start(step, **settings).await_held().kill()
    stage.drain(**settings)
    assert len(stage.events()) == 3000
    stage.judge()


@pytest.mark.parametrize("checks", CHECKS)
@pytest.mark.parametrize("step", BULK_STEPS)
def test_while_it_is_stopped_there_its_successor_goes_on(stage, step, checks):
    """What it was about to store is decided by another, and it finds that out when it wakes."""
    settings = with_checks(checks, **SHORT_SESSION)
    send(stage)
    zombie = stage.start(step, **settings, **{"instance.id": "left"}).await_held()

    with stage.working(**settings, **{"instance.id": "right"}) as heir:
        stage.await_drained(60)
        zombie.signal(signal.SIGCONT)
        send(stage, 500)
        until(lambda: "assigned" in heir.log, 20, "the heir has partitions")
        stage.await_drained(60)
        zombie.stop()
    assert len(stage.events()) == 3500
    stage.judge()


@pytest.mark.parametrize("checks", CHECKS)
def test_a_rewind_over_large_batches_repeats_every_event_and_burns_no_id(stage, checks):
    settings = with_checks(checks)
    send(stage)
    stage.drain(**settings)
    (before,) = stage.rows("SELECT last_value FROM study_sessions_id_seq")
    stage.rewind()
    stage.drain(**settings)
    assert stage.rows("SELECT last_value FROM study_sessions_id_seq") == [before]
    assert len(stage.events()) == 6000
    stage.judge(rewound=True)


def test_the_kind_of_checks_is_logged_and_a_role_without_the_grants_is_77(stage):
    with stage.working(**with_checks("per-batch")) as worker:
        assert any("reference checks: per-batch" in line["message"] for line in worker.lines()), worker.log
    role = f"role_{stage.schema}"
    stage.db.execute(f"CREATE ROLE {role} LOGIN")
    try:
        stage.db.execute(stage.must("migrate", "sql", "--role", role).stdout)
        conninfo = f"{stage.settings['postgres.conninfo']} user={role}"
        refused = stage.start(**with_checks("per-batch", **{"postgres.conninfo": conninfo}))
        assert refused.await_exit() == 77
        assert f"GRANT SET ON PARAMETER session_replication_role TO {role}" in refused.log
        assert f"GRANT UPDATE (id) ON groups TO {role}" in refused.log
        stage.db.execute(stage.must("migrate", "sql", "--role", role, **with_checks("per-batch")).stdout)
        send(stage, 1000)
        stage.drain(**with_checks("per-batch", **{"postgres.conninfo": conninfo}))
    finally:
        stage.db.execute(f"DROP OWNED BY {role}")
        stage.db.execute(f"DROP ROLE {role}")
    stage.judge()


@pytest.mark.parametrize("statement", ["bulk_state", "bulk_session_ids", "bulk_created", "bulk_sessions"])
def test_the_connection_is_lost_at_a_step_of_the_bulk_way(stage, database, statement):
    faults = [database.next(statement, what) for what in ("lose request", "lose answer")]
    send(stage)
    with stage.working(**with_checks("per-row")) as worker:
        until(lambda: all(fault.happened for fault in faults), 60, lambda: f"{faults}\n{worker.log[-3000:]}")
        stage.await_drained(60)
    assert len(stage.events()) == 3000
    stage.judge()


def holding_ledger_rows(stage):
    return stage.rows(
        """SELECT 1 FROM pg_locks WHERE relation = 'command_outcomes'::regclass AND mode = 'RowExclusiveLock'"""
    )


@pytest.mark.parametrize("checks", ["per-row", pytest.param("per-batch", marks=pytest.mark.slow)])
def test_one_that_stops_in_the_middle_of_sending_holds_its_rows_ten_seconds_at_most(stage, database, checks):
    """The server has stored outcomes and waits for the rest of what it was sent: no time-out runs within a pipeline."""
    late = database.next("bulk_sessions", "late request", seconds=20)
    send(stage)
    with stage.working(**with_checks(checks)) as worker:
        until(lambda: late.left == 0 and holding_ledger_rows(stage), 20, "it holds rows")
        until(lambda: not holding_ledger_rows(stage), 15, "and holds them no longer")
        assert late.happened == 0, "the rest had not come yet"
        stage.await_drained(60)
        assert worker.running
    assert len(stage.events()) == 3000
    stage.judge()
