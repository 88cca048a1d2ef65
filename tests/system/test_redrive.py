"""`sessiond dlq redrive`: dead letters go back to the commands topic, each once."""
import json
import os
import signal
import time
import uuid

import pytest
from deadline import until
from judge.records import read_all
from stage import command, new_id, program_with_failpoints
from test_dlq import bury, refuse_group_two
from worker import Worker

AUTO = {"instance.id": "auto"}
PREFIX = "__dlq.errors."
NONE = {"other_topic": 0, "incomplete": 0, "truncated": 0, "attempts": 0, "outside": 0}


def redrive(stage, *args, **settings):
    return json.loads(stage.must("dlq", "redrive", *args, "--json", **settings).stdout)


def sent_back(stage):
    return [record for record in read_all(stage.services.kafka, stage.commands) if record.header(PREFIX + "delivery.count")]


def accept_group_two(stage):
    stage.db.execute("ALTER TABLE study_sessions DROP CONSTRAINT not_two")


def letter(stage, number, code="STORE_REFUSED", partition=0, timestamp_ms=None, first_partition=None, **headers):
    """A dead letter of this stage, as complete as any."""
    first = number % 4 if first_partition is None else first_partition
    named = {
        "topic": stage.commands, "partition": first, "offset": number, "timestamp": 1_700_000_000_000, "group": stage.name,
        "message": "refused", "command_id": str(uuid.UUID(int=number + 1)), "delivery_count": 1, **headers,
    }  # fmt: skip
    named = {name: value for name, value in named.items() if value is not None}
    return bury(stage, code, partition, timestamp_ms or 1_700_000_000_000, named)


def test_a_refused_command_is_sent_back_to_its_first_partition_and_carried_out(stage):
    refuse_group_two(stage)
    sent = stage.send_all([command(new_id(), 2), command(new_id()), command(group_id=2)], key=b"k", headers=[("mine", b"1")])
    stage.drain(**AUTO)
    accept_group_two(stage)
    planned = redrive(stage)
    assert planned == {"topic": stage.dlq, "to": stage.commands, "applied": False, "finished": True, "records": 2, "codes": {"STORE_REFUSED": 2}, "stay": NONE}
    assert sent_back(stage) == []

    assert redrive(stage, "--apply") == {**planned, "applied": True}
    back = sent_back(stage)
    assert [(record.partition, record.key, record.value) for record in back] == [(sent[i].partition, b"k", sent[i].value) for i in (0, 2)]
    for record, letter in zip(back, stage.dead_letters()):
        assert record.text(PREFIX + "delivery.count") == "2" and letter.text(PREFIX + "delivery.count") == "1"
        same = [h for h in record.headers if h[0] != PREFIX + "delivery.count"]
        assert same == [h for h in letter.headers if h[0] != PREFIX + "delivery.count"] and ("mine", b"1") in same
    stage.drain(**AUTO)
    assert len(stage.sessions()) == 3
    for done in (redrive(stage), redrive(stage, "--apply")):
        assert done["records"] == 0, "no letter is sent twice"
    stage.judge()


def test_a_redriven_dead_letter_and_its_first_position_read_again_make_one_row(stage):
    refuse_group_two(stage)
    first = stage.send(command(group_id=2), partition=1)  # its id follows from its position
    stage.send(command(new_id()), partition=1)
    stage.drain(**AUTO)
    accept_group_two(stage)
    redrive(stage, "--apply")
    stage.drain(**AUTO)
    (back,) = sent_back(stage)
    stage.rewind()
    stage.drain(**AUTO)
    assert len(stage.sessions()) == 2 and len(stage.ledger()) == 2
    events = [event for event in stage.events() if event.command_place in (first.place, back.place) and event.topic == stage.created]
    assert len(events) == 3 and len({event.text("ce_id") for event in events}) == 1
    stage.judge(rewound=True)


