"""Records that are no readable command: answered, copied to the dead-letter topic, and out of the way."""
import random
import struct

import pytest

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
    "two byte order marks": b"\xef\xbb\xbf" * 2 + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16-le"),
    "UTF-16 with a byte order mark": GOOD.decode().encode("utf-16"),
    "bad base64": b'{"specversion": "1.0", "data_base64": "e30"}',
    "data twice over": b'{"specversion": "1.0", "data": %s, "data_base64": "e30="}' % GOOD,
    "a key of the envelope twice": b'{"specversion": "1.0", "id": "a", "data": %s, "id": "b"}' % GOOD,
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
        assert len(letter.headers) == len(headers) + 1 + len(own)
        assert own == {
            "__dlq.errors.timestamp": str(record.timestamp_ms).encode(),
            "__dlq.errors.command.id": identity.derived_id(record).encode(),
            "__dlq.errors.delivery.count": b"1",
            "__dlq.errors.topic": stage.commands.encode(),
            "__dlq.errors.partition": str(record.partition).encode(),
            "__dlq.errors.offset": str(record.offset).encode(),
            "__dlq.errors.group": stage.name.encode(),
            "__dlq.errors.code": b"UNDECODABLE",
        }
    stage.judge()


MESSAGES = {
    b'{"group_id": 1, "study_activity_id": 1,}': ["at byte 39", "trailing comma"],
    b'{"group_id": 1, "study_activity_id": ': ["truncated at byte 37", "a value is expected"],
    b'\xef\xbb\xbf{"group_id": 1': ["truncated at byte 17", "a comma or } is expected"],
    b"{'group_id': 1}": ["at byte 1", "double quotes"],
    b"hello": ["at byte 0", "JSON", "Avro", "Confluent"],
    GOOD.decode().encode("utf-16-le"): ["UTF-8 is expected", "UTF-16 (little-endian)"],
    GOOD.decode().encode("utf-16"): ["UTF-16 (little-endian, with a byte order mark)"],
    b"\xfe\xff" + GOOD.decode().encode("utf-16-be"): ["UTF-16 (big-endian, with a byte order mark)"],
    b'{"specversion": "1.0", "data_base64": "e30"}': ["at byte 42", "RFC 4648"],
    b'{"specversion": "1.0", "data_base64": "eyJhIjoxLH0="}': ["at byte 7 of what is in data_base64", "trailing comma"],
    AVRO[:6]: ["truncated at byte 6", "fingerprint of 8 bytes"],
    AVRO[:-1]: [f"truncated at byte {len(AVRO) - 1}", "writer's schema"],
    AVRO + b"\0": [f"at byte {len(AVRO)}", "bytes after"],
    b"\0\0\0": ["truncated at byte 3", "Confluent"],
}


def test_a_message_says_what_was_expected_and_at_which_byte(stage):
    sent = stage.send_all(list(MESSAGES), key=b"k")
    stage.drain()

    for record, event in zip(sent, stage.answers(sent)):
        assert event.body["code"] == "UNDECODABLE"
        missing = [word for word in MESSAGES[record.value] if word not in event.body["message"]]
        assert not missing, f"{record.value}: {event.body['message']}"
    before = {event.command_place: event.value for event in stage.events()}
    stage.rewind()
    stage.drain(40)
    assert all(event.value == before[event.command_place] for event in stage.events()), "a replay says the same"
    stage.judge(rewound=True)


@pytest.mark.parametrize("encoding", ["json", "avro"])
def test_a_timestamp_in_another_unit_is_as_late_as_can_be_written(stage, encoding):
    """Microseconds or nanoseconds where milliseconds belong."""
    stage.configure_topic(stage.commands, message_timestamp_after_max_ms=str(2**63 - 1))
    times = [1_795_313_585_123_456, 1_795_313_585_123_456_789, 253_402_300_799_999]
    sent = [stage.send(b"garbage", key=b"k", timestamp_ms=time) for time in times]
    stage.drain(**{"events.format": encoding})

    events = stage.answers(sent)
    ends = ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999000Z"]
    assert [event.text("ce_time") for event in events] == ends
    assert [event.body["occurred_at"] for event in events] == ends
    stage.judge()


def test_headers_that_say_nothing_are_counted(stage):
    """Each has its place in memory: a record of many is as large as if each were 16 bytes."""
    few, many = [("", b"")] * 3000, [("", b"")] * 4500
    sent = [stage.send(command(new_id()), key=b"k", headers=headers) for headers in (few, many)]
    stage.drain()

    events = stage.answers(sent)
    assert [event.body.get("code") for event in events] == [None, "UNDECODABLE"]
    assert events[1].key == events[1].body["command_id"].encode(), "nothing is taken over from what is too large"
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


@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_what_a_dead_letter_topic_takes_is_found_out_once(stage, delivery):
    """The first one that is too large costs a producer that sends records alone, and its end; the others cost nothing."""
    stage.configure_topic(stage.dlq, max_message_bytes="8000")
    dice = random.Random(3)

    def letters(*sizes):
        """Among commands, since only in company a record that is refused does not say which one it is."""
        values = [value for size in sizes for value in (dice.randbytes(size), b"small garbage", command(new_id()))]
        return stage.send_all(values, key=b"k")

    with stage.working(**{"events.delivery": delivery}) as worker:
        letters(50000)
        stage.await_drained()
        assert worker.log.count("too large for the topic") >= 1
        stage.send(command(new_id()), key=b"k")
        stage.await_drained()
        before = worker.log.count("replacing the producer"), worker.log.count("too large for the topic")
        assert before[0] == 2, "one that sends records alone, and one that does not"
        letters(60000, 30000)
        stage.await_drained()
        letters(55000)
        stage.await_drained()
        assert (worker.log.count("replacing the producer"), worker.log.count("too large for the topic")) == before

    # By the place of what they are copies of: without transactions those of an attempt that failed stay.
    letters = {(each.text("__dlq.errors.partition"), each.text("__dlq.errors.offset")): each for each in stage.dead_letters()}
    cut = [letter for letter in letters.values() if letter.header("__dlq.errors.truncated")]
    assert len(cut) == 4 and all(2000 < len(letter.value) < 8000 for letter in cut)
    assert len(letters) == 8
    answered = {event.command_place for event in stage.events()}
    assert len(answered) == sum(stage.ends().values()) == 13
    if delivery == "exactly-once":  # else there are more events than copies, or the other way round
        stage.judge()
