"""`sessiond tail`: topics on a person's screen, or as JSON lines."""
import base64
import json
import subprocess

from judge import avro
from stage import command, new_id
from worker import die_with_parent

BOTH = ["--from", "beginning", "--until-end"]


def tail(stage, *args, **settings):
    return [json.loads(line) for line in stage.must("tail", *args, "--json", **settings).stdout.splitlines()]


def places(seen):
    return sorted((each["topic"], each["partition"], each["offset"]) for each in seen)


def test_each_kind_is_its_topic_and_all_is_the_four(stage):
    sent = stage.send_all([command(new_id()), command(group_id=99), b"\xff garbage"], key=b"k")
    stage.drain()
    created, rejected, undecodable = stage.answers(sent)
    (letter,) = stage.dead_letters()

    expected = {
        "commands": [record.place for record in sent],
        "created": [created.place],
        "rejected": [rejected.place, undecodable.place],
        "dlq": [letter.place],
    }
    expected["all"] = sum(expected.values(), [])
    for which, records in expected.items():
        assert places(tail(stage, which, *BOTH)) == sorted(records), which
    assert places(tail(stage, *BOTH)) == sorted(expected["all"]), "all is what one gets without a name"


def test_as_json_a_record_is_whole(stage):
    headers = [("text", b"t"), ("bytes", b"\x00\xff"), ("none", None)]
    sent = stage.send(b"\xff\x00", key=b"\xfe", headers=headers, timestamp_ms=1_700_000_000_123)
    (seen,) = tail(stage, "commands", *BOTH)
    assert base64.b64decode(seen.pop("key_base64")) == b"\xfe" and base64.b64decode(seen.pop("value_base64")) == b"\xff\x00"
    assert base64.b64decode(seen["headers"]["bytes"].pop("base64")) == b"\x00\xff"
    assert seen == {
        "topic": stage.commands,
        "partition": sent.partition,
        "offset": sent.offset,
        "timestamp": 1_700_000_000_123,
        "key": None,
        "headers": {"text": "t", "bytes": {}, "none": None},
        "value": None,
    }


def test_values_are_decoded(stage):
    fields = {"command_id": new_id(), "group_id": 1, "study_activity_id": 2}
    stage.send_all([avro.write(avro.COMMAND, fields), json.dumps(fields).encode()], key=b"k")
    stage.drain(**{"events.format": "avro"})
    assert [each["value"] for each in tail(stage, "commands", *BOTH)] == [fields, fields]
    assert {each["value"]["session"]["activity_id"] for each in tail(stage, "created", *BOTH)} == {2}


def test_as_text_a_line_has_time_place_key_code_and_value(stage):
    sent = stage.send(command(group_id=99), key=b"user-7")
    stage.drain()
    event = stage.event_of(sent)
    (line,) = stage.must("tail", "rejected", *BOTH).stdout.splitlines()
    time, place, key, code, value = line.split(" ", 4)
    assert (place, key, code) == (str(event), "user-7", "GROUP_NOT_FOUND")
    assert time.endswith("Z") and json.loads(value) == event.body


def test_it_begins_at_the_end_the_beginning_an_offset_or_a_time(stage):
    second = 1_700_000_000_000
    for i in range(5):
        stage.send(command(n=i), partition=1, timestamp_ms=second + i * 1000)

    def offsets(start):
        return [each["offset"] for each in tail(stage, "commands", "--from", start, "--until-end")]

    assert offsets("beginning") == [0, 1, 2, 3, 4]
    assert offsets("end") == []
    assert offsets("3") == [3, 4] and offsets("5") == offsets("99") == []
    assert offsets("2023-11-14T22:13:22Z") == [2, 3, 4]
    assert offsets("2023-11-14T22:13:22.001Z") == [3, 4]
    assert offsets("1h") == []
    stage.send(command(), partition=1)
    assert offsets("1h") == [5]


def test_without_from_it_shows_what_comes_from_now_on(stage):
    stage.send(command(before=True))
    line = stage.command_line("tail", "commands", "--count", "2", "--json")
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=stage.environment(), preexec_fn=die_with_parent)
    try:
        while process.poll() is None:
            stage.send(command(after=True))
        seen = [json.loads(line)["value"] for line in process.stdout]
    finally:
        process.kill()
        process.stdout.close()
    assert process.returncode == 0
    assert len(seen) == 2 and all("after" in value for value in seen)


def test_it_ends_after_so_many_or_when_its_time_is_over(stage):
    stage.send_all([command()] * 3, partition=0)
    assert len(tail(stage, "commands", "--from", "beginning", "--count", "2")) == 2
    late = stage.run("tail", "commands", "--from", "beginning", "--count", "9", "--timeout", "1s", "--json")
    assert late.returncode == 75 and len(late.stdout.splitlines()) == 3 and "[E-TAIL-01]" in late.stderr
    assert stage.run("tail", "commands", "--timeout", "1s").returncode == 0


def test_it_ends_when_its_reader_has_gone_though_nothing_more_comes(stage):
    stage.send(command(), partition=0)
    line = stage.command_line("tail", "commands", "--from", "beginning")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, **pipes, text=True, env=stage.environment(), preexec_fn=die_with_parent) as process:
        try:
            assert process.stdout.readline()
            process.stdout.close()
            assert process.wait(60) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


def test_exit_codes_of_tail(stage):
    for args in (["nothing"], ["created", "rejected"], ["--from", "soon"], ["--count", "0"], ["--timeout", "x"], ["--what"]):
        done = stage.run("tail", *args)
        assert (done.returncode, done.stdout) == (64, "") and "--help" in done.stderr, args
    assert stage.run("tail", "--timeout", "1s", **{"kafka.bootstrap.servers": "127.0.0.1:1"}).returncode == 69
    done = stage.run("tail", "created", **{"events.created.topic": "no-such-topic"})
    assert done.returncode == 78 and "no-such-topic" in done.stderr
