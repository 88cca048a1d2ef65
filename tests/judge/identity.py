"""What a command says and the ids of contract and README, computed anew: a command's, and its event's."""

import datetime
import json
import re
import uuid

from . import avro

UUID_TEXT = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
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


def _as_uuid(text):
    """Python's own UUID takes more: spaces, underscores, hyphens anywhere."""
    return text.lower() if UUID_TEXT.fullmatch(text) else None


def _fields_and_source(record):
    """The command's fields and the CloudEvents id and source that came with it, from the envelope or the headers."""
    if record.value.startswith(b"\xc3\x01"):
        return avro.read_command(record.value), record.text("ce_id"), record.text("ce_source")
    data = json.loads(record.value)
    declared = (record.text("content-type") or "").lower().startswith("application/cloudevents+json")
    if declared or ("specversion" in data and "data" in data):
        return data["data"], data.get("id"), data.get("source")
    return data, record.text("ce_id"), record.text("ce_source")


def _value(given):
    if given is None:
        return None
    is_integer = isinstance(given, int) and not isinstance(given, bool)
    return given if is_integer and -(2**63) <= given < 2**63 else INVALID


def read(record):
    """(command id, (group_id, study_activity_id)): the id brought in the value, else by CloudEvents, else derived from
    the position. (None, None) when this reader cannot read it: what the worker makes of it is not ours to say."""
    try:
        fields, ce_id, ce_source = _fields_and_source(record)
        values = _value(fields.get("group_id")), _value(fields.get("study_activity_id"))
        brought = fields.get("command_id")
        if brought is not None:
            return isinstance(brought, str) and _as_uuid(brought) or derived_id(record), values
        if not ce_id:
            return derived_id(record), values
        return _as_uuid(ce_id) or str(uuid.uuid5(NAMESPACE, f"{ce_source or ''}\n{ce_id}")), values
    except Exception:  # whatever a stranger sent
        return None, None


def command_id(record):
    return read(record)[0]
