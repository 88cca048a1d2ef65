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

    def post(self, path, **body):
        request = urllib.request.Request(
            self.url + path, data=json.dumps(body).encode(), headers={"Content-Type": CONTENT_TYPE}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from None

    def register(self, subject, schema, **other):
        text = schema if isinstance(schema, str) else json.dumps(schema)
        return self.post(f"/subjects/{subject}/versions", schema=text, **other)["id"]

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
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


def test_an_id_that_the_registry_does_not_know_is_answered(stage, registry):
    unknown = stage.send(framed(987654, b"\x00\x02\x02"), key=b"k")
    good = stage.send(command(), key=b"k")
    stage.drain(30)
    assert stage.event_of(unknown).body["code"] == "UNKNOWN_SCHEMA"
    assert "session" in stage.event_of(good).body
    stage.judge()
