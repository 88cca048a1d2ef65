"""What all subcommands have in common: exit codes, streams, --json; and what this version does not have."""
import json
import os
import re
import signal
import socket
import subprocess

import pytest

from deadline import until
from stage import Stage, command, new_id, program
from worker import Worker

SUBCOMMANDS = (
    "run", "check", "migrate", "topics", "schemas", "send", "await", "get", "tail", "status", "health", "replay", "dlq", "offsets", "verify",
    "prune", "bench", "report", "config", "completion", "version",
)  # fmt: skip
ONE = ["send", "--group-id", "1", "--study-activity-id", "1"]

# Named by the promises, and not there yet: each leaves this list when it comes.
KEYS_NOT_YET = {
    "schema.registry.basic.auth.credentials.source": "SASL_INHERIT",
}


def sessiond(*args, stdout=subprocess.PIPE):
    how = {"stdout": stdout, "stderr": subprocess.PIPE, "text": True, "timeout": 90, "check": False}
    return subprocess.run([program(), *args], env=Stage.environment(), **how)


def test_help_is_data_when_asked_for_and_talk_when_not():
    for args in (["--help"], ["-h"], *([name, "--help"] for name in SUBCOMMANDS)):
        done = sessiond(*args)
        assert done.returncode == 0 and "Usage: sessiond" in done.stdout and done.stderr == "", args
    assert all(f"\n  {name} " in sessiond("--help").stdout for name in SUBCOMMANDS)
    done = sessiond()
    assert (done.returncode, done.stdout) == (64, "") and "Usage: sessiond" in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["runn"], ["--what", "run"], ["-X", "run"], ["-X"], ["-F"], ["run", "x"], ["run", "--what"], ["topics"],
        ["topics", "x"],
        ["migrate"], ["migrate", "down"], ["config", "x"], ["version", "x"], ["status", "x"], ["status", "--timeout", "x"],
    ],
)  # fmt: skip
def test_wrong_usage_is_64_with_a_hint_and_nothing_on_stdout(args):
    done = sessiond(*args)
    assert (done.returncode, done.stdout) == (64, "") and "--help" in done.stderr


def test_a_misspelt_command_or_option_is_told_the_nearest():
    assert "did you mean migrate?" in sessiond("migrat").stderr
    assert "did you mean --watch?" in sessiond("status", "--wach").stderr


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_the_help_of_each_command_has_its_usage_exit_codes_and_examples(name):
    text = sessiond(name, "--help").stdout
    assert text.startswith(f"sessiond {name} - ") and f"\nUsage: sessiond {name}" in text
    assert "\nExit codes:\n  0 " in text and "\nExamples:\n" in text and f"sessiond {name}" in text.split("\nExamples:\n")[1]
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_each_option_in_a_help_is_taken_and_its_value_is_asked_for(name):
    """Nothing is done: the argument at the end is one that no command takes."""
    options = sessiond(name, "--help").stdout.partition("\nOptions:\n")[2].partition("\n\n")[0]
    for line in options.splitlines():
        if not line.startswith("  --"):
            continue
        option, _, argument = line.split("  ")[1].partition(" ")
        wrong = sessiond(name, option, *([] if argument else ["--no-such-option"]))
        assert (wrong.returncode, wrong.stdout) == (64, "")
        assert (f"{option} needs {argument}" if argument else "there is no option --no-such-option") in wrong.stderr, wrong.stderr


def test_an_option_of_another_action_is_refused():
    for args in (["status", "--role", "x"], ["--role", "x", "up"]):
        done = sessiond("migrate", *args)
        assert (done.returncode, done.stdout) == (64, "") and "--role cannot be used with" in done.stderr


@pytest.mark.parametrize("key", KEYS_NOT_YET)
def test_a_setting_that_this_version_does_not_have_is_refused_at_the_start(key):
    for subcommand in ("run", "config"):
        done = sessiond(subcommand, "-X", f"{key}={KEYS_NOT_YET[key]}")
        assert (done.returncode, done.stdout) == (78, "")
        assert key in done.stderr and "not in this version" in done.stderr and "[E-CONFIG-04]" in done.stderr


def test_what_cannot_be_written_is_70():
    with open("/dev/full", "w") as full:
        for args in (["config"], ["version"], ["--help"]):
            done = sessiond(*args, stdout=full)
            assert done.returncode == 70 and "[E-OUTPUT-01]" in done.stderr, args


def test_version_names_the_program_and_its_libraries():
    told = json.loads(sessiond("version", "--json").stdout)
    assert {"name", "version", "revision", "librdkafka", "libpq", "avro-c"} <= told.keys() and all(told.values())
    text = sessiond("version").stdout
    assert all(told[name] in text for name in told) and sessiond("--version").stdout == text


def test_json_is_one_object_or_json_lines_on_all_tools(stage, tmp_path):
    sent = json.loads(stage.must(*ONE, "--json").stdout)
    stage.drain()
    (tmp_path / "commands").write_text(command(new_id()).decode())
    one_object = (
        ["migrate", "status"], ["migrate", "up"], ["migrate", "sql"], ["topics", "plan"], ["topics", "apply"],
        ["get", sent["command_id"]], ["await", sent["command_id"]], ["status"], ["prune", "--older-than", "1d"],
        ["check"], ["check", "--connect"],
        ["offsets", "show"], ["offsets", "set", "--partition", "0", "--to", "end"], ["dlq", "list"],
        ["dlq", "redrive"], ["replay", "--from", "beginning"],
        ["config"], ["config", "--list"], ["version"], ONE, ["send", str(tmp_path / "commands")],
    )  # fmt: skip
    for args in one_object:
        assert isinstance(json.loads(stage.must(*args, "--json").stdout), dict), args
    lines = stage.must("tail", "--from", "beginning", "--until-end", "--json").stdout.splitlines()
    assert len(lines) >= 2 and all(isinstance(json.loads(line), dict) for line in lines)


