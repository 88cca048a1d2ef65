"""`sessiond send`: commands from options, a file or standard input."""
import contextlib
import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

import proxy as api
from deadline import until
from judge import avro
from judge.records import read_all
from proxy import Kafka, Proxy
from stage import command, new_id
from test_proxy import host_and_port
from worker import die_with_parent


def sent(stage):
    """What is in the commands topic."""
    return read_all(stage.services.kafka, stage.commands)


def pipe(stage, text, *args, **settings):
    line = stage.command_line("send", *args, **settings)
    return subprocess.run(
        line, input=text, capture_output=True, text=True, timeout=60, env=stage.environment(), check=False
    )


@contextlib.contextmanager
def reading(stage, *options, path="-", **settings):
    """`send` while its input goes on."""
    line = stage.command_line("send", path, *options, **settings)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, **pipes, text=True, env=stage.environment(), preexec_fn=die_with_parent) as process:
        try:
            yield process
        finally:
            process.kill()


def test_options_make_one_command_keyed_by_its_id(stage):
    command_id = new_id()
    done = stage.must("send", "--group-id", "2", "--study-activity-id", "1", "--command-id", command_id.upper())
    (record,) = sent(stage)
    assert json.loads(record.value) == {"command_id": command_id, "group_id": 2, "study_activity_id": 1}
    assert record.key == command_id.encode()
    assert done.stdout == f"{command_id} sent to {record}\n"

    told = json.loads(stage.must("send", "--group-id", "1", "--study-activity-id", "1", "--key", "k", "--json").stdout)
    (other,) = [each for each in sent(stage) if each.key == b"k"]
    assert (told["topic"], told["partition"], told["offset"]) == other.place
    assert told["command_id"] == json.loads(other.value)["command_id"] != command_id
    stage.drain()
    stage.judge()


def test_each_line_of_a_file_or_of_standard_input_is_a_command(stage, tmp_path):
    ids = [new_id() for _ in range(3)]
    good = [command(ids[0]), command(ids[1], extra="é"), command(None)]
    lines = [good[0].decode(), "", f"  {good[1].decode()}  ", good[2].decode(), '{"group_id": "no number"}']
    (tmp_path / "commands").write_text("\n".join(lines))
    told = json.loads(stage.must("send", str(tmp_path / "commands"), "--json").stdout)
    assert told == {"topic": stage.commands, "sent": 4}
    assert sorted((record.key or b"", record.value.decode()) for record in sent(stage)) == sorted(
        [(ids[0].encode(), lines[0]), (ids[1].encode(), lines[2].strip()), (b"", lines[3]), (b"", lines[4])]
    )

    done = pipe(stage, command(ids[2]).decode() + "\n", "-")
    assert done.returncode == 0 and [record.key for record in sent(stage)].count(ids[2].encode()) == 1
    stage.drain()
    stage.judge()


NO_COMMANDS = {
    "pretty-printed": (json.dumps(json.loads(command()), indent=2).encode(), 1, "jq -c ."),
    "a JSON array": (b"[" + command() + b"]\n", 1, "jq -c '.[]'"),
    "CSV": (b"group_id,study_activity_id\n1,1\n", 1, "CSV"),
    "text": (b"no JSON\n", 1, "no JSON object"),
    "two in a line": (command() + command(), 1, "no JSON object"),
    "UTF-16 as Windows writes it": ((command().decode() + "\n").encode("utf-16"), 1, "UTF-16 (little-endian, with a byte"),
    "UTF-16 without a mark": ((command().decode() + "\n").encode("utf-16-be"), 1, "UTF-16 (big-endian)"),
    "a late one": (command() + b"\n\n" + command() + b"\n[]\n" + command(), 4, "jq -c '.[]'"),
}


@pytest.mark.parametrize("what", NO_COMMANDS)
def test_a_line_that_is_no_json_object_ends_it_and_says_how_many_were_sent_before(stage, tmp_path, what):
    text, line, hint = NO_COMMANDS[what]
    (tmp_path / "commands").write_bytes(text)
    before = text.count(b'"group_id"', 0, text.find(b"[]")) if what == "a late one" else line - 1
    done = stage.run("send", str(tmp_path / "commands"))
    assert (done.returncode, done.stdout) == (65, ""), done.stderr
    assert f"commands:{line}: " in done.stderr and hint in done.stderr and "[E-SEND-01]" in done.stderr
    assert f"\n{before} sent\n" in done.stderr and len(sent(stage)) == before


def test_a_byte_order_mark_is_skipped_and_with_raw_nothing_is(stage, tmp_path):
    command_id = new_id()
    text = b"\xef\xbb\xbf" + command(command_id) + b"\n"
    (tmp_path / "commands").write_bytes(text + text)
    stage.must("send", str(tmp_path / "commands"))
    first, second = sent(stage)
    assert (first.key, first.value) == (second.key, second.value) == (command_id.encode(), command(command_id))

    raw = [b"\xef\xbb\xbf" + command(new_id()), b" no JSON\xff ", b"[]", b"{"]
    (tmp_path / "commands").write_bytes(b"\n\r\n".join(raw) + b"\r\n")
    told = json.loads(stage.must("send", str(tmp_path / "commands"), "--raw", "--json").stdout)
    assert told["sent"] == len(raw)
    assert sorted(record.value for record in sent(stage)) == sorted([command(command_id)] * 2 + raw)
    stage.drain()
    stage.judge()


