"""The tools that tell what became of a command: get, await, send --await."""
import json
import os
import shutil
import subprocess
import tempfile
import uuid

import pytest

from deadline import until
from judge import identity
from stage import command, new_id, program
from worker import die_with_parent

# Nobody listens there: port 1 is taken by no service that a test machine has.
NOWHERE = "127.0.0.1:1"


def sent_and_decided(stage, **fields):
    """A command's id and its event, with no worker left."""
    command_id = new_id()
    record = stage.send(command(command_id, **fields), key=b"k")
    stage.drain()
    return command_id, stage.event_of(record)


def background(stage, *args, **settings):
    """A tool, started; the function waits for its end."""
    line = stage.command_line(*args, **settings)
    process = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=stage.environment(),
        preexec_fn=die_with_parent,
    )

    def ended():
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        return subprocess.CompletedProcess(line, process.returncode, out, err)

    return ended


def awaiting(stage, *args):
    """`await` in the background, from when it has asked the ledger on; its end and its database connection's name."""
    name = f"await-{uuid.uuid4().hex[:8]}"
    conninfo = f"{stage.settings['postgres.conninfo']} application_name={name}"
    ended = background(stage, "await", *args, **{"postgres.conninfo": conninfo})
    await_asked(stage, name)
    return ended, name


def await_asked(stage, name):
    """It asks again when it has the answer to its first question, without which it does not go on."""
    asked = "SELECT query_start FROM pg_stat_activity WHERE application_name = %s AND state = 'idle' AND query = 'COMMIT'"
    seen = set()

    def again():
        seen.update(row["query_start"] for row in stage.rows(asked, name))
        return len(seen) > 1

    until(again, 20, f"{name} has asked the ledger again")


# ---- get ----


def test_get_gives_the_event_as_published_and_where_its_command_was(stage):
    for fields, state in (({"group_id": 2}, "created"), ({"group_id": 7, "study_activity_id": 8}, "rejected")):
        command_id, event = sent_and_decided(stage, **fields)
        found = json.loads(stage.must("get", command_id.upper(), "--json").stdout)

        topic, partition, offset = event.command_place
        place = found.pop("position")
        assert place.pop("timestamp") > 0
        assert place == {"topic": topic, "partition": partition, "offset": offset}
        assert found.pop("state") == state
        assert found == event.body


def test_get_in_text_says_what_a_person_asks_for(stage):
    created_id, created = sent_and_decided(stage)
    rejected_id, _ = sent_and_decided(stage, group_id=7)

    text = stage.must("get", created_id).stdout
    for word in (created_id, "created", str(created.body["session"]["id"]), '1 "Core Verbs"', '1 "Typing Tutor"'):
        assert word in text
    assert f"{stage.commands}[{created.command_place[1]}]@{created.command_place[2]}\n" in text
    text = stage.must("get", rejected_id).stdout
    for word in (rejected_id, "rejected", "GROUP_NOT_FOUND: group 7 does not exist"):
        assert word in text


def test_get_finds_the_command_of_a_session(stage):
    command_id, event = sent_and_decided(stage)
    session_id = str(event.body["session"]["id"])

    found = json.loads(stage.must("get", "--session", session_id, "--json").stdout)
    assert (found["command_id"], found["session"]) == (command_id, event.body["session"])
    missed = stage.run("get", "--session", "999999")
    assert (missed.returncode, missed.stdout) == (1, "") and "999999" in missed.stderr


def test_get_asks_no_broker_and_its_exit_code_says_why_it_found_nothing(stage):
    def get(*args, **settings):
        return stage.run("get", *args, **{"kafka.bootstrap.servers": NOWHERE, **settings})

    an_id = new_id()
    missed = get(an_id)
    assert (missed.returncode, missed.stdout) == (1, "") and an_id in missed.stderr
    for args in ([], ["not-a-uuid"], [an_id, an_id], [an_id, "--session", "1"], ["--session", "x"], ["--session", "0"]):
        assert get(*args).returncode == 64, args
    services = stage.services
    for settings, code in (
        ({"postgres.conninfo": services.conninfo(host="127.0.0.1", port=1)}, 69),
        ({"postgres.conninfo": services.conninfo(user="nobody_at_all")}, 77),
        ({"postgres.schema": "no_such_schema"}, 78),
    ):
        failed = get(an_id, **settings)
        assert failed.returncode == code and "[E-PG-" in failed.stderr, failed.stderr


