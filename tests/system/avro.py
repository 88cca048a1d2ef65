"""Avro by fastavro, from the published schemas: single-object encoding and nothing of the program's own."""
import datetime
import io
import json
import uuid
from pathlib import Path

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def load(name):
    return json.loads((SCHEMAS / f"{name}.avsc").read_text())


COMMAND = load("create-study-session.v1")
EVENTS = [load("study-session-created.v1"), load("study-session-rejected.v1")]


def magic(schema):
    """C3 01 and the fingerprint, its lowest byte first (fastavro gives it in that order)."""
    return b"\xc3\x01" + bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


def write(schema, data):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), data)
    return magic(schema) + out.getvalue()


def _plain(value):
    """As the JSON events have it: times and UUIDs as text."""
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value) if isinstance(value, uuid.UUID) else value


def read(schema, value):
    start = magic(schema)
    assert value.startswith(start), f"begins {value[:10].hex()}, not {start.hex()}"
    rest = io.BytesIO(value[len(start) :])
    data = _plain(fastavro.schemaless_reader(rest, fastavro.parse_schema(schema)))
    assert rest.read() == b"", "bytes after the end"
    return data


def read_event(value):
    (schema,) = [schema for schema in EVENTS if value.startswith(magic(schema))]
    return read(schema, value)
