"""The AsyncAPI document against AsyncAPI's own schema, against the Avro schemas, and against the program's codes."""
import json

import jsonschema
import pytest

from paths import path_of
from schemas.document import MESSAGES, TREE, check, check_payload, find, newest, resolved
from schemas.program import codes


@pytest.fixture(scope="module")
def asyncapi():
    """As its makers publish it, from where setup.sh has put it."""
    published = path_of("ASYNCAPI") / "node_modules/@asyncapi/specs/schemas/3.0.0.json"
    return jsonschema.Draft7Validator(json.loads(published.read_text()))


def with_avro(node):
    """With the Avro files in the places of their references: what is in them is checked, too."""
    if isinstance(node, dict):
        if str(node.get("$ref")).endswith(".avsc"):
            return find(node["$ref"])
        return {name: with_avro(value) for name, value in node.items()}
    return [with_avro(item) for item in node] if isinstance(node, list) else node


def test_the_document_is_what_asyncapi_asks_for(asyncapi):
    for tree in (TREE, with_avro(TREE)):
        error = jsonschema.exceptions.best_match(asyncapi.iter_errors(tree))
        assert error is None, f"{error.json_path}: {error.message}"


def avro_of(tree):
    return tree["components"]["messages"]["studySessionCreatedAvro"]["payload"]["schema"]


BROKEN = {
    "another version": lambda tree: tree.update(asyncapi="2.6.0"),
    "no title": lambda tree: tree["info"].pop("title"),
    "a server without a protocol": lambda tree: tree["servers"]["plain"].pop("protocol"),
    "an unknown action": lambda tree: tree["operations"]["sendCreated"].update(action="publish"),
    "an unknown field of a message": lambda tree: tree["components"]["messages"]["deadLetter"].update(header={}),
    "partitions as text": lambda tree: tree["channels"]["created"]["bindings"]["kafka"].update(partitions="4"),
    "a correlation id nowhere": lambda tree: tree["components"]["correlationIds"]["event"].update(location="ce_id"),
    "an unknown mechanism": lambda tree: tree["components"]["securitySchemes"]["plain"].update(type="sasl"),
    "no type in JSON Schema": lambda tree: tree["components"]["schemas"]["violation"].update(type="record"),
    "no type in Avro": lambda tree: avro_of(tree)["fields"][0].pop("type"),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_what_asyncapi_does_not_allow_is_found(asyncapi, change):
    tree = with_avro(TREE)
    change(tree)
    assert not asyncapi.is_valid(tree)


def test_every_reference_leads_somewhere():
    resolved(TREE)
    with pytest.raises(KeyError):
        resolved({"$ref": "#/components/messages/nothing"})


def test_every_message_has_a_channel_and_every_channel_an_operation():
    offered = {each["$ref"] for channel in TREE["channels"].values() for each in channel["messages"].values()}
    assert offered == {f"#/components/messages/{name}" for name in MESSAGES}
    used = {operation["channel"]["$ref"] for operation in TREE["operations"].values()}
    used.add(TREE["operations"]["receiveCommand"]["reply"]["channel"]["$ref"])
    assert used == {f"#/channels/{name}" for name in TREE["channels"]}


def test_the_reply_is_any_event():
    events = {name for name in MESSAGES if name.startswith(("studySessionCreated", "studySessionRejected"))}
    assert set(TREE["channels"]["replies"]["messages"]) == events


EXAMPLES = [
    pytest.param(message, example, id=f"{name}-{example['name']}")
    for name, message in MESSAGES.items()
    for example in message.get("examples", [])
]


@pytest.mark.parametrize("message, example", EXAMPLES)
def test_an_example_is_what_its_message_says(message, example):
    check_payload(message["payload"], example["payload"])
    if "headers" in example:
        check(message["headers"], example["headers"])
        given = example["headers"].get("content-type", message["contentType"])
        assert given.partition(";")[0] == message["contentType"]


def test_each_message_has_an_example_in_one_of_its_encodings():
    assert {message["name"] for message in MESSAGES.values() if message.get("examples")} == {
        message["name"] for message in MESSAGES.values()
    }


# ---- The JSON schemas beside the Avro ones ----


def avro_kind(type_):
    """A record as {field: kind}, an array as [kind], what may be null as ("null", kind)."""
    if isinstance(type_, list):
        assert type_[0] == "null" and len(type_) == 2
        return "null", avro_kind(type_[1])
    if not isinstance(type_, dict):
        return type_
    if type_["type"] == "record":
        return {field["name"]: avro_kind(field["type"]) for field in type_["fields"]}
    return [avro_kind(type_["items"])] if type_["type"] == "array" else type_.get("logicalType", type_["type"])


def json_kind(schema):
    """The same of a JSON Schema."""
    if "oneOf" in schema:
        kind, null = schema["oneOf"]
        assert null == {"type": "null"}
        return "null", json_kind(kind)
    if isinstance(schema["type"], list):
        name, null = schema["type"]
        assert null == "null"
        return "null", json_kind({**schema, "type": name})
    if schema["type"] == "object":
        return {name: json_kind(member) for name, member in schema["properties"].items()}
    if schema["type"] == "array":
        return [json_kind(schema["items"])]
    formats = {"uuid": "uuid", "date-time": "timestamp-micros"}
    return formats.get(schema.get("format")) or {"integer": "long", "string": "string"}[schema["type"]]


@pytest.mark.parametrize(
    "name, file",
    [
        ("createStudySession", "create-study-session"),
        ("studySessionCreated", "study-session-created"),
        ("studySessionRejected", "study-session-rejected"),
    ],
)
def test_json_and_avro_have_the_same_fields_and_types(name, file):
    record, schema = newest(file), MESSAGES[name]["payload"]
    assert json_kind(schema) == avro_kind(record)
    # Events have every field, null where there is nothing; a command may leave out what has a default.
    absent = {field["name"] for field in record["fields"] if "default" in field} if name == "createStudySession" else set()
    assert schema["required"] == [field for field in schema["properties"] if field not in absent]
    for encoding in ("Avro", "Confluent"):
        assert MESSAGES[name + encoding]["payload"]["schema"] == record


# ---- The program's codes ----


def test_the_codes_are_those_of_the_program():
    assert TREE["components"]["schemas"]["code"]["examples"] == [code.name for code in codes()]


def test_the_codes_of_dead_letters_are_those_of_the_program():
    documented = TREE["components"]["schemas"]["deadLetterHeaders"]["properties"]["__dlq.errors.code"]["enum"]
    assert documented == [code.name for code in codes() if code.goes_to_dlq]
