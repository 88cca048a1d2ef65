"""Clients that others have written, before sessiond and behind it; tests/README.md has the table of them."""
import json
import uuid

import pytest
from cloudevents.http import CloudEvent
from cloudevents.kafka import KafkaMessage, from_binary, to_binary, to_structured
from confluent_kafka.admin import NewTopic
from confluent_kafka.schema_registry import SchemaRegistryClient, header_schema_id_serializer
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from judge import avro, identity
from judge.records import read_all
from small_registry import SmallRegistry
from stage import command, new_id

JSON_SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "CreateStudySession",
    "type": "object",
    "properties": {name: {"type": "integer"} for name in ("group_id", "study_activity_id")},
    "required": ["group_id", "study_activity_id"],
}


def values(command_id=None, group_id=1, study_activity_id=1):
    return {"command_id": command_id or new_id(), "group_id": group_id, "study_activity_id": study_activity_id}


@pytest.fixture
def registry(stage):
    """The real one."""
    stage.settings["schema.registry.url"] = stage.services.registry
    stage.settings["schema.registry.auto.register"] = "true"
    return SchemaRegistryClient({"url": stage.services.registry})


@pytest.fixture
def small_registry(stage):
    """One that knows GUIDs."""
    registry = SmallRegistry()
    stage.settings["schema.registry.url"] = registry.url
    stage.settings["schema.registry.auto.register"] = "true"
    yield SchemaRegistryClient({"url": registry.url})
    registry.close()


# ---- Confluent's client for Python ----

SERIALIZERS = {
    "avro": lambda client, conf: AvroSerializer(client, json.dumps(avro.COMMAND), conf=conf),
    "json": lambda client, conf: JSONSerializer(json.dumps(JSON_SCHEMA), client, conf=conf),
}


def send_serialized(stage, client, kind, commands, **conf):
    """As a producer of confluent-kafka does it."""
    serialize, sent = SERIALIZERS[kind](client, conf), []
    for each in commands:
        context = SerializationContext(stage.commands, MessageField.VALUE, headers=[])
        sent.append(stage.send(serialize(each, context), key=b"k", headers=context.headers))
    return sent


def assert_they_are_decided(stage, sent, commands):
    """The last one of a group that is not there."""
    stage.drain()
    *created, unknown = stage.answers(sent)
    assert [event.body["command_id"] for event in created] == [each["command_id"] for each in commands[:-1]]
    assert [event.body["session"]["group_id"] for event in created] == [each["group_id"] for each in commands[:-1]]
    assert unknown.body["code"] == "GROUP_NOT_FOUND"
    stage.judge()


@pytest.mark.parametrize("kind", SERIALIZERS)
def test_commands_by_confluents_serializer_are_read(stage, registry, kind):
    commands = [values(), values(group_id=2), values(group_id=99)]
    sent = send_serialized(stage, registry, kind, commands)
    assert all(record.value[:1] == b"\0" for record in sent)
    assert_they_are_decided(stage, sent, commands)


@pytest.mark.parametrize("kind", SERIALIZERS)
def test_commands_by_confluents_serializer_with_the_guid_in_a_header_are_read(stage, small_registry, kind):
    commands = [values(), values(group_id=2), values(group_id=99)]
    sent = send_serialized(stage, small_registry, kind, commands, **{"schema.id.serializer": header_schema_id_serializer})
    assert all(record.header("__value_schema_id")[:1] == b"\1" and record.value[:1] != b"\0" for record in sent)
    assert_they_are_decided(stage, sent, commands)


NEWER = {
    **avro.COMMAND,
    "doc": "Another order, narrower and nullable ids, and fields of many types that we do not know.",
    "fields": [
        {"name": "reasons", "type": {"type": "array", "items": ["null", "string"]}, "default": []},
        {"name": "study_activity_id", "type": ["null", "long"], "default": None},
        {"name": "level", "type": {"type": "enum", "name": "Level", "symbols": ["LOW", "HIGH"]}, "default": "LOW"},
        {"name": "scores", "type": {"type": "map", "values": "double"}, "default": {}},
        {"name": "group_id", "type": "int"},
        {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 4}, "default": "abcd"},
        {
            "name": "owner",
            "type": {"type": "record", "name": "Owner", "fields": [{"name": "group_id", "type": "string"}]},
            "default": {"group_id": ""},
        },
        {"name": "due", "type": ["null", {"type": "int", "logicalType": "date"}], "default": None},
        {"name": "command_id", "type": ["null", "string"], "default": None},
        {"name": "flag", "type": "boolean", "default": False},
    ],
}


