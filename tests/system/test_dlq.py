"""`sessiond dlq list` and `show`: what is in the dead-letter topic."""
import json

import pytest
from stage import command, new_id

AUTO = {"instance.id": "auto"}


def refuse_group_two(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")


def count(stage, *args):
    return json.loads(stage.must("dlq", "list", *args, "--json").stdout)


def records(stage, *args):
    return [json.loads(line) for line in stage.must("dlq", "list", "--records", *args, "--json").stdout.splitlines()]


def bury(stage, code, partition, timestamp_ms, headers=None):
    """A dead letter as any version may have written it."""
    names = {"code": code, **(headers or {})}
    return stage.send(
        b"x", topic=stage.dlq, partition=partition, timestamp_ms=timestamp_ms,
        headers=[(f"__dlq.errors.{name.replace('_', '.')}", str(value).encode()) for name, value in names.items()],
    )  # fmt: skip


def test_dead_letters_are_counted_by_code_partition_and_hour(stage):
    start = 1_700_000_000_000 // 3_600_000 * 3_600_000
    for hour, partition, code in [(0, 0, "UNDECODABLE"), (0, 0, "UNDECODABLE"), (1, 0, "UNDECODABLE"), (0, 1, "UNDECODABLE"), (1, 1, "STORE_REFUSED")]:
        bury(stage, code, partition, start + 3_600_000 * hour)
    listed = count(stage)
    assert (listed["topic"], listed["records"]) == (stage.dlq, 5)
    assert [(c["code"], c["partition"], c["hour"], c["records"]) for c in listed["counts"]] == [
        ("STORE_REFUSED", 1, "2023-11-14T23:00:00Z", 1),
        ("UNDECODABLE", 0, "2023-11-14T22:00:00Z", 2),
        ("UNDECODABLE", 0, "2023-11-14T23:00:00Z", 1),
        ("UNDECODABLE", 1, "2023-11-14T22:00:00Z", 1),
    ]
    assert count(stage, "--code", "STORE_REFUSED")["records"] == 1
    assert count(stage, "--partition", "0")["records"] == 3
    assert count(stage, "--since", "2023-11-14T23:00:00Z")["records"] == 2
    assert count(stage, "--until", "2023-11-14T23:00:00Z", "--partition", "1")["records"] == 1
    assert "UNDECODABLE" in stage.must("dlq", "list").stdout


def test_records_are_listed_as_tail_prints_them(stage):
    refuse_group_two(stage)
    stage.send_all([b"\xff\x00", command(new_id(), 2), command(new_id())], key=b"k")
    stage.drain(**AUTO)
    by_code = {record["headers"]["__dlq.errors.code"]: record for record in records(stage)}
    assert set(by_code) == {"UNDECODABLE", "STORE_REFUSED"}
    assert by_code["UNDECODABLE"]["value_base64"] == "/wA=" and by_code["STORE_REFUSED"]["value"]["group_id"] == 2
    assert [record["offset"] for record in records(stage, "--code", "STORE_REFUSED")] == [by_code["STORE_REFUSED"]["offset"]]
    text = stage.must("dlq", "list", "--records").stdout
    assert text.count("\n") == 2 and "STORE_REFUSED" in text


def test_show_prints_one_with_all_of_its_headers(stage):
    sent = stage.send(b"\xff", key=b"who", headers=[("a", b"1"), ("a", b"2"), ("raw", b"\xfe"), ("none", None)], partition=3)
    stage.drain(**AUTO)
    (letter,) = stage.dead_letters()
    place = f"{letter.partition}@{letter.offset}"
    text = stage.must("dlq", "show", place).stdout
    for line in ('  a: "1"', '  a: "2"', "  raw: 1 bytes", "  none: null", "key: who", "value: 1 bytes", f'  __dlq.errors.offset: "{sent.offset}"'):
        assert line in text, text
    shown = json.loads(stage.must("dlq", "show", place, "--json").stdout)
    assert (shown["topic"], shown["offset"], shown["key"]) == (stage.dlq, letter.offset, "who")
    assert shown["headers"]["__dlq.errors.partition"] == "3" and shown["value_base64"] == "/w=="

    for missing in (f"{letter.partition}@{letter.offset + 1}", "9@0", f"{letter.partition}@7000000000"):
        done = stage.run("dlq", "show", missing)
        assert (done.returncode, done.stdout) == (1, "") and "no record" in done.stderr, missing


def test_nothing_raw_reaches_a_terminal(stage):
    bury(stage, "\x1b[2J", 0, 1_700_000_000_000)
    for args in (["list"], ["list", "--records"], ["show", "0@0"]):
        assert "\x1b" not in stage.must("dlq", *args).stdout, args


@pytest.mark.parametrize(
    "args",
    [[], ["purge"], ["list", "more"], ["list", "--since", "noon"], ["list", "--partition", "-1"], ["show"], ["show", "0"],
     ["show", "0@"], ["show", "@1"], ["show", "0@1x"], ["show", "0@1", "0@2"]],
)  # fmt: skip
def test_wrong_usage_of_dlq_is_64(stage, args):
    done = stage.run("dlq", *args)
    assert (done.returncode, done.stdout) == (64, "") and "--help" in done.stderr


def test_without_a_dead_letter_topic_there_is_nothing_to_list(stage):
    done = stage.run("dlq", "list", **{"dlq.topic": ""})
    assert (done.returncode, done.stdout) == (78, "") and "dlq.topic is empty" in done.stderr
