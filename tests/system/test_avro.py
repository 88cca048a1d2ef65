"""Avro in and out, with fastavro on the other side."""
import json

from judge import avro, identity
from stage import command, new_id


def avro_command(command_id=None, group_id=1, study_activity_id=1):
    fields = {"command_id": command_id, "group_id": group_id, "study_activity_id": study_activity_id}
    return avro.write(avro.COMMAND, fields)


def test_avro_commands_are_decided_like_json_ones(stage):
    ids = [new_id() for _ in range(3)]
    values = [avro_command(ids[0], 2, 2), avro_command(ids[1], 99), avro_command(ids[2], 0, -1), avro_command()]
    sent = stage.send_all(values, key=b"k")
    as_json = stage.send(command(ids[0], 2, 2), key=b"k")
    stage.drain()

    created, unknown, invalid, derived, replayed = stage.answers([*sent, as_json])
    assert (created.body["command_id"], created.body["session"]["group_id"]) == (ids[0], 2)
    assert (unknown.body["code"], unknown.body["group_id"]) == ("GROUP_NOT_FOUND", 99)
    assert [violation["code"] for violation in invalid.body["violations"]] == ["INVALID_FIELD"] * 2
    assert derived.body["command_id"] == identity.derived_id(sent[3])
    assert replayed.value == created.value and replayed.replayed, "the same command in another encoding is the same command"
    stage.judge()


def test_fields_are_found_by_name_in_a_foreign_writer_schema(stage, tmp_path):
    """More fields, of every type, around ours; int instead of long; nullable where we are not; a plain string as id."""
    schema = {
        "type": "record",
        "name": "CreateStudySession",
        "namespace": "elsewhere",
        "fields": [
            {"name": "tags", "type": {"type": "map", "values": {"type": "array", "items": "double"}}},
            {"name": "study_activity_id", "type": ["int", "null"]},
            {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
            {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 3}},
            {"name": "group_id", "type": "int"},
            {"name": "nested", "type": {"type": "record", "name": "N", "fields": [{"name": "group_id", "type": "string"}]}},
            {"name": "command_id", "type": "string"},
            {"name": "rest", "type": ["null", "boolean", "float", "bytes"]},
        ],
    }
    (tmp_path / "foreign.avsc").write_text(json.dumps(schema))
    data = {
        "tags": {"x": [1.5, 2.5], "y": []}, "kind": "B", "hash": b"abc", "nested": {"group_id": "no"}, "rest": b"\x00\xff",
        "command_id": new_id(), "group_id": 2, "study_activity_id": 1,
    }  # fmt: skip
    sent = stage.send(avro.write(schema, data), key=b"k")
    absent = stage.send(avro.write(schema, {**data, "command_id": new_id(), "study_activity_id": None}), key=b"k")
    stage.drain(**{"schemas.dir": tmp_path})

    created, rejected = stage.answers([sent, absent])
    assert (created.body["session"]["group_id"], created.body["session"]["activity_id"]) == (2, 1)
    assert rejected.body["code"] == "MISSING_FIELD"
    stage.judge()


def test_avro_events_are_read_back_with_the_published_schemas(stage):
    command_id = new_id()
    values = [command(command_id, 2, 2), command(new_id(), None), command(new_id(), 98, 99), command(command_id, 1), b"garbage"]
    sent = stage.send_all(values, key=b"k")
    stage.drain(**{"events.format": "avro"})

    events = stage.answers(sent)
    assert {event.text("content-type") for event in events} == {"application/avro"}
    assert events[0].body["session"]["group_name"].endswith("動詞 𝄞")
    assert [event.body.get("code") for event in events] == [
        None, "MISSING_FIELD", "GROUP_NOT_FOUND", "COMMAND_ID_REUSED", "UNDECODABLE",
    ]  # fmt: skip
    stage.judge()


def test_a_fixed_format_takes_no_other(stage):
    sent = [stage.send(avro_command(new_id())), stage.send(command(new_id()))]
    stage.drain(**{"commands.format": "avro-single-object"})

    assert [event.body.get("code") for event in stage.answers(sent)] == [None, "UNDECODABLE"]
    stage.judge()
