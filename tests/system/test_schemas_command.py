"""`sessiond schemas`: fingerprints as fastavro has them, and what is in a registry, what would be, and what must not be."""
import json
import os
import select
import signal
import subprocess
from pathlib import Path

import pytest
from fastavro.schema import fingerprint, to_parsing_canonical_form

from deadline import until
from judge import avro
from services import REPO
from small_registry import SmallRegistry
from stage import Stage, program

FILES = sorted([*avro.SCHEMAS.glob("*.avsc"), *(REPO / "tests" / "data" / "writers").glob("*.avsc")])
OURS = {
    "study-sessions.commands-value": "create-study-session.v1.avsc",
    "study-sessions.created-value": "study-session-created.v1.avsc",
    "study-sessions.rejected-value": "study-session-rejected.v1.avsc",
}
COMMANDS, CREATED, REJECTED = OURS


def sessiond(*args, stdin=None, **settings):
    line = [program(), *(part for name, value in settings.items() for part in ("-X", f"{name}={value}")), *args]
    return subprocess.run(
        line, input=stdin, capture_output=True, text=True, timeout=60, env=Stage.environment(), check=False
    )


def schemas(action, *args, code=0, **settings):
    done = sessiond("schemas", action, *args, "--json", **settings)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def registry():
    registry = SmallRegistry()
    yield registry
    registry.close()


def at(registry):
    return {"schema.registry.url": registry.url}


def text_of(file):
    return (avro.SCHEMAS / file).read_text()


def changed(file, change):
    """One of ours with something else in it."""
    schema = json.loads(text_of(file))
    change(schema)
    return json.dumps(schema)


# ---- fingerprint ----


def test_fingerprints_and_canonical_forms_are_those_of_fastavro():
    told = schemas("fingerprint", *map(str, FILES))["schemas"]
    assert [each["file"] for each in told] == [str(file) for file in FILES]
    for each, file in zip(told, FILES):
        canonical = to_parsing_canonical_form(json.loads(file.read_text()))
        header = avro.magic(json.loads(file.read_text()))
        assert each == {
            "file": str(file),
            "canonical": canonical,
            "crc_64_avro": header[:1:-1].hex(),
            "single_object": header.hex(),
            "sha_256": fingerprint(canonical, "SHA-256"),
        }


def test_without_files_the_fingerprints_are_of_the_built_in_schemas_and_a_schema_may_come_from_standard_input():
    told = schemas("fingerprint")["schemas"]
    assert [each["file"] for each in told] == list(OURS.values())
    for each in told:
        alone = sessiond("schemas", "fingerprint", "-", "--json", stdin=text_of(each["file"]))
        assert json.loads(alone.stdout)["schemas"] == [{**each, "file": "-"}]
        shown = sessiond("schemas", "fingerprint", str(avro.SCHEMAS / each["file"])).stdout
        assert all(each[name] in shown for name in ("crc_64_avro", "single_object", "sha_256", "canonical"))