def test_a_foreign_reader_reads_what_is_sent_as_avro(stage):
    fields = {"command_id": new_id(), "group_id": 2, "study_activity_id": 1}
    done = pipe(stage, json.dumps(fields), "-", "--format", "avro-single-object")
    assert done.returncode == 0, done.stderr
    (record,) = sent(stage)
    assert avro.read_command(record.value) == fields
    stage.drain()
    stage.judge()


def test_exit_codes_of_send(stage, tmp_path):
    one = ["--group-id", "1", "--study-activity-id", "1"]
    for args in (
        [], ["--group-id", "1"], [*one, "--raw"], ["-", "--raw", "--format", "confluent"], ["--group-id", "x", "--study-activity-id", "1"], [*one, "--command-id", "x"],
        [*one, "file"], ["-", "--format", "xml"], ["a", "b"], [*one, "--timeout", "x"],
    ):  # fmt: skip
        done = stage.run("send", *args)
        assert (done.returncode, done.stdout) == (64, "") and "--help" in done.stderr, args
    done = stage.run("send", str(tmp_path / "none"))
    assert done.returncode == 66 and str(tmp_path / "none") in done.stderr
    good = command(new_id()).decode()
    done = pipe(stage, f"{good}\n{{}}\n{good}\n", "-", "--format", "avro-single-object")
    assert done.returncode == 65 and ":2: " in done.stderr and len(sent(stage)) == 1
    assert stage.run("send", *one, "--timeout", "1s", **{"kafka.bootstrap.servers": "127.0.0.1:1"}).returncode == 69
    done = stage.run("send", *one, **{"commands.topic": "no-such-topic"})
    assert done.returncode == 78 and "no-such-topic" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [[], ["--json"], ["--await", "--format", "avro-single-object"]])
def test_a_signal_while_it_reads_is_75_and_what_was_read_is_sent_but_no_line_that_may_be_cut(stage, number, options):
    with reading(stage, *options) as process:
        process.stdin.write(command(new_id()).decode() + '\n{"group_id":')
        process.stdin.flush()
        until(lambda: len(sent(stage)) == 1, 20, "the line is sent")
        process.send_signal(number)
        assert process.wait(60) == 75
        out, err = process.stdout.read(), process.stderr.read()
    assert "1 sent" in err and "[E-INTERRUPTED]" in err and "standard input" in err, err
    assert out == (json.dumps({"topic": stage.commands, "sent": 1}) + "\n" if options == ["--json"] else "")
    assert len(sent(stage)) == 1


def is_waiting(pid):
    """It catches SIGINT already, and sleeps."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return status["State"].startswith("S") and int(status["SigCgt"], 16) >> (signal.SIGINT - 1) & 1


def test_a_signal_before_a_fifo_has_a_writer_is_75(stage):
    path = stage.folder / "fifo"
    os.mkfifo(path)
    with reading(stage, path=str(path)) as process:
        until(lambda: is_waiting(process.pid), 20, "it waits for a writer")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 75
        assert "[E-INTERRUPTED]" in process.stderr.read()


def test_after_a_signal_it_waits_for_the_answer_to_what_was_read(stage):
    services = stage.services
    with Proxy(host_and_port(services.kafka_proxy), host_and_port(services.kafka_proxied), Kafka) as broker:
        late = broker.next(api.PRODUCE, "late answer", seconds=1.0)
        with reading(stage, **{"kafka.bootstrap.servers": services.kafka_proxy}) as process:
            process.stdin.write(command(new_id()).decode() + "\n")
            process.stdin.flush()
            until(lambda: len(sent(stage)) == 1, 20, "the broker has the line")
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 75
            assert "1 sent" in process.stderr.read() and late.happened


def all_of(controller):
    """What was written to a terminal that is closed; one read may give less."""
    drawn = b""
    with contextlib.suppress(OSError), open(controller, "rb", buffering=0) as file:
        while piece := file.read(65536):
            drawn += piece
    return drawn


def test_progress_is_shown_on_a_terminal_only_and_never_among_the_data(stage, tmp_path):
    (tmp_path / "commands").write_text((command().decode() + "\n") * 300)
    line = stage.command_line("send", str(tmp_path / "commands"))
    controller, terminal = pty.openpty()
    try:
        on_terminal = subprocess.run(
            line, stdout=subprocess.PIPE, stderr=terminal, timeout=60, env=stage.environment(), check=True
        )
    finally:
        os.close(terminal)
    drawn = all_of(controller)
    piped = stage.must("send", str(tmp_path / "commands"))
    erase = "\033[K"
    assert erase.encode() in drawn and erase.encode() not in on_terminal.stdout
    assert erase not in piped.stderr + piped.stdout
    assert on_terminal.stdout.decode() == piped.stdout
