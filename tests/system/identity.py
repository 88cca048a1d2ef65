"""The ids of contract and README, computed anew: what a command's id is, and what its event's."""
import datetime
import json
import uuid

import avro

NAMESPACE = uuid.UUID("9d3b0b7e-2f5e-5c53-8f0a-6b1c3d0f7a11")

DECIDING = {"MISSING_FIELD", "INVALID_FIELD", "GROUP_NOT_FOUND", "STUDY_ACTIVITY_NOT_FOUND"}
ANSWERING = {"UNDECODABLE", "UNKNOWN_SCHEMA", "COMMAND_ID_REUSED", "COMMAND_EXPIRED", "STORE_REFUSED"}
TO_DLQ = {"UNDECODABLE", "UNKNOWN_SCHEMA", "STORE_REFUSED"}


def position(record):
    return f"{record.topic}/{record.partition}/{record.offset}/{record.timestamp_ms}"


def derived_id(record):
    return str(uuid.uuid5(NAMESPACE, position(record)))


def answer_id(record, code):
    """The event_id of a rejection that answers the record and decides nothing."""
    return str(uuid.uuid5(NAMESPACE, f"{position(record)}#{code}"))


def time_text(timestamp_ms):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=timestamp_ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _fields(record):
    """The command's fields; None when this reader cannot read them (what the worker makes of it is not ours to say)."""
    try:
        if record.value.startswith(b"\xc3\x01"):
            return avro.read(avro.COMMAND, record.value)
        fields = json.loads(record.value)
        return fields if isinstance(fields, dict) else None
    except Exception:  # whatever a stranger sent
        return None


def _as_uuid(text):
    try:
        return str(uuid.UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def command_id(record):
    """Brought in the value, else by CloudEvents, else derived from the position; None when the value is not readable here."""
    fields = _fields(record)
    if fields is None:
        return None
    brought = fields.get("command_id")
    if brought is not None:
        return isinstance(brought, str) and _as_uuid(brought) or derived_id(record)
    ce_id = record.text("ce_id")
    if not ce_id:
        return derived_id(record)
    return _as_uuid(ce_id) or str(uuid.uuid5(NAMESPACE, f"{record.text('ce_source') or ''}\n{ce_id}"))
