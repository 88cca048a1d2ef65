"""Each state is provoked on the real parts and read from all places: page, probes, API, `status`, systemd, log, metrics."""
import signal
import time

import pytest
from confluent_kafka import Producer

from deadline import until
from services import free_port
from small_registry import SmallRegistry
from stage import command, new_id
from watched import Watched

SINCE = r"since \d\d:\d\d:\d\dZ"
IDLE = rf"idle: no command has come (since the start|{SINCE})"


@pytest.fixture
def watch(stage, monkeypatch):
    watched = []

    def start(**settings):
        watched.append(Watched(stage, monkeypatch, **settings))
        watched[-1].worker.await_ready()
        return watched[-1]

    yield start
    for each in watched:
        each.close()


def test_a_worker_is_idle_until_a_command_comes_and_working_then(stage, watch):
    worker = watch()
    worker.await_state("idle", "idle: no command has come since the start", ready=True)
    stage.send(command(new_id()), key=b"k")
    worker.await_state("working", "working", ready=True)
    assert "starting" in [line["message"].split()[1].rstrip(":") for line in worker.worker.lines() if "state" in line["message"]]
    worker.worker.stop()
    told = worker.systemd()
    assert any(text.startswith("STATUS=starting") for text in told) and "READY=1" in told and told[-1] == "STOPPING=1"


def test_a_database_that_is_stopped_is_waited_for_also_by_an_idle_worker(stage, services, watch):
    worker = watch()
    worker.await_state("idle", IDLE, ready=True)
    services.do("stop-postgres", "fast")
    try:
        worker.await_state("waiting_postgresql", rf"waiting for PostgreSQL {SINCE} \(\w+, try \d+(, next in \d+ s)?\)")
        assert worker.ask("/livez").status == 200, "a restart would not mend it"
        (postgresql, _) = worker.status()["dependencies"]
        assert postgresql["state"] == "down" and postgresql["last_error"]["code"].startswith("E-PG-")
        assert "[-]postgresql E-PG-" in worker.ask("/readyz?verbose").body
        assert worker.metrics()['sessiond_up{dependency="postgresql"}'] == 0
        stage.send(command(new_id()), key=b"k")
        until(lambda: worker.status()["lag"] == 1, 10, "the lag is counted while nothing can be answered")
    finally:
        services.do("start-postgres")
        stage.reconnect()
    worker.await_state("working", "working", ready=True)
    stage.await_drained(30)
    assert worker.metrics()['sessiond_postgres_errors_total{class="08"}'] >= 1
    assert worker.metrics()["sessiond_oldest_waiting_seconds"] == 0
    worker.worker.stop()
    stage.judge()


def test_a_lock_in_the_database_is_waited_for_and_the_sentence_says_where_to_look(stage, services, watch):
    worker = watch()
    with services.connect() as blocker:
        blocker.autocommit = False
        blocker.execute(f"LOCK TABLE {stage.schema}.command_outcomes IN ACCESS EXCLUSIVE MODE")
        stage.send(command(new_id()), key=b"k")
        worker.await_state("waiting_postgresql", rf"waiting for (an answer of )?PostgreSQL {SINCE}.*(pg_stat_activity|55P03).*")
        until(lambda: worker.metrics()["sessiond_oldest_waiting_seconds"] >= 5, 20, "its age grows")
        blocker.rollback()
    worker.await_state("working", "working", ready=True)
    worker.worker.stop()


@pytest.mark.lengthy
def test_a_broker_that_is_stopped_is_waited_for_also_by_an_idle_worker(stage, services, watch):
    worker = watch()
    worker.await_state("idle", IDLE, ready=True)
    services.do("stop-kafka", "TERM")
    try:
        worker.await_state("waiting_kafka", rf"waiting for Kafka {SINCE} \(E-KAFKA-[A-Z]+, try \d+(, next in \d+ s)?\)")
        assert worker.ask("/livez").status == 200
        assert worker.metrics()['sessiond_up{dependency="kafka"}'] == 0
    finally:
        services.do("start-kafka")
    stage.send(command(new_id()), key=b"k")
    worker.await_state("working", "working", 90, ready=True)  # for a minute
    stage.await_drained()
    worker.worker.stop()


