"""A password that is changed while a worker runs, at the server first and in its file after that."""
import os

import pytest

from deadline import until
from stage import command
from test_outages import terminate_backends


def write(path, text):
    """As one should: never half a file."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.chmod(0o600)
    os.replace(new, path)


def await_refused(worker, code):
    def refused():
        assert worker.running, worker.log
        return any(line.get("event.code") == code for line in worker.lines())

    until(refused, 30, lambda: f"{code} in\n{worker.log[-3000:]}")


def conninfo_file(services, role, path):
    """The settings, and the file's text with a password."""
    settings = {"postgres.conninfo": None, "postgres.conninfo.file": path}
    return settings, lambda password: services.conninfo(user=role, password=password)


def passfile(services, role, path):
    settings = {"postgres.conninfo": services.conninfo(user=role, passfile=path)}
    return settings, lambda password: f"*:*:*:{role}:{password}\n"


@pytest.fixture
def role(stage, services):
    with services.locked_role("s3cret-old") as role:
        stage.db.execute(stage.must("migrate", "sql", "--role", role).stdout)
        yield role


@pytest.mark.parametrize("how", [conninfo_file, passfile])
def test_a_postgres_password_is_read_again(stage, services, role, how):
    path = stage.folder / "secret"
    settings, text = how(services, role, path)
    write(path, text("s3cret-old"))

    with stage.working(**settings, **{"log.level": "debug"}) as worker:
        stage.send(command(), key=b"k")
        stage.await_drained()
        stage.db.execute(f"ALTER ROLE {role} PASSWORD 's3cret-new'")
        until(lambda: terminate_backends(stage), 10, "a connection to terminate")
        stage.send(command(), key=b"k")
        await_refused(worker, "E-PG-28P01")
        path.write_text("")  # as somebody does who writes in place
        path.write_text(text("s3cret-new"))
        stage.await_drained()
    assert "s3cret" not in worker.log
    stage.judge()


@pytest.mark.slow
def test_a_postgres_password_that_stays_refused_is_77_after_a_minute(stage, role):
    worker = stage.start(**{"postgres.conninfo": stage.services.conninfo(user=role, password="s3cret-old")}).await_ready()
    stage.db.execute(f"ALTER ROLE {role} PASSWORD 's3cret-new'")
    until(lambda: terminate_backends(stage), 10, "a connection to terminate")
    stage.send(command())
    await_refused(worker, "E-PG-28P01")
    assert worker.await_exit(90) == 77
    (error,) = [line for line in worker.lines() if line["log.level"] == "error"]
    assert error["event.code"] == "E-PG-28P01" and stage.events() == []


@pytest.fixture
def changing(stage, services):
    """A worker's settings with its password in a file, and a function that changes it at the broker."""
    path = stage.folder / "password"
    everything = [(kind, stage.name, "ALL") for kind in ("TOPIC", "GROUP", "TRANSACTIONAL_ID")]
    stage.allow("changing", *everything, pattern="PREFIXED")
    in_a_file = {"kafka.sasl.password": None, "kafka.sasl.password.file": path}
    settings = {**stage.sasl("changing", **in_a_file), "log.level": "debug"}
    write(path, services.kafka_password("changing"))

    def change():
        new = services.change_kafka_password("changing")
        services.do("stop-kafka")  # which also ends the connections that have logged in before
        services.do("start-kafka")
        return path, new

    return settings, change


@pytest.mark.lengthy
def test_a_kafka_password_is_read_again(stage, changing):
    settings, change = changing
    with stage.working(**settings, **{"kafka.debug": "security,conf"}) as worker:
        stage.send(command(), key=b"k")
        stage.await_drained()
        path, new = change()
        await_refused(worker, "E-KAFKA-LOGIN")
        stage.send(command(), key=b"k")
        write(path, new)
        stage.await_drained(40)
    assert "s3cret" not in worker.log
    stage.judge()


@pytest.mark.slow
def test_a_kafka_password_that_stays_refused_is_77_after_a_minute(stage, changing):
    settings, change = changing
    worker = stage.start(**settings).await_ready()
    change()
    await_refused(worker, "E-KAFKA-LOGIN")
    stage.send(command())
    assert worker.await_exit(150) == 77
    (error,) = [line for line in worker.lines() if line["log.level"] == "error"]
    assert error["event.code"] == "E-KAFKA-LOGIN" and stage.events() == []


def test_a_secret_in_a_file_is_not_shown_by_config(stage):
    path = stage.folder / "password"
    write(path, "s3cret")
    files = {"kafka.sasl.password.file": path, "postgres.conninfo": None, "postgres.conninfo.file": path}
    shown = stage.must("config", **files)
    assert "s3cret" not in shown.stdout + shown.stderr and f"from {path}" in shown.stdout
