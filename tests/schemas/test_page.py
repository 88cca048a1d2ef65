"""What schemas/README.md says in tables and bytes, against the schemas, the document and foreign libraries."""
import re
import uuid

import pytest

from judge import avro
from judge.identity import NAMESPACE
from schemas.document import MESSAGES, SCHEMAS, TREE, header_names, newest
from schemas.program import codes

PAGE = (SCHEMAS / "README.md").read_text()


def rows(after):
    """Of the first table after some words: each row's names in backticks in its first column."""
    start = PAGE.index(after)
    table = re.search(r"\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE[start:])[1]
    return [re.findall(r"`([^`]+)`", line.split(" | ")[0]) for line in table.splitlines()]


def names(after):
    return [name for row in rows(after) for name in row]


@pytest.mark.parametrize("record", ["create-study-session", "study-session-created", "study-session-rejected"])
def test_each_field_of_a_record_is_told(record):
    schema = newest(record)
    assert names(f"`{schema['name']}`:\n") == [field["name"] for field in schema["fields"]]


def test_the_fields_inside_of_others_are_told():
    created, rejected = newest("study-session-created"), newest("study-session-rejected")
    for record, field in ((created, "session"), (rejected, "violations")):
        (inner,) = [each["type"] for each in record["fields"] if each["name"] == field]
        told = re.search(rf"^\| `{field}` \|.*$", PAGE, re.MULTILINE)[0]
        for member in inner.get("items", inner)["fields"]:
            assert f"`{member['name']}`" in told


def test_each_header_is_told():
    assert set(names("**Headers** of a command")) == header_names(MESSAGES["createStudySession"]["headers"])[0]
    assert set(names("**Headers** (CloudEvents")) == header_names(MESSAGES["studySessionCreated"]["headers"])[0]
    for header in header_names(MESSAGES["deadLetter"]["headers"])[0]:
        assert f"`{header}`" in PAGE


def test_each_code_is_told_and_whether_it_decides():
    table = re.findall(r"^\| `([A-Z_]+)` \| (decides|answers) \|", PAGE, re.MULTILINE)
    assert table == [(code.name, "decides" if code.decides else "answers") for code in codes()]


def test_the_topics_are_those_of_the_document():
    addresses = [channel["address"] for channel in TREE["channels"].values() if channel["address"]]
    assert [first for first, in rows("# Messages")] == addresses


def test_the_bytes_are_what_a_foreign_library_writes():
    single, confluent = re.findall(r"^    ((?:c301|00) [0-9a-f ]+)$", PAGE, re.MULTILINE)
    fields = {"command_id": "7d1f3a52-6c1e-4b0a-9e55-0f6c1b2d3e4f", "group_id": 1, "study_activity_id": 1}
    written = avro.write(newest("create-study-session"), fields)
    assert bytes.fromhex(single) == written
    assert bytes.fromhex(confluent) == b"\x00\x00\x00\x00\x07" + written[avro.MAGIC_SIZE:]


def test_the_derived_id_is_what_the_rule_gives():
    position, derived = re.search(r"`(study-sessions\.commands/\d+/\d+/\d+)` is `([0-9a-f-]{36})`", PAGE).groups()
    assert str(uuid.uuid5(NAMESPACE, position)) == derived and str(NAMESPACE) in PAGE
    (example,) = [each for each in MESSAGES["studySessionRejected"]["examples"] if each["name"] == "answered"]
    assert example["payload"]["command_id"] == derived
    assert example["payload"]["event_id"] == str(uuid.uuid5(NAMESPACE, f"{position}#UNDECODABLE"))
