"""Records made to break a decoder, by the thousand in one run of one worker, and good commands among them."""
import json
import os
import re
import struct
import uuid
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import pytest

from deadline import until
from judge import avro
from small_registry import SmallRegistry
from stage import command, new_id
from test_cloudevents import STRUCTURED, envelope
from test_registry import JSON_SCHEMA, avro_body, framed, values
from test_undecodable import UNDECODABLE

MAX_BYTES = 300_000  # commands.max.bytes
LARGE = 900 * 1024
FRAMINGS = 6
PARTS = 9
GROWTH_KIB = 8 * 1024  # several times what it goes up and down by itself
KEYS = [None, b"", b"a", b"\xff\0", b"k" * 100]

FOREIGN = {
    "type": "record", "name": "CreateStudySession", "namespace": "elsewhere",
    "fields": [
        {"name": "text", "type": "string"},
        {"name": "nothings", "type": {"type": "array", "items": "null"}},
        {"name": "map", "type": {"type": "map", "values": "bytes"}},
        {"name": "node", "type": {
            "type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}],
        }},
        {"name": "choice", "type": ["null", "long", {"type": "enum", "name": "E", "symbols": ["A"]}]},
        {"name": "group_id", "type": "long"},
        {"name": "study_activity_id", "type": "long"},
    ],
}  # fmt: skip


class Sent(NamedTuple):
    """`code` of its event: None is created, "any" is whatever it is, as long as it is one."""

    value: bytes
    code: str
    headers: list = []


def varint(number):
    """Avro's long."""
    number, out = (number << 1) ^ (number >> 63), b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


