"""Records that are no readable command: answered, copied to the dead-letter topic, and out of the way."""
import random
import struct

from judge import avro, identity
from stage import command, new_id

GOOD = command(None)
NOT_UTF8 = b'{"group_id": 1, "study_activity_id": 1, "name": "%s"}'
AVRO = avro.write(avro.COMMAND, {"command_id": new_id(), "group_id": 1, "study_activity_id": 1})


def nested(depth):
    """An otherwise valid command, `depth` deep: the object is the first level."""
    return b'{"group_id": 1, "study_activity_id": 1, "x": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


UNDECODABLE = {
    "garbage": bytes(range(255, 200, -1)),
    "text": b"hello",
    "empty": b"",
    "tombstone": None,
    "protobuf": b"\x08\x01\x10\x01",
    "zero, and too short for a schema id": b"\x00\x00\x00\x01",
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "array": b"[1, 2]",
    "truncated": GOOD[:-1],
    "only a brace": b"{",
    "something after it": GOOD + b"}",
    "single quotes": b"{'group_id': 1}",
    "trailing comma": b'{"group_id": 1, "study_activity_id": 1,}',
    "leading zero": b'{"group_id": 01, "study_activity_id": 1}',
    "NaN": b'{"group_id": 1, "study_activity_id": 1, "x": NaN}',
    "duplicate key": b'{"group_id": 1, "group_id": 1, "study_activity_id": 1}',
    "duplicate key in disguise": b'{"group_id": 1, "\\u0067roup_id": 2, "study_activity_id": 1}',
    "nesting 65": nested(65),
    "NUL": NOT_UTF8 % b"a\x00b",
    "bad UTF-8": NOT_UTF8 % b"\xff",
    "overlong UTF-8": NOT_UTF8 % b"\xc0\xaf",
    "surrogate in UTF-8": NOT_UTF8 % b"\xed\xa0\x80",
    "truncated UTF-8": NOT_UTF8 % b"\xe5\x8b",
    "too large": command(None, text="x" * 70000),
    "Avro header alone": AVRO[:10],
    "Avro header cut off": AVRO[:6],
    "Avro truncated": AVRO[:-1],
    "Avro and more": AVRO + b"\x00",
    "Avro with a branch that is not there": AVRO[:10] + b"\x04\x02\x02",
    "Avro with a negative length": AVRO[:10] + b"\x02\x01\x02\x02",
    "Avro with a length beyond the end": AVRO[:10] + b"\x02\xfe\xff\xff\xff\x0f\x02\x02",
    "Avro with bad UTF-8": AVRO[:10] + b"\x02\x02\xff\x02\x02",
}


def test_what_cannot_be_decoded_is_answered_and_its_bytes_are_kept(stage):
    headers = [("a", b"\x00\xff"), ("a", b""), ("nothing", None), ("ce_type", b"whatever")]
    sent = stage.send_all(list(UNDECODABLE.values()), key=b"\xff\x00", headers=headers)
    good = stage.send(command(new_id()), key=b"\xff\x00")
    stage.drain()

    for kind, record, event in zip(UNDECODABLE, sent, stage.answers(sent)):
        body = event.body
        assert body["code"] == "UNDECODABLE", f"{kind}: {body}"
        assert body["event_id"] == identity.answer_id(record, "UNDECODABLE")
        assert body["command_id"] == identity.derived_id(record), kind
        assert (body["group_id"], body["study_activity_id"], body["sqlstate"]) == (None, None, None)
        assert [violation["field"] for violation in body["violations"]] == [None]
        assert event.key == b"\xff\x00"
    assert stage.event_of(good).topic == stage.created, "the partition is blocked"
    assert len(stage.ledger()) == 1, "an answer decides nothing"

    letters = {letter.text("__dlq.errors.offset"): letter for letter in stage.dead_letters()}
    assert len(letters) == len(sent)
    for record in sent:
        letter = letters[str(record.offset)]
        assert (letter.key, letter.value, letter.headers[: len(headers)]) == (record.key, record.value, headers)
        own = dict(letter.headers[len(headers) :])
        assert own.pop("__dlq.errors.message")
        assert own == {
            "__dlq.errors.topic": stage.commands.encode(),
            "__dlq.errors.partition": str(record.partition).encode(),
            "__dlq.errors.offset": str(record.offset).encode(),
            "__dlq.errors.group": stage.name.encode(),
            "__dlq.errors.code": b"UNDECODABLE",
        }
    stage.judge()