def test_a_role_that_may_not_read_the_ledger_is_told_the_grant(stage):
    command_id, event = sent_and_decided(stage)
    tools = (["get", command_id], ["get", "--session", str(event.body["session"]["id"])], ["await", command_id])
    role = f"role_{stage.schema}"
    settings = {"postgres.conninfo": stage.services.conninfo(user=role)}
    stage.db.execute(f"CREATE ROLE {role} LOGIN")
    try:
        for grant in (f"USAGE ON SCHEMA {stage.schema}", "SELECT ON command_outcomes"):
            for args in tools:
                refused = stage.run(*args, **settings)
                assert (refused.returncode, refused.stdout) == (77, ""), f"{args} before {grant}: {refused.stderr}"
                assert grant.split()[0] in refused.stderr and "[E-PG-GRANTS]" in refused.stderr
            stage.db.execute(f"GRANT {grant} TO {role}")
        assert [stage.run(*args, **settings).returncode for args in tools] == [0, 0, 0]
    finally:
        stage.db.execute(f"DROP OWNED BY {role}")
        stage.db.execute(f"DROP ROLE {role}")


def test_await_ends_when_the_grant_is_taken_away_while_it_waits(stage):
    role = f"role_{stage.schema}"
    stage.db.execute(f"CREATE ROLE {role} LOGIN")
    stage.db.execute(f"GRANT USAGE ON SCHEMA {stage.schema} TO {role}; GRANT SELECT ON command_outcomes TO {role}")
    stage.settings["postgres.conninfo"] = stage.services.conninfo(user=role)
    try:
        ended, _ = awaiting(stage, new_id())
        stage.db.execute(f"REVOKE SELECT ON command_outcomes FROM {role}")
        done = ended()
    finally:
        stage.db.execute(f"DROP OWNED BY {role}")
        stage.db.execute(f"DROP ROLE {role}")
    assert (done.returncode, done.stdout) == (77, "") and "[E-PG-GRANTS]" in done.stderr, done.stderr


def test_an_outcome_that_is_no_longer_kept_is_expired(stage):
    command_id = new_id()
    stage.db.execute("INSERT INTO command_outcomes (command_id) VALUES (%s)", (command_id,))

    found = json.loads(stage.must("get", command_id, "--json").stdout)
    assert found == {"state": "expired", "position": None, "command_id": command_id}
    assert "expired" in stage.must("get", command_id).stdout
    assert stage.run("await", command_id).returncode == 1


# ---- await ----


def test_await_answers_at_once_from_the_ledger_when_the_command_was_decided_before(stage):
    for group_id, code in ((1, 0), (7, 3)):
        command_id, event = sent_and_decided(stage, group_id=group_id)
        done = stage.run("await", command_id, "--json")

        assert done.returncode == code, done.stderr
        assert json.loads(done.stdout) == json.loads(stage.must("get", command_id, "--json").stdout)
        assert json.loads(done.stdout)["event_id"] == event.body["event_id"]


def test_await_sees_an_outcome_that_comes_while_it_waits(stage):
    for group_id, code in ((1, 0), (7, 3)):
        command_id = new_id()
        ended, _ = awaiting(stage, command_id)
        stage.send(command(new_id()), key=b"other")
        stage.send(command(command_id, group_id), key=b"k")
        stage.drain()

        done = ended()
        assert done.returncode == code, done.stderr
        assert command_id in done.stdout


def test_await_sees_an_answer_that_decides_nothing_and_is_in_no_ledger(stage):
    record = stage.send(b"{not a command", key=b"k")
    command_id = identity.derived_id(record)
    ended, _ = awaiting(stage, command_id, "--json")
    stage.drain()

    done = ended()
    assert done.returncode == 3, done.stderr
    seen = json.loads(done.stdout)
    event = stage.event_of(record)
    assert (seen["topic"], seen["partition"], seen["offset"]) == event.place
    assert seen["value"] == event.body and seen["value"]["code"] == "UNDECODABLE"
    assert seen["headers"]["ce_subject"] == command_id