class Hostile:
    def __init__(self, dice, registry):
        self.dice = dice
        self.cut = self.cuts()
        self.large = dice.randbytes(LARGE)  # nothing that compression could make small
        self.avro_id = registry.register("avro", json.dumps(avro.COMMAND))
        self.json_id = registry.register("json", json.dumps(JSON_SCHEMA), "JSON")
        self.foreign_id = registry.register("foreign", json.dumps(FOREIGN))
        self.protobuf_id = registry.register("protobuf", 'syntax = "proto3";', "PROTOBUF")
        self.unreadable_id = registry.register("unreadable", '{"type": "record"}')
        self.kinds = [
            self.truncated, self.truncated, self.truncated, self.stretched, self.huge_length, self.many_nothings, self.deep,
            self.deep_avro, self.noise, self.known_trouble, self.unknown_id, self.unknown_fingerprint, self.unknown_guid,
            self.unreadable_schema, self.flipped, self.odd_header, self.unfinished,
        ]  # fmt: skip

    def good(self, framing=None):
        """In one of the framings, whose number may be given."""
        command_id = str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        as_avro = avro_body(avro.COMMAND, values(command_id=command_id, group_id=self.dice.choice((1, 2))))
        prefix = struct.pack(">bi", 0, self.avro_id)
        framings = [
            lambda: Sent(command(command_id), None),
            lambda: Sent(envelope(command_id, group_id=1, study_activity_id=2), None, STRUCTURED),
            lambda: Sent(avro.magic(avro.COMMAND) + as_avro, None),
            lambda: Sent(prefix + as_avro, None),
            lambda: Sent(as_avro, None, [("__value_schema_id", prefix)]),
            lambda: Sent(framed(self.json_id, command(command_id)), None),
        ]
        return (self.dice.choice(framings) if framing is None else framings[framing])()

    def cuts(self):
        """Each framing at every byte, over and over; of one framing all values have the same length."""
        while True:
            for framing in range(FRAMINGS):
                for length in range(len(self.good(framing).value)):
                    yield framing, length

    def truncated(self):
        framing, length = next(self.cut)
        whole = self.good(framing)
        return whole._replace(value=whole.value[:length], code="UNDECODABLE")

    def stretched(self):
        whole = self.good()
        return whole._replace(value=whole.value + b"\0" + self.dice.randbytes(self.dice.randrange(20)), code="UNDECODABLE")

    def huge_length(self):
        length = varint(self.dice.choice((10**5, 2**31 - 1, 2**31, 2**32, 2**62, 2**63 - 1, -1, -(2**31), -(2**63))))
        before = self.dice.choice((b"", b"\0\0", b"\0\2\0\0", b"\0\0\2\2a"))  # into which field it falls
        return Sent(framed(self.foreign_id, before + length + self.dice.randbytes(20)), "any")

    def deep(self):
        depth = self.dice.choice((65, 66, 1000, 50_000))
        opening, closing = self.dice.choice(((b"[", b"]"), (b'{"a":', b"}")))
        inside = opening * depth + b"1" + closing * depth
        return Sent(b'{"group_id": 1, "study_activity_id": 1, "x": %s}' % inside, "UNDECODABLE")

    def deep_avro(self):
        depth = self.dice.choice((100, 10_000, 250_000))
        return Sent(framed(self.foreign_id, b"\0\0\0" + b"\2" * depth + b"\0\0\2\2"), "UNDECODABLE")

    def many_nothings(self):
        """Of which each takes no byte."""
        count = varint(self.dice.choice((10**6, 2**40, 2**62, -(2**40))))
        return Sent(framed(self.foreign_id, b"\0" + count + b"\0" * 10), "any")

    def noise(self):
        first = self.dice.choice([byte for byte in range(1, 256) if byte not in b"\t\n\r {\xc3"])
        return Sent(bytes([first]) + self.dice.randbytes(self.dice.randrange(200)), "UNDECODABLE")

    def known_trouble(self):
        return Sent(self.dice.choice(list(UNDECODABLE.values())), "any")

    def unknown_id(self):
        number = self.dice.choice((0, -1, 2**31 - 1, 1000 + self.dice.randrange(200)))
        return Sent(framed(number, self.dice.randbytes(self.dice.randrange(50))), "UNKNOWN_SCHEMA")

    def unknown_fingerprint(self):
        return Sent(b"\xc3\x01" + self.dice.randbytes(8 + self.dice.randrange(50)), "UNKNOWN_SCHEMA")

    def unknown_guid(self):
        guid = b"\1" + bytes(15) + bytes([self.dice.randrange(100)])
        return Sent(b"\2" + self.dice.randbytes(self.dice.randrange(50)), "UNKNOWN_SCHEMA", [("__value_schema_id", guid)])

    def unreadable_schema(self):
        number = self.dice.choice((self.protobuf_id, self.unreadable_id))
        return Sent(framed(number, self.dice.randbytes(self.dice.randrange(50))), "UNDECODABLE")

    def flipped(self):
        whole = self.good()
        value = bytearray(whole.value)
        for _ in range(self.dice.randrange(1, 4)):
            value[self.dice.randrange(len(value))] ^= 1 << self.dice.randrange(8)
        return whole._replace(value=bytes(value), code="any")

    def odd_header(self):
        header = self.dice.choice((b"", b"\0", b"\0\0\0\0", b"\1\0\0\0\1", b"\2" + bytes(16), b"\0" + bytes(16), None))
        return self.good()._replace(headers=[("__value_schema_id", header)], code="any")

    def unfinished(self):
        """As much as may be, and its end is missing."""
        beginning = self.dice.choice((b'{"x": "', b'{"x": [', b'{"' + b"x" * 1000))
        rest = self.dice.choice((b" ", b"1,", b'\\"')) * self.dice.choice((10, 1000, 100_000))
        return Sent(beginning + rest, "UNDECODABLE")

    def too_large(self):
        return Sent(self.large[: self.dice.randrange(LARGE - 1000, LARGE)], "UNDECODABLE")

    def records(self, count):
        for i in range(count):
            if i % 1000 == 500:
                yield self.too_large()
            elif i % 10 == 0:
                yield self.good()
            else:
                yield self.dice.choice(self.kinds)()


