#!/usr/bin/env python3
"""Judges the golden events of tests/data as a consumer would: with fastavro, json and the published schemas.

Every case of event_cases.table is derived anew from the table and the README alone; then its golden file must hold that
key, those headers, that JSON, and an Avro single-object message that decodes to the same and nothing after it.

Needs fastavro (tests/requirements.txt). Run from the top of the tree: python3 tests/data/check_events.py
"""

import datetime
import io
import json
import pathlib
import re
import struct
import sys
import uuid

import fastavro
import fastavro.schema

DATA = pathlib.Path("tests/data")
SCHEMAS = pathlib.Path("schemas")
NAMESPACE = uuid.UUID("9d3b0b7e-2f5e-5c53-8f0a-6b1c3d0f7a11")
DECIDING = {"MISSING_FIELD", "INVALID_FIELD", "GROUP_NOT_FOUND", "STUDY_ACTIVITY_NOT_FOUND"}
NOBODY = {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}
ECHOED = {b"kafka_correlationId", b"correlation-id"}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
CELLS = "name outcome position key command_id decided group activity session detail headers".split()


def unescape(text):
    """Bytes of a cell or a golden line: \\xNN is a byte, \\\\ a backslash."""
    return re.sub(rb"\\(x([0-9a-f]{2})|.)",
                  lambda m: bytes([int(m[2], 16)]) if m[2] else m[1], text.encode())


def read_cases():
    for line in (DATA / "event_cases.table").read_text().splitlines():
        if line and not line.startswith("#"):
            cells = [cell.strip(" ") for cell in re.split(r" \| ", line.replace(" |  | ", " | \0 | "))]
            yield dict(zip(CELLS, [cell.replace("\0", "") for cell in cells], strict=True))


def read_headers(text):
    """(name, value) pairs; value None when the header has none."""
    if text == "-":
        return []
    return [read_header(one) for one in text.split("; ")]


def read_header(text):
    name, equals, value = text.partition("=")
    return name.encode(), unescape(value) if equals else None


def read_golden(name):
    golden = {"header": []}
    for line in (DATA / f"event_{name}.golden").read_bytes().decode().split("\n")[:-1]:
        kind, _, rest = line.partition(" ")
        if kind == "header":
            golden["header"].append(read_header(rest))
        else:
            golden[kind] = rest
    return golden


def moment(microseconds):
    """As RFC 3339 can write it: beyond the year 9999 its last microsecond."""
    try:
        return EPOCH + datetime.timedelta(microseconds=microseconds)
    except OverflowError:
        return datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)


def rfc3339(microseconds):
    return moment(microseconds).isoformat(timespec="microseconds").replace("+00:00", "Z")


# As it stands there: Python has no time beyond the year 9999.
fastavro.read.LOGICAL_READERS["long-timestamp-micros"] = lambda microseconds, *_: microseconds


def named(text):
    number, _, name = text.partition(" ")
    return int(number), unescape(name).decode()


def optional(text):
    return None if text in ("absent", "invalid") else int(text)


class Expected:
    """What the README promises for one case. Times are microseconds; `message` texts are not promised."""

    def __init__(self, case):
        outcome = case["outcome"].removeprefix("replayed ")
        self.replayed = outcome != case["outcome"]
        self.created = outcome == "created"
        self.violations = [] if self.created else [tuple(v.split(":")) for v in outcome.split(",")]
        self.code = None if self.created else self.violations[0][1]
        self.topic, self.partition, self.offset, timestamp = case["position"].split("/")

        derived = uuid.uuid5(NAMESPACE, case["position"])
        self.command_id = str(derived) if case["command_id"] == "derived" else case["command_id"]
        if self.created or self.code in DECIDING:
            self.event_id, self.occurred = self.command_id, int(case["decided"])
        else:
            self.event_id = str(uuid.uuid5(NAMESPACE, f"{case['position']}#{self.code}"))
            self.occurred = min(max(int(timestamp), 0) * 1000, 253402300799999999)  # the end of the year 9999
        self.span = uuid.uuid5(NAMESPACE, f"{case['position']}#span").hex[:16]
        self.key = self.command_id.encode() if case["key"] == "-" else unescape(case["key"])
        self.case = case

    def data(self, time, text=str):
        head = {
            "event_id": text(self.event_id),
            "command_id": text(self.command_id),
            "occurred_at": time(self.occurred),
        }
        return {**head, **(self.session(time) if self.created else self.rejection())}

    def session(self, time):
        number, _, start = self.case["session"].partition("@")
        group_id, group_name = named(self.case["group"])
        activity_id, activity_name = named(self.case["activity"])
        return {
            "message": "Study session created successfully",
            "session": {"id": int(number), "group_id": group_id, "group_name": group_name, "activity_id": activity_id,
                        "activity_name": activity_name, "start_time": time(int(start)), "end_time": time(int(start))},
        }

    def rejection(self):
        return {
            "code": self.code,
            "message": ...,
            "violations": [{"field": field or None, "code": code, "message": ...} for field, code in self.violations],
            "group_id": optional(self.case["group"]),
            "study_activity_id": optional(self.case["activity"]),
            "sqlstate": self.case["detail"] if self.code == "STORE_REFUSED" else None,
        }

    def cause(self, ce_id):
        """The nil and the max UUID are no id, unless an earlier version has decided the command under it."""
        text = (ce_id or b"").decode()
        nobody = text.lower() in NOBODY and self.command_id not in NOBODY
        return self.command_id if not text or nobody else text

    def hints(self):
        """What the messages of the violations have to name, in their order."""
        if self.code not in ("MISSING_FIELD", "INVALID_FIELD") or self.case["detail"] == "-":
            return [""] * len(self.violations)
        named = dict(piece.split(":") for piece in self.case["detail"].split(","))
        return [named.get(field, "") for field, _ in self.violations]

    def headers(self):
        command = read_headers(self.case["headers"])
        last = dict(command)
        subject = self.case["session"].partition("@")[0] if self.created else self.command_id
        own = {
            "ce_specversion": "1.0",
            "ce_id": self.event_id,
            "ce_source": f"/sessiond/{self.topic}",
            "ce_type": f"study-session.{'created' if self.created else 'rejected'}.v1",
            "ce_time": rfc3339(self.occurred),
            "ce_subject": subject,
            "ce_correlationid": (last.get(b"ce_correlationid") or self.command_id.encode()).decode(),
            "ce_causationid": self.cause(last.get(b"ce_id")),
            "content-type": "application/json",
            "command-topic": self.topic,
            "command-partition": self.partition,
            "command-offset": self.offset,
        }
        if self.replayed:
            own["idempotent-replayed"] = "true"
        if last.get(b"traceparent"):
            trace = last[b"traceparent"].decode().split("-")
            own["traceparent"] = "-".join([*trace[:2], self.span, trace[3]])
            own["tracestate"] = last[b"tracestate"].decode()
        return [(k.encode(), v.encode()) for k, v in own.items()] + [h for h in command if h[0] in ECHOED]