def test_what_fails_again_comes_back_until_it_was_delivered_max_attempts_times(stage):
    refuse_group_two(stage)
    stage.send(command(new_id(), 2), key=b"k", partition=3)
    stage.send(command(new_id()), key=b"k", partition=3)
    for attempt in (1, 2, 3):
        stage.drain(**AUTO)
        letters = stage.dead_letters()
        assert [each.text(PREFIX + "delivery.count") for each in letters] == [str(n + 1) for n in range(attempt)]
        done = redrive(stage, "--apply")
        assert done["records"] == (1 if attempt < 3 else 0)
    assert done["stay"] == {**NONE, "attempts": 1}
    assert redrive(stage, "--max-attempts", "4", "--apply")["records"] == 1


def test_what_cannot_go_stays_and_is_counted(stage):
    letter(stage, 0)
    letter(stage, 1, topic="another.topic")
    letter(stage, 2, truncated="value")
    letter(stage, 3, delivery_count=3)
    letter(stage, 4, command_id=None)
    letter(stage, 5, offset="many")
    letter(stage, 6, timestamp_ms=1_600_000_000_000)
    bury(stage, "STORE_REFUSED", 0, 1_700_000_000_000)
    stage.send(b"not ours", topic=stage.dlq, partition=0, timestamp_ms=1_700_000_000_000)
    args = ("--since", "2023-11-01", "--until", "2023-12-01")
    planned = redrive(stage, *args)
    assert planned["records"] == 1
    assert planned["stay"] == {"other_topic": 1, "incomplete": 4, "truncated": 1, "attempts": 1, "outside": 1}
    done = redrive(stage, *args, "--apply")
    assert {**done, "applied": False} == planned and len(sent_back(stage)) == 1
    text = stage.must("dlq", "redrive", *args).stdout
    assert "would send 0" in text and "1 stay: they are not the whole record" in text


def test_a_partition_that_the_commands_topic_does_not_have_is_no_place_to_go(stage):
    letter(stage, 9, first_partition=9)
    assert redrive(stage, "--apply")["stay"]["other_topic"] == 1


