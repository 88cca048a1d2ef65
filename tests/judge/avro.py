"""Avro by fastavro, from the published schemas: nothing of the program's own."""

import datetime
import functools
import io
import json
from pathlib import Path

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
fastavro.read.LOGICAL_READERS["string-uuid"] = lambda text, *_: text  # as it stands there, were it no UUID
MAGIC_SIZE = 10  # C3 01 and a fingerprint of 8 bytes


def load(name):
    return json.loads((SCHEMAS / f"{name}.avsc").read_text())


def load_all(pattern):
    return [load(path.stem) for path in sorted(SCHEMAS.glob(f"{pattern}.avsc"))]


COMMAND = load("create-study-session.v1")


def magic(schema):
    """C3 01 and the fingerprint, its lowest byte first (fastavro gives it in that order)."""
    return b"\xc3\x01" + bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


@functools.cache
def _by_magic(*patterns):
    """Published schemas, parsed."""
    return {magic(schema): fastavro.parse_schema(schema) for pattern in patterns for schema in load_all(pattern)}


def write(schema, data):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), data)
    return magic(schema) + out.getvalue()


def moment(text):
    """A time as the JSON events write it, as fastavro takes it."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)


def _plain(value):
    """As the JSON events have it: times as text."""
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


def _body(schema, data):
    rest = io.BytesIO(data)
    body = _plain(fastavro.schemaless_reader(rest, schema))
    if rest.read():
        raise ValueError("bytes after the end")
    return body


def _read(schemas, value):
    schema = schemas.get(value[:MAGIC_SIZE])
    if schema is None:
        raise ValueError(f"begins {value[:MAGIC_SIZE].hex()}: none of the published schemas")
    return _body(schema, value[MAGIC_SIZE:])


def read_command(value):
    """Of any version published; an exception when it is not one, from end to end."""
    return _read(_by_magic("create-study-session.v*"), value)


def read_event(value, ce_type):
    """Likewise. Confluent's wire format (00, 4 bytes of schema id) is known to a registry only; there ce_type says which."""
    if not value.startswith(b"\x00"):
        return _read(_by_magic("study-session-created.v*", "study-session-rejected.v*"), value)
    (schema,) = _by_magic(ce_type.replace("study-session.", "study-session-")).values()
    return _body(schema, value[5:])