def test_await_goes_on_when_its_database_connection_is_lost(stage):
    command_id = new_id()
    ended, name = awaiting(stage, command_id, "--timeout", "5m")
    stage.db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", (name,))
    until(lambda: not stage.rows("SELECT FROM pg_stat_activity WHERE application_name = %s", name), 20, "it is lost")
    await_asked(stage, name)
    stage.send(command(command_id), key=b"k")
    stage.drain()

    done = ended()
    assert done.returncode == 0, done.stderr


def test_await_ends_when_its_time_is_over_or_something_is_out_of_reach(stage):
    late = stage.run("await", new_id(), "--timeout", "1s")
    assert (late.returncode, late.stdout) == (75, "") and "[E-AWAIT-01]" in late.stderr
    for settings in (
        {"kafka.bootstrap.servers": NOWHERE},
        {"postgres.conninfo": stage.services.conninfo(host="127.0.0.1", port=1)},
    ):
        failed = stage.run("await", new_id(), "--timeout", "1s", **settings)
        assert (failed.returncode, failed.stdout) == (69, ""), failed.stderr
    for args in ([], ["x"], [new_id(), "--timeout", "soon"]):
        assert stage.run("await", *args).returncode == 64, args


# ---- send --await ----


def send_one(stage, *args, group_id=1):
    return stage.run("send", "--group-id", str(group_id), "--study-activity-id", "1", "--await", *args)


def test_send_await_gives_the_event_of_the_record_that_it_sent(stage):
    one_id = new_id()
    with stage.working():
        done = [
            send_one(stage, "--json", "--command-id", one_id),
            send_one(stage, "--json", "--command-id", one_id),
            send_one(stage, "--json", "--command-id", one_id, group_id=2),
            send_one(stage, "--json", group_id=7),
        ]

    assert [each.returncode for each in done] == [0, 0, 3, 3]
    created, duplicate, reused, missing = (json.loads(each.stdout) for each in done)
    assert created["value"]["command_id"] == one_id and "idempotent-replayed" not in created["headers"]
    assert duplicate["value"] == created["value"] and duplicate["headers"]["idempotent-replayed"] == "true"
    assert reused["value"]["code"] == "COMMAND_ID_REUSED"
    assert missing["value"]["code"] == "GROUP_NOT_FOUND"
    places = [(seen["headers"]["command-partition"], seen["headers"]["command-offset"]) for seen in (created, duplicate)]
    assert places[0] != places[1]
    stage.judge()


def test_send_await_is_not_taken_in_by_the_event_of_another_record_with_its_id(stage):
    stage.settings["events.rejected.topic"] = stage.rejected = stage.created  # so that the other one surely comes first
    command_id = new_id()
    stage.send(command(command_id), key=b"k")
    options = ["--command-id", command_id, "--key", "k", "--group-id", "2", "--study-activity-id", "1"]
    ended = background(stage, "send", *options, "--await", "--json")
    until(lambda: sum(stage.ends().values()) == 2, 20, "both are sent")
    stage.drain()

    done = ended()
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["value"]["code"] == "COMMAND_ID_REUSED"


def test_send_await_in_text_says_where_the_command_went_and_then_shows_its_event(stage):
    with stage.working():
        done = send_one(stage)

    sent, event = done.stdout.splitlines()
    assert f" sent to {stage.commands}[" in sent
    assert event.split()[1].startswith(stage.created) and sent.split()[0] in event


def test_send_await_reads_events_in_avro_and_one_topic_for_both_kinds(stage):
    stage.settings["events.rejected.topic"] = stage.rejected = stage.created
    stage.settings["events.format"] = "avro"
    with stage.working():
        done = [send_one(stage, "--json", "--format", "avro-single-object", group_id=group) for group in (1, 7)]

    assert [each.returncode for each in done] == [0, 3]
    created, rejected = (json.loads(each.stdout)["value"] for each in done)
    assert created["session"]["group_name"] == "Core Verbs"
    assert rejected["code"] == "GROUP_NOT_FOUND"


