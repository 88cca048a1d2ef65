"""How a worker ends when it is asked to, and when a table vanishes. What else stops it: test_mistakes.py."""
import signal

import pytest

from stage import command


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_ends_with_0(stage, number):
    stage.send(command())
    worker = stage.start().await_ready()
    stage.await_drained()
    worker.signal(number)
    assert worker.await_exit() == 0
    stage.judge()


def test_an_idle_worker_and_one_just_starting_stop_cleanly(stage):
    stage.start().await_ready().stop()
    worker = stage.start()
    worker.signal(signal.SIGTERM)
    assert worker.await_exit() in (0, -signal.SIGTERM), "before it could ask for the signal it may die of it"


def test_the_role_that_migrate_sql_describes_is_enough(stage, services):
    with services.locked_role("right") as role:
        stage.db.execute(stage.must("migrate", "sql", "--role", role).stdout)
        stage.send_all([command(), command(group_id=99), command(None), b"garbage"], key=b"k")
        stage.drain(**{"postgres.conninfo": services.conninfo(user=role, password="right")})
    stage.judge()


def test_a_table_that_vanishes_while_running_stops_it_without_an_answer(stage):
    worker = stage.start().await_ready()
    stage.send(command(), key=b"k")
    stage.await_drained()
    stage.db.execute("ALTER TABLE study_sessions RENAME TO elsewhere")
    stage.send(command(), key=b"k")
    assert worker.await_exit() == 78
    assert len(stage.events()) == 1

    stage.db.execute("ALTER TABLE elsewhere RENAME TO study_sessions")
    stage.drain()
    stage.judge()