def rss_kib(worker):
    return int(re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{worker.pid}/status").read_text(), re.M)[1])


@pytest.fixture
def little_quarantine(no_findings, monkeypatch):
    """Memory that AddressSanitizer keeps back after it was freed is no memory of the program's."""
    monkeypatch.setenv("ASAN_OPTIONS", os.environ["ASAN_OPTIONS"] + ":quarantine_size_mb=1")


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_each_is_answered_once_the_good_ones_are_created_and_no_memory_is_lost(stage, dice, note, little_quarantine, count):
    registry = SmallRegistry()
    hostile = Hostile(dice, registry)
    for topic in (stage.commands, stage.dlq):
        stage.configure_topic(topic, max_message_bytes="4000000")
    settings = {
        "schema.registry.url": registry.url, "schema.registry.retries": 0, "events.format": "json",
        "commands.max.bytes": MAX_BYTES, "dlq.brake": 0,
    }  # fmt: skip
    expected, sent, memory = [], [], []
    with stage.working(**settings) as worker:
        for _ in range(PARTS):
            part = list(hostile.records(count // PARTS))
            sent += stage.send_all([each.value for each in part], lambda _: dice.choice(KEYS), lambda i: part[i].headers)
            expected += [each.code for each in part]
            stage.await_drained(120)
            memory.append(rss_kib(worker))
        assert [line["message"] for line in worker.lines()].count("ready") == 1, "it started over"
    registry.close()

    wrong = [
        f"{record} {record.value[:80]!r} {record.headers}: {event.body.get('code')}, not {code}"
        for record, event, code in zip(sent, stage.answers(sent), expected)
        if code != "any" and event.body.get("code") != code
    ]
    assert not wrong, wrong[:10]
    third = PARTS // 3
    growth = mean(memory[-third:]) - mean(memory[third:-third])
    note(f"{len(sent)} records; resident memory {memory} KiB, {growth:+.0f} KiB from the middle third to the last")
    assert growth < GROWTH_KIB
    stage.judge()


def nested_schema(depth):
    return '{"type": "array", "items": ' * depth + '"long"' + "}" * depth


def record_schema(*fields):
    return json.dumps({"type": "record", "name": "R", "fields": fields})


def wide_schema(width):
    fixed = [{"type": "fixed", "name": f"F{i}", "size": i} for i in range(width)]
    return record_schema(*({"name": f"f{i}", "type": ["null", each]} for i, each in enumerate(fixed)))


def doubling_schema(times):
    """Small as a text; written out without names it would be 2 to this power fields."""
    schema = '{"type": "record", "name": "R0", "fields": [{"name": "a", "type": "long"}]}'
    for i in range(times):
        a, b = f'{{"name": "a", "type": {schema}}}', f'{{"name": "b", "type": "R{i}"}}'
        schema = f'{{"type": "record", "name": "R{i + 1}", "fields": [{a}, {b}]}}'
    return schema


SCHEMAS = {
    "nested": nested_schema(1000),
    "nested beyond what JSON readers take": nested_schema(40_000),
    "wide": wide_schema(5000),
    "doubling": doubling_schema(60),
    "large": json.dumps({**avro.COMMAND, "doc": "x" * 1_500_000}),
    "a record in itself": record_schema({"name": "r", "type": "R"}),
    "an array of itself": record_schema({"name": "r", "type": {"type": "array", "items": "R"}}),
    "fixed of nothing": '{"type": "array", "items": {"type": "fixed", "name": "F", "size": 0}}',
    "fixed of too much": '{"type": "fixed", "name": "F", "size": 9223372036854775807}',
    "fixed of less than nothing": '{"type": "fixed", "name": "F", "size": -1}',
    "no symbols": '{"type": "enum", "name": "E", "symbols": []}',
    "no branches": "[]",
    "a union in a union": '["null", ["null", "long"]]',
    "no name": '{"type": "record", "fields": []}',
    "no fields": '{"type": "record", "name": "R"}',
    "a field twice": record_schema({"name": "group_id", "type": "long"}, {"name": "group_id", "type": "int"}),
    "an unknown name": record_schema({"name": "x", "type": "Nowhere"}),
    "a NUL in a name": '{"type": "record", "name": "R\\u0000", "fields": []}',
    "half a surrogate in a name": '{"type": "record", "name": "R\\ud800", "fields": []}',
    "no JSON": "syntax error",
    "nothing": "",
    "a number": "42",
    "null": "null",
}


def test_schemas_that_strangers_registered_break_nothing(stage, dice):
    registry = SmallRegistry()
    ids = [registry.register(name, text) for name, text in SCHEMAS.items()]
    bodies = [b"", b"\0", b"\2", b"\2" * 1000, b"\xff" * 100, varint(2**62), dice.randbytes(300)]
    sent = stage.send_all([framed(schema_id, body) for schema_id in ids for body in bodies], key=b"k")
    good = stage.send(command(new_id()), key=b"k")
    stage.drain(60, **{"schema.registry.url": registry.url, "events.format": "json"})
    registry.close()
    assert {event.topic for event in stage.answers(sent)} == {stage.rejected}
    assert stage.event_of(good).topic == stage.created
    stage.judge()


# ---- Memory by headers ----

PEAK_KIB = 128 * 1024  # a third of it is seen, half with a sanitizer; without any bound it is 420 MiB and more, and no end of it


def peak_kib(worker):
    return int(re.search(r"^VmHWM:\s+(\d+)", Path(f"/proc/{worker.pid}/status").read_text(), re.M)[1])


def large_topics(stage):
    for topic in (stage.commands, stage.dlq):
        stage.configure_topic(topic, max_message_bytes="4000000")


def send_few_at_a_time(stage, records):
    """Each (value, headers); what a producer has in its queue is large, too."""
    sent = []
    for some in (records[i : i + 20] for i in range(0, len(records), 20)):
        sent += stage.send_all([value for value, _ in some], headers=lambda i, some=some: some[i][1])
    return sent


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.slow)])
def test_records_of_very_many_empty_headers_take_no_more_memory_than_a_batch(stage, note, little_quarantine, count):
    large_topics(stage)
    headers = [("", b"")] * 99_000
    hostile = send_few_at_a_time(stage, [(command(new_id()), headers)] * count)
    good = stage.send_all([command(new_id()) for _ in range(100)])
    with stage.working() as worker:
        stage.await_drained(300)
        note(f"{count} records of {len(headers)} headers: peak {peak_kib(worker)} KiB")
        assert peak_kib(worker) < PEAK_KIB
    assert {event.body.get("code") for event in stage.answers(hostile)} == {"UNDECODABLE"}
    assert {event.topic for event in stage.answers(good)} == {stage.created}
    stage.judge()