def test_send_await_of_a_file_waits_for_all_of_them(stage, tmp_path):
    good = [command(new_id()).decode() for _ in range(500)]
    bad = [command(new_id(), group_id=7).decode(), good[0], "{not a command"]
    for name, lines in (("good", good), ("bad", bad)):
        (tmp_path / name).write_text("\n".join(lines) + "\n\n")

    with stage.working():
        all_created = stage.run("send", str(tmp_path / "good"), "--await")
        some_rejected = stage.run("send", str(tmp_path / "bad"), "--raw", "--await", "--json")

    assert (all_created.returncode, all_created.stdout) == (0, "")
    assert "500 created, 0 rejected" in all_created.stderr
    assert some_rejected.returncode == 3 and "1 created, 2 rejected" in some_rejected.stderr
    values = [json.loads(line)["value"] for line in some_rejected.stdout.splitlines()]
    assert sorted(value.get("code", "") for value in values) == ["", "GROUP_NOT_FOUND", "UNDECODABLE"]
    stage.judge()


def test_send_await_says_how_many_are_missing_when_its_time_is_over(stage, tmp_path):
    (tmp_path / "commands").write_text("\n".join(command(new_id()).decode() for _ in range(3)))

    late = stage.run("send", str(tmp_path / "commands"), "--await", "--timeout", "1s")
    assert late.returncode == 75 and "3 of 3 commands" in late.stderr and "[E-AWAIT-01]" in late.stderr
    late = send_one(stage, "--timeout", "1s", "--json")
    assert (late.returncode, late.stdout) == (75, "")
    assert " sent to " in late.stderr and "1 of 1 commands" in late.stderr


# ---- All of them ----


def test_no_tool_leaves_a_group_or_takes_the_workers_place(stage):
    def groups():
        return {group.group_id for group in stage.admin.list_consumer_groups().result().valid}

    with stage.working() as worker:
        before = until(lambda: (now := groups()) and stage.settings["group.id"] in now and now, 20, "the worker has joined")
        command_id = json.loads(send_one(stage, "--json").stdout)["value"]["command_id"]
        stage.must("await", command_id)
        stage.must("get", command_id)
        stage.must("check", "--connect")
        assert groups() == before
        assert worker.running
    stage.judge()


def test_the_help_of_each_tool_teaches_by_example_and_names_its_exit_codes(stage):
    for tool in ("get", "await", "send"):
        text = stage.must(tool, "--help").stdout
        assert "Examples:\n  sessiond" in text and "Exit codes:\n  0 " in text
        assert max(len(line) for line in text.splitlines()) <= 120


# ---- An OS user without a name, as in containers ----


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_a_user_id_without_a_name_is_named_when_no_user_is_set_for_the_database(stage):
    """A copy of the program where every user may run it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copy = shutil.copy(program(), folder)
        nameless = f"host={stage.db.info.host} port={stage.db.info.port} dbname={stage.db.info.dbname}"

        def run(*args, conninfo=nameless, **variables):
            line = [copy, *stage.command_line(*args, **{"postgres.conninfo": conninfo, "startup.timeout.ms": 3000})[1:]]
            env = {**stage.environment(), **variables}
            how = {"capture_output": True, "text": True, "timeout": 60, "env": env, "cwd": "/", "user": 54321, "extra_groups": []}
            return subprocess.run(line, check=False, **how)

        for args in (["run"], ["get", new_id()], ["await", new_id(), "--timeout", "5s"], ["migrate", "status"]):
            done = run(*args)
            assert (done.returncode, done.stdout) == (78, ""), done.stderr
            assert "54321" in done.stderr and "E-PG-USER" in done.stderr and "PGUSER" in done.stderr, done.stderr
        assert run("get", new_id(), conninfo=stage.services.conninfo()).returncode == 1
        assert run("get", new_id(), PGUSER="postgres").returncode == 1