def crc64(canonical):
    """CRC-64-AVRO, from the Avro 1.11 specification's pseudocode."""
    empty = 0xC15D213AA4D7A795
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (empty if value & 1 else 0)
        table.append(value)
    crc = empty
    for byte in canonical.encode():
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc


class Reader:
    """Reads single-object messages of one schema; fastavro and the specification agree on its fingerprint."""

    def __init__(self, name):
        raw = json.loads((SCHEMAS / f"study-session-{name}.v1.avsc").read_text())
        canonical = fastavro.schema.to_parsing_canonical_form(raw)
        self.schema = fastavro.parse_schema(raw)
        self.frame = b"\xc3\x01" + struct.pack("<Q", crc64(canonical))
        assert self.frame[2:].hex() == fastavro.schema.fingerprint(canonical, "CRC-64-AVRO")

    def read(self, message):
        assert message.startswith(self.frame), f"frame {message[:10].hex()}, not {self.frame.hex()}"
        body = io.BytesIO(message[len(self.frame):])
        record = fastavro.schemaless_reader(body, self.schema)
        assert body.read() == b"", "bytes after the record"
        return record


def same(got, wanted, path=""):
    """Equal in values, types and the order of fields; `...` stands for any text that is not empty."""
    if wanted is ...:
        assert isinstance(got, str) and got, f"{path}: {got!r} is not a text"
    elif isinstance(wanted, dict):
        assert list(got) == list(wanted), f"{path}: fields {list(got)}, not {list(wanted)}"
        for key in wanted:
            same(got[key], wanted[key], f"{path}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), f"{path}: {len(got)} of them, not {len(wanted)}"
        for i, (g, w) in enumerate(zip(got, wanted)):
            same(g, w, f"{path}[{i}]")
    else:
        assert type(got) is type(wanted) and got == wanted, f"{path}: {got!r}, not {wanted!r}"


def messages(event):
    return [event["message"], *(violation["message"] for violation in event.get("violations", []))]


def judge(case, readers):
    wanted, golden = Expected(case), read_golden(case["name"])
    kind = "created" if wanted.created else "rejected"
    from_json = json.loads(golden["json"])
    from_avro = readers[kind].read(bytes.fromhex(golden["avro"]))

    same(golden["topic"], f"study-sessions.{kind}", "topic")
    same(unescape(golden["key"]), wanted.key, "key")
    same(golden["header"], wanted.headers(), "headers")
    same(from_json, wanted.data(rfc3339), "json")
    same(from_avro, wanted.data(int, uuid.UUID), "avro")
    same(messages(from_avro), messages(from_json), "messages")
    if not wanted.created:
        for violation, hint in zip(from_json["violations"], wanted.hints(), strict=True):
            assert hint in violation["message"], f"{violation['message']!r} does not name {hint}"
        assert from_json["message"] == from_json["violations"][0]["message"]


def main():
    readers = {name: Reader(name) for name in ("created", "rejected")}
    names, failed = set(), 0
    for case in read_cases():
        names.add(f"event_{case['name']}.golden")
        try:
            judge(case, readers)
        except (AssertionError, OSError, ValueError, KeyError) as error:
            failed += 1
            print(f"{case['name']}: {error}", file=sys.stderr)
    for path in DATA.glob("event_*.golden"):
        if path.name not in names:
            failed += 1
            print(f"{path}: no case of that name", file=sys.stderr)
    print(f"{len(names)} golden events, {failed} wrong")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