def test_a_producer_with_a_newer_version_of_the_schema_is_read_beside_one_with_the_old(stage, registry):
    more = {"reasons": [None, "x"], "level": "HIGH", "scores": {"a": 1.5}, "hash": b"\0\1\2\3", "owner": {"group_id": "7"}}
    commands = [values(), {**values(group_id=2), **more}, {**values(study_activity_id=None), **more}, values(group_id=2)]
    sent = send_serialized(stage, registry, "avro", commands[:1])
    newer = AvroSerializer(registry, json.dumps(NEWER))
    context = SerializationContext(stage.commands, MessageField.VALUE)
    sent += stage.send_all([newer(each, context) for each in commands[1:3]], key=b"k")
    sent += send_serialized(stage, registry, "avro", commands[3:])
    assert registry.get_versions(f"{stage.commands}-value") == [1, 2]
    stage.drain()

    first, created, missing, last = stage.answers(sent)
    assert [event.body["session"]["group_id"] for event in (first, created, last)] == [1, 2, 2]
    assert missing.body["code"] == "MISSING_FIELD" and missing.body["group_id"] == 1
    assert [event.body["command_id"] for event in stage.answers(sent)] == [each["command_id"] for each in commands]
    stage.judge()


def deserialized(client, event):
    context = SerializationContext(event.topic, MessageField.VALUE, headers=event.headers)
    return AvroDeserializer(client)(event.value, context)


def assert_confluents_deserializer_reads_the_events(stage, client):
    commands = [values(), values(group_id=99)]
    sent = stage.send_all([command(**each) for each in commands], key=b"k")
    stage.drain()
    created, rejected = [deserialized(client, event) for event in stage.answers(sent)]

    (row,) = stage.sessions()
    assert created["session"] == {
        "id": row["id"], "group_id": 1, "group_name": "Core Verbs", "activity_id": 1, "activity_name": "Typing Tutor",
        "start_time": created["occurred_at"], "end_time": created["occurred_at"],
    }  # fmt: skip
    assert str(created["command_id"]) == commands[0]["command_id"]
    assert (rejected["code"], rejected["group_id"]) == ("GROUP_NOT_FOUND", 99)
    assert [violation["field"] for violation in rejected["violations"]] == ["group_id"]
    stage.judge()


def test_events_are_read_by_confluents_deserializer(stage, registry):
    assert_confluents_deserializer_reads_the_events(stage, registry)
    assert {f"{stage.created}-value", f"{stage.rejected}-value"} <= set(registry.get_subjects())


def test_events_of_both_kinds_in_one_topic_are_read_by_confluents_deserializer(stage, registry):
    stage.settings["events.rejected.topic"] = stage.rejected = stage.created
    assert_confluents_deserializer_reads_the_events(stage, registry)
    records = {f"{stage.created}-study_sessions.v1.StudySession{kind}" for kind in ("Created", "Rejected")}
    assert records <= set(registry.get_subjects())


def test_events_whose_schemas_nobody_registered_stop_the_start_until_the_tool_has_registered_them(stage, registry):
    stage.settings["schema.registry.auto.register"] = "false"
    worker = stage.start()
    assert worker.await_exit() == 78
    assert f"{stage.created}-value" in worker.log and "fix: sessiond schemas register" in worker.log
    assert f"{stage.created}-value" not in registry.get_subjects(), "it looks and writes nothing"

    stage.must("schemas", "register")
    assert_confluents_deserializer_reads_the_events(stage, registry)


# ---- fastavro ----


def test_events_as_single_objects_are_read_by_fastavro_and_in_confluents_framing_too(stage, registry):
    first = stage.send(command(new_id()), key=b"k")
    stage.drain(**{"events.format": "avro"})
    second = stage.send(command(new_id()), key=b"k")
    stage.drain()
    single, framed = stage.answers([first, second])
    assert single.value[:2] == b"\xc3\x01" and framed.value[:1] == b"\0"
    for event in (single, framed):
        assert event.body["session"]["group_name"] == "Core Verbs"  # the judge reads by fastavro
    stage.judge()


# ---- The CloudEvents SDK for Python ----


AS_JSON = {"datacontenttype": "application/json"}