def test_a_registry_that_is_away_is_waited_for(stage, watch):
    port = free_port()
    worker = watch(**{"schema.registry.url": f"http://127.0.0.1:{port}", "events.format": "json"})
    worker.await_state("idle", IDLE, ready=True)
    stage.send(b"\0\0\0\0\7" + b"x", key=b"k")
    worker.await_state("waiting_registry", rf"waiting for the schema registry {SINCE} \(E-[A-Z-]+.*, try \d+\)")
    assert worker.metrics()['sessiond_up{dependency="registry"}'] == 0
    registry = SmallRegistry(port)
    try:
        worker.await_state("working", "working", ready=True)
    finally:
        registry.close()
    stage.await_drained()
    worker.worker.stop()


@pytest.mark.lengthy
def test_an_open_transaction_of_a_producer_blocks_a_partition_and_is_named(stage, services, watch):
    """The verdict is from a window of half a minute: a transaction may be open for a while."""
    stage.send(command(new_id()), partition=2)
    worker = watch()
    producer = Producer({"bootstrap.servers": services.kafka, "transactional.id": stage.name, "transaction.timeout.ms": 300000})
    producer.init_transactions(10)
    producer.begin_transaction()
    for _ in range(3):
        producer.produce(stage.commands, command(new_id()), partition=2)
    producer.flush(10)
    until(lambda: [p["held_back"] for p in worker.status()["partitions"]] == [0, 0, 3, 0], 10, "what it holds back is counted")
    assert worker.status()["state"] in ("idle", "working"), "not yet"
    lag = f'{{topic="{stage.commands}",partition="2"}}'
    assert worker.metrics()["sessiond_stable_offset_lag" + lag] == worker.metrics()["sessiond_consumer_lag" + lag] == 3
    worker.await_state("blocked", rf"blocked by an open transaction {SINCE}: 3 records of partition 2 wait behind offset 1; .*", 60)
    assert worker.status()["partitions"][2]["verdict"] == "blocked"
    producer.commit_transaction(10)
    worker.await_state("working", "working", ready=True)
    until(lambda: worker.status()["lag"] == 0, 20, "its marker is no lag")
    assert worker.metrics()["sessiond_consumer_lag" + lag] == 0
    worker.worker.stop()


def test_the_brake_is_said_with_its_code(stage, watch):
    worker = watch(**{"dlq.brake": 3})
    stage.send_all([b"\xc3\x01notknown"] * 5, partition=0)
    worker.await_state("stopped_reading", r"stopped reading: 3 records in a row could not be read \(UNKNOWN_SCHEMA\); see .*")
    until(lambda: worker.metrics()["sessiond_dlq_total"] == 3, 10, "what it stopped at is answered, too")
    metrics = worker.metrics()
    assert metrics["sessiond_dlq_brake_engaged"] == 1
    assert metrics['sessiond_rejected_total{code="UNKNOWN_SCHEMA"}'] == 3
    assert worker.status()["brake"] == {"limit": 3, "in_a_row": 3, "engaged": True}
    last = worker.status()["rejected"]["last"]
    assert [(each["offset"], each["code"]) for each in last] == [(2, "UNKNOWN_SCHEMA"), (1, "UNKNOWN_SCHEMA"), (0, "UNKNOWN_SCHEMA")]
    assert worker.ask("/livez").status == 200
    worker.worker.stop()


def test_a_backlog_is_caught_up_with_a_forecast(stage, watch):
    stage.send_all([command(new_id()) for _ in range(3000)], key=lambda i: b"%d" % i)
    worker = watch(**{"batch.max.messages": 2})
    worker.await_state("catching_up", r"catching up, about \d+ (s|min): [\d,]+ behind", ready=True)
    status = worker.status()
    assert status["drain_seconds"] > 0 and status["out_per_second"] > 0 and status["lag"] > 0
    assert worker.metrics()["sessiond_oldest_waiting_seconds"] > 1
    worker.worker.stop()


