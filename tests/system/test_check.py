"""`sessiond check`: each mistake that is planted is found, with its code and what to do; nothing is written, and where all is well no error."""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import uuid

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import ConfigResource, NewTopic, ResourceType

from deadline import until
from judge import avro
from pooler import pgbouncer
from services import REPO
from small_registry import SmallRegistry
from stage import command, new_id
from test_codes import OF_POSTGRES, TABLE
from test_mistakes import Scene, commit

CODE = re.compile(r'CHECK_CODE\((\w+), +"(\S+)", +CHECK_(ERROR|WARNING|INFO), +"(.+)"\)')
SCHEMAS = {
    "commands": "create-study-session.v1.avsc",
    "created": "study-session-created.v1.avsc",
    "rejected": "study-session-rejected.v1.avsc",
}


def findings(done, status=None):
    """By code; of several with one code the first."""
    assert done.returncode in ((0, 1) if status is None else (status,)), done.stderr
    told = json.loads(done.stdout)
    for finding in told["findings"]:
        assert all(finding[name].strip() and "\n" not in finding[name] for name in ("code", "what", "where", "fix")), finding
        assert finding["severity"] in ("error", "warning", "info")
    counts = [sum(finding["severity"] == word for finding in told["findings"]) for word in ("error", "warning", "info")]
    assert counts == [told["errors"], told["warnings"], told["infos"]]
    assert done.returncode == (1 if told["errors"] else 0)
    return {finding["code"]: finding for finding in reversed(told["findings"])}


# ---- Where all is well ------------------------------------------------------------------------------------------------


def state_of(stage):
    """Everything that a check could have changed."""
    topics = sorted(stage.admin.list_topics(timeout=10).topics)
    consumer = Consumer({"bootstrap.servers": stage.services.kafka, "group.id": "looks"})
    try:
        places = [TopicPartition(topic, partition) for topic in topics for partition in
                  stage.admin.list_topics(topic, timeout=10).topics[topic].partitions]
        ends = {(place.topic, place.partition): consumer.get_watermark_offsets(place, timeout=10) for place in places}
        # The broker writes to its own topics for the workers and the transactions of other tests, too.
        ends = {place: offsets for place, offsets in ends.items() if place[0][:2] != "__" and offsets != (0, 0)}
    finally:
        consumer.close()
    groups = sorted(group.group_id for group in stage.admin.list_consumer_groups().result(10).valid)
    rows = {table: stage.rows(f"SELECT count(*) FROM {table}") for table in ("groups", "study_activities")}
    return [topic for topic in topics if topic[:2] != "__"], ends, groups, rows, stage.sessions(), stage.ledger(), stage.rows("SELECT * FROM study_sessions_id_seq")


def test_on_a_fresh_environment_there_is_no_error_and_nothing_is_written(stage):
    before = state_of(stage)
    done = stage.run("check", "--connect", "--json")
    found = findings(done, 0)
    assert set(found) == {"CHECK-REPLICAS", "CHECK-SYNC"}, "one broker, and tests without fsync: both are true"
    assert json.loads(done.stdout)["warnings"] == 5 and done.stderr == ""
    assert state_of(stage) == before

    stage.send_all([command(new_id()) for _ in range(10)])
    stage.drain()
    before = state_of(stage)
    assert set(findings(stage.run("check", "--connect", "--json"), 0)) == set(found) | {"CHECK-MEMBER"}, (
        "a static member is one for a while after it stopped")
    assert state_of(stage) == before
    stage.judge()


def test_a_check_beside_a_worker_does_not_disturb_it(stage):
    with stage.working() as worker:
        stage.send_all([command(new_id()) for _ in range(10)])
        stage.await_drained()
        member = findings(stage.run("check", "--connect", "--json"), 0)["CHECK-MEMBER"]
        assert stage.settings["instance.id"] in member["what"] and member["severity"] == "warning"
        stage.send_all([command(new_id()) for _ in range(10)])
        stage.await_drained()
        assert not {line.get("event.code") for line in worker.lines()} - {None, "E-KAFKA-CLIENT"}
    stage.judge()