def test_headers_that_cannot_be_read_make_a_record_undecodable_and_its_copy_says_that_they_are_missing(stage):
    """librdkafka parses 100,000 headers and no more; Kafka has no such limit."""
    large_topics(stage)
    known, value = new_id(), command(new_id())
    headers = [("ce_id", known), *[("", b"")] * 100_000]
    record, good = send_few_at_a_time(stage, [(value, headers), (command(new_id()), headers[:1])])
    stage.drain()
    event = stage.event_of(record)
    assert event.body.get("code") == "UNDECODABLE"
    assert event.body["command_id"] != known, "of a header that nobody has read"
    (copy,) = stage.dead_letters()
    texts = dict(copy.headers)
    assert copy.value == value and texts["__dlq.errors.truncated"] == b"headers" and "ce_id" not in texts
    assert stage.event_of(good).topic == stage.created
    stage.judge()


@pytest.mark.lengthy
def test_what_is_read_ahead_while_the_database_is_held_is_bounded_whatever_its_headers(stage, note, little_quarantine):
    large_topics(stage)
    filler = os.urandom(900_000)
    good = stage.send_all([command(new_id()) for _ in range(4)])  # of which one batch is held
    large = send_few_at_a_time(stage, [(command(new_id()), [("x", filler)])] * 500)
    with stage.services.connect() as holder, stage.working() as worker:
        with holder.transaction():
            holder.execute(f"LOCK TABLE {stage.schema}.study_sessions IN ACCESS EXCLUSIVE MODE")
            seen = []
            until(lambda: seen.append(peak_kib(worker)) or seen[-1] > PEAK_KIB or seen[-300:].count(seen[-1]) == 300, 60, "it reads")
            note(f"500 records of 900 kB headers: peak {peak_kib(worker)} KiB while PostgreSQL is held")
            assert peak_kib(worker) < PEAK_KIB
        stage.await_drained(120)
        note(f"... and {peak_kib(worker)} KiB at the end")
        assert peak_kib(worker) < PEAK_KIB
    assert {event.body.get("code") for event in stage.answers(large)} == {"UNDECODABLE"}
    assert {event.topic for event in stage.answers(good)} == {stage.created}
    stage.judge()
