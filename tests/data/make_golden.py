#!/usr/bin/env python3
"""Writes the Avro commands that the decoder is judged by, as a foreign library (fastavro) encodes them.

    python3 tests/data/make_golden.py        (needs: pip install fastavro)

Each writer schema becomes tests/data/writers/NAME.avsc, each message a line of tests/data/avro_golden.table, each
schema's CRC-64-AVRO a line of tests/data/avro_fingerprints.table. Run it again after a change here or in schemas/;
the results are kept in the tree, so that the tests need no Python.
"""
import io
import json
import pathlib

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

DATA = pathlib.Path(__file__).parent
BUILTIN = DATA.parent.parent / "schemas"

U = "0b9f1c0e-6a52-4f0e-9d7a-1f2b3c4d5e6f"
UUID_TYPE = {"type": "string", "logicalType": "uuid"}
LONG_MAX = 2**63 - 1


def record(name, *fields, **more):
    return {"type": "record", "name": name, "fields": [{"name": n, "type": t} for n, t in fields], **more}


NODE = record("Node", ("label", "string"), ("next", ["null", "Node"]))

# Fields that a command has nothing to do with: one of every type, each to be stepped over.
EXTRAS = [
    ("a_null", "null", None),
    ("a_boolean", "boolean", True),
    ("an_int", "int", -(2**31)),
    ("a_long", "long", -(2**63)),
    ("a_float", "float", 1.5),
    ("a_double", "double", -2.25),
    ("some_bytes", "bytes", b"\x00\xff\x80"),
    ("a_string", "string", "zażółć 漢字 🎓"),
    ("an_enum", {"type": "enum", "name": "Level", "symbols": ["LOW", "MIDDLE", "HIGH"]}, "HIGH"),
    ("a_fixed", {"type": "fixed", "name": "Digest", "size": 16}, bytes(range(16))),
    ("an_array", {"type": "array", "items": "string"}, ["one", "", "three"]),
    ("an_empty_array", {"type": "array", "items": "long"}, []),
    ("an_array_of_nulls", {"type": "array", "items": "null"}, [None] * 100),
    ("a_map", {"type": "map", "values": {"type": "array", "items": "int"}}, {"k": [1, 2, 3], "": []}),
    ("a_union", ["null", "string", "long", {"type": "array", "items": "double"}], [0.5, 1e300]),
    ("a_record", record("Inner", ("group_id", "string"), ("flag", "boolean")), {"group_id": "no id", "flag": False}),
    ("another_inner", "Inner", {"group_id": "", "flag": True}),
    ("a_second_digest", "Digest", b"0123456789abcdef"),
    ("a_list", NODE, {"label": "1", "next": {"label": "2", "next": {"label": "3", "next": None}}}),
    ("a_decimal", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, b"\x01\x02"),
]
IDS = [("command_id", UUID_TYPE, U), ("group_id", "long", 7), ("study_activity_id", "long", 9)]


def renamed(schema, prefix):
    """The same types under other names, so that one schema can hold them twice."""
    if isinstance(schema, str):
        return prefix + schema if schema in ("Inner", "Digest", "Node") else schema
    if isinstance(schema, list):
        return [renamed(branch, prefix) for branch in schema]
    copy = {key: renamed(value, prefix) if key in ("type", "items", "values") else value for key, value in schema.items()}
    if "name" in copy and copy["type"] in ("record", "enum", "fixed"):
        copy["name"] = prefix + copy["name"]
    if "fields" in copy:
        copy["fields"] = [{**field, "type": renamed(field["type"], prefix)} for field in copy["fields"]]
    return copy


def extras(where):
    return [(f"{where}_{name}", renamed(schema, where.capitalize()), value) for name, schema, value in EXTRAS]


