"""Commands that are structured CloudEvents."""
import json
import uuid

import pytest

from judge import identity
from stage import new_id

STRUCTURED = [("content-type", b"Application/CloudEvents+JSON; charset=UTF-8")]


def envelope(ce_id="order-7", source="/shop", **data):
    fields = {"specversion": "1.0", "type": "create-session", "id": ce_id, "source": source, "data": data}
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


@pytest.mark.parametrize("headers", [STRUCTURED, [], [("content-type", b"application/json")]])
def test_the_command_is_in_data_and_the_id_in_the_envelope(stage, headers):
    one, field, ce = {"group_id": 2, "study_activity_id": 1}, new_id(), new_id()
    values = [
        envelope(**one),
        envelope(ce.upper(), **one),
        envelope(command_id=field, **one),
        envelope(None, **one),
        envelope(source=None, **one),
    ]
    sent = stage.send_all(values, key=b"k", headers=[*headers, ("ce_id", b"header"), ("ce_source", b"/other")])
    again = stage.send(values[0], key=b"k", headers=headers)
    stage.drain()

    events = stage.answers(sent)
    assert [event.body["session"]["group_id"] for event in events] == [2] * 5
    assert [event.body["command_id"] for event in events] == [
        str(uuid.uuid5(identity.NAMESPACE, "/shop\norder-7")),
        ce,
        field,
        identity.derived_id(sent[3]),
        str(uuid.uuid5(identity.NAMESPACE, "\norder-7")),
    ]
    assert [event.text("ce_causationid") for event in events[:3]] == ["order-7", ce.upper(), "order-7"]
    (copy,) = [event for event in stage.events() if event.command_place == again.place]
    assert copy.replayed and copy.value == events[0].value
    stage.judge()


def test_an_envelope_is_held_to_what_it_says(stage):
    values = [b'{"specversion": "1.0", "id": "x", "source": "/s"}', b'{"specversion": "1.0", "id": "x", "data": 7}', b"[]"]
    sent = stage.send_all(values, key=b"k", headers=STRUCTURED)
    unknown = stage.send(b'{"specversion": "1.0", "id": "x", "group_id": 1, "study_activity_id": 1}', key=b"k")
    stage.drain()
    assert [event.body["code"] for event in stage.answers(sent)] == ["UNDECODABLE"] * 3
    assert stage.event_of(unknown).topic == stage.created, "without data specversion is an unknown field"
    stage.judge()
