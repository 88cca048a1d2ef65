"""What a command's id is when its fields do not say."""
import base64
import json
import uuid

import pytest

from judge import avro, identity
from stage import command, new_id


def binary(ce_id, source=None):
    headers = [("ce_specversion", b"1.0"), ("ce_id", ce_id)]
    return headers if source is None else [*headers, ("ce_source", source)]


def test_a_cloudevents_id_that_is_a_uuid_is_the_command_id(stage):
    ce_id = new_id()
    sent = stage.send(command(None), headers=binary(ce_id.upper().encode(), b"/shop"))
    stage.drain()

    event = stage.event_of(sent)
    assert event.body["command_id"] == ce_id
    assert event.text("ce_causationid") == ce_id.upper()
    stage.judge()


def test_another_cloudevents_id_counts_together_with_its_source(stage):
    headers = [binary(b"order-1", b"/shop"), binary(b"order-1", b"/stall"), binary(b"order-1", b"/shop"), binary(b"order-1")]
    sent = [stage.send(command(None), key=b"k", headers=each) for each in headers]
    stage.drain()

    shop, stall, again, nowhere = stage.answers(sent)
    assert shop.body["command_id"] == str(uuid.uuid5(identity.NAMESPACE, "/shop\norder-1"))
    assert stall.body["command_id"] == str(uuid.uuid5(identity.NAMESPACE, "/stall\norder-1"))
    assert nowhere.body["command_id"] == str(uuid.uuid5(identity.NAMESPACE, "\norder-1"))
    assert again.value == shop.value and again.replayed
    stage.judge()


def test_the_field_comes_before_the_header_and_null_is_absent(stage):
    field_id, ce_id = new_id(), new_id()
    both = stage.send(command(field_id), key=b"k", headers=binary(ce_id.encode()))
    null = stage.send(b'{"command_id": null, "group_id": 1, "study_activity_id": 1}', key=b"k", headers=binary(ce_id.encode()))
    stage.drain()

    assert [event.body["command_id"] for event in stage.answers([both, null])] == [field_id, ce_id]
    stage.judge()


def test_without_any_id_the_position_gives_one(stage):
    sent = stage.send_all([command(None)] * 3, key=b"k")
    sent.append(stage.send(command(None), key=b"k", headers=binary(b"")))
    sent.append(stage.send(command(None), key=b"k", timestamp_ms=1_600_000_000_123))
    stage.drain()

    events = stage.answers(sent)
    assert [event.body["command_id"] for event in events] == [identity.derived_id(record) for record in sent]
    assert len(stage.sessions()) == 5
    stage.judge()


NIL, MAX = str(uuid.UUID(int=0)), str(uuid.UUID(int=2**128 - 1))


@pytest.mark.parametrize("nobody", [NIL, MAX, MAX.upper()])
def test_the_nil_and_the_max_uuid_are_no_command_id(stage, nobody):
    """What a variable holds that nobody has set must not become the one id of all commands."""
    sent = stage.send_all([command(nobody, group_id=group) for group in (1, 2, 1)], key=b"k")
    by_avro = avro.write(avro.COMMAND, {"command_id": nobody, "group_id": 1, "study_activity_id": 1})
    sent.append(stage.send(by_avro, key=b"k", headers=binary(b"order-1")))
    stage.drain()

    for record, event in zip(sent, stage.answers(sent)):
        assert [(each["field"], each["code"]) for each in event.body["violations"]] == [("command_id", "INVALID_FIELD")]
        assert event.body["command_id"] == identity.derived_id(record)
    assert stage.sessions() == []
    stage.judge()


