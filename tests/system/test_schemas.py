"""The published schemas, read by a foreign library."""
import json
import urllib.request

import fastavro
import pytest

from judge import avro

PUBLISHED = sorted(path.stem for path in avro.SCHEMAS.glob("*.avsc"))
UUID = {"type": "string", "logicalType": "uuid"}
TIME = {"type": "long", "logicalType": "timestamp-micros"}

# The fields by what they mean, wherever they stand; ("optional", type): a union with null first.
TYPES = {
    "event_id": UUID,
    "command_id": UUID,
    "occurred_at": TIME,
    "start_time": TIME,
    "end_time": TIME,
    "id": "long",
    "group_id": "long",
    "study_activity_id": "long",
    "activity_id": "long",
    "code": "string",
    "message": "string",
    "field": "string",
    "sqlstate": "string",
    "group_name": "string",
    "activity_name": "string",
}
FIELDS = {
    "CreateStudySession": ["command_id?", "group_id", "study_activity_id"],
    "StudySessionCreated": ["event_id", "command_id", "occurred_at", "message", "session"],
    "StudySession": ["id", "group_id", "group_name", "activity_id", "activity_name", "start_time", "end_time"],
    "StudySessionRejected": [
        "event_id", "command_id", "occurred_at", "code", "message", "violations",
        "group_id?", "study_activity_id?", "sqlstate?",
    ],
    "Violation": ["field?", "code", "message"],
}  # fmt: skip


def plain(type_):
    return {name: value for name, value in type_.items() if name != "doc"} if isinstance(type_, dict) else type_


def records(schema):
    yield schema
    for field in schema["fields"]:
        inner = field["type"]
        inner = inner.get("items", inner) if isinstance(inner, dict) else inner
        if isinstance(inner, dict) and inner["type"] == "record":
            yield from records(inner)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_has_the_promised_fields_and_types(name):
    schema = json.loads((avro.SCHEMAS / f"{name}.avsc").read_text())
    fastavro.parse_schema(schema)
    assert schema["namespace"] == "study_sessions.v1"
    for record in records(schema):
        names = []
        for field in record["fields"]:
            optional = isinstance(field["type"], list)
            names.append(field["name"] + ("?" if optional else ""))
            if optional:
                assert field["type"][0] == "null" and "default" in field and field["default"] is None
            kind = field["type"][1] if optional else field["type"]
            if field["name"] in TYPES:
                assert plain(kind) == TYPES[field["name"]], f"{name}: {field['name']}"
        assert names == FIELDS[record["name"]]


def test_every_published_version_has_its_fingerprint_and_the_commands_golden_bytes_in_the_tables():
    """Who edits a published schema, or adds a version without tests/data/make_golden.py, is told here."""
    data = avro.SCHEMAS.parent / "tests" / "data"
    rows = [line.split(" | ") for line in (data / "avro_fingerprints.table").read_text().splitlines()]
    known = {row[0]: row[1] for row in rows if row[0].startswith("schemas/")}
    assert known == {f"schemas/{name}.avsc": avro.magic(avro.load(name))[:1:-1].hex() for name in PUBLISHED}

    golden = {line.split(" | ")[0] for line in (data / "avro_golden.table").read_text().splitlines()}
    assert golden >= {name for name in PUBLISHED if name.startswith("create-study-session.")}


def test_the_schemas_of_events_are_looked_up_in_a_registry_and_not_registered_unless_asked(stage):
    registry = stage.services.registry
    worker = stage.start(**{"schema.registry.url": registry})
    assert worker.await_exit() == 78 and "schemas register" in worker.log, worker.log
    with urllib.request.urlopen(f"{registry}/subjects", timeout=90) as answer:
        assert [subject for subject in json.load(answer) if subject.startswith(stage.name)] == []
    with stage.working(**{"schema.registry.url": registry, "schema.registry.auto.register": "true"}):
        pass
    with urllib.request.urlopen(f"{registry}/subjects", timeout=90) as answer:
        registered = {subject for subject in json.load(answer) if subject.startswith(stage.name)}
    assert registered == {f"{stage.created}-value", f"{stage.rejected}-value"}