def around(where):
    fields = list(IDS)
    if where in ("before", "everywhere"):
        fields = extras("before") + fields
    if where in ("after", "everywhere"):
        fields = fields + extras("after")
    if where in ("between", "everywhere"):
        at = next(i for i, field in enumerate(fields) if field[0] == "group_id")
        fields = fields[:at] + extras("between") + fields[at:]
    schema = record("CreateStudySession", *[(name, schema) for name, schema, _ in fields], namespace="shop.v2")
    return schema, {name: value for name, _, value in fields}


def plain(*fields, **more):
    return record("CreateStudySession", *fields, namespace="study_sessions.v1", **more)


# name: (schema, [(datum, command_id, group_id, study_activity_id, claim)]); "-" is absent, "!" is invalid.
WRITERS = {}
for where in ("before", "between", "after", "everywhere"):
    WRITERS[f"extras-{where}"] = (*around(where)[:1], [(around(where)[1], U, 7, 9, f"fields of every type {where} are skipped")])
WRITERS |= {
    "reordered": (
        plain(("study_activity_id", "long"), ("group_id", "long"), ("command_id", UUID_TYPE)),
        [({"command_id": U, "group_id": 1, "study_activity_id": LONG_MAX}, U, 1, LONG_MAX, "fields are found by name")],
    ),
    "int-ids": (
        plain(("command_id", "string"), ("group_id", "int"), ("study_activity_id", "int")),
        [
            ({"command_id": U.upper(), "group_id": 2**31 - 1, "study_activity_id": -1}, U, 2**31 - 1, -1, "int serves"),
            ({"command_id": "none", "group_id": 0, "study_activity_id": 64}, "!", 0, 64, "a string that is no UUID"),
        ],
    ),
    "null-first": (
        plain(("command_id", ["null", UUID_TYPE]), ("group_id", ["null", "long"]), ("study_activity_id", ["null", "int"])),
        [
            ({"command_id": U, "group_id": 3, "study_activity_id": 4}, U, 3, 4, "nullable, null first"),
            ({"command_id": None, "group_id": None, "study_activity_id": None}, "-", "-", "-", "null is absent"),
        ],
    ),
    "null-last": (
        plain(("command_id", [UUID_TYPE, "null"]), ("group_id", ["long", "null"]), ("study_activity_id", ["int", "null"])),
        [
            ({"command_id": U, "group_id": 5, "study_activity_id": 6}, U, 5, 6, "nullable, null last"),
            ({"command_id": None, "group_id": None, "study_activity_id": None}, "-", "-", "-", "null is absent"),
        ],
    ),
    "many-branches": (
        plain(("command_id", ["long", "null", "string"]), ("group_id", ["string", "null", "int", "long"]),
              ("study_activity_id", ["boolean", "double", "long"])),
        [
            ({"command_id": U, "group_id": 2**40, "study_activity_id": ("long", 8)}, U, 2**40, 8, "the branch chosen counts"),
            ({"command_id": 5, "group_id": "7", "study_activity_id": True}, "!", "!", "!", "a branch of another type"),
            ({"command_id": None, "group_id": None, "study_activity_id": 2.5}, "-", "-", "!", "null and a double"),
        ],
    ),
    "missing-fields": (
        plain(("group_id", "long"), ("note", "string")),
        [({"group_id": 11, "note": "no activity"}, "-", 11, "-", "what the writer does not know is absent")],
    ),
    "other-types": (
        plain(("command_id", {"type": "fixed", "name": "Raw", "size": 16}), ("group_id", {"type": "array", "items": "long"}),
              ("study_activity_id", "float"), ("tail", "string")),
        [({"command_id": bytes(16), "group_id": [1, 2], "study_activity_id": 1.0, "tail": "x"}, "!", "!", "!",
          "other types are invalid and skipped")],
    ),
    "always-null": (
        plain(("command_id", "null"), ("group_id", "null"), ("study_activity_id", "long")),
        [({"command_id": None, "group_id": None, "study_activity_id": 12}, "-", "-", 12, "a field that is always null")],
    ),
    "not-a-record": ({"type": "array", "items": "long"}, []),
    "namespaces": (
        record("CreateStudySession",
               ("kind", {"type": "enum", "name": "Kind", "namespace": "elsewhere", "symbols": ["A", "B"]}),
               ("again", "elsewhere.Kind"),
               ("inner", record("third.space.Inner", ("level", {"type": "fixed", "name": "Here", "size": 1}),
                                ("same", "Here"), ("full", "third.space.Here"))),
               ("command_id", {"type": "string"}), ("group_id", {"type": "long"}), ("study_activity_id", "long"),
               namespace="first", doc="Names with and without a namespace of their own.", aliases=["Old"]),
        [({"kind": "A", "again": "B", "inner": {"level": b"x", "same": b"y", "full": b"z"}, "command_id": U, "group_id": 13,
           "study_activity_id": 14}, U, 13, 14, "named types are found across namespaces")],
    ),
}
# Every logical type of the specification on every type that it stands on, and one that nobody knows: the values are the plain ones.
LOGICAL = [
    ("decimal_bytes", "bytes", {"logicalType": "decimal", "precision": 9, "scale": 2}, b"\x01\x02"),
    ("decimal_fixed", {"type": "fixed", "name": "Amount", "size": 5}, {"logicalType": "decimal", "precision": 11}, bytes(5)),
    ("big_decimal", "bytes", {"logicalType": "big-decimal"}, b"\x02\x7f\x04"),
    ("uuid_string", "string", {"logicalType": "uuid"}, U),
    ("uuid_fixed", {"type": "fixed", "name": "Id16", "size": 16}, {"logicalType": "uuid"}, bytes(range(16))),
    ("date", "int", {"logicalType": "date"}, -719162),
    ("time_millis", "int", {"logicalType": "time-millis"}, 86399999),
    ("time_micros", "long", {"logicalType": "time-micros"}, 86399999999),
    ("timestamp_millis", "long", {"logicalType": "timestamp-millis"}, -1),
    ("timestamp_micros", "long", {"logicalType": "timestamp-micros"}, 2**53 + 1),
    ("timestamp_nanos", "long", {"logicalType": "timestamp-nanos"}, 2**62),
    ("local_timestamp_millis", "long", {"logicalType": "local-timestamp-millis"}, 0),
    ("local_timestamp_micros", "long", {"logicalType": "local-timestamp-micros"}, 1),
    ("local_timestamp_nanos", "long", {"logicalType": "local-timestamp-nanos"}, -(2**62)),
    ("duration", {"type": "fixed", "name": "Span", "size": 12}, {"logicalType": "duration"}, bytes(range(12))),
    ("not_standard", "double", {"logicalType": "degrees-celsius"}, 21.5),
]