def test_text_is_a_line_and_its_fix_for_each_finding_the_gravest_first_and_then_the_sum(stage):
    done = stage.run("check", "--connect", **{"commands.topic": "no-such-topic", "events.delivery": "at-least-once"})
    *lines, total = done.stdout.splitlines()
    assert done.returncode == 1 and total == "1 error, 4 warnings, 1 info"
    assert all(re.fullmatch(r"(error|warning|info): .* \[[A-Z0-9-]+\]", line) for line in lines[::2])
    assert all(line.startswith("  fix: ") for line in lines[1::2]) and len(lines) == 12
    assert [line.split(":")[0] for line in lines[::2]] == ["error", *["warning"] * 4, "info"]
    assert "[E-TOPIC-01]" in lines[0] and lines[1] == "  fix: sessiond topics apply, or name an existing topic"


def test_what_cannot_be_reached_is_an_error_among_the_others(stage):
    away = {"kafka.bootstrap.servers": "127.0.0.1:1", "postgres.conninfo": "host=127.0.0.1 port=1",
            "schema.registry.url": "http://127.0.0.1:9", "batch.max.bytes": 2000}
    found = findings(stage.run("check", "--connect", "--timeout", "1s", "--json", **away), 1)
    assert {code: found[code]["severity"] for code in found} == {
        "CHECK-BATCH": "warning", "E-KAFKA-DOWN": "error", "E-PG-08001": "error", "E-REGISTRY-REACH": "error"}
    assert "127.0.0.1:1" in found["E-KAFKA-DOWN"]["where"]


@pytest.mark.skipif("address" in os.environ.get("BUILD", ""), reason="a sanitizer's runtime wants to be loaded first")
def test_clocks_that_differ_are_found(stage, tmp_path):
    """This host's is an hour behind, to the program alone."""
    (tmp_path / "behind.c").write_text(BEHIND)
    library = tmp_path / "behind.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, tmp_path / "behind.c"], check=True)
    stage.send(command())
    registry = SmallRegistry()
    line = stage.command_line("check", "--connect", "--json", **{"schema.registry.url": registry.url, "events.format": "json"})
    env = {**stage.environment(), "LD_PRELOAD": str(library)}
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, env=env, check=False)
    registry.close()
    told = [finding for finding in json.loads(done.stdout)["findings"] if finding["code"] in ("CHECK-CLOCK", "CHECK-FUTURE")]
    postgres, of_registry, topic = sorted(told, key=lambda finding: (finding["code"], finding["what"]))
    assert re.match(r"PostgreSQL's clock is (3599|3600)\.\d+ s ahead of", postgres["what"]) and "NTP" in postgres["fix"]
    assert re.search(r"schema registry's clock is (3599|3600) s ahead", of_registry["what"])
    assert stage.commands in topic["what"] and "NTP" in topic["fix"]