def test_a_content_type_promises_json_and_what_follows_is_held_to_it(stage):
    json_type = [("content-type", b"Application/JSON; charset=utf-8")]
    array, number = stage.send_all([b"[]", b"1"], headers=json_type)
    spaced = stage.send(b"\n " + command(new_id()), headers=json_type)
    stage.drain()

    assert [event.body.get("code") for event in stage.answers([array, number, spaced])] == ["UNDECODABLE", "UNDECODABLE", None]
    stage.judge()


def test_schemas_that_nobody_knows_are_answered_and_kept(stage):
    stranger = {"type": "record", "name": "CreateStudySession", "namespace": "elsewhere", "fields": []}
    sent = [
        stage.send(avro.write(stranger, {})),
        stage.send(b"\x00" + struct.pack(">i", 7) + b"\x00\x02\x02"),
        stage.send(b"\x00\x02\x02", headers=[("__value_schema_id", b"\x00" + struct.pack(">i", 7))]),
        stage.send(b"\x00\x02\x02", headers=[("__value_schema_id", b"\x01" + bytes(range(16)))]),
    ]
    stage.drain()

    assert [event.body["code"] for event in stage.answers(sent)] == ["UNKNOWN_SCHEMA"] * 4
    assert sorted(letter.value for letter in stage.dead_letters()) == sorted(record.value for record in sent)
    stage.judge()


def test_what_is_just_within_the_limits_is_carried_out(stage):
    sent = [stage.send(nested(64)), stage.send(command(new_id(), text="x" * 65000))]
    stage.drain()

    assert [event.topic for event in stage.answers(sent)] == [stage.created] * 2
    stage.judge()


def test_a_key_and_headers_over_the_limit_are_answered_under_the_command_id_without_echo(stage):
    sent = stage.send(command(new_id()), key=b"k" * 40000, headers=[("correlation-id", b"c" * 40000)])
    stage.drain()

    event = stage.event_of(sent)
    assert event.body["code"] == "UNDECODABLE"
    assert event.key == event.body["command_id"].encode() and event.header("correlation-id") is None
    stage.judge()


def test_a_dead_letter_comes_with_its_event_or_not_at_all(stage):
    stage.send_all([b"garbage"] * 3, key=b"k")
    stage.start("flushed").await_held().kill()
    assert (stage.events(), stage.dead_letters()) == ([], []), "all are with the broker, and not committed"
    stage.drain()
    stage.judge()


def test_without_a_dead_letter_topic_the_answer_is_all(stage):
    sent = stage.send(b"garbage", key=b"k")
    stage.drain(**{"dlq.topic": ""})

    assert stage.event_of(sent).body["code"] == "UNDECODABLE"
    assert stage.dead_letters() == []


def test_a_dead_letter_that_does_not_fit_its_topic_is_cut_and_says_so(stage):
    stage.configure_topic(stage.dlq, max_message_bytes="20000")
    incompressible = random.Random(1).randbytes(50000)  # the limit is on what travels
    sent = stage.send(incompressible, key=b"key", headers=[("h", b"1")])
    stage.drain()

    (letter,) = stage.dead_letters()
    assert (letter.key, letter.header("h"), letter.text("__dlq.errors.truncated")) == (b"key", b"1", "value")
    assert 10000 < len(letter.value) < 20000
    assert stage.event_of(sent).body["code"] == "UNDECODABLE"
    stage.judge()


def test_topics_that_take_little_get_every_event_in_a_form_that_fits(stage):
    """The broker refuses a whole batch of records for its size: which one it was shows only when each goes alone."""
    for topic in (stage.created, stage.rejected, stage.dlq):
        stage.configure_topic(topic, max_message_bytes="3000")
    noise = random.Random(2)
    many = stage.send_all([command(new_id()) for _ in range(600)], key=b"k")
    echoing = stage.send(command(new_id()), key=b"k", headers=[("correlation-id", noise.randbytes(10000).hex())])
    keyed = stage.send(b"garbage", key=noise.randbytes(9000))
    stage.drain(40)

    assert {event.topic for event in stage.answers(many)} == {stage.created}
    bare = stage.event_of(echoing)
    assert bare.key == bare.body["command_id"].encode() and bare.header("correlation-id") is None
    assert stage.event_of(keyed).body["code"] == "UNDECODABLE"
    (letter,) = stage.dead_letters()
    assert letter.text("__dlq.errors.truncated") == "value,key" and len(letter.key) < 3000
