"""The database or the broker goes away and comes back."""
import os
import signal
import time

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from deadline import until
from stage import command, new_id
from test_kill import SMALL_BATCHES, collect, mixed


def terminate_backends(stage):
    """Of workers only; each has named its connection."""
    rows = stage.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sessiond%%'")
    return len(rows)


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_a_database_that_restarts_is_waited_for(stage, services, mode):
    stage.send_all(mixed(2000), key=lambda i: b"%d" % (i % 20))
    seen = []

    with stage.reader() as reader, stage.working(**SMALL_BATCHES) as worker:
        collect(reader, seen, 200)
        services.do("stop-postgres", mode)
        try:
            late = stage.send_all([command(new_id()) for _ in range(200)], key=b"late")
            until(lambda: any(line["log.level"] == "warn" for line in worker.lines()), 20, "a warning in the log")
            seen += reader.rest()
            assert not {event.command_place for event in seen} & {record.place for record in late}, "answered without a row"
            assert worker.running
        finally:
            services.do("start-postgres")
            stage.reconnect()
        stage.await_drained(30)
    stage.judge()


@pytest.mark.lengthy
@pytest.mark.parametrize("how", ["TERM", pytest.param("KILL", marks=pytest.mark.slow)])
def test_a_broker_that_restarts_is_waited_for(stage, services, how):
    stage.send_all(mixed(2000), key=lambda i: b"%d" % (i % 20))

    with stage.working(**SMALL_BATCHES) as worker:
        with stage.reader() as reader:
            collect(reader, [], 200)
        services.do("stop-kafka", how)
        try:
            assert worker.running
        finally:
            services.do("start-kafka")
        stage.send_all([command(new_id()) for _ in range(100)], key=b"late")
        stage.await_drained(90)
    stage.judge()


@pytest.mark.slow
def test_a_transaction_that_hangs_is_named(stage):
    """One that holds the group's offsets for longer than any worker's would."""
    stage.send_all([command(new_id()) for _ in range(20)])
    group = Consumer({"bootstrap.servers": stage.services.kafka, "group.id": stage.settings["group.id"]})  # never joins
    holder = Producer({"bootstrap.servers": stage.services.kafka, "transactional.id": stage.name, "transaction.timeout.ms": 600000})
    holder.init_transactions(20)
    holder.begin_transaction()
    holder.send_offsets_to_transaction([TopicPartition(stage.commands, 0, 1)], group.consumer_group_metadata(), 20)

    with stage.working() as worker:
        until(lambda: "E-KAFKA-HANGING" in worker.log, 120, "the transaction is named")
        assert not stage.events()
        holder.abort_transaction(20)
        stage.await_drained(30)
    group.close()
    stage.judge()


@pytest.mark.slow
def test_a_broker_that_stands_still_for_longer_than_a_session_is_waited_for(stage, services):
    stage.send_all(mixed(3000), key=lambda i: b"%d" % (i % 20))

    with stage.working(**SMALL_BATCHES):
        with stage.reader() as reader:
            collect(reader, [], 200)
        services.do("stop-kafka", "STOP")
        try:
            over = time.monotonic() + 12
            until(lambda: time.monotonic() > over, 13, "the end of the pause")
        finally:
            services.do("stop-kafka", "CONT")
        stage.await_drained(60)
    assert len(stage.events()) == 3000
    stage.judge()


def test_a_worker_stops_cleanly_while_the_database_is_away(stage, services):
    stage.send_all(mixed(500))
    with stage.working():
        stage.await_drained()
        services.do("stop-postgres", "immediate")
        try:
            stage.send_all(mixed(500))
            worker = stage.workers[-1]
            until(lambda: any(line["log.level"] == "warn" for line in worker.lines()), 20, "a warning in the log")
            worker.stop()
        finally:
            services.do("start-postgres")
            stage.reconnect()
    stage.drain()
    stage.judge()


def test_connections_that_are_terminated_again_and_again_cost_nothing(stage):
    with stage.working(**SMALL_BATCHES):
        for _ in range(12):
            stage.send_all(mixed(400), key=lambda i: b"%d" % (i % 20))
            until(lambda: terminate_backends(stage), 10, "a connection to terminate")
        stage.await_drained(30)
    stage.judge()


def backends(stage):
    rows = stage.rows("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'sessiond%%'")
    return [row["pid"] for row in rows]


def test_a_database_that_stands_still_for_a_while_is_waited_for(stage, dice):
    """At moments of chance its half-done commit among them."""
    keyed = {"key": lambda i: b"%d" % (i % 20)}
    with stage.working(**SMALL_BATCHES) as worker:
        for _ in range(6):
            stage.send_all(mixed(400), **keyed)
            (pid,) = until(lambda: backends(stage), 10, "the worker's connection")
            os.kill(pid, signal.SIGSTOP)
            try:
                over = time.monotonic() + dice.uniform(0.1, 0.8)
                until(lambda: time.monotonic() > over, 2, "the end of the pause")
            finally:
                os.kill(pid, signal.SIGCONT)
        stage.await_drained(30)
        assert not any("deciding" in line["message"] for line in worker.lines()), "slow is not broken"
    assert len(stage.events()) == 2400
    stage.judge()


def test_a_backend_that_is_killed_takes_the_database_through_recovery_and_costs_nothing(stage):
    stage.send_all(mixed(2000), key=lambda i: b"%d" % (i % 20))
    with stage.reader() as reader, stage.working(**SMALL_BATCHES):
        collect(reader, [], 200)
        os.kill(backends(stage)[0], signal.SIGKILL)

        def recovered():
            try:
                stage.reconnect()
            except psycopg.OperationalError:
                return False
            return True

        until(recovered, 30, "the database is back")
        stage.await_drained(30)
    assert len(stage.events()) == 2000
    stage.judge()