def test_a_member_without_partitions_is_spare_and_ready_and_no_series_outlives_an_assignment(stage, watch):
    topic = {"commands.topic": f"{stage.name}.single", "topics.partitions": 1}
    stage.must("topics", "apply", **topic)
    first = watch(**topic)
    first.await_state("idle", IDLE, ready=True)
    series = f'sessiond_consumer_lag{{topic="{topic["commands.topic"]}",partition="0"}}'
    until(lambda: [name for name in first.metrics() if name.startswith("sessiond_consumer_lag")] == [series], 10, "its one series")
    second = watch(**topic, **{"instance.id": "two"})
    spare = "idle, no partitions: a spare member of the group"
    idle = until(lambda: [w for w in (first, second) if w.status()["sentence"] == spare], 20, "one of them is spare")[0]
    idle.await_state("idle_no_partitions", spare, ready=True)
    assert [name for name in idle.metrics() if "partition=" in name] == []
    assert idle.metrics()["sessiond_assigned_partitions"] == 0
    for each in (first, second):
        each.worker.stop()


def test_a_stop_that_cannot_finish_is_stopping(stage, services, watch):
    worker = watch(**{"shutdown.timeout.ms": 20000})
    with services.connect() as blocker:
        blocker.autocommit = False
        blocker.execute(f"LOCK TABLE {stage.schema}.command_outcomes IN ACCESS EXCLUSIVE MODE")
        stage.send(command(new_id()), key=b"k")
        until(lambda: worker.status()["in_flight"] == 1, 10, "the command is on its way")
        worker.worker.signal(signal.SIGTERM)
        worker.await_state("stopping", "stopping, 1 commands? in flight")
        blocker.rollback()
    assert worker.worker.await_exit() == 0


# ---- Lag ----


def test_lag_is_zero_behind_transactional_producers_and_ends_are_the_brokers(stage, services, watch):
    worker = watch()
    producer = Producer({"bootstrap.servers": services.kafka, "transactional.id": stage.name})
    producer.init_transactions(10)
    for end in (producer.commit_transaction, producer.abort_transaction):
        producer.begin_transaction()
        for partition in stage.partitions():
            producer.produce(stage.commands, command(new_id()), partition=partition)
        assert producer.flush(10) == 0
        end(10)
    stage.await_drained()
    ends = stage.ends()

    def agrees():
        metrics = worker.metrics()
        return all(
            metrics.get(f'sessiond_partition_end_offset{{topic="{stage.commands}",partition="{partition}"}}') == end
            and metrics[f'sessiond_consumer_lag{{topic="{stage.commands}",partition="{partition}"}}'] == 0
            for partition, end in ends.items()
        )

    assert set(ends.values()) == {4}
    until(agrees, 20, "no lag at the ends that the broker tells")
    worker.worker.stop()


def test_records_read_again_after_a_rewind_are_no_lateness(stage, watch):
    stage.send_all([command(new_id()) for _ in range(10)], key=b"k")
    stage.drain()
    stage.db.execute("UPDATE command_outcomes SET decided_at = decided_at - interval '3 years'")
    stage.rewind()
    worker = watch()
    stage.await_drained()
    until(lambda: worker.metrics()['sessiond_commands_total{outcome="created"}'] == 10, 10, "read again")
    metrics = worker.metrics()
    assert metrics["sessiond_command_latency_seconds_count"] == 0
    assert metrics["sessiond_oldest_waiting_seconds"] == 0
    stage.send(command(new_id()), key=b"k")
    until(lambda: worker.metrics()["sessiond_command_latency_seconds_count"] == 1, 10, "a new one counts")
    worker.worker.stop()