def cloud_event(**other):
    attributes = {"type": "create-study-session", "source": "/sdk", "id": f"n-{new_id()}", "partitionkey": "k", **other}
    return CloudEvent(attributes, {"group_id": 2, "study_activity_id": 1})


@pytest.mark.parametrize(
    ("write", "attributes"),
    [(to_binary, AS_JSON), (to_structured, AS_JSON), (to_structured, {})],
)
def test_commands_by_the_cloudevents_sdk_are_read_and_its_id_counts(stage, write, attributes):
    event = cloud_event(**attributes, correlationid="lesson-9")
    message = write(event)
    sent = [stage.send(message.value, key=message.key, headers=list(message.headers.items())) for _ in range(2)]
    stage.drain()
    answer, repeated = stage.answers(sent)
    assert answer.body["command_id"] == str(uuid.uuid5(identity.NAMESPACE, f"/sdk\n{event['id']}"))
    assert answer.body["session"]["group_id"] == 2
    assert (answer.text("ce_causationid"), answer.text("ce_correlationid")) == (event["id"], "lesson-9")
    assert repeated.replayed and repeated.value == answer.value
    stage.judge()


def test_events_are_read_by_the_cloudevents_sdk(stage):
    sent = stage.send_all([command(new_id()), command(new_id(), 99)], key=b"k")
    stage.drain()
    for event, kind in zip(stage.answers(sent), ("created", "rejected")):
        read = from_binary(KafkaMessage(dict(event.headers), event.key, event.value))
        assert (read["type"], read["source"]) == (f"study-session.{kind}.v1", f"/sessiond/{stage.commands}")
        assert (read["id"], read["time"]) == (event.body["event_id"], event.body["occurred_at"])
        assert read["datacontenttype"] == "application/json" and read.data == event.body
    stage.judge()


# ---- Java ----


def java_avro(stage, java, url):
    """Commands in and events of both kinds out by AvroClient.java."""
    commands = [values(), values(group_id=99)]
    schema = avro.SCHEMAS / "create-study-session.v1.avsc"
    lines = [" ".join(map(str, each.values())) for each in commands]
    java("AvroClient", "write", stage.services.kafka, url, stage.commands, schema, lines=lines)
    stage.drain()
    schemas = [avro.SCHEMAS / f"study-session-{kind}.v1.avsc" for kind in ("created", "rejected")]
    events = stage.created, schemas[0], stage.rejected, schemas[1]
    created, rejected = map(json.loads, java("AvroClient", "read", stage.services.kafka, url, *events))
    assert created["command_id"] == commands[0]["command_id"] and created["session"]["group_name"] == "Core Verbs"
    assert rejected["command_id"] == commands[1]["command_id"] and rejected["code"] == "GROUP_NOT_FOUND"
    stage.judge()


def test_apache_avro_for_java_writes_and_reads_single_objects(stage, java):
    stage.settings["events.format"] = "avro"
    java_avro(stage, java, "-")
    assert {record.value[:2] for record in read_all(stage.services.kafka, stage.commands)} == {b"\xc3\x01"}


def test_apicurios_serdes_for_java_write_and_read_confluents_wire_format(stage, registry, java):
    native = stage.services.registry.replace("/apis/ccompat/v7", "/apis/registry/v2")
    java_avro(stage, java, native)
    assert {record.value[:1] for record in read_all(stage.services.kafka, stage.commands)} == {b"\0"}


def test_springs_replying_template_gets_each_event_for_its_request(stage, java):
    replies = f"{stage.name}.replies"
    (created,) = stage.admin.create_topics([NewTopic(replies, num_partitions=3, replication_factor=1)]).values()
    created.result(10)
    commands = [values(group_id=99 if i % 4 == 3 else 1 + i % 2) for i in range(40)]
    with stage.working(**{"events.reply.topics": replies}):
        lines = java("SpringClient", stage.services.kafka, stage.commands, replies, 2, lines=map(json.dumps, commands))
    answers = [json.loads(line) for line in lines]
    assert [answer["command_id"] for answer in answers] == [each["command_id"] for each in commands]
    assert [answer.get("code") for answer in answers] == [
        "GROUP_NOT_FOUND" if each["group_id"] == 99 else None for each in commands
    ]
    assert {record.partition for record in read_all(stage.services.kafka, replies)} == {2}
    stage.judge()