def logical(type_, attributes):
    return {**(type_ if isinstance(type_, dict) else {"type": type_}), **attributes}


def chain(length):
    return None if length == 0 else {"label": str(length), "next": chain(length - 1)}


FIRST, SECOND = record("a.Note", ("text", "string")), record("b.Note", ("pages", "int"), ("group_id", "int"))
PLACED = ("group_id", "long"), ("study_activity_id", "long")
WRITERS |= {
    "logical-types": (
        plain(
            *((name, logical(type_, more)) for name, type_, more, _ in LOGICAL),
            ("command_id", UUID_TYPE),
            ("group_id", {"type": "long", "logicalType": "nobody-knows"}),
            ("study_activity_id", {"type": "int", "logicalType": "date"}),
        ),
        [
            (
                {**{name: value for name, _, _, value in LOGICAL}, "command_id": U, "group_id": 15, "study_activity_id": 16},
                U, 15, 16, "logical types are read as the types that they stand on",
            )
        ],
    ),
    "decimal-ids": (
        plain(
            ("command_id", {"type": "fixed", "name": "Id16", "size": 16, "logicalType": "uuid"}),
            ("group_id", {"type": "bytes", "logicalType": "decimal", "precision": 9}),
            ("study_activity_id", "long"),
        ),
        [
            (
                {"command_id": bytes(range(16)), "group_id": b"\x07", "study_activity_id": 17},
                "!", "!", 17, "a UUID of 16 bytes and a decimal are other types",
            )
        ],
    ),
    "recursive": (
        plain(
            ("before", NODE),
            ("parent", ["null", "CreateStudySession"]),
            *PLACED,
            (
                "tree",
                record("Tree", ("kids", {"type": "array", "items": "Tree"}), ("named", {"type": "map", "values": "Tree"})),
            ),
        ),
        [
            (
                {
                    "before": chain(15),
                    "parent": {
                        "before": chain(14),
                        "parent": None,
                        "group_id": -1,
                        "study_activity_id": -2,
                        "tree": {"kids": [], "named": {}},
                    },
                    "group_id": 18,
                    "study_activity_id": 19,
                    "tree": {
                        "kids": [{"kids": [], "named": {}}, {"kids": [], "named": {"a": {"kids": [], "named": {}}}}],
                        "named": {},
                    },
                },
                "-", 18, 19, "types that hold themselves, the command's among them; only the outer fields count",
            ),
        ],
    ),
    "union-of-records": (
        plain(
            (
                "note",
                [
                    "null",
                    FIRST,
                    SECOND,
                    {"type": "enum", "name": "Kind", "symbols": ["NONE"], "default": "NONE"},
                    {"type": "map", "values": "a.Note"},
                    {"type": "array", "items": ["b.Note", "null"]},
                ],
            ),
            ("command_id", ["null", SECOND["name"], "string"]),
            ("group_id", ["b.Note", "long"]),
            ("study_activity_id", ["int", "a.Note"]),
        ),
        [
            (
                {"note": ("a.Note", {"text": "x"}), "command_id": U, "group_id": 20, "study_activity_id": 21},
                U, 20, 21, "the first record",
            ),
            (
                {
                    "note": ("b.Note", {"pages": 5, "group_id": -1}),
                    "command_id": None,
                    "group_id": 20,
                    "study_activity_id": 21,
                },
                "-", 20, 21, "another with the same short name",
            ),
            (
                {
                    "note": ("study_sessions.v1.Kind", "NONE"),
                    "command_id": ("b.Note", {"pages": 1, "group_id": 2}),
                    "group_id": ("b.Note", {"pages": 1, "group_id": 2}),
                    "study_activity_id": ("a.Note", {"text": ""}),
                },
                "!", "!", "!", "a record where an id should be",
            ),
            (
                {
                    "note": {"k": {"text": "x"}, "": {"text": ""}},
                    "command_id": None,
                    "group_id": 22,
                    "study_activity_id": 23,
                },
                "-", 22, 23, "a map of records",
            ),
            (
                {"note": [{"pages": 1, "group_id": 2}, None], "command_id": None, "group_id": 24, "study_activity_id": 25},
                "-", 24, 25, "an array of unions",
            ),
        ],
    ),
    "aliases": (
        plain(("group", "long"), *PLACED[1:], aliases=["elsewhere.CreateStudySession"]),
        [
            (
                {"group": 26, "study_activity_id": 27},
                "-", "-", 27, "an alias in the writer's schema names nothing: aliases are the reader's",
            )
        ],
    ),
    "attributes": (
        plain(
            ("group_id", {"type": "long", "connect.type": "int64"}),
            ("study_activity_id", {"type": "int"}),
            ("command_id", {"type": "string", "avro.java.string": "String"}),
            ("mood", {"type": "enum", "name": "Mood", "symbols": ["FINE", "BAD"], "default": "BAD"}),
            ("again", "Mood"),
            **{"connect.name": "x.Y", "doc": '漢字 " \\'},
        ),
        [
            (
                {"group_id": 28, "study_activity_id": 29, "command_id": U, "mood": "BAD", "again": "FINE"},
                U, 28, 29, "attributes that are not Avro's",
            )
        ],
    ),
    "namespace-restored": (
        plain(
            (
                "outer",
                record(
                    "o.Outer",
                    ("digest", {"type": "fixed", "name": "Digest", "size": 1}),
                    ("none", {**record("Bare", ("more", ["null", "Bare"])), "namespace": ""}),
                    ("same", "Digest"),
                ),
            ),
            ("digest", {"type": "fixed", "name": "Digest", "size": 3}),
            ("theirs", "o.Digest"),
            ("ours", "Digest"),
            ("ours_in_full", "study_sessions.v1.Digest"),
            *PLACED,
        ),
        [
            (
                {
                    "outer": {"digest": b"1", "none": {"more": {"more": None}}, "same": b"2"},
                    "digest": b"333",
                    "theirs": b"4",
                    "ours": b"555",
                    "ours_in_full": b"666",
                    "group_id": 30,
                    "study_activity_id": 31,
                },
                "-", 30, 31, "behind a record of another namespace one's own goes on",
            )
        ],
    ),
    "union-at-top": (
        ["null", plain(*PLACED), record("other.Command", ("study_activity_id", "int"), ("command_id", "string"))],
        [
            (
                ("study_sessions.v1.CreateStudySession", {"group_id": 32, "study_activity_id": 33}),
                "-", 32, 33, "a union, of which a command is a branch",
            ),
            (("other.Command", {"study_activity_id": 34, "command_id": U}), U, "-", 34, "another of its branches"),
        ],
    ),
    "no-fields": (plain(), [({}, "-", "-", "-", "a record without fields")]),
}
WRITERS["aliases"][0]["fields"][0]["aliases"] = ["group_id"]
OURS = [
    ({"command_id": U, "group_id": 1, "study_activity_id": 2}, U, 1, 2, "a command under our own schema"),
    ({"command_id": None, "group_id": LONG_MAX, "study_activity_id": 2}, "-", LONG_MAX, 2, "without an id of its own"),
    ({"command_id": U, "group_id": -(2**63), "study_activity_id": 0}, U, -(2**63), 0, "out of range is still a value"),
]