def test_a_tool_that_fails_talks_on_stderr_only_and_with_a_code_to_look_up(stage):
    nowhere = {"kafka.bootstrap.servers": "127.0.0.1:1", "postgres.conninfo": "host=127.0.0.1 port=1"}
    for args in (
        ["topics", "plan", "--timeout", "1s"], ["migrate", "status"], ["migrate", "up"], ["get", new_id()],
        ["await", new_id(), "--timeout", "1s"], ["tail", "--timeout", "1s"], ["status", "--timeout", "1s"],
        ["prune", "--older-than", "1d"], [*ONE, "--timeout", "1s"], ["offsets", "show", "--timeout", "1s"],
        ["dlq", "list", "--timeout", "1s"], ["dlq", "show", "0@0", "--timeout", "1s"],
        ["dlq", "redrive", "--timeout", "1s"], ["replay", "--from", "1h", "--timeout", "1s"],
    ):  # fmt: skip
        done = stage.run(*args, **nowhere)
        assert (done.returncode, done.stdout) == (69, ""), args
        assert done.stderr.startswith("sessiond: ") and "[E-" in done.stderr and "127.0.0.1" in done.stderr, args


def test_every_tool_refuses_an_unknown_key(stage):
    for args in (["run"], ["topics", "plan"], ["migrate", "up"], ["get", new_id()], ["tail"], ["status"], ["config"], ONE):
        done = stage.run(*args, **{"no.such.key": "1"})
        assert (done.returncode, done.stdout) == (78, "") and "no.such.key" in done.stderr, args


def test_tail_of_dead_letters_without_a_topic_for_them_has_a_code_of_its_own(stage):
    done = stage.run("tail", "dlq", **{"dlq.topic": ""})
    assert (done.returncode, done.stdout) == (78, "") and "[E-TOPIC-09]" in done.stderr


# ---- run ----


def next_of(manager, name):
    """The sentence of the state comes whenever it changes."""
    while not (text := manager.recv(4096)).startswith(name):
        assert text.startswith((b"STATUS=", b"WATCHDOG=")), text
    return text


def test_two_workers_that_lost_the_same_database_do_not_come_back_in_step(stage, services):
    """Their waits are random, and not the same random numbers."""

    def waits():
        done = stage.run("run", **{"postgres.conninfo": services.conninfo(port=9), "startup.timeout.ms": 1500})
        assert done.returncode == 69, done.stderr
        return re.findall(r"again in (\d+) ms", done.stderr)[:3]

    first, second = waits(), waits()
    assert len(first) == 3 and first != second


def test_a_service_manager_is_told_when_it_is_ready_and_when_it_stops(stage, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(90)
        line = stage.command_line("run")
        env = {**stage.environment(), "NOTIFY_SOCKET": str(tmp_path / "notify")}
        process = subprocess.Popen(line, stderr=subprocess.DEVNULL, env=env)
        try:
            assert next_of(manager, b"READY") == b"READY=1"
            process.send_signal(signal.SIGTERM)
            assert next_of(manager, b"STOPPING") == b"STOPPING=1"
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()


def test_a_second_signal_stops_at_once(stage):
    """Both are there when it goes on: it has no time between them to stop cleanly."""
    worker = stage.start().await_ready()
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
        worker.signal(number)
    assert worker.await_exit() == 75
    assert "stopped" not in [entry["message"] for entry in worker.lines()]


def test_logs_are_json_when_nobody_looks_and_the_level_is_a_setting(stage):
    ((before,),) = stage.db.execute("SELECT clock_timestamp()").fetchall()  # what an earlier test left may still be closing
    worker = stage.start(**{"log.format": None, "log.level": "warning"})
    connected = "SELECT FROM pg_stat_activity WHERE application_name LIKE 'sessiond%%' AND query <> '' AND backend_start > %s"
    until(lambda: stage.rows(connected, before), 20, "it runs")
    worker.stop()
    assert worker.lines() == [] and worker.log == ""
    worker = stage.start(**{"log.format": None}).await_ready()
    worker.stop()
    assert len(worker.lines()) == len(worker.log.splitlines()) > 0


def test_closed_standard_streams_never_become_a_librarys_socket(stage):
    line = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *stage.command_line("run")]
    stage.send(command(new_id()), key=b"k")
    worker = Worker(line, stage.folder / "closed.log", stage.environment())
    stage.workers.append(worker)
    stage.await_drained()
    assert [os.readlink(f"/proc/{worker.pid}/fd/{fd}") for fd in range(3)] == ["/dev/null"] * 3
    worker.stop()
    stage.judge()


def test_a_closed_stream_is_still_no_input_and_no_place_for_data(stage):
    for redirect, args, code in ((">&-", ["config"], 70), ("<&-", ["send", "-"], 66), ("2>&-", ["version"], 0), (">&- 2>&-", ["config"], 70)):
        line = ["sh", "-c", f'exec "$@" {redirect}', "sh", *stage.command_line(*args)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, env=stage.environment(), check=False)
        assert done.returncode == code, (redirect, done.stdout, done.stderr)
