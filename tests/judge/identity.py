"""What a command says and the ids of contract and README, computed anew: a command's, and its event's."""

import base64
import datetime
import json
import re
import uuid
from dataclasses import dataclass

from . import avro

UUID_TEXT = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NOBODY = {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}  # nil and max: no ids
NAMESPACE = uuid.UUID("9d3b0b7e-2f5e-5c53-8f0a-6b1c3d0f7a11")

DECIDING = {"MISSING_FIELD", "INVALID_FIELD", "GROUP_NOT_FOUND", "STUDY_ACTIVITY_NOT_FOUND"}
ANSWERING = {"UNDECODABLE", "UNKNOWN_SCHEMA", "COMMAND_ID_REUSED", "COMMAND_EXPIRED", "STORE_REFUSED"}
UNREAD = {"UNDECODABLE", "UNKNOWN_SCHEMA"}
TO_DLQ = {"UNDECODABLE", "UNKNOWN_SCHEMA", "STORE_REFUSED"}

INVALID = "invalid"  # a value that is there and is no integer of 64 bits: all of them are equal


def position(record):
    return f"{record.topic}/{record.partition}/{record.offset}/{record.timestamp_ms}"


def derived_id(record):
    return str(uuid.uuid5(NAMESPACE, position(record)))


def answer_id(record, code):
    """The event_id of a rejection that answers the record and decides nothing."""
    return str(uuid.uuid5(NAMESPACE, f"{position(record)}#{code}"))


def time_text(timestamp_ms):
    """As RFC 3339 can write it: a time beyond the year 9999 is its last microsecond."""
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=timestamp_ms)
    except OverflowError:
        moment = datetime.datetime.max
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rounded(text, digits):
    """A time as a column keeps it that has so many digits of a second: PostgreSQL rounds to the nearest, a half up."""
    unit = 10 ** (6 - digits)
    since = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") - datetime.datetime(2000, 1, 1)
    us = since // datetime.timedelta(microseconds=1)
    us = (abs(us) + unit // 2) // unit * unit * (1 if us >= 0 else -1)
    try:
        moment = datetime.datetime(2000, 1, 1) + datetime.timedelta(microseconds=us)
    except OverflowError:
        return text
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _as_uuid(text):
    """Python's own UUID takes more: spaces, underscores, hyphens anywhere."""
    return text.lower() if UUID_TEXT.fullmatch(text) else None


def _identifies(text):
    """A UUID other than the nil and the max one."""
    return _as_uuid(text) not in NOBODY


@dataclass(slots=True)
class _Said:
    """What a record says, before it is given an id."""

    fields: dict
    ce_id: str | None
    ce_source: str | None
    before: dict | None = None  # the fields that an earlier version read, where it read others


def _document(data):
    """RFC 8259 in UTF-8, after one byte order mark at most."""
    found = json.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _text(value):
    """An attribute; None when it is none, is no text, or cannot be written as one."""
    good = isinstance(value, str) and value and "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    return value if good else None


def _enveloped(top, declared):
    """The command in a structured CloudEvent; None: it is none."""
    has_base64 = top.get("data_base64") is not None
    if not declared and not ("specversion" in top and ("data" in top or has_base64)):
        return None
    if has_base64 and top.get("data") is not None:
        raise ValueError("data and data_base64")
    data = _document(base64.b64decode(top["data_base64"], validate=True)) if has_base64 else top["data"]
    said = _Said(data, _text(top.get("id")), _text(top.get("source")))
    if not declared and "data" not in top:
        said.before = top
    return said


def _said(record):
    """The command's fields and the CloudEvents id and source that came with it, from the envelope or the headers."""
    headers = record.text("ce_id"), record.text("ce_source")
    if record.value.startswith(b"\xc3\x01"):
        return _Said(avro.read_command(record.value), *headers)
    top = _document(record.value)
    declared = (record.text("content-type") or "").lower().startswith("application/cloudevents+json")
    return _enveloped(top, declared) or _Said(top, *headers)


def _value(given):
    if given is None:
        return None
    is_integer = isinstance(given, int) and not isinstance(given, bool)
    return given if is_integer and -(2**63) <= given < 2**63 else INVALID


def _values(fields):
    return _value(fields.get("group_id")), _value(fields.get("study_activity_id"))


def _of_event(ce_id, ce_source):
    return _as_uuid(ce_id) or str(uuid.uuid5(NAMESPACE, f"{ce_source or ''}\n{ce_id}"))


def redriven_id(record):
    """The command id of a dead letter that was sent back; None: it is none."""
    text = record.header("__dlq.errors.command.id")
    found = _as_uuid(text.decode("latin-1")) if text else None
    return found if found and _identifies(found) else None


def _own_id(record, said):
    """The rule: the field, else the CloudEvents id, else the dead letter's, else the position."""
    brought = said.fields.get("command_id")
    if isinstance(brought, str) and _as_uuid(brought) and _identifies(brought):
        return _as_uuid(brought)
    if brought is None and said.ce_id and _identifies(said.ce_id):
        return _of_event(said.ce_id, said.ce_source)
    return redriven_id(record) or derived_id(record)


def _former_id(record, said):
    """The rule of the version before: nil and max were ids, a dead letter's header and data_base64 were nothing."""
    fields, ce_id, ce_source = said.fields, said.ce_id, said.ce_source
    if said.before is not None:
        fields, ce_id, ce_source = said.before, record.text("ce_id"), record.text("ce_source")
    brought = fields.get("command_id")
    if brought is not None:
        return isinstance(brought, str) and _as_uuid(brought) or derived_id(record)
    return _of_event(ce_id, ce_source) if ce_id else derived_id(record)


@dataclass(slots=True)
class Read:
    """What a record asks for; all None when this reader cannot read it: what the worker makes of it is not ours to say."""

    id: str | None = None
    values: tuple | None = None  # (group_id, study_activity_id)
    former_id: str | None = None  # what an earlier version may have stored at this very position
    former_values: tuple | None = None


def read(record):
    try:
        said = _said(record)
        before = said.fields if said.before is None else said.before
        return Read(_own_id(record, said), _values(said.fields), _former_id(record, said), _values(before))
    except Exception:  # whatever a stranger sent
        return Read()


def command_id(record):
    return read(record).id


def letter_place(record, commands_topic):
    """Where a dead letter of this record says that it stood: where it was first, if it says all of that."""
    names = ("partition", "offset", "timestamp")
    numbers = [record.header(f"__dlq.errors.{name}") or b"" for name in names]
    complete = record.header("__dlq.errors.topic") == commands_topic.encode() and all(
        re.fullmatch(rb"0|[1-9][0-9]{0,18}" if name != "timestamp" else rb"-1|0|[1-9][0-9]{0,18}", number)
        for name, number in zip(names, numbers)
    )
    if not complete or redriven_id(record) is None:
        return record.place
    return commands_topic, int(numbers[0]), int(numbers[1])
