"""Commands that can be read and not carried out."""
import json
from pathlib import Path

from judge import identity
from stage import command, new_id


def rows_of(table):
    for line in (Path(__file__).parent / table).read_text().splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def violations(body):
    return " ".join(f"{violation['field']}:{violation['code']}" for violation in body["violations"])


def test_each_rejection_names_all_violations_of_its_step_in_their_order(stage):
    table = list(rows_of("rejections.table"))
    ids = [new_id() for _ in table]
    values = [f'{{"command_id": "{id}", {row[0][1:]}'.replace(", }", "}") for id, row in zip(ids, table)]
    sent = stage.send_all([value.encode() for value in values], key=b"k")
    stage.drain()

    for command_id, (value, expected, readable), event in zip(ids, table, stage.answers(sent)):
        body = event.body
        group_id, study_activity_id = (json.loads(word) for word in readable.split())
        assert violations(body) == expected, value
        assert list(body) == [
            "event_id", "command_id", "occurred_at", "code", "message", "violations", "group_id", "study_activity_id", "sqlstate",
        ]  # fmt: skip
        assert body["code"] == body["violations"][0]["code"] and body["message"] == body["violations"][0]["message"]
        assert (body["group_id"], body["study_activity_id"], body["sqlstate"]) == (group_id, study_activity_id, None), value
        assert body["event_id"] == body["command_id"] == command_id
        assert event.topic == stage.rejected and event.text("ce_type") == "study-session.rejected.v1"
        assert event.text("ce_subject") == command_id
    assert stage.sessions() == [] and stage.dead_letters() == []
    assert len(stage.ledger()) == len(table)
    stage.judge()


def test_a_command_id_that_is_no_uuid_is_invalid_and_the_derived_id_is_decided(stage):
    bad = ["nope", 5, "", "{%s}" % new_id(), new_id().replace("-", ""), new_id() + "\n"]
    sent = stage.send_all([command(value) for value in bad], key=b"k", headers=[("ce_id", new_id().encode())])
    stage.drain()

    for record, event in zip(sent, stage.answers(sent)):
        assert violations(event.body) == "command_id:INVALID_FIELD", record.value
        assert event.body["event_id"] == event.body["command_id"] == identity.derived_id(record)
    stage.judge()


def test_a_rejection_is_final_and_a_new_id_tries_again(stage):
    command_id = new_id()
    first = stage.send(command(command_id, group_id=5), key=b"k")
    stage.drain()
    stage.db.execute("INSERT INTO groups (id, name) VALUES (5, 'Now it exists')")
    again = stage.send(command(new_id(), group_id=5), key=b"k")
    stage.drain()

    assert [event.topic for event in stage.answers([first, again])] == [stage.rejected, stage.created]
    stage.judge()


def test_an_id_may_be_demanded(stage):
    without = stage.send(command(None), key=b"k")
    by_header = stage.send(command(None), key=b"k", headers=[("ce_id", b"order-1"), ("ce_source", b"/shop")])
    stage.drain(**{"commands.id.required": "true"})

    rejected, created = stage.answers([without, by_header])
    assert violations(rejected.body) == "command_id:MISSING_FIELD"
    assert created.topic == stage.created
    stage.judge()
