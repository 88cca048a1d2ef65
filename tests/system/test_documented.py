"""The AsyncAPI document against the program as it runs: its defaults, and every record that it writes."""
import io
import json
import os
import subprocess

import fastavro
import pytest
from confluent_kafka.admin import NewTopic

from judge import avro
from judge.records import read_all
from schemas.document import MESSAGES, TREE, check, check_payload, header_names
from stage import command, new_id, program

TRACED = [
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("tracestate", b"rojo=00f067aa0ba902b7"),
    ("ce_traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("ce_tracestate", b"rojo=00f067aa0ba902b7"),
]
ECHOED = [("kafka_correlationId", b"one"), ("correlation-id", b"two")]


def test_topics_and_partitions_are_the_defaults():
    listing = subprocess.run([program(), "config", "--list"], capture_output=True, text=True, timeout=90, check=True).stdout
    rows = [line.split() for line in listing.splitlines() if line]
    channels = {
        "commands": "commands.topic",
        "created": "events.created.topic",
        "rejected": "events.rejected.topic",
        "deadLetters": "dlq.topic",
    }
    for channel, key in channels.items():
        (row,) = [row for row in rows if row[0] == key]
        address, kafka = TREE["channels"][channel]["address"], TREE["channels"][channel]["bindings"]["kafka"]
        assert address in row and kafka["topic"] == address
        assert [str(kafka["partitions"])] == [row[3] for row in rows if row[0] == "topics.partitions"]
    (group,) = [row for row in rows if row[0] == "group.id"]
    assert TREE["operations"]["receiveCommand"]["bindings"]["kafka"]["groupId"]["default"] in group


def check_record(record, message, payload):
    headers = {name: value.decode() for name, value in record.headers}
    known, required = header_names(message["headers"])
    assert headers.keys() <= known, f"{record} has headers that are not documented: {headers.keys() - known}"
    check(message["headers"], headers)
    check_payload(message["payload"], payload)


def payload_of(event, payload):
    """An event's value, read by what the document has for it and to its last byte."""
    if "schemaFormat" not in payload:
        return json.loads(event.value)
    magic = avro.magic(payload["schema"])
    assert event.value.startswith(magic)
    rest = io.BytesIO(event.value[len(magic):])
    value = fastavro.schemaless_reader(rest, fastavro.parse_schema(payload["schema"]))
    assert not rest.read()
    return value


def send_all_kinds(stage):
    """A command for each header and each outcome."""
    known, elsewhere = new_id(), command(new_id(), 98, 99)
    invalid, unreadable = command(new_id(), "1", None), [b"{", b"\xc3\x01unknown!"]
    for value in [command(known), command(known), command(known, 2), invalid, elsewhere, *unreadable]:
        stage.send(value, key=b"k", headers=[*TRACED, *ECHOED, ("kafka_replyTopic", stage.name.encode())])


@pytest.mark.parametrize("encoding", ["", "Avro"])
def test_every_event_is_as_its_message_says_and_no_header_is_missing(stage, encoding):
    for created in stage.admin.create_topics([NewTopic(stage.name, 1, 1)]).values():
        created.result(10)
    send_all_kinds(stage)
    stage.drain(**{"events.format": "avro" if encoding else "json", "events.reply.topics": stage.name})

    replies = read_all(stage.services.kafka, stage.name)
    seen = {}
    for record in [*stage.events(), *replies]:
        name = record.text("ce_type").replace("study-session.", "studySession").replace(".v1", "")
        name = name.replace("created", "Created").replace("rejected", "Rejected") + encoding
        assert record.text("content-type") == MESSAGES[name]["contentType"]
        check_record(record, MESSAGES[name], payload_of(record, MESSAGES[name]["payload"]))
        seen.setdefault(name, set()).update(header for header, _ in record.headers)
    assert len(replies) == 7
    for name, headers in seen.items():
        documented, _ = header_names(MESSAGES[name]["headers"])
        assert documented - headers <= ({"idempotent-replayed"} if "Rejected" in name else set()), name
    assert len(seen) == 2
    stage.judge()


def test_every_dead_letter_is_as_its_message_says(stage):
    stage.configure_topic(stage.dlq, max_message_bytes="1500")
    stage.send_all([b"{", b"\xc3\x01unknown!", os.urandom(5000)])
    stage.drain()

    letters = stage.dead_letters()
    assert {letter.text("__dlq.errors.code") for letter in letters} == {"UNDECODABLE", "UNKNOWN_SCHEMA"}
    for letter in letters:
        check_record(letter, MESSAGES["deadLetter"], letter.value.decode(errors="replace"))
    written = {header for letter in letters for header, _ in letter.headers}
    assert written == header_names(MESSAGES["deadLetter"]["headers"])[0]
    stage.judge()