def test_progress_is_kept_for_each_code_and_partition(stage):
    for i in range(6):
        letter(stage, i, code=("STORE_REFUSED", "UNDECODABLE")[i % 2], partition=i // 3)
    assert redrive(stage, "--code", "STORE_REFUSED", "--partition", "0", "--apply")["codes"] == {"STORE_REFUSED": 2}
    assert redrive(stage, "--code", "STORE_REFUSED")["codes"] == {"STORE_REFUSED": 1}
    assert redrive(stage)["codes"] == {"STORE_REFUSED": 1, "UNDECODABLE": 3}
    assert redrive(stage, "--code", "UNDECODABLE", "--apply")["records"] == 3
    assert redrive(stage, "--apply")["codes"] == {"STORE_REFUSED": 1}
    assert sorted(record.text(PREFIX + "offset") for record in sent_back(stage)) == list("012345")


def test_max_and_rate_keep(stage):
    for i in range(150):
        letter(stage, i, partition=i % 4)
    args = ("--max", "100", "--rate", "50")
    planned = redrive(stage, *args)
    assert planned["records"] == 100
    started = time.monotonic()
    done = redrive(stage, *args, "--apply")
    assert done["records"] == 100 and done["finished"] and time.monotonic() - started > 1.8
    assert len(sent_back(stage)) == 100
    assert redrive(stage, *args, "--apply")["records"] == 50
    places = [record.text(PREFIX + "offset") for record in sent_back(stage)]
    assert len(places) == len(set(places)) == 150


def test_each_code_keeps_the_order_of_its_partition(stage):
    for i in range(60):
        letter(stage, i, partition=1, first_partition=2)
    redrive(stage, "--rate", "100", "--apply")
    back = sent_back(stage)
    assert {record.partition for record in back} == {2}
    assert [record.text(PREFIX + "offset") for record in back] == [str(i) for i in range(60)]


def test_the_rights_that_are_documented_are_enough(stage):
    letter(stage, 1)
    group = stage.settings["group.id"]
    stage.allow(
        "worker", ("TOPIC", stage.dlq, "READ"), ("TOPIC", stage.commands, "WRITE"), ("GROUP", f"{group}-redrive", "READ"),
        ("TRANSACTIONAL_ID", f"{group}//redrive", "WRITE"),
    )  # fmt: skip
    assert redrive(stage, **stage.sasl())["records"] == redrive(stage, "--apply", **stage.sasl())["records"] == 1
    assert len(sent_back(stage)) == 1


# ---- Ended at the wrong moment ----


class Redrive(Worker):
    def __init__(self, stage, *args, failpoint=None):
        line, environment = stage.command_line("dlq", "redrive", "--apply", *args), stage.environment()
        if failpoint is not None:
            line[0], environment["FAILPOINT"] = program_with_failpoints(), failpoint
            line.append("-v")  # says where it is held
        super().__init__(line, stage.folder / f"redrive-{len(stage.workers) + 1}.log", environment)
        stage.workers.append(self)


@pytest.mark.parametrize("point", ["copied", "copies-offsets-added", "copies-committed"])
def test_killed_three_times_it_goes_on_and_each_letter_is_sent_once(stage, point):
    for i in range(80):
        letter(stage, i, partition=i % 2)
    for number in (1, 2, 3):  # ten letters a transaction
        Redrive(stage, "--rate", "100", failpoint=f"{point}:{number}").await_held().kill()
    left = redrive(stage)
    assert left["records"] < 80
    assert redrive(stage, "--apply")["records"] == left["records"]
    until(lambda: len(sent_back(stage)) >= 80, 20, "the broker has written the last transaction's marker")
    places = [record.text(PREFIX + "offset") for record in sent_back(stage)]
    assert len(places) == len(set(places)) == 80


def test_interrupted_redrive_ends_with_75_and_the_same_call_goes_on(stage):
    for i in range(100):
        letter(stage, i)
    process = Redrive(stage, "--rate", "20", "--json")
    until(lambda: len(sent_back(stage)) > 10, 20, "some are sent")
    process.signal(signal.SIGINT)
    assert process.await_exit() == 75 and "the same command goes on" in process.log
    (told,) = [line for line in process.lines() if "records" in line]
    assert not told["finished"] and told["records"] == len(sent_back(stage))
    assert redrive(stage, "--apply")["records"] == 100 - told["records"]
    assert len(sent_back(stage)) == 100


def test_a_second_redrive_ends_the_first_with_76(stage):
    for i in range(100):
        letter(stage, i)
    first = Redrive(stage, "--rate", "20")
    until(lambda: len(sent_back(stage)) > 10, 20, "some are sent")
    redrive(stage, "--apply")
    assert first.await_exit() == 76 and "E-KAFKA-FENCED" in first.log
    places = [record.text(PREFIX + "offset") for record in sent_back(stage)]
    assert len(places) == len(set(places)) == 100


def test_a_letter_that_is_too_large_for_the_commands_topic_is_named(stage):
    letter(stage, 0)
    stage.send(os.urandom(20_000), topic=stage.dlq, partition=1, headers=[(PREFIX + name, value.encode()) for name, value in {
        "topic": stage.commands, "partition": "0", "offset": "5", "timestamp": "1", "code": "UNDECODABLE", "command.id": new_id()}.items()])  # fmt: skip
    stage.configure_topic(stage.commands, max_message_bytes="5000")
    done = stage.run("dlq", "redrive", "--apply")
    assert done.returncode == 78 and f"{stage.dlq}[1]@0" in done.stderr and "max.message.bytes" in done.stderr
    stage.configure_topic(stage.commands, max_message_bytes="1000000")
    assert redrive(stage, "--apply")["records"] == 2


@pytest.mark.parametrize(
    "args", [["more"], ["--max", "0"], ["--rate", "x"], ["--max-attempts", "0"], ["--since", "noon"], ["--partition", "7"], ["--records"]]
)
def test_wrong_usage_of_redrive_is_64(stage, args):
    done = stage.run("dlq", "redrive", *args)
    assert (done.returncode, done.stdout) == (64, "") and "E-" in done.stderr
