"""How a worker ends: exit codes and what it says."""
import signal

import pytest

from stage import command


def ends_with(stage, status, *words, **settings):
    worker = stage.start(**settings)
    assert worker.await_exit(30) == status, worker.log
    for word in words:
        assert word in worker.log, f"{word} is not in\n{worker.log}"
    return worker


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


@pytest.fixture
def locked_role(stage):
    """A role that needs a password, in a cluster that trusts everyone else."""
    ((hba_file,),) = stage.db.execute("SHOW hba_file").fetchall()
    ((text,),) = stage.db.execute("SELECT pg_read_file(%s)", (hba_file,)).fetchall()
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]

    def write(lines):
        stage.db.execute("CREATE TEMP TABLE hba AS SELECT unnest(%s::text[]) AS line", (lines,))
        stage.db.execute(f"COPY hba TO '{hba_file}'")
        stage.db.execute("DROP TABLE hba")
        stage.db.execute("SELECT pg_reload_conf()")

    role = f"role_{stage.schema}"
    stage.db.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right'")
    write([f"host all {role} 127.0.0.1/32 scram-sha-256", *rules])
    yield role
    write(rules)
    stage.db.execute(f"DROP OWNED BY {role}")
    stage.db.execute(f"DROP ROLE {role}")


def test_a_wrong_password_is_77_and_never_logged(stage, locked_role):
    wrong = stage.services.conninfo(user=locked_role, password="s3cret-wrong")
    worker = ends_with(stage, 77, locked_role, **{"postgres.conninfo": wrong})
    assert "s3cret" not in worker.log


@pytest.mark.parametrize("may_use_the_schema", [False, True])
def test_a_role_without_privileges_is_77_and_answers_nothing(stage, locked_role, may_use_the_schema):
    if may_use_the_schema:
        stage.db.execute(f"GRANT USAGE ON SCHEMA {stage.schema} TO {locked_role}")
    stage.send(command())
    allowed = stage.services.conninfo(user=locked_role, password="right")
    ends_with(stage, 77, **{"postgres.conninfo": allowed})
    assert stage.events() == []


def test_the_role_that_migrate_sql_describes_is_enough(stage, locked_role):
    sql = stage.must("migrate", "sql", "--role", locked_role).stdout
    stage.db.execute(sql)
    stage.send_all([command(), command(group_id=99), command(None), b"garbage"], key=b"k")
    stage.drain(**{"postgres.conninfo": stage.services.conninfo(user=locked_role, password="right")})
    stage.judge()


def test_a_missing_role_is_77(stage):
    ends_with(stage, 77, "nobody_here", **{"postgres.conninfo": stage.services.conninfo(user="nobody_here")})


def test_a_missing_database_is_78(stage):
    ends_with(stage, 78, "no_such_db", **{"postgres.conninfo": stage.services.conninfo(dbname="no_such_db")})


def test_a_missing_table_is_78_and_says_what_to_do(stage):
    stage.db.execute(f"CREATE SCHEMA {stage.schema}_empty")
    ends_with(stage, 78, "command_outcomes", "migrate up", **{"postgres.schema": f"{stage.schema}_empty"})


def test_a_missing_schema_is_78(stage):
    ends_with(stage, 78, "no_such_schema", **{"postgres.schema": "no_such_schema"})


@pytest.mark.parametrize("key", ["commands.topic", "events.created.topic", "events.rejected.topic", "dlq.topic"])
def test_a_missing_topic_is_78_and_says_which(stage, key):
    ends_with(stage, 78, "no-such-topic", "topics apply", **{key: "no-such-topic"})


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


def test_an_unknown_key_is_78_with_the_nearest_known_one(stage):
    done = stage.run("run", **{"comands.topic": "x"})
    assert done.returncode == 78
    assert "comands.topic" in done.stderr and "commands.topic" in done.stderr.replace("comands.topic", "")


@pytest.mark.parametrize("key", ["kafka.enable.idempotence", "kafka.consumer.isolation.level", "kafka.auto.offset.reset"])
def test_a_key_that_the_guarantees_rest_on_is_refused_with_78(stage, key):
    done = stage.run("run", **{key: "false"})
    assert done.returncode == 78 and key.rsplit(".", 1)[-1] in done.stderr


def test_a_broker_that_never_answered_is_69(stage):
    ends_with(stage, 69, "startup.timeout.ms", **{"kafka.bootstrap.servers": "127.0.0.1:9", "startup.timeout.ms": 1500})


def test_a_database_that_never_answered_is_69(stage):
    nowhere = {"postgres.conninfo": stage.services.conninfo(port=9), "startup.timeout.ms": 1500}
    ends_with(stage, 69, "startup.timeout.ms", **nowhere)
