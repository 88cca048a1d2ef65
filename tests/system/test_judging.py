"""The judge by itself, as a person asks it about an environment left by hand."""

import os
import subprocess
import sys

import pytest
from services import REPO
from stage import command, new_id


def ask(stage, *args):
    line = [
        sys.executable,
        "-m",
        "judge",
        "--bootstrap",
        stage.services.kafka,
        "--group",
        stage.name,
        "--commands",
        stage.commands,
    ]
    line += ["--created", stage.created, "--rejected", stage.rejected, "--dlq", stage.dlq]
    line += ["--conninfo", stage.services.conninfo(), "--schema", stage.schema, *args]
    environment = {**os.environ, "PYTHONPATH": str(REPO / "tests")}
    return subprocess.run(line, capture_output=True, text=True, timeout=60, env=environment, check=False)


def broken(done):
    """The guarantees that the report calls broken."""
    return {line.split()[0] for line in done.stdout.splitlines() if " BROKEN, " in line}


@pytest.fixture
def worked(stage):
    """Each kind of command once, and nothing left to do."""
    value = command(new_id())
    stage.send_all([value, value, command(new_id(), 99), b"garbage", command(new_id(), 2)], key=b"k", partition=1)
    stage.drain(**{"instance.id": "auto"})
    return stage


def test_where_all_is_well_every_guarantee_holds_and_the_exit_status_is_0(worked):
    done = ask(worked)
    assert (done.returncode, broken(done)) == (0, set()), done.stdout + done.stderr
    assert [line[0] for line in done.stdout.splitlines() if line.endswith(" holds")] == list("12345f")
    assert "commands 5   events 5   created 3   replayed 1   dead letters 1   ids decided 3" in done.stdout


DAMAGE = {
    "a row deleted": ("DELETE FROM study_sessions WHERE id = (SELECT min(id) FROM study_sessions)", {"4"}),
    "a row changed": ("UPDATE study_sessions SET created_at = created_at + interval '1 microsecond'", {"4"}),
    "a row of nobody's": ("INSERT INTO study_sessions (group_id, study_activity_id) VALUES (1, 1)", {"4"}),
    "a decision forgotten": ("DELETE FROM command_outcomes WHERE outcome = 'rejected'", {"2"}),
    "a decision rewritten": ("UPDATE command_outcomes SET code = 'MISSING_FIELD' WHERE outcome = 'rejected'", {"2"}),
    "other values remembered": ("UPDATE command_outcomes SET group_id = 7 WHERE outcome = 'rejected'", {"2"}),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_in_the_tables_is_found_and_the_exit_status_is_1(worked, what):
    statement, guarantees = DAMAGE[what]
    worked.db.execute(statement)
    done = ask(worked)
    assert (done.returncode, broken(done)) == (1, guarantees), done.stdout + done.stderr


def test_events_whose_offsets_are_not_committed_are_torn_and_offsets_past_a_command_lose_it(worked):
    worked.rewind(offset=3, partition=1)
    done = ask(worked)
    assert (done.returncode, broken(done)) == (1, {"1", "3"}) and "not past its command: torn" in done.stdout, done.stdout
    assert broken(ask(worked, "--rewound")) == {"1"}, "not drained is still not drained"
    assert broken(ask(worked, "--rewound", "--running")) == set()
    worked.send(command(new_id()), key=b"k", partition=1)
    worked.rewind(offset=6, partition=1)
    done = ask(worked)
    assert broken(done) == {"1"} and "but the group's offset is past it" in done.stdout, done.stdout


def test_a_broker_or_a_topic_that_is_not_there_is_no_verdict(worked):
    for args in (["--created", "no-such-topic"], ["--schema", "no_such_schema"]):
        done = ask(worked, *args)
        assert done.returncode == 2 and "cannot read the evidence" in done.stderr and done.stdout == ""


def test_a_column_that_keeps_fewer_digits_of_a_second_is_no_finding(stage):
    stage.send_all([command(new_id()) for _ in range(20)], key=b"k")
    stage.drain()
    stage.db.execute("ALTER TABLE study_sessions ALTER COLUMN created_at TYPE timestamptz(0)")
    stage.send_all([command(new_id()) for _ in range(20)], key=b"k")
    stage.drain()
    stage.judge()
