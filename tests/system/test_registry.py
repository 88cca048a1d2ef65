"""Commands and events in Confluent's wire format, with a real schema registry."""
import io
import json
import struct
import urllib.error
import urllib.request

import fastavro
import pytest

from judge import avro
from stage import command, new_id

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"

JSON_SCHEMA = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "CreateStudySession", "type": "object"}


class Registry:
    """Confluent's REST API, by hand."""

    def __init__(self, url):
        self.url = url

    def post(self, path, method="POST", **body):
        request = urllib.request.Request(
            self.url + path, data=json.dumps(body).encode(), headers={"Content-Type": CONTENT_TYPE}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from None

    def register(self, subject, schema, **other):
        text = schema if isinstance(schema, str) else json.dumps(schema)
        return self.post(f"/subjects/{subject}/versions", schema=text, **other)["id"]

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=90) as answer:
            return json.load(answer)


@pytest.fixture
def registry(stage):
    stage.settings["schema.registry.url"] = stage.services.registry
    stage.settings["schema.registry.auto.register"] = "true"
    return Registry(stage.services.registry)


def framed(schema_id, body):
    return struct.pack(">bi", 0, schema_id) + body


def avro_body(schema, data):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), data)
    return out.getvalue()


def values(**other):
    return {"command_id": new_id(), "group_id": 1, "study_activity_id": 1, **other}


def test_commands_are_read_by_the_schema_that_the_registry_has_under_their_id(stage, registry):
    schema_id = registry.register(f"{stage.commands}-value", avro.COMMAND)
    json_id = registry.register(f"{stage.commands}-json-value", JSON_SCHEMA, schemaType="JSON")
    by_prefix = stage.send(framed(schema_id, avro_body(avro.COMMAND, values())), key=b"k")
    by_header = stage.send(
        avro_body(avro.COMMAND, values(group_id=2)),
        key=b"k",
        headers=[("__value_schema_id", struct.pack(">bi", 0, schema_id))],
    )
    json_by_prefix = stage.send(framed(json_id, command(new_id())), key=b"k")
    json_by_header = stage.send(command(new_id()), key=b"k", headers=[("__value_schema_id", struct.pack(">bi", 0, json_id))])
    plain = stage.send(command(new_id()), key=b"k")
    stage.drain()

    answers = stage.answers([by_prefix, by_header, json_by_prefix, json_by_header, plain])
    assert [answer.body["session"]["group_id"] for answer in answers] == [1, 2, 1, 1, 1]
    stage.judge()


def test_events_carry_the_ids_under_which_their_schemas_are_registered(stage, registry):
    created = stage.send(command(), key=b"k")
    rejected = stage.send(command(group_id=99), key=b"k")
    stage.drain()

    for record, topic, name in (
        (created, stage.created, "study-session-created.v1"),
        (rejected, stage.rejected, "study-session-rejected.v1"),
    ):
        event = stage.event_of(record)
        magic, schema_id = struct.unpack(">bi", event.value[:5])
        registered = registry.get(f"/subjects/{topic}-value/versions/latest")
        assert (magic, schema_id) == (0, registered["id"])
        assert json.loads(registered["schema"]) == avro.load(name)
        assert event.text("content-type") == "application/avro"
    stage.judge()


