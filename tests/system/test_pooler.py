"""Connection poolers: one in session mode serves; behind another one nothing is decided elsewhere and nothing of ours stays."""
import contextlib

import psycopg

from pooler import Pooler, pgbouncer
from stage import command, new_id

# PgBouncer keeps these apart for its clients itself.
SETTINGS = "SELECT name, setting FROM pg_settings WHERE source = 'session' AND name NOT IN ('client_encoding', 'application_name')"


def other_schema(stage):
    """The same tables in another schema, as another deployment has them."""
    name = f"{stage.schema}_other"
    stage.db.execute(f"CREATE SCHEMA {name}")
    for table in ("groups", "study_activities", "study_sessions", "command_outcomes"):
        stage.db.execute(f"CREATE TABLE {name}.{table} (LIKE {stage.schema}.{table} INCLUDING ALL)")
    return name


def settings_of(neighbour):
    """Read again where the statement's own time, which may be 1 ms, is over."""
    while True:
        with contextlib.suppress(psycopg.errors.QueryCanceled):
            return neighbour.execute(SETTINGS).fetchall()


def rows_in(stage, schema):
    return stage.rows(f"SELECT command_id FROM {schema}.command_outcomes")


def test_a_pooler_in_session_mode_serves(stage):
    with pgbouncer(stage.services, stage.folder, "session") as conninfo:
        stage.send_all([command(new_id(), 1 + i % 3) for i in range(50)])
        stage.drain(**{"postgres.conninfo": conninfo})
        stage.send_all([command(new_id()) for i in range(50)])
        stage.drain(**{"postgres.conninfo": conninfo})
    stage.judge()


def test_behind_a_pooler_in_transaction_mode_nothing_is_decided_elsewhere(stage):
    other = other_schema(stage)
    with pgbouncer(stage.services, stage.folder, "transaction") as conninfo:
        worker = stage.start(**{"postgres.conninfo": conninfo}).await_ready()
        with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as neighbour:
            with neighbour.transaction():  # on the connection that was the worker's
                neighbour.execute(f"SELECT set_config('search_path', '{other}', false)")
                stage.send(command(new_id()))
                assert worker.await_exit(30) == 78, worker.log
    assert "E-PG-POOLER" in worker.log and "session mode" in worker.log, worker.log
    assert rows_in(stage, other) == [] and stage.ledger() == [] and stage.events() == []

    stage.drain()
    stage.judge()


def test_nothing_of_ours_is_left_on_a_connection_and_nothing_of_others_counts(stage):
    other = other_schema(stage)
    with pgbouncer(stage.services, stage.folder, "transaction") as conninfo:
        with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as neighbour:
            with stage.working(**{"postgres.conninfo": conninfo}):
                stage.send(command(new_id()))
                stage.await_drained()
                assert settings_of(neighbour) == []
                neighbour.execute(f"SELECT set_config('search_path', '{other}', false), set_config('statement_timeout', '1ms', false)")
                stage.send_all([command(new_id()) for _ in range(200)])
                stage.await_drained()
                left = dict(settings_of(neighbour))
    assert left == {"search_path": other, "statement_timeout": "1"}
    assert rows_in(stage, other) == [] and len(stage.ledger()) == 201
    stage.judge()


def test_a_pooler_whose_prepared_statements_follow_is_noticed_too(stage):
    with Pooler(stage.services) as pooler:
        worker = stage.start(**{"postgres.conninfo": pooler.conninfo}).await_ready()
        pooler.turn += 1
        stage.send(command(new_id()))
        stage.await_drained()
        stage.send(command(new_id()))
        assert worker.await_exit(30) == 78, worker.log
    assert "E-PG-POOLER" in worker.log, worker.log
    assert len(stage.ledger()) == len(stage.sessions()) == len(stage.events()) == 1

    stage.drain()
    stage.judge()


def test_a_known_outcome_is_not_read_elsewhere(stage):
    """The insert finds nothing to do, and the read must not either: its rows could be another schema's."""
    with Pooler(stage.services) as pooler:
        value = command(new_id())
        worker = stage.start(**{"postgres.conninfo": pooler.conninfo}).await_ready()
        stage.send(value)
        stage.await_drained()
        pooler.turn += 1  # the insert still runs at home
        stage.send(value)
        assert worker.await_exit(30) == 78, worker.log
    assert len(stage.events()) == 1
    stage.drain()
    stage.judge()


def test_tools_that_ask_one_thing_serve_behind_any_pooler_and_leave_nothing(stage):
    record = stage.send(command(id := new_id()))
    stage.drain()
    with pgbouncer(stage.services, stage.folder, "transaction") as conninfo:
        settings = {"postgres.conninfo": conninfo}
        stage.must("migrate", "up", **settings)
        stage.must("migrate", "status", **settings)
        assert id in stage.must("get", id, **settings).stdout
        with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as neighbour:
            assert settings_of(neighbour) == []
    assert stage.event_of(record)
    stage.judge()
