"""`sessiond offsets`: what the group has committed, shown and set while no member is live."""
import json
import signal
import subprocess

import pytest
from confluent_kafka import TopicPartition
from deadline import until
from stage import command, new_id

AUTO = {"instance.id": "auto"}


def lose(stage, partition, before):
    for answer in stage.admin.delete_records([TopicPartition(stage.commands, partition, before)]).values():
        answer.result(10)


def show(stage, *args):
    return json.loads(stage.must("offsets", "show", *args, "--json").stdout)


def set_to(stage, partition, place, *args, **settings):
    return json.loads(stage.must("offsets", "set", "--partition", str(partition), "--to", str(place), *args, "--json", **settings).stdout)


def test_show_says_where_each_partition_begins_and_ends_and_what_is_committed(stage):
    stage.send_all([command(new_id()) for _ in range(5)], partition=1)
    before = show(stage)
    assert (before["group"], before["topic"], before["members"]) == (stage.name, stage.commands, 0)
    assert before["partitions"][1] == {"partition": 1, "beginning": 0, "committed": None, "end": 5, "lag": 5}
    stage.drain(**AUTO)
    assert [p["committed"] for p in show(stage)["partitions"]][1] == 5
    assert show(stage, "--partition", "1")["partitions"] == [{"partition": 1, "beginning": 0, "committed": 5, "end": 5, "lag": 0}]
    text = stage.must("offsets", "show").stdout
    assert "PARTITION" in text and stage.commands in text


def test_without_apply_nothing_is_changed(stage):
    stage.send_all([command(new_id()) for _ in range(3)], partition=0)
    stage.drain(**AUTO)
    planned = set_to(stage, 0, "beginning")
    assert planned == {"group": stage.name, "partition": 0, "committed": 3, "to": 0, "applied": False}
    assert show(stage)["partitions"][0]["committed"] == 3
    done = stage.must("offsets", "set", "--partition", "0", "--to", "beginning")
    assert "would be set to 0" in done.stdout and "3 offsets are read again" in done.stdout and "--apply" in done.stderr


def test_a_partition_is_set_to_a_place_and_its_events_repeat(stage):
    sent = stage.send_all([command(new_id()) for _ in range(4)], partition=2)
    stage.drain(**AUTO)
    assert set_to(stage, 2, 1, "--apply") == {"group": stage.name, "partition": 2, "committed": 4, "to": 1, "applied": True}
    assert [p["committed"] for p in show(stage)["partitions"]][2] == 1
    stage.drain(**AUTO)
    places = [event.command_place for event in stage.events()]
    assert [places.count(record.place) for record in sent] == [1, 2, 2, 2]
    assert len(stage.sessions()) == 4
    stage.judge(rewound=True)


def test_the_places_are_beginning_end_an_offset_and_a_time(stage):
    for i in range(3):
        stage.send(command(new_id()), partition=0, timestamp_ms=1_700_000_000_000 + 3_600_000 * i)
    for place, offset in [("beginning", 0), ("end", 3), ("1", 1), ("2023-11-14T23:00:00Z", 1), ("2023-11-15", 2), ("1s", 3)]:
        assert set_to(stage, 0, place)["to"] == offset, place
    gone = stage.run("offsets", "set", "--partition", "0", "--to", "4")
    assert (gone.returncode, gone.stdout) == (65, "") and "0 to 3" in gone.stderr and "E-OFFSETS-02" in gone.stderr


def test_after_lost_input_the_partition_is_set_to_its_beginning_and_the_worker_goes_on(stage):
    stage.send_all([command(new_id()) for _ in range(2)], partition=0)
    stage.drain(**AUTO)
    stage.send_all([command(new_id()) for _ in range(3)], partition=0)
    lose(stage, 0, 4)
    worker = stage.start(**AUTO)
    assert worker.await_exit() == 65
    assert "lost input" in stage.must("offsets", "show").stdout
    assert set_to(stage, 0, "beginning", "--apply")["to"] == 4
    stage.drain(**AUTO)
    assert len(stage.sessions()) == 3, "two before, one after; two were lost"


def test_a_member_that_was_stopped_is_waited_for(stage):
    stage.send_all([command(new_id()) for _ in range(2)], partition=0)
    stage.drain()  # a static member: it stays one until its session is over
    done = stage.must("offsets", "set", "--partition", "0", "--to", "beginning", "--apply", "--json")
    assert json.loads(done.stdout)["applied"] and "session.timeout.ms" in done.stderr
    assert show(stage)["partitions"][0]["committed"] == 0


def test_a_live_member_is_never_set_under_and_an_interrupt_ends_the_wait(stage):
    stage.send_all([command(new_id()) for _ in range(2)], partition=0)
    line = stage.command_line("offsets", "set", "--partition", "0", "--to", "beginning", "--apply")
    short = {"kafka.consumer.session.timeout.ms": 6000}
    with stage.working(**short):
        stage.await_drained()
        refused = stage.run("offsets", "set", "--partition", "0", "--to", "beginning", "--apply", **short)
        assert (refused.returncode, refused.stdout) == (75, "") and "stop every sessiond run" in refused.stderr
        with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=stage.environment()) as process:
            try:
                assert "waiting" in process.stderr.readline()
                process.send_signal(signal.SIGINT)
                assert process.wait(10) == 75
            finally:
                process.kill()
        assert show(stage)["partitions"][0]["committed"] == 2
    until(lambda: show(stage)["partitions"][0]["committed"] == 2, 5, "unchanged")


def test_the_rights_that_are_documented_are_enough(stage):
    stage.send_all([command(new_id()) for _ in range(3)], partition=0)
    stage.drain(**AUTO)
    stage.allow("worker", ("TOPIC", stage.commands, "READ"), ("GROUP", stage.settings["group.id"], "READ"))
    assert set_to(stage, 0, "beginning", "--apply", **stage.sasl())["applied"]


@pytest.mark.parametrize(
    "args",
    [[], ["show", "more"], ["set"], ["set", "--partition", "0"], ["set", "--to", "end"], ["show", "--apply"],
     ["set", "--partition", "x", "--to", "end"], ["set", "--partition", "0", "--to", "noon"], ["set", "--partition", "9", "--to", "end"]],
)  # fmt: skip
def test_wrong_usage_of_offsets_is_64(stage, args):
    done = stage.run("offsets", *args)
    assert (done.returncode, done.stdout) == (64, "") and "E-" in done.stderr