def test_schemas_check_has_the_registrys_own_verdict_by_its_level(stage, registry):
    subject = f"{stage.created}-value"
    other = avro.load("study-session-created.v1")
    next(field for field in other["fields"] if field["name"] == "occurred_at")["type"] = "string"
    registry.register(subject, other)

    def check(code):
        done = stage.run("schemas", "check", "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    registry.post(f"/config/{subject}", method="PUT", compatibility="NONE")
    told = check(0)
    assert told["compatible"] is None and [each["compatible"] for each in told["checks"]] == [None]
    registry.post(f"/config/{subject}", method="PUT", compatibility="FULL")
    told = check(1)
    (found,) = told["checks"]
    assert (told["compatible"], found["compatible"], found["level"]) == (False, False, "FULL")
    assert any("STRING" in reason and "LONG" in reason for reason in found["reasons"]), found
    assert stage.run("schemas", "register").returncode == 1


def test_an_id_that_the_registry_does_not_know_is_answered(stage, registry):
    unknown = stage.send(framed(987654, b"\x00\x02\x02"), key=b"k")
    good = stage.send(command(), key=b"k")
    stage.drain(30)
    assert stage.event_of(unknown).body["code"] == "UNKNOWN_SCHEMA"
    assert "session" in stage.event_of(good).body
    stage.judge()


def test_a_schema_that_refers_to_others_is_put_together(stage, registry):
    """Two levels of references, and what they name before and behind our fields."""
    unit = {"type": "record", "name": "Unit", "namespace": "elsewhere", "fields": [{"name": "id", "type": "string"}]}
    place = {
        "type": "record", "name": "Place", "namespace": "elsewhere",
        "fields": [{"name": "unit", "type": "elsewhere.Unit"}, {"name": "group_id", "type": "double"}],
    }  # fmt: skip
    schema = {
        "type": "record", "name": "CreateStudySession", "namespace": "elsewhere",
        "fields": [
            {"name": "place", "type": "elsewhere.Place"},
            {"name": "group_id", "type": "long"},
            {"name": "units", "type": {"type": "array", "items": "elsewhere.Unit"}},
            {"name": "study_activity_id", "type": "long"},
        ],
    }  # fmt: skip
    subjects = {name: f"{stage.name}-{name}" for name in ("unit", "place")}
    to_unit = {"name": "elsewhere.Unit", "subject": subjects["unit"], "version": 1}
    to_place = {"name": "elsewhere.Place", "subject": subjects["place"], "version": 1}
    registry.register(subjects["unit"], unit)
    registry.register(subjects["place"], place, references=[to_unit])
    schema_id = registry.register(f"{stage.commands}-value", schema, references=[to_unit, to_place])

    data = {"place": {"unit": {"id": "a"}, "group_id": 0.5}, "units": [{"id": "b"}], "group_id": 2, "study_activity_id": 1}
    body = io.BytesIO()
    named = {}
    fastavro.parse_schema(unit, named)
    fastavro.parse_schema(place, named)
    fastavro.schemaless_writer(body, fastavro.parse_schema(schema, named), data)
    sent = stage.send(framed(schema_id, body.getvalue()), key=b"k")
    stage.drain()
    assert stage.event_of(sent).body["session"]["group_id"] == 2
    stage.judge()


def test_a_union_as_the_whole_schema_is_read_by_the_branch_that_was_written(stage, registry):
    other = {"type": "record", "name": "Other", "namespace": "elsewhere", "fields": [{"name": "group_id", "type": "int"}]}
    schema_id = registry.register(f"{stage.commands}-value", [other, "string", avro.COMMAND])
    ours = stage.send(framed(schema_id, b"\x04" + avro_body(avro.COMMAND, values())), key=b"k")
    another = stage.send(framed(schema_id, b"\x00" + avro_body(other, {"group_id": 1})), key=b"k")
    text = stage.send(framed(schema_id, b"\x02\x02a"), key=b"k")
    beyond = stage.send(framed(schema_id, b"\x06"), key=b"k")
    stage.drain()
    codes = [event.body.get("code") for event in stage.answers([ours, another, text, beyond])]
    assert codes == [None, "MISSING_FIELD", "UNDECODABLE", "UNDECODABLE"]
    stage.judge()


def test_a_schema_of_another_kind_is_known_and_cannot_be_read(stage, registry):
    proto = 'syntax = "proto3"; message CreateStudySession { int64 group_id = 1; int64 study_activity_id = 2; }'
    schema_id = registry.register(f"{stage.commands}-value", proto, schemaType="PROTOBUF")
    sent = stage.send(framed(schema_id, b"\x00\x08\x01\x10\x01"), key=b"k")
    stage.drain()
    assert stage.event_of(sent).body["code"] == "UNDECODABLE"
    (letter,) = stage.dead_letters()
    assert (letter.value, letter.header("__dlq.errors.code")) == (sent.value, b"UNDECODABLE")
    stage.judge()
