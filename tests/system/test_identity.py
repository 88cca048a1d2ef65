"""What a command's id is when its fields do not say."""
import uuid

from judge import identity
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