def test_what_is_not_there_is_66_and_what_is_not_a_schema_is_65(tmp_path):
    good, bad = avro.SCHEMAS / OURS[COMMANDS], tmp_path / "bad.avsc"
    bad.write_text('{"type": "record"}')
    for path, code in ((tmp_path / "none.avsc", 66), (bad, 65), (tmp_path, 66)):
        done = sessiond("schemas", "fingerprint", str(good), str(path), "--json")
        assert done.returncode == code and str(path) in done.stderr, done.stderr
        assert [each["file"] for each in json.loads(done.stdout)["schemas"]] == [str(good)], "those before it are told"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_schema_is_read_is_75(number):
    """Its writer may die of it too: what came by then is cut, and no finding about the schema."""
    line = [program(), "schemas", "fingerprint", "-"]

    def waits(pid):
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "S" and not select.select([source], [], [], 0)[0]

    source, sink = os.pipe()
    pipes = {"stdin": source, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, **pipes, text=True, env=Stage.environment()) as process:
        try:
            os.write(sink, b'{"type": "rec')
            until(lambda: waits(process.pid), 20, "it has read that and waits for more")
            for each in (signal.SIGSTOP, number):
                process.send_signal(each)
            os.close(sink)
            process.send_signal(signal.SIGCONT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
            os.close(source)
    assert (process.returncode, out) == (75, "") and "[E-INTERRUPTED]" in err, err


@pytest.mark.parametrize("args", [[], ["x"], ["list", "x"], ["check", "x"], ["register", "x"], ["fingerprint", "--x"]])
def test_wrong_usage_is_64(args):
    done = sessiond("schemas", *args)
    assert (done.returncode, done.stdout) == (64, "") and "--help" in done.stderr


# ---- without a registry ----


def test_list_tells_the_built_in_schemas_and_those_of_the_folder(tmp_path):
    (tmp_path / "number.avsc").write_text('"long"')
    (tmp_path / "other.avsc").write_text('{"type": "record", "name": "Other", "namespace": "a.b", "fields": []}')
    told = schemas("list", **{"schemas.dir": tmp_path})
    assert told["subjects"] is None
    assert [(each["file"], each["origin"]) for each in told["schemas"]] == [
        *((file, "built-in") for file in OURS.values()), ("number.avsc", "schemas.dir"), ("other.avsc", "schemas.dir"),
    ]  # fmt: skip
    assert [each["record"] for each in told["schemas"]][2:] == ["study_sessions.v1.StudySessionRejected", None, "a.b.Other"]
    shown = sessiond("schemas", "list", **{"schemas.dir": tmp_path}).stdout
    assert all(each["file"] in shown and each["crc_64_avro"] in shown for each in told["schemas"])


def test_without_a_registry_what_is_built_in_is_read_and_what_was_not_looked_at_is_said():
    done = sessiond("schemas", "check", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0 and (told["checks"], told["compatible"]) == (None, None)
    assert told["schemas"] == schemas("list")["schemas"] and len(told["schemas"]) == len(OURS)
    assert "schema.registry.url" in done.stderr and "no registered version was looked at" in done.stderr
    shown = sessiond("schemas", "check").stdout
    assert all(each["file"] in shown and each["crc_64_avro"] in shown for each in told["schemas"])
    done = sessiond("schemas", "register")
    assert (done.returncode, done.stdout) == (78, "") and "schema.registry.url" in done.stderr


# ---- register ----


def test_register_takes_the_texts_as_they_are_and_does_it_once(registry):
    told = schemas("register", **at(registry))["subjects"]
    assert [(each["subject"], each["state"], each["version"], each["id"]) for each in told] == [
        (COMMANDS, "registered", 1, 1), (CREATED, "registered", 1, 2), (REJECTED, "registered", 1, 3),
    ]  # fmt: skip
    assert {subject: [text for _, _, text in versions] for subject, versions in registry.subjects.items()} == {
        subject: [text_of(file)] for subject, file in OURS.items()
    }
    assert not any(request.startswith("PUT") for request in registry.requests), "no level is set"

    registry.requests.clear()
    again = schemas("register", **at(registry))["subjects"]
    assert again == [{**each, "state": "exists"} for each in told]
    assert not any(request.startswith("POST /subjects/") and "/versions" in request for request in registry.requests)
    shown = sessiond("schemas", "register", **at(registry)).stdout
    assert f"{REJECTED}: exists, version 1, id 3\n" in shown


def test_two_kinds_of_event_in_one_topic_are_registered_under_their_records_names(registry):
    one = {"events.created.topic": "events", "events.rejected.topic": "events", "commands.topic": "in"}
    told = schemas("register", **at(registry), **one)["subjects"]
    assert [each["subject"] for each in told] == [
        "in-value", "events-study_sessions.v1.StudySessionCreated", "events-study_sessions.v1.StudySessionRejected",
    ]  # fmt: skip
    assert set(registry.subjects) == {each["subject"] for each in told}


def test_what_is_not_compatible_is_not_registered_and_nothing_else_either(registry):
    registry.register(REJECTED, changed(OURS[REJECTED], lambda schema: schema["fields"][3].update(type="int")))
    registry.not_compatible[REJECTED, 1] = ["code: string is not int"]
    done = sessiond("schemas", "register", **at(registry))
    assert (done.returncode, done.stdout) == (1, "") and "schemas check" in done.stderr and "[E-SCHEMA-09]" in done.stderr
    assert list(registry.subjects) == [REJECTED] and len(registry.subjects[REJECTED]) == 1


def test_a_registry_that_refuses_a_schema_is_78_in_its_words(registry):
    registry.refuse[f"POST /subjects/{CREATED}/versions"] = (409, 409, "incompatible with what I have")
    done = sessiond("schemas", "register", "--json", **at(registry))
    assert done.returncode == 78 and "incompatible with what I have" in done.stderr
    assert [each["subject"] for each in json.loads(done.stdout)["subjects"]] == [COMMANDS], "what was done before is told"


# ---- list and check ----


def test_list_says_which_registered_version_is_ours(registry):
    older = changed(OURS[CREATED], lambda schema: schema["fields"].pop())
    registry.register(CREATED, older)
    registry.register(CREATED, "{}", "JSON")
    registry.register(CREATED, text_of(OURS[CREATED]))
    commands, created, rejected = schemas("list", **at(registry))["subjects"]
    assert (commands["subject"], commands["versions"], rejected["versions"]) == (COMMANDS, [], [])
    assert created == {
        "subject": CREATED, "record": "StudySessionCreated", "level": "BACKWARD",
        "versions": [
            {"version": 1, "id": 1, "type": "AVRO", "ours": False, "file": None},
            {"version": 2, "id": 2, "type": "JSON", "ours": False, "file": None},
            {"version": 3, "id": 3, "type": "AVRO", "ours": True, "file": OURS[CREATED]},
        ],
    }  # fmt: skip
    shown = sessiond("schemas", "list", **at(registry)).stdout
    assert f"version 3, id 3, AVRO, {OURS[CREATED]} (ours)" in shown and shown.count("(ours)") == 1


def verdicts(registry, code):
    told = schemas("check", code=code, **at(registry))
    assert told["compatible"] == (code == 0) == all(each["compatible"] for each in told["checks"])
    assert {each["level"] for each in told["checks"]} <= {registry.level}
    return {(each["subject"], each["version"]): (each["compatible"], each["reasons"]) for each in told["checks"]}


def test_the_registry_is_asked_of_every_version_and_says_why_not(registry):
    for subject, file in OURS.items():
        registry.register(subject, changed(file, lambda schema: schema["fields"].pop()))
        registry.register(subject, text_of(file))
    assert verdicts(registry, 0) == {(subject, version): (True, []) for subject in OURS for version in (1, 2)}
    compared = [request for request in registry.requests if "compatibility" in request]
    assert compared == [
        f"POST /compatibility/subjects/{subject}/versions/{version}?verbose=true" for subject in OURS for version in (1, 2)
    ]

    reasons = ["session.group_id: long is not string", "{oldSchemaVersion: 1}"]
    registry.not_compatible[CREATED, 1] = reasons
    found = verdicts(registry, 1)
    assert found.pop((CREATED, 1)) == (False, reasons) and set(map(str, found.values())) == {"(True, [])"}
    shown = sessiond("schemas", "check", **at(registry)).stdout
    told = f"{CREATED} version 1, id {registry.subjects[CREATED][0][0]}, by BACKWARD: NOT COMPATIBLE\n      {reasons[0]}\n"
    assert told in shown and f"{CREATED} version 2, id {registry.subjects[CREATED][1][0]}, by BACKWARD: compatible\n" in shown


def test_our_newest_schema_is_what_it_is_asked_of(registry):
    registry.register(COMMANDS, text_of(OURS[COMMANDS]))
    bodies = []
    answer = registry.answer
    registry.answer = lambda request, body: (bodies.append((request, body)), answer(request, body))[1]
    assert schemas("check", **at(registry))["compatible"]
    asked = [body["schema"] for request, body in bodies if request.startswith("POST /compatibility/")]
    assert asked == [text_of(OURS[COMMANDS])]


def test_subjects_without_versions_are_compatible_and_named(registry):
    told = schemas("check", **at(registry))
    assert (told["checks"], told["compatible"]) == ([], True)
    assert f"{COMMANDS}: nothing is registered\n" in sessiond("schemas", "check", **at(registry)).stdout


def test_where_the_registry_compares_nothing_that_is_said(registry):
    registry.level = "NONE"
    registry.register(CREATED, text_of(OURS[CREATED]))
    done = sessiond("schemas", "check", "--json", **at(registry))
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["compatible"] is None and "NONE" in done.stderr
    assert [(each["subject"], each["compatible"], each["level"]) for each in told["checks"]] == [(CREATED, None, "NONE")]
    assert "not compared" in sessiond("schemas", "check", **at(registry)).stdout
    assert len(schemas("register", **at(registry))["subjects"]) == 3, "it does not keep from registering"


def test_a_subject_that_holds_something_else_than_avro_is_not_compatible(registry):
    registry.register(REJECTED, "{}", "JSON")
    told = schemas("check", code=1, **at(registry))["checks"]
    assert [(each["is_avro"], each["compatible"]) for each in told if each["subject"] == REJECTED] == [(False, False)]


@pytest.mark.parametrize("action", ["list", "check", "register"])
def test_a_registry_that_lets_nobody_in_is_77_and_one_that_does_not_answer_is_69(registry, action):
    for status in (401, 403):
        registry.refuse = {"": (status, status * 100, "who are you")}
        done = sessiond("schemas", action, **at(registry))
        assert done.returncode == 77, done.stderr
    registry.refuse = {"": (503, 50301, "not now")}
    assert sessiond("schemas", action, **at(registry)).returncode == 69
    registry.close()
    done = sessiond("schemas", action, "--json", **at(registry))
    assert done.returncode == 69 and registry.url.split("/")[2] in done.stderr
    if done.stdout:
        json.loads(done.stdout)
    assert not registry.subjects
