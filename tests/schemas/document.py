"""The AsyncAPI document as its readers see it: references followed, messages with what their traits bring."""

import json
from pathlib import Path

import fastavro
import jsonschema
import yaml

from judge import avro

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
TREE = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())


def find(reference, tree=TREE):
    """What a $ref stands for: a place in the document, or a file beside it."""
    if not reference.startswith("#/"):
        return json.loads((SCHEMAS / reference).read_text())
    for step in reference[2:].split("/"):
        tree = tree[step]
    return tree


def resolved(node, tree=TREE):
    """The same with every reference replaced by what it stands for."""
    if isinstance(node, list):
        return [resolved(item, tree) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return resolved(find(node["$ref"], tree), tree)
    return {name: resolved(value, tree) for name, value in node.items()}


def merged(under, over):
    """JSON Merge Patch (RFC 7396), which is how traits come to a message."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return {**under, **{name: merged(under.get(name), value) for name, value in over.items()}}


def message(name):
    whole = {}
    own = resolved(TREE["components"]["messages"][name])
    for trait in own.pop("traits", []):
        whole = merged(whole, trait)
    return merged(whole, own)


MESSAGES = {name: message(name) for name in TREE["components"]["messages"]}


def header_names(schema):
    """All that it knows, and those that it asks for."""
    parts = [schema, *schema.get("allOf", [])]
    known, required = set(), set()
    for part in parts[1:]:
        inner_known, inner_required = header_names(part)
        known, required = known | inner_known, required | inner_required
    return known | set(schema.get("properties", {})), required | set(schema.get("required", []))


def newest(name):
    """The version of an Avro schema that events are written with."""
    return avro.load(max(SCHEMAS.glob(f"{name}.v*.avsc"), key=lambda path: int(path.stem.rpartition(".v")[2])).stem)


def check(schema, value):
    jsonschema.validate(value, schema, jsonschema.Draft7Validator, format_checker=jsonschema.FormatChecker())


def check_payload(payload, value):
    """Of a multi-format schema or a JSON one."""
    if "schemaFormat" not in payload:
        check(payload, value)
        return
    assert payload["schemaFormat"].startswith("application/vnd.apache.avro+json"), payload["schemaFormat"]
    fastavro.validation.validate(value, fastavro.parse_schema(payload["schema"]), strict=True)
    avro.write(payload["schema"], value)
