"""Holds manifests against the schemas that Kubernetes, KEDA, Compose and Grafana publish: validate.py kubernetes|compose|grafana FILE...

Prints a line for each thing that does not fit, and ends with 1 if there is one. Runs with the Python of tests/deploy/requirements.txt.
"""
import json
import sys
from importlib import resources

import jsonschema
import yaml

KUBERNETES = "1.37"
# What the annotations of a Prometheus have besides; Grafana's model of a dashboard leaves it to the data source.
ANNOTATIONS_OF_PROMETHEUS = {"titleFormat", "useValueForTime"}


def strict(schema):
    """Without properties that it does not have: Kubernetes drops such ones in silence."""
    if isinstance(schema, dict):
        if "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            strict(part)
    elif isinstance(schema, list):
        for part in schema:
            strict(part)
    return schema


def problems_of_kubernetes(document):
    import kubernetes_validate

    try:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(str(part) for part in error.path)}: {error.message}"


def problems_of_keda(document):
    from cloudcoil.models.keda import v1alpha1

    model = getattr(v1alpha1, document["kind"], None)
    if model is None:
        yield f"KEDA has no {document['kind']}"
        return
    yield from problems_by(strict(model.model_json_schema(by_alias=True)), document)


def problems_by(schema, document):
    for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(document):
        yield f"{error.json_path}: {error.message}"


def problems_of_compose(document):
    schema = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    yield from problems_by(json.loads(schema.read_text()), document)


def problems_of_grafana(document):
    """Its published model drops what it does not know, so that what a dashboard loses when it is read is misspelt, or gone."""
    from grafana_foundation_sdk.cog import encoder, plugins, runtime
    from grafana_foundation_sdk.models.dashboard import Dashboard

    plugins.register_default_plugins()
    for panel in document["panels"]:
        if panel["type"] != "row" and runtime.panelcfg_config(panel["type"]) is None:
            yield f"{panel['title']}: Grafana has no panel {panel['type']}"
    kept = json.loads(encoder.JSONEncoder().encode(Dashboard.from_json(document)))
    yield from lost("$", document, kept)


def lost(path, given, kept):
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, value in given.items():
            if name in kept:
                yield from lost(f"{path}.{name}", value, kept[name])
            elif not (path.startswith("$.annotations.") and name in ANNOTATIONS_OF_PROMETHEUS):
                yield f"{path}.{name} is unknown"
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for number, (one, other) in enumerate(zip(given, kept)):
            yield from lost(f"{path}[{number}]", one, other)
    elif given != kept:
        yield f"{path} is read as {kept!r}"


def problems(what, document):
    if what == "compose":
        return problems_of_compose(document)
    if what == "grafana":
        return problems_of_grafana(document)
    if document["apiVersion"].startswith("keda.sh/"):
        return problems_of_keda(document)
    return problems_of_kubernetes(document)


def main(what, *files):
    bad = 0
    for file in files:
        with open(file) as text:
            for document in yaml.safe_load_all(text):
                for problem in problems(what, document):
                    print(f"{file}: {document.get('kind', what)}: {problem}")
                    bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
