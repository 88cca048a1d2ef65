"""Every version of a schema in `schemas` stays compatible with the others, as Apache Avro for Java judges it."""
import copy
import json
import re

import pytest

from judge import avro

COMMAND = "create-study-session"


def versions(folder):
    """The files of each schema, oldest first, by the name without version."""
    found = {}
    for path in folder.glob("*.avsc"):
        name, number = re.fullmatch(r"(.+)\.v(\d+)\.avsc", path.name).groups()
        found.setdefault(name, []).append((int(number), path))
    return {name: [path for _, path in sorted(each)] for name, each in found.items()}


def pairs(name, files):
    """(reader, writer): the newest reads all; of events every version's reader reads what any other writes too."""
    return [(reader, writer) for i, reader in enumerate(files) for j, writer in enumerate(files) if name != COMMAND or j <= i]


def meanings(schema, place=""):
    """The logical type of each place where there is one: Avro would read the number and not see that it means something else."""
    if isinstance(schema, list):
        return {key: value for each in schema for key, value in meanings(each, place).items()}
    if not isinstance(schema, dict):
        return {}
    inner = {place: schema["logicalType"]} if "logicalType" in schema else {}
    inner.update(meanings(schema.get("type"), place) if not isinstance(schema.get("type"), str) else {})
    inner.update(meanings(schema.get("items"), f"{place}[]"))
    for field in schema.get("fields", ()):
        inner.update(meanings(field["type"], f"{place}.{field['name']}"))
    return inner


def differences(java, folder):
    """What is wrong with the schemas of a folder: (reader, writer, why)."""
    wanted = [pair for name, files in versions(folder).items() for pair in pairs(name, files)]
    answers = java("SchemaVersions", lines=[f"{reader} {writer}" for reader, writer in wanted])
    assert len(answers) == len(wanted)
    found = []
    for (reader, writer), answer in zip(wanted, answers):
        read, written = (meanings(json.loads(path.read_text())) for path in (reader, writer))
        if answer != "yes":
            found.append((reader.name, writer.name, answer))
        elif any(read[place] != written[place] for place in read.keys() & written.keys()):
            found.append((reader.name, writer.name, "another logical type"))
    return found


def test_every_version_of_a_schema_stays_compatible_with_the_others(java):
    names = {"create-study-session", "study-session-created", "study-session-rejected"}
    assert set(versions(avro.SCHEMAS)) == names and differences(java, avro.SCHEMAS) == []


# ---- The table in schemas/README.md: whether a change may be made to a command, and to an event ----

BASE = {
    "type": "record", "name": "R", "namespace": "n",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "count", "type": "int"},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "color", "type": {"type": "enum", "name": "Color", "symbols": ["RED", "GREEN"]}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
    ],
}  # fmt: skip


def field(schema, name):
    return next(each for each in schema["fields"] if each["name"] == name)


CHANGES = {
    "nothing": (lambda s: None, True, True),
    "a field with a default is added": (lambda s: s["fields"].append({"name": "x", "type": "int", "default": 0}), True, True),
    "a field without a default is added": (lambda s: s["fields"].append({"name": "x", "type": "int"}), False, False),
    "a field that has a default is dropped": (lambda s: s["fields"].remove(field(s, "note")), True, True),
    "another field is dropped": (lambda s: s["fields"].remove(field(s, "count")), True, False),
    "a field moves": (lambda s: s["fields"].reverse(), True, True),
    "int becomes long": (lambda s: field(s, "count").update(type="long"), True, False),
    "long becomes int": (lambda s: field(s, "id").update(type="int"), False, False),
    "a field becomes nullable": (lambda s: field(s, "id").update(type=["null", "long"]), True, False),
    "a field is renamed": (lambda s: field(s, "id").update(name="number"), False, False),
    "a symbol is added to an enum": (lambda s: field(s, "color")["type"]["symbols"].append("BLUE"), True, False),
    "another logical type": (lambda s: field(s, "at")["type"].update(logicalType="timestamp-millis"), False, False),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_to_a_schema_is_judged_as_the_table_for_maintainers_says(java, tmp_path, change):
    make, command, event = CHANGES[change]
    new = copy.deepcopy(BASE)
    make(new)
    for name in (COMMAND, "event"):
        (tmp_path / f"{name}.v9.avsc").write_text(json.dumps(BASE))
        (tmp_path / f"{name}.v10.avsc").write_text(json.dumps(new))
    wrong = {reader.split(".")[0] for reader, _, _ in differences(java, tmp_path)}
    assert wrong == {name for name, may in ((COMMAND, command), ("event", event)) if not may}