BEHIND = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *time)
{
    long failed = syscall(SYS_clock_gettime, clock, time);
    if (clock == CLOCK_REALTIME)
        time->tv_sec -= 3600;
    return (int)failed;
}
"""


def test_an_interrupt_ends_it_with_75(stage):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        line = stage.command_line("check", "--connect", **{"kafka.bootstrap.servers": f"127.0.0.1:{silent.getsockname()[1]}"})
        check = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=stage.environment())
        silent.accept()  # it is asking
        check.send_signal(signal.SIGINT)
        out, error = check.communicate(timeout=20)
    assert (check.returncode, out) == (75, "") and "[E-INTERRUPTED]" in error


# ---- The table of codes -----------------------------------------------------------------------------------------------


def read_codes():
    for line in (REPO / "include/cli/check/codes.def").read_text().splitlines():
        if line.startswith("CHECK_CODE("):
            yield CODE.fullmatch(line).groups()


def rows_of_the_page():
    section = (REPO / "deploy/README.md").read_text().split("\n## Before a rollout\n")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if cells[0].startswith("`CHECK-"):
            yield cells[0].strip("`"), cells[1], cells[2]


def test_each_code_has_one_meaning_a_row_in_the_readme_and_a_place_in_the_sources():
    codes = list(read_codes())
    assert len({code for _, code, _, _ in codes}) == len({meaning for *_, meaning in codes}) == len(codes) > 25
    assert all(constant == code.replace("-", "_") for constant, code, _, _ in codes)
    assert [(code, severity.lower()) for _, code, severity, _ in codes] == [row[:2] for row in rows_of_the_page()]
    sources = "\n".join(path.read_text() for path in (REPO / "src/cli/check").glob("*.c"))
    assert [code for constant, code, _, _ in codes if not re.search(rf"\b{constant}\b", sources)] == []
    assert re.findall(r'"CHECK-', sources) == []


def test_each_code_is_planted_but_those_that_take_a_cluster():
    """Several brokers, one of them down, or settings that brokers read at their start; tests/kafka/check_survey has the rule of replicas."""
    cluster = {"CHECK-ISR-SLACK", "CHECK-ISR-LOW", "CHECK-PARTITION-DOWN", "CHECK-STATE-REPLICAS", "CHECK-OFFSETS-KEPT"}
    elsewhere = {"CHECK-REPLICAS", "CHECK-MEMBER", "CHECK-CLOCK"}
    own = {code for _, code, _, _ in read_codes()}
    planted_codes = {code for _, code, _, _ in PLANTED.values()}
    assert own - planted_codes == cluster | elsewhere
    assert all(code in own or code in TABLE or OF_POSTGRES.fullmatch(code) for code in planted_codes)


# ---- What is planted --------------------------------------------------------------------------------------------------

PLANTED = {}


def planted(code, severity, *words):
    """A context that plants a mistake and gives the settings to check it with; `words` are of what, where and fix."""

    def register(function):
        PLANTED[function.__name__] = (contextlib.contextmanager(function), code, severity, words)
        return function

    return register


@pytest.fixture(scope="module")
def scene(services, tmp_path_factory):
    with Scene.opened(services, "check", tmp_path_factory.mktemp("check")) as scene:
        yield scene


# The configuration alone


@planted("CHECK-SECRET-ARGUMENT", "warning", "kafka.sasl.password", "ps", "kafka.sasl.password.file=")
def a_password_in_the_command_line(scene):
    yield {"kafka.sasl.password": "s3cret"}


@planted("CHECK-SECRET-FILE", "warning", "chmod o-r", "kafka.sasl.password")
def a_secret_file_that_everybody_reads(scene):
    path = scene.file("password", "s3cret")
    os.chmod(path, 0o644)
    yield {"kafka.sasl.password.file": path}


@planted("CHECK-SECRET-FILE", "warning", "chmod o-r", "postgres.conninfo")
def a_configuration_file_with_a_password_that_everybody_reads(scene):
    path = scene.file("open.conf", f"postgres.conninfo={scene.services.conninfo(password='s3cret')}\n")
    os.chmod(path, 0o644)
    yield {"-F": path, "postgres.conninfo": None}


@planted("CHECK-SECRET-CLEAR", "warning", "SASL_SSL")
def a_password_for_a_broker_far_away_without_tls(scene):
    yield {"kafka.security.protocol": "SASL_PLAINTEXT", "kafka.bootstrap.servers": "broker.example:9092"}


@planted("CHECK-SECRET-CLEAR", "warning", "sslmode=verify-full", "db.example")
def a_password_for_a_database_far_away_without_tls(scene):
    yield {"postgres.conninfo": "host=db.example password=x sslmode=disable"}


@planted("CHECK-BATCH", "warning", "batch.max.bytes = 2000", "commands.max.bytes")
def a_batch_smaller_than_a_command(scene):
    yield {"batch.max.bytes": 2000}


@planted("CHECK-HEARTBEAT", "warning", "kafka.consumer.heartbeat.interval.ms", "a third")
def heartbeats_that_are_seldom(scene):
    yield {"kafka.consumer.heartbeat.interval.ms": 5000}


@planted("CHECK-INSTANCE", "warning", "instance.id = localhost", "instance.id=NAME")
def an_instance_with_everybodys_name(scene):
    yield {"instance.id": "localhost"}


@planted("CHECK-NO-DLQ", "warning", "dlq.topic=NAME")
def no_topic_for_dead_letters(scene):
    yield {"dlq.topic": ""}


@planted("CHECK-NO-EFFECT", "warning", "schema.registry.auto.register", "leave it out")
def a_key_without_effect(scene):
    yield {"schema.registry.auto.register": "true"}


@planted("CHECK-DELIVERY", "info", "event_id", "exactly-once")
def events_that_may_repeat(scene):
    yield {"events.delivery": "at-least-once"}


@planted("E-CONFIG-11", "warning", "group.id", "quotes")
def a_value_in_quotes(scene):
    yield {"-F": scene.file("quoted.conf", 'group.id="sessiond"\n'), "group.id": None}


@planted("E-KAFKA-CONFIG", "error", "session.timeout.ms", "sessiond config")
def properties_that_contradict_each_other(scene):
    yield {"kafka.consumer.session.timeout.ms": 400_000}


@planted("E-SCHEMA-02", "error", "/nowhere")
def a_folder_of_schemas_that_is_not_there(scene):
    yield {"schemas.dir": "/nowhere"}


@planted("E-PG-CONNINFO", "error", "host=... dbname=...")
def a_connection_string_that_is_none(scene):
    yield {"postgres.conninfo": "db.example.com"}


# Topics


@contextlib.contextmanager
def altered(scene, topic, **entries):
    """A topic of its own, so that the others are not touched: the settings that name it."""
    name = f"{scene.name}.{topic.split('.')[1]}.{uuid.uuid4().hex[:6]}"
    (made,) = scene.admin.create_topics([NewTopic(name, entries.pop("partitions", 4))]).values()
    made.result(10)
    if entries:
        scene.configure_topic(name, **entries)
        until(lambda: all(settings_of(scene, name)[each.replace("_", ".")] == value for each, value in entries.items()),
              20, "the settings are in force")
    yield {topic: name}


def settings_of(scene, topic):
    (answer,) = scene.admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]).values()
    return {name: entry.value for name, entry in answer.result(10).items()}


def topic_of(key, **entries):
    """The body of a plant that alters a topic."""

    def body(scene):
        with altered(scene, key, **entries) as settings:
            yield settings

    return body


def plant(name, code, severity, words, body):
    body.__name__ = name
    planted(code, severity, *words)(body)


plant("commands_that_are_compacted", "E-TOPIC-07", "error", ["cleanup.policy=delete"],
      topic_of("commands.topic", cleanup_policy="compact"))
plant("events_that_are_compacted", "E-TOPIC-07", "warning", ["cleanup.policy=delete", "views"],
      topic_of("events.created.topic", cleanup_policy="compact,delete"))
plant("more_replicas_wanted_than_there_are", "CHECK-ISR-HIGH", "error", ["min.insync.replicas=2", "kafka-configs.sh"],
      topic_of("events.created.topic", min_insync_replicas="2"))
plant("a_topic_too_small_for_an_event", "CHECK-EVENT-SIZE", "error", ["max.message.bytes=70144", "4000"],
      topic_of("events.rejected.topic", max_message_bytes="4000"))
plant("a_topic_too_small_for_what_is_echoed", "CHECK-ECHO-SIZE", "warning", ["max.message.bytes=70144"],
      topic_of("events.rejected.topic", max_message_bytes="60000"))
plant("a_topic_too_small_for_dead_letters", "CHECK-DLQ-SIZE", "warning", ["max.message.bytes=", "cannot be redriven"],
      topic_of("dlq.topic", max_message_bytes="100000"))
plant("a_topic_with_larger_records_than_are_received", "E-INPUT-SIZE", "error", ["receive.message.max.bytes"],
      topic_of("commands.topic", max_message_bytes="200000000"))
plant("commands_that_are_kept_for_an_hour", "CHECK-RETENTION", "warning", ["retention.ms=604800000", "1 h"],
      topic_of("commands.topic", retention_ms="3600000"))
plant("commands_that_are_kept_by_size", "CHECK-RETENTION", "warning", ["retention.bytes=-1"],
      topic_of("commands.topic", retention_bytes="1000000"))
plant("events_in_other_partitions", "CHECK-PARTITIONS", "info", ["2 partitions, and the commands topic has 4"],
      topic_of("events.created.topic", partitions=2))
plant("commands_in_other_partitions_than_configured", "E-TOPIC-06", "info", ["topics.partitions is 4"],
      topic_of("commands.topic", partitions=2))


@planted("E-TOPIC-01", "error", "events.reply.topics, no-such-topic", "name an existing topic")
def a_topic_for_replies_that_is_not_there(scene):
    yield {"events.reply.topics": "no-such-topic"}


@planted("CHECK-FUTURE", "warning", "NTP", "1 partitions")
def a_record_of_the_future(scene):
    with altered(scene, "commands.topic", message_timestamp_after_max_ms=str(2**62)) as settings:
        scene.send(command(), topic=settings["commands.topic"], timestamp_ms=4_000_000_000_000)
        yield settings


# The brokers' limits, the group, rights


@planted("E-KAFKA-SESSION", "error", "group.max.session.timeout.ms", "kafka.consumer.session.timeout.ms")
def a_session_longer_than_the_brokers_allow(scene):
    yield {"kafka.consumer.session.timeout.ms": 2_000_000, "kafka.consumer.max.poll.interval.ms": 2_000_000}


@planted("E-KAFKA-TIMEOUT", "error", "transaction.max.timeout.ms", "kafka.producer.transaction.timeout.ms")
def a_transaction_longer_than_the_brokers_allow(scene):
    yield {"kafka.producer.transaction.timeout.ms": 1_000_000}


@planted("E-KAFKA-GROUP", "error", "cooperative-sticky", "a name of its own")
def a_group_of_other_consumers(scene):
    group = f"{scene.name}.taken"
    config = {"bootstrap.servers": scene.services.kafka, "group.id": group}
    other = Consumer({**config, "partition.assignment.strategy": "cooperative-sticky"})
    other.subscribe([scene.commands])
    try:
        until(lambda: other.poll(0.05) or other.assignment(), 30, "the other one is in the group")
        yield {"group.id": group}
    finally:
        other.close()


@planted("E-INPUT-LOST", "error", "offsets set")
def an_offset_that_the_topic_does_not_have(scene):
    group = f"{scene.name}.lost"
    consumer = Consumer({"bootstrap.servers": scene.services.kafka, "group.id": group})
    places = [TopicPartition(scene.commands, partition, 999) for partition in scene.partitions()]
    until(lambda: commit(consumer, places), 20, "the group's offsets are set")
    consumer.close()
    yield {"group.id": group}


@planted("E-KAFKA-LOGIN", "error", "kafka.sasl.username")
def a_wrong_password_for_the_broker(scene):
    yield scene.sasl(**{"kafka.sasl.password": "s3cret-wrong"})


def without_right(kind, key, describe=True):
    def body(scene):
        group = f"{scene.name}.{uuid.uuid4().hex[:6]}"
        names = {each: f"{group}.{each}" for each in ("commands.topic", "events.created.topic", "events.rejected.topic", "dlq.topic")}
        scene.must("topics", "apply", **names)
        commands, *others = names.values()
        every = [("TOPIC", commands, "READ"), *(("TOPIC", topic, "WRITE") for topic in others), ("GROUP", group, "READ")]
        lacking = (kind, names.get(key, group))
        scene.allow("worker", *[right for right in every if right[:2] != lacking])
        if kind == "TOPIC" and describe:
            scene.allow("worker", (*lacking, "DESCRIBE"))
        if kind != "TRANSACTIONAL_ID":
            scene.allow("worker", ("TRANSACTIONAL_ID", f"{group}/", "WRITE"), pattern="PREFIXED")
        yield scene.sasl(**names, **{"group.id": group})

    return body


ADD = "kafka-acls.sh --add --allow-principal User:worker --operation"
plant("no_right_to_read_commands", "E-KAFKA-ACL-TOPIC", "error", [f"{ADD} Read --topic"],
      without_right("TOPIC", "commands.topic"))
plant("no_right_to_write_events", "E-KAFKA-ACL-TOPIC", "error", [f"{ADD} Write --topic", "events.created.topic"],
      without_right("TOPIC", "events.created.topic"))
plant("no_right_to_write_dead_letters", "E-KAFKA-ACL-TOPIC", "error", [f"{ADD} Write --topic", "dlq.topic"],
      without_right("TOPIC", "dlq.topic"))
plant("no_right_to_see_a_topic", "E-KAFKA-ACL-TOPIC", "error", [f"{ADD} Write --topic", "events.rejected.topic"],
      without_right("TOPIC", "events.rejected.topic", describe=False))
plant("no_right_on_the_group", "E-KAFKA-ACL-GROUP", "error", [f"{ADD} Read --group"], without_right("GROUP", "group.id"))
plant("no_right_on_transactional_ids", "CHECK-ACL-UNSEEN", "warning", [f"{ADD} Write --transactional-id", "/one alone"],
      without_right("TRANSACTIONAL_ID", "instance.id"))
plant("settings_of_topics_that_may_not_be_read", "E-TOPIC-08", "warning", ["DESCRIBE_CONFIGS"], without_right("NONE", ""))
plant("limits_of_brokers_that_may_not_be_read", "CHECK-BROKER-UNREAD", "info", ["DESCRIBE_CONFIGS"], without_right("NONE", ""))


# PostgreSQL


def damage(*statements):
    def body(scene):
        with scene.damaged(*statements) as settings:
            yield settings

    return body


plant("a_table_that_is_not_there", "E-PG-TABLES", "error", ["groups does not exist", "sessiond migrate up"],
      damage("ALTER TABLE groups RENAME TO elsewhere"))
plant("a_ledger_of_another_version", "E-PG-TABLES", "error", ["command_outcomes.hints is missing", "sessiond migrate up"],
      damage("ALTER TABLE command_outcomes DROP hints"))
plant("a_ledger_that_a_crash_empties", "E-PG-TABLES", "error", ["UNLOGGED", "SET LOGGED"],
      damage("ALTER TABLE command_outcomes SET UNLOGGED"))
plant("a_sequence_whose_next_value_is_taken", "E-PG-TABLES", "error", ["misplaced sequence", "setval"],
      damage("INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (1, 1, 1)"))
plant("a_sequence_that_is_behind", "CHECK-SEQUENCE-BEHIND", "warning", ["9 behind", "setval"],
      damage("INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (9, 1, 1)"))
plant("ids_that_come_to_an_end", "CHECK-SEQUENCE-END", "warning", ["647 values left", "bigint"],
      damage("ALTER TABLE study_sessions ALTER id TYPE integer", "SELECT setval('study_sessions_id_seq', 2147483000)"))
plant("a_trigger_after_the_insert", "E-PG-TABLES-WARNING", "warning", ["has triggers after the insert", "BEFORE INSERT"],
      damage("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
             "CREATE TRIGGER t AFTER INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION f()"))
plant("a_rule", "CHECK-BULK", "info", ["study_sessions has a rule"],
      damage("CREATE RULE r AS ON DELETE TO study_sessions DO ALSO NOTHING"))
plant("an_insert_rule_that_no_statement_bears", "E-PG-0A000", "error", [],
      damage("CREATE RULE r AS ON INSERT TO study_sessions DO INSTEAD NOTHING"))
plant("a_ledger_pruned_of_what_the_topic_has", "CHECK-PRUNED", "warning", ["COMMAND_EXPIRED", "prune --older-than"],
      damage("INSERT INTO command_outcomes (command_id) SELECT gen_random_uuid() FROM generate_series(1, 100)",
             "INSERT INTO command_outcomes (command_id, outcome, decided_at) SELECT gen_random_uuid(), 'rejected', "
             "now() - i * interval '1 minute' FROM generate_series(1, 100) AS i",
             "ANALYZE command_outcomes"))


@contextlib.contextmanager
def worker_role(scene, *statements):
    """A role with the grants of `migrate sql` on tables that were damaged, as the settings of who logs in with it, and its name."""
    with scene.role() as role, scene.damaged(*statements) as settings:
        scene.db.execute(scene.must("migrate", "sql", "--role", role, **settings).stdout)
        scene.db.execute(f"SET search_path = {settings['postgres.schema']}")
        yield {**settings, **scene.conninfo(user=role)}, role


@planted("E-PG-GRANTS", "error", "lacks INSERT", "sessiond migrate sql")
def a_grant_that_is_missing(scene):
    with worker_role(scene) as (settings, role):
        scene.db.execute(f"REVOKE INSERT ON command_outcomes FROM {role}")
        yield settings


@planted("E-PG-ROW-SECURITY", "error", "row security", "USING (true)")
def rows_that_are_hidden(scene):
    with worker_role(scene, "ALTER TABLE groups ENABLE ROW LEVEL SECURITY") as (settings, _):
        yield settings


@planted("E-PG-PER-BATCH", "error", "GRANT SET ON PARAMETER", "per-row")
def checks_once_a_batch_without_the_grants(scene):
    with worker_role(scene) as (settings, _):
        yield {**settings, "postgres.reference.checks": "per-batch"}


@planted("E-PG-PER-ROW", "warning", "has the trigger t", "only slower")
def checks_once_a_batch_that_a_trigger_forbids(scene):
    with scene.damaged("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                       "CREATE TRIGGER t BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION f()") as settings:
        yield {**settings, "postgres.reference.checks": "per-batch"}


@planted("CHECK-SYNC", "warning", "synchronous_commit=off", "turn these settings on")
def commits_that_wait_for_nothing(scene):
    with worker_role(scene) as (settings, role):
        scene.db.execute(f"ALTER ROLE {role} SET synchronous_commit = off")
        yield settings


@planted("E-PG-POOLER", "error", "session mode")
def a_pooler_in_transaction_mode(scene):
    with pgbouncer(scene.services, scene.folder, "transaction") as conninfo:
        yield {"postgres.conninfo": conninfo}


@planted("E-PG-25006", "error", "target_session_attrs")
def a_server_that_takes_no_writes(scene):
    yield scene.conninfo(options="'-c default_transaction_read_only=on'")


# The schema registry


@contextlib.contextmanager
def registry_with(scene, *kinds):
    registry = SmallRegistry()
    for kind in kinds:
        registry.register(f"{getattr(scene, kind)}-value", (avro.SCHEMAS / SCHEMAS[kind]).read_text())
    try:
        yield registry, {"schema.registry.url": registry.url}
    finally:
        registry.close()


@planted("E-SCHEMA-07", "error", "StudySessionRejected", "sessiond schemas register")
def schemas_that_are_not_registered(scene):
    with registry_with(scene, "created") as (_, settings):
        yield settings


@planted("CHECK-SCHEMA-NEW", "info", "StudySessionCreated", "schemas register")
def schemas_that_will_be_registered(scene):
    with registry_with(scene) as (_, settings):
        yield {**settings, "schema.registry.auto.register": "true"}


@planted("CHECK-SCHEMA-LEVEL", "info", "NONE", "FULL_TRANSITIVE")
def a_registry_that_compares_nothing(scene):
    with registry_with(scene, *SCHEMAS) as (registry, settings):
        registry.level = "NONE"
        yield settings


@planted("E-SCHEMA-09", "warning", "StudySessionCreated", "schemas check")
def schemas_that_are_not_compatible(scene):
    with registry_with(scene, *SCHEMAS) as (registry, settings):
        registry.not_compatible[f"{scene.created}-value", 1] = ["reader lacks a default"]
        yield settings


@planted("E-REGISTRY-LOGIN", "error", "schema.registry.url")
def a_registry_that_lets_nobody_in(scene):
    with registry_with(scene, *SCHEMAS) as (registry, settings):
        registry.authorization = "Bearer s3cret"
        yield settings


# Only what the mistake is about is asked: brokers and databases that are far away are not.
ALONE = {name for name in PLANTED if list(PLANTED).index(name) <= list(PLANTED).index("a_connection_string_that_is_none")}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_with_its_place_and_its_fix(scene, name):
    mistake, code, severity, words = PLANTED[name]
    with mistake(scene) as settings:
        file = ["-F", settings.pop("-F")] if "-F" in settings else []
        connect = [] if name in ALONE else ["--connect"]
        done = scene.run(*file, "check", *connect, "--timeout", "3s", "--json", **settings)
    found = findings(done)
    assert code in found, (list(found), done.stderr)
    finding = found[code]
    told = " ".join(finding[part] for part in ("what", "where", "fix"))
    assert finding["severity"] == severity, finding
    for word in words:
        assert word in told, f"{word} is not in: {told}"
    assert "s3cret" not in done.stdout + done.stderr
