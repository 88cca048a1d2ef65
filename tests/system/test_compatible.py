"""Which reader can read which writer: the table, judged by a foreign library. fastavro writes samples and reads them."""
import io
import json
from pathlib import Path

import fastavro
import pytest
from fastavro.schema import parse_schema

TABLE = Path(__file__).resolve().parents[1] / "codec" / "compatible.table"
CASES = [
    (number, *(cell.strip() for cell in line.split(" | ")[:3]))
    for number, line in enumerate(TABLE.read_text().splitlines(), 1)
    if line.strip() and not line.startswith("#") and " | broken | " not in line
]
PRIMITIVES = {
    "null": [None], "boolean": [True, False], "int": [0, -(2**31)], "long": [1, 2**62], "float": [0.5], "double": [1e300],
    "bytes": [b"", b"text"], "string": ["", "text"],
}  # fmt: skip


def samples(schema, named, depth=0):
    """Values of a schema that fastavro has parsed: each branch and each symbol at least once."""
    if isinstance(schema, str):
        return PRIMITIVES[schema] if schema in PRIMITIVES else samples(named[schema], named, depth)
    if isinstance(schema, list):
        return [(name_of(branch), value) for branch in schema for value in samples(branch, named, depth)]
    kind = schema["type"]
    if kind == "enum":
        return schema["symbols"]
    if kind == "fixed":
        return [bytes(schema["size"])]
    if kind == "array":
        return [[], samples(schema["items"], named, depth)]
    if kind == "map":
        return [{}, {str(i): value for i, value in enumerate(samples(schema["values"], named, depth))}]
    if kind != "record":
        return PRIMITIVES[kind]
    if depth > 3:
        return []
    columns = [samples(field["type"], named, depth + 1) for field in schema["fields"]]
    names = [field["name"] for field in schema["fields"]]
    rows = max([1, *map(len, columns)])
    return [dict(zip(names, (column[i % len(column)] for column in columns))) for i in range(rows)]


def name_of(branch):
    return branch if isinstance(branch, str) else branch.get("name", branch["type"])


def plain(schema):
    """Without logical types, which fastavro would want other values for and does not compare."""
    if isinstance(schema, dict):
        return {key: plain(value) for key, value in schema.items() if key != "logicalType"}
    return [plain(each) for each in schema] if isinstance(schema, list) else schema


def reads(writer, reader):
    """Whether every sample written comes out of the reader's side."""
    named = {}
    writer = parse_schema(plain(json.loads(writer)), named)
    reader = parse_schema(plain(json.loads(reader)))
    for value in samples(writer, named):
        out = io.BytesIO()
        fastavro.schemaless_writer(out, writer, value)
        out.seek(0)
        try:
            fastavro.schemaless_reader(out, writer, reader)
        except Exception:
            return False
    return True


@pytest.mark.parametrize(("number", "writer", "reader", "verdict"), CASES, ids=[f"line {case[0]}" for case in CASES])
def test_fastavro_reads_what_the_table_calls_compatible_and_nothing_else(number, writer, reader, verdict):
    assert reads(writer, reader) == (verdict in ("yes", "meaning")), f"line {number}: {writer} | {reader}"