def test_a_producer_whose_clock_is_ahead_makes_no_negative_age(stage, services, watch):
    worker = watch()
    with services.connect() as blocker:
        blocker.autocommit = False
        blocker.execute(f"LOCK TABLE {stage.schema}.command_outcomes IN ACCESS EXCLUSIVE MODE")
        stage.send(command(new_id()), key=b"k", timestamp_ms=int(time.time() + 1800) * 1000)
        until(lambda: worker.status()["in_flight"] == 1, 10, "the command is on its way")
        assert worker.metrics()["sessiond_oldest_waiting_seconds"] == 0
        blocker.rollback()
    stage.await_drained()
    until(lambda: worker.metrics()["sessiond_command_latency_seconds_count"] == 1, 10, "answered")
    assert worker.metrics()["sessiond_command_latency_seconds_sum"] == 0
    worker.worker.stop()


def test_the_server_the_brokers_and_the_reference_checks_are_told(stage, services, watch):
    worker = watch()
    until(lambda: worker.status()["brokers"] == {"up": 1, "all": 1}, 20, "the cluster is asked")
    status, info = worker.status(), stage.db.info
    version = f"{info.server_version // 10000}.{info.server_version % 10000}"
    assert status["database"] == {"host": "127.0.0.1", "port": str(info.port), "version": version, "waits_for_standby": False}
    assert status["reference_checks"] == {"mode": "per-row", "known": True, "reason": None}
    for text in (worker.ask("/", Accept="text/html").body, stage.must("status", **worker.settings).stdout):
        assert f"127.0.0.1:{info.port}, PostgreSQL {version}, no standby is waited for; reference checks per-row" in text
        assert "1 of 1 brokers up" in text
    services.do("stop-kafka", "TERM")
    try:
        until(lambda: worker.status()["brokers"] == {"up": 0, "all": 1}, 20, "nobody answers")
    finally:
        services.do("start-kafka")
    stage.send(command(new_id()), key=b"k")
    stage.await_drained(90)
    until(lambda: worker.status()["brokers"] == {"up": 1, "all": 1}, 30, "somebody answers again")
    worker.worker.stop()


def test_that_a_commit_waits_for_a_standby_is_told(stage, services, watch):
    """Where one is named, and not where the role has said that it does not want to wait."""
    name = stage.db.execute("SELECT current_database()").fetchone()[0]
    stage.db.execute("SET synchronous_commit = 'local'")  # this one would wait, too
    stage.db.execute(f"ALTER DATABASE {name} SET synchronous_commit = 'local'")
    stage.db.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    try:
        stage.db.execute("SELECT pg_reload_conf()")
        worker = watch()
        assert not worker.status()["database"]["waits_for_standby"]
        worker.worker.stop()
        stage.db.execute(f"ALTER DATABASE {name} RESET synchronous_commit")
        worker = watch()
        assert worker.status()["database"]["waits_for_standby"]
        assert ", a commit waits for a standby; " in worker.ask("/", Accept="text/html").body
        worker.worker.stop()
    finally:
        stage.db.execute(f"ALTER DATABASE {name} RESET synchronous_commit")
        stage.db.execute("ALTER SYSTEM RESET synchronous_standby_names")
        stage.db.execute("SELECT pg_reload_conf()")


def test_why_the_reference_checks_are_not_per_batch_is_told(stage, watch):
    """The tables are looked at when it connects and with each large batch."""
    worker = watch(**{"postgres.reference.checks": "per-batch"})
    assert worker.status()["reference_checks"] == {"mode": "per-batch", "known": True, "reason": None}
    assert "; reference checks per-batch" in worker.ask("/", Accept="text/html").body

    def answer_many():
        stage.send_all([command(new_id()) for _ in range(1500)], key=b"k", partition=0)
        stage.await_drained()
        return worker.status()["reference_checks"]

    stage.db.execute("CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
    stage.db.execute("CREATE TRIGGER look BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION look()")
    why = "study_sessions has the trigger look"
    until(lambda: answer_many() == {"mode": "per-row", "known": True, "reason": why}, 60, "the tables changed")
    assert f"; reference checks per-row: {why}\n" in stage.must("status", **worker.settings).stdout
    worker.worker.stop()
