"""Commands that are structured CloudEvents."""
import base64
import json
import uuid

import pytest

from judge import identity
from stage import new_id

STRUCTURED = [("content-type", b"Application/CloudEvents+JSON; charset=UTF-8")]


OUTER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
INNER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def envelope(ce_id="order-7", source="/shop", extensions=None, **data):
    fields = {"specversion": "1.0", "type": "create-session", "id": ce_id, "source": source, "data": data}
    fields |= extensions or {}
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


def test_the_correlation_is_the_envelopes_and_never_a_headers(stage):
    headers = [*STRUCTURED, ("ce_id", b"header"), ("ce_correlationid", b"header")]
    given = [{"correlationid": "lesson \u00e9/9"}, {}, {"correlationid": ""}, {"correlationid": 7}, {"correlationid": None}]
    values = [envelope(new_id(), extensions=each, group_id=2, study_activity_id=1) for each in given]
    values.append(envelope(None, extensions=given[0], group_id=99, study_activity_id=1))
    sent = stage.send_all(values, key=b"k", headers=headers)
    stage.drain()

    events = stage.answers(sent)
    ids = [event.body["command_id"] for event in events]
    assert [event.text("ce_correlationid") for event in events] == ["lesson \u00e9/9", *ids[1:5], "lesson \u00e9/9"]
    assert [event.text("ce_causationid") for event in events] == ids, "nor is the cause, without an id in the envelope"
    assert events[5].body["code"] == "GROUP_NOT_FOUND"
    stage.judge()


def test_the_trace_of_the_envelope_goes_on_unless_the_headers_have_one(stage):
    inner = {"traceparent": INNER, "tracestate": "inner=1"}

    def send(extensions, *headers):
        value = envelope(new_id(), extensions=extensions, group_id=2, study_activity_id=1)
        return stage.send(value, key=b"k", headers=[*STRUCTURED, *headers])

    sent = [
        send(inner),
        send(inner, ("traceparent", OUTER.encode()), ("tracestate", b"outer=1")),
        send(inner, ("traceparent", OUTER.encode())),
        send(inner, ("tracestate", b"outer=1")),
        send({**inner, "tracestate": "nonsense"}),
        send({**inner, "traceparent": "00-nonsense"}),
        send({**inner, "traceparent": 7}),
    ]
    stage.drain()

    events = stage.answers(sent)
    parents = [event.text("traceparent") for event in events[:5]]
    traces = [parent.split("-")[1] for parent in parents]
    inner_trace, outer_trace = INNER.split("-")[1], OUTER.split("-")[1]
    assert traces == [inner_trace, outer_trace, outer_trace, inner_trace, inner_trace]
    assert len({parent.split("-")[2] for parent in [*parents, INNER, OUTER]}) == 7
    assert [event.header("tracestate") for event in events[:5]] == [b"inner=1", b"outer=1", None, b"inner=1", None]
    for event in events[5:]:
        assert event.header("traceparent") is None and event.header("tracestate") is None
    stage.judge()


def in_base64(command, ce_id="order-7", **fields):
    data = base64.b64encode(json.dumps(command).encode()).decode()
    return json.dumps({"specversion": "1.0", "type": "t", "id": ce_id, "source": "/shop", "data_base64": data, **fields}).encode()


@pytest.mark.parametrize("headers", [STRUCTURED, [], [("content-type", b"application/json")]])
def test_the_command_may_be_in_base64(stage, headers):
    """What SDKs make of data that is bytes."""
    one, ce, field = {"group_id": 2, "study_activity_id": 1}, new_id(), new_id()
    values = [
        in_base64(one),
        in_base64(one, ce.upper()),
        in_base64({**one, "command_id": field, "text": "???>>>"}),
        in_base64(one, new_id(), group_id=1, study_activity_id=2, command_id=new_id()),
        in_base64(one, new_id(), data=None),
        in_base64(one, new_id(), correlationid="flow"),
    ]
    sent = stage.send_all(values, key=b"k", headers=[*headers, ("ce_id", b"header"), ("ce_source", b"/other")])
    stage.drain()

    events = stage.answers(sent)
    assert [event.body["session"]["group_id"] for event in events] == [2] * 6
    ids = [str(uuid.uuid5(identity.NAMESPACE, "/shop\norder-7")), ce, field]
    assert [event.body["command_id"] for event in events[:3]] == ids
    assert events[5].text("ce_correlationid") == "flow"
    stage.judge()