@pytest.mark.parametrize("nobody", [NIL, MAX.upper()])
def test_as_a_cloudevents_id_they_are_absent(stage, nobody):
    sent = stage.send_all([command(None)] * 2, key=b"k", headers=binary(nobody.encode(), b"/shop"))
    fields = {"specversion": "1.0", "id": nobody, "source": "/shop", "data": {"group_id": 1, "study_activity_id": 1}}
    sent += stage.send_all([json.dumps(fields).encode()] * 2, key=b"k")
    stage.drain()

    ids = [identity.derived_id(record) for record in sent]
    events = stage.answers(sent)
    assert [event.body["command_id"] for event in events] == ids and len(stage.sessions()) == 4
    assert [event.text("ce_causationid") for event in events] == ids
    stage.judge()


def test_where_an_id_is_demanded_they_are_none(stage):
    by_header = stage.send(command(None), key=b"k", headers=binary(NIL.encode()))
    by_field = stage.send(command(MAX), key=b"k")
    stage.drain(**{"commands.id.required": "true"})

    events = stage.answers([by_header, by_field])
    assert [event.body["code"] for event in events] == ["MISSING_FIELD", "INVALID_FIELD"]
    stage.judge()


# ---- Dead letters that are sent back ----


def sent_back(stage, letter, **changes):
    """As `sessiond dlq redrive` does it: the copy and its headers, delivered once more."""
    headers = dict(letter.headers)
    headers["__dlq.errors.delivery.count"] = str(int(headers["__dlq.errors.delivery.count"]) + 1).encode()
    return stage.send(letter.value, letter.key, list({**headers, **changes}.items()), partition=0)


