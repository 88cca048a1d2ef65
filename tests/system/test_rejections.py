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


def messages(event):
    return {each["field"]: each["message"] for each in event.body["violations"]}


def test_a_missing_field_names_what_looks_like_it(stage):
    ids = [new_id() for _ in range(5)]
    fields = [
        {"groupId": 1, "studyActivityId": 1},
        {"group-id": 1, "study_activityid": 1},
        {"schema": {"type": "struct"}, "payload": {"group_id": 1, "study_activity_id": 1}},
        {"name": 1, "x" * 5000 + "groupId": 1},
        {"group_id": None, "study_activity_id": 1},
    ]
    sent = stage.send_all([json.dumps({"command_id": id, **each}).encode() for id, each in zip(ids, fields)], key=b"k")
    duplicate = stage.send(json.dumps({"command_id": ids[0], "GROUP_ID": 1}).encode(), key=b"k")
    stage.drain()

    camel, dashed, connect, nothing, null = (messages(event) for event in stage.answers(sent))
    assert "groupId" in camel["group_id"] and "studyActivityId" in camel["study_activity_id"]
    assert "group-id" in dashed["group_id"] and "study_activityid" in dashed["study_activity_id"]
    assert "Kafka Connect" in connect["group_id"] and "payload" in connect["study_activity_id"]
    assert set(nothing.values()) == {"group_id is required", "study_activity_id is required"}
    assert null == {"group_id": "group_id is required"}

    # The stored event, whatever the record that is answered now looks like, and after a restart.
    first = stage.event_of(sent[0])
    again = stage.event_of(duplicate)
    assert again.replayed and again.value == first.value
    stage.rewind()
    stage.drain()
    stage.judge(rewound=True)


def test_a_rejection_that_an_earlier_version_stored_says_what_it_said(stage):
    command_id = new_id()
    sent = stage.send(json.dumps({"command_id": command_id, "groupId": 1, "study_activity_id": 1}).encode())
    stage.db.execute(
        """INSERT INTO command_outcomes (command_id, outcome, code, violations, group_id_invalid, study_activity_id,
               study_activity_id_invalid, topic, partition, "offset", timestamp_ms, decided_at)
           VALUES (%s, 'rejected', 'MISSING_FIELD', 'group_id:MISSING_FIELD', false, 1, false, %s, %s, %s, %s, now())""",
        (command_id, sent.topic, sent.partition, sent.offset, sent.timestamp_ms),
    )
    stage.drain()
    assert messages(stage.event_of(sent)) == {"group_id": "group_id is required"}
    stage.judge()