def crc(schema):
    return int.from_bytes(bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")), "little")


def single_object(schema, datum):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), datum)
    return b"\xc3\x01" + crc(schema).to_bytes(8, "little") + out.getvalue()


def golden_lines(name, schema, cases):
    for datum, command_id, group_id, activity_id, claim in cases:
        message = single_object(schema, datum).hex()
        yield f"{name} | {message} | {command_id} | {group_id} | {activity_id} | {claim}"


def main():
    made_by = f"# Made by tests/data/make_golden.py with fastavro {fastavro.__version__}; do not edit.\n"
    golden, fingerprints = [], []
    (DATA / "writers").mkdir(exist_ok=True)
    for path in sorted(BUILTIN.glob("*.avsc")):
        schema = json.loads(path.read_text())
        fingerprints.append(f"schemas/{path.name} | {crc(schema):016x}")
        if path.name.startswith("create-study-session."):
            golden += golden_lines(path.stem, schema, OURS)
    for name, (schema, cases) in WRITERS.items():
        (DATA / "writers" / f"{name}.avsc").write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n")
        fingerprints.append(f"tests/data/writers/{name}.avsc | {crc(schema):016x}")
        golden += golden_lines(name, schema, cases)
    (DATA / "avro_golden.table").write_text(
        made_by + "# writer | message | command_id | group_id | study_activity_id | claim     (- absent, ! invalid)\n"
        + "\n".join(golden) + "\n")
    (DATA / "avro_fingerprints.table").write_text(
        made_by + "# schema | CRC-64-AVRO of its canonical form\n" + "\n".join(fingerprints) + "\n")


main()