def test_base64_that_is_none_and_data_twice_over_are_refused(stage):
    good = in_base64({"group_id": 2, "study_activity_id": 1})
    command = json.loads(good)["data_base64"]
    values = [
        good.replace(command.encode(), command.rstrip("=").encode()[:-1]),
        good.replace(command.encode(), command[:8].encode() + b"\\n" + command[8:].encode()),
        good.replace(command.encode(), b"-_-_"),
        good.replace(command.encode(), b""),
        good.replace(b'"%s"' % command.encode(), b"7"),
        in_base64({"group_id": 2, "study_activity_id": 1}, data={"group_id": 2, "study_activity_id": 1}),
        in_base64([1]),
        in_base64("text"),
    ]
    sent = stage.send_all(values, key=b"k", headers=STRUCTURED)
    stage.drain()

    assert [event.body.get("code") for event in stage.answers(sent)] == ["UNDECODABLE"] * len(values)
    stage.judge()


def test_a_key_twice_is_refused_in_the_envelope_and_in_the_command_and_nowhere_else(stage):
    command = b'{"group_id": 1, "study_activity_id": 1, "x": {"a": 1, "a": 2}%s}'
    outer = b'{"specversion": "1.0", "type": {"a": 1, "a": 2}, "data": %s%s}'
    values = [
        outer % (command % b"", b""),
        outer % (command % b"", b', "id": "a", "\\u0069d": "b"'),
        outer % (command % b"", b', "data": {}'),
        outer % (command % b', "y": 1, "y": 1', b""),
    ]
    sent = stage.send_all(values, key=b"k")
    stage.drain()

    assert [event.body.get("code") for event in stage.answers(sent)] == [None, *["UNDECODABLE"] * 3]
    stage.judge()


def test_attributes_that_are_no_text_say_nothing_unless_the_id_rests_on_them(stage):
    one, broken = {"group_id": 1, "study_activity_id": 1}, "cut \ud83d"
    values = [
        envelope(new_id(), extensions={"correlationid": broken, "subject": broken, "type": "\0"}, **one),
        envelope(broken, source=broken, command_id=new_id(), **one),
        envelope(new_id(), source=broken, **one),
        envelope(broken, **one),
        envelope("order-7", source="/shop\0", **one),
    ]
    sent = stage.send_all(values, key=b"k")
    stage.drain()

    events = stage.answers(sent)
    assert [event.body.get("code") for event in events] == [None, None, None, "UNDECODABLE", "UNDECODABLE"]
    ids = [event.body["command_id"] for event in events]
    assert [event.text("ce_correlationid") for event in events[:2]] == ids[:2]
    assert events[1].text("ce_causationid") == ids[1]
    stage.judge()


def test_an_envelope_is_held_to_what_it_says(stage):
    values = [b'{"specversion": "1.0", "id": "x", "source": "/s"}', b'{"specversion": "1.0", "id": "x", "data": 7}', b"[]"]
    sent = stage.send_all(values, key=b"k", headers=STRUCTURED)
    unknown = stage.send(b'{"specversion": "1.0", "data_base64": null, "group_id": 1, "study_activity_id": 1}', key=b"k")
    stage.drain()
    assert [event.body["code"] for event in stage.answers(sent)] == ["UNDECODABLE"] * 3
    assert stage.event_of(unknown).topic == stage.created, "without data specversion is an unknown field"
    stage.judge()
