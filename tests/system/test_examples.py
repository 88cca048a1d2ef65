"""The examples of schemas/README.md, taken from the page and run as they are but for addresses and names of topics."""
import contextlib
import re
import signal
import sqlite3
import subprocess
import sys

import pytest
from confluent_kafka import Consumer, TopicPartition

from deadline import until
from paths import REPO, path_of
from stage import command, new_id
from worker import die_with_parent

PAGE = (REPO / "schemas/README.md").read_text()


def example(heading, language):
    """The only code block below a heading of the page."""
    (section,) = re.findall(rf"^### {heading}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    (code,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return code


@pytest.fixture
def place(stage, tmp_path):
    """A folder with the schemas, and an example in it that speaks to this stage."""
    (tmp_path / "schemas").symlink_to(REPO / "schemas")

    def put(name, code, **addresses):
        names = {"127.0.0.1:9092": stage.services.kafka, "study-sessions.": f"{stage.name}.", **addresses}
        for published, here in names.items():
            assert published in code
            code = code.replace(published, here)
        (tmp_path / name).write_text(code)
        return tmp_path / name

    return put


def run(*line, cwd):
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def as_in_a_terminal():
    """A shell that runs the tests in the background has Ctrl-C ignored, by them and by what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    die_with_parent()


@contextlib.contextmanager
def running(path):
    """In the background for the length of a block; ended as by Ctrl-C. Gives the file of what it says."""
    log = path.with_suffix(".log")
    with open(log, "wb") as out:
        line = [sys.executable, path]
        process = subprocess.Popen(line, cwd=path.parent, stdout=out, stderr=out, preexec_fn=as_in_a_terminal)
    try:
        yield log
        assert process.poll() is None, log.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)


def read_by(stage, group, events):
    """Whether the group has committed all of them."""
    after = {}
    for event in events:
        after[event.topic, event.partition] = max(event.offset + 1, after.get((event.topic, event.partition), 0))
    consumer = Consumer({"bootstrap.servers": stage.services.kafka, "group.id": group})  # never joins
    try:
        places = consumer.committed([TopicPartition(*place) for place in after], timeout=10)
        return all(place.offset >= after[place.topic, place.partition] for place in places)
    finally:
        consumer.close()


def read_all_events(stage, path):
    events = stage.events()
    with running(path) as log:
        until(lambda: read_by(stage, "statistics", events), 40, lambda: f"it has read all events\n{log.read_text()}")


def test_the_producer_sends_commands_that_are_decided_once(stage, place):
    path = place("producer.py", example("A producer", "python"))
    assert run(sys.executable, path, cwd=path.parent) == ""
    stage.drain()

    first, again, unknown = sorted(stage.events(), key=lambda event: (event.topic, int(event.text("command-offset"))))
    assert len(stage.sessions()) == 1
    assert (first.replayed, again.replayed, again.value) == (False, True, first.value)
    assert {event.key for event in (first, again, unknown)} == {b"user-42"}
    assert unknown.body["code"] == "GROUP_NOT_FOUND"
    stage.judge()


def test_the_consumer_acts_once_on_events_that_come_again(stage, place):
    path = place("consumer.py", example("A consumer that acts once", "python"))
    value = command(new_id())
    stage.send_all([value, value, command(new_id(), 99), command(new_id(), 2), b"garbage"], key=b"k")
    dynamic = {"instance.id": "auto"}  # leaves its group at once
    stage.drain(**dynamic)
    read_all_events(stage, path)
    stage.rewind()
    stage.drain(**dynamic)
    read_all_events(stage, path)

    assert len(stage.events()) == 10
    with contextlib.closing(sqlite3.connect(path.parent / "seen.db")) as database:
        did = [what for (what,) in database.execute("SELECT what FROM activity")]
    assert len(did) == 4
    assert sum(what.startswith("session ") for what in did) == 2
    assert "GROUP_NOT_FOUND: group 99 does not exist" in did


def test_confluents_serializers_speak_with_us_through_a_registry(stage, place):
    url = stage.services.registry
    stage.settings.update({"schema.registry.url": url, "schema.registry.auto.register": "true"})
    path = place("registry.py", example("With a schema registry", "python"), **{"http://127.0.0.1:8081": url})
    with stage.working():
        printed = run(sys.executable, path, cwd=path.parent)
        stage.await_drained()
    (row,) = stage.sessions()
    assert f"'id': {row['id']}," in printed and "'group_name': 'Core Verbs'" in printed
    stage.judge()


def test_java_speaks_with_us_in_single_objects(stage, place):
    path = place("StudySessions.java", example("Java", "java"))
    with stage.working(**{"events.format": "avro"}):
        printed = run("java", "-cp", f"{path_of('JAVA_CLIENTS')}/*", path, cwd=path.parent)
        stage.await_drained()
    (row,) = stage.sessions()
    assert f'"id": {row["id"]},' in printed and '"group_name": "Core Verbs"' in printed
    stage.judge()