def refuse_two(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")


def test_a_dead_letter_that_is_sent_back_and_its_first_position_are_one_command(stage):
    refuse_two(stage)
    first, _ = stage.send_all([command(None, 2), command(new_id())], key=b"k", partition=0)
    stage.drain()
    (letter,) = stage.dead_letters()
    stage.db.execute("ALTER TABLE study_sessions DROP CONSTRAINT not_two")
    again = sent_back(stage, letter)
    stage.drain()

    event = stage.event_of(again)
    assert event.topic == stage.created and event.body["command_id"] == identity.derived_id(first)
    stage.rewind()
    stage.drain()
    before, repeat = sorted((each for each in stage.events() if each.command_place == first.place), key=lambda each: each.replayed)
    assert before.body["code"] == "STORE_REFUSED" and repeat.value == event.value and repeat.replayed
    assert len(stage.sessions()) == 2
    stage.judge(rewound=True)


def test_a_dead_letter_that_fails_again_still_says_where_it_stood_at_first(stage):
    refuse_two(stage)
    first, _ = stage.send_all([command(None, 2), command(new_id())], key=b"k", headers=[("h", b"1")], partition=0)
    stage.drain()
    (letter,) = stage.dead_letters()
    sent_back(stage, letter)
    stage.send(command(new_id()), key=b"k", partition=0)
    stage.drain()

    one, two = sorted(stage.dead_letters(), key=lambda each: int(each.text("__dlq.errors.delivery.count")))
    assert len(two.headers) == len(dict(two.headers)) == len(one.headers), "each is there once"
    assert dict(two.headers) == {**dict(one.headers), "__dlq.errors.delivery.count": b"2"}
    assert two.text("__dlq.errors.offset") == str(first.offset)
    assert two.text("__dlq.errors.command.id") == identity.derived_id(first)
    stage.judge()


def test_coordinates_of_elsewhere_are_written_anew_and_an_id_that_is_none_is_none(stage):
    refuse_two(stage)
    stage.send_all([command(None, 2), command(new_id())], key=b"k", partition=0)
    stage.drain()
    (letter,) = stage.dead_letters()
    changes = [
        {"__dlq.errors.topic": b"elsewhere"},
        {"__dlq.errors.timestamp": b""},
        {"__dlq.errors.command.id": NIL.encode()},
        {"__dlq.errors.command.id": b"order-7"},
    ]
    sent = [sent_back(stage, letter, **change) for change in changes]
    stage.send(command(new_id()), key=b"k", partition=0)
    stage.drain()

    letters = {other.text("__dlq.errors.offset"): other for other in stage.dead_letters()}
    assert {str(record.offset) for record in sent} <= letters.keys()
    ids = [stage.event_of(record).body["command_id"] for record in sent]
    assert ids[:2] == [letter.text("__dlq.errors.command.id")] * 2
    assert ids[2:] == [identity.derived_id(record) for record in sent[2:]]
    stage.judge()


def test_the_id_of_a_dead_letter_is_none_where_an_id_is_demanded_or_brought(stage):
    dead = [("__dlq.errors.command.id", new_id().encode())]
    own, ce = new_id(), new_id()
    sent = [
        stage.send(command(None), key=b"k", headers=dead),
        stage.send(command(own), key=b"k", headers=dead),
        stage.send(command(None), key=b"k", headers=[*dead, *binary(ce.encode())]),
    ]
    stage.drain(**{"commands.id.required": "true"})

    events = stage.answers(sent)
    assert [event.body.get("code") for event in events] == ["MISSING_FIELD", None, None]
    assert [event.body["command_id"] for event in events] == [dead[0][1].decode(), own, ce]
    stage.judge()


# ---- What an earlier version has decided ----


def decide_as_before(stage, record, command_id, session_id):
    """The ledger's row and the session as a version left them that took every UUID for an id."""
    stage.db.execute("INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (%s, 1, 1)", (session_id,))
    stage.db.execute(
        """INSERT INTO command_outcomes (command_id, outcome, session_id, code, group_id, group_id_invalid, study_activity_id,
               study_activity_id_invalid, group_name, activity_name, topic, partition, "offset", timestamp_ms, decided_at)
           SELECT %s, 'created', id, '', 1, false, 1, false, 'Core Verbs', 'Typing Tutor', %s, %s, %s, %s, created_at
           FROM study_sessions WHERE id = %s""",
        (command_id, record.topic, record.partition, record.offset, record.timestamp_ms, session_id),
    )


@pytest.mark.parametrize("nobody", [NIL, MAX])
@pytest.mark.parametrize("headers", [[], binary(b"x")])
def test_an_outcome_that_an_earlier_version_stored_at_this_position_stands(stage, nobody, headers):
    """A rewind over what it decided: no second session, and the event that was published."""
    before, own, after = stage.send_all([command(nobody)] * 3, key=b"k", headers=headers, partition=0)
    decide_as_before(stage, own, nobody, 1000)
    stage.drain()

    events = stage.answers([before, own, after])
    assert [event.body.get("code") for event in events] == ["INVALID_FIELD", None, "INVALID_FIELD"]
    assert events[1].body["command_id"] == events[1].text("ce_id") == nobody and not events[1].replayed
    assert [row["id"] for row in stage.sessions()] == [1000]
    stage.judge()


def test_so_does_one_that_was_stored_under_another_derived_id_or_another_reading(stage):
    dead = [("__dlq.errors.command.id", new_id().encode())]
    in_base64 = base64.b64encode(command(new_id(), 2)).decode()
    envelope = {"specversion": "1.0", "id": new_id(), "source": "/s", "data_base64": in_base64, "group_id": 1, "study_activity_id": 1}
    sent = [
        stage.send(command(None), key=b"k", headers=dead, partition=0),
        stage.send(command(None), key=b"k", headers=binary(NIL.encode()), partition=0),
        stage.send(json.dumps(envelope).encode(), key=b"k", headers=[("ce_correlationid", b"flow")], partition=0),
    ]
    ids = [identity.derived_id(sent[0]), NIL, identity.derived_id(sent[2])]
    for number, (record, command_id) in enumerate(zip(sent, ids)):
        decide_as_before(stage, record, command_id, 1000 + number)
    stage.drain()

    events = stage.answers(sent)
    assert [event.body["command_id"] for event in events] == ids
    assert [event.body["session"]["id"] for event in events] == [1000, 1001, 1002]
    assert [event.text("ce_correlationid") for event in events] == [*ids[:2], "flow"]
    assert len(stage.sessions()) == 3
    stage.judge()
