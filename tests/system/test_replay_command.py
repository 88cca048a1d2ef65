"""`sessiond replay`: commands of the past answered again, and what a forecast says of that."""
import collections
import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import time

import judge
import pytest
from confluent_kafka import Producer, TopicPartition
from deadline import until
from judge.records import read_all
from stage import command, new_id, program_with_failpoints
from worker import Worker

AUTO = {"instance.id": "auto"}
WORDS = ("created", "rejected", "undecided", "reused", "expired", "suppressed", "undecodable", "unknown_schema", "gone")


def replay(stage, *args, **settings):
    return json.loads(stage.must("replay", *args, "--json", **settings).stdout)


def words(answer):
    return {word: answer[word] for word in WORDS if answer[word]}


def by_place(events):
    places = collections.defaultdict(list)
    for event in events:
        places[event.command_place].append(event)
    return places


def repeats(stage, records):
    """How many events each of these commands has."""
    places = by_place(stage.events())
    return [len(places[record.place]) for record in records]


def refuse_group_two(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")


def accept_group_two(stage):
    stage.db.execute("ALTER TABLE study_sessions DROP CONSTRAINT not_two")


def a_bit_of_everything(stage):
    """Commands of each word but `gone`, answered once: (records, how many of each word)."""
    refuse_group_two(stage)
    twice, reused, old, late = (new_id() for _ in range(4))
    stage.send(command(old), partition=0)
    stage.drain(**AUTO)
    stage.db.execute("UPDATE command_outcomes SET decided_at = decided_at - interval '100 days'")
    stage.must("prune", "--older-than", "90d")
    sent = stage.send_all(
        [command(new_id()) for _ in range(20)]
        + [command(group_id=99), command(group_id="x"), command(twice), command(twice), command(reused), command(reused, 99)]
        + [b"\xff", b"\xc3\x01 unknown schema"]
        + [command(late, 2), command(new_id(), 2), command(late, 1)],
        partition=0,
    )
    stage.send_all([command(new_id()) for _ in range(15)], partition=1)
    stage.drain(**AUTO)
    return sent


def test_a_forecast_says_what_apply_then_does_and_changes_nothing(stage):
    a_bit_of_everything(stage)
    accept_group_two(stage)
    events, ledger = len(stage.events()), stage.ledger()
    forecast = replay(stage, "--from", "beginning")
    assert len(stage.events()) == events and stage.ledger() == ledger
    assert forecast["applied"] is False and forecast["finished"] and not forecast["resumed"]
    assert forecast["commands"] == 1 + 31 + 15 and forecast["partition"] is None
    assert [(part["partition"], part["start"], part["end"]) for part in forecast["ranges"]] == [(0, 0, 32), (1, 0, 15)]
    assert words(forecast) == {
        "created": 20 + 2 + 1 + 1 + 15, "rejected": 2, "undecided": 1, "reused": 2, "expired": 1, "undecodable": 1, "unknown_schema": 1,
    }  # fmt: skip

    done = replay(stage, "--from", "beginning", "--apply")
    assert done["applied"] and words(done) == words(forecast)
    assert len(stage.events()) == events + 47 and len(stage.ledger()) == len(ledger) + 1
    assert replay(stage, "--from", "beginning")["undecided"] == 0
    stage.judge(replayed=True)


def test_what_is_decided_in_a_replay_is_undecided_in_both_with_all_records_of_its_id(stage):
    refuse_group_two(stage)
    late = new_id()
    stage.send_all([command(late, 2)] * 3 + [command(new_id())] + [command(late, 2)] * 2, partition=0)
    stage.drain(**AUTO)
    accept_group_two(stage)
    forecast = replay(stage, "--from", "beginning")
    assert words(forecast) == {"created": 1, "undecided": 5}
    assert words(replay(stage, "--from", "beginning", "--apply", **{"batch.max.messages": 2})) == words(forecast)
    assert len(stage.sessions()) == 2


def test_suppressed_duplicates_get_no_event_in_a_replay_either(stage):
    suppress = {"duplicates": "suppress", **AUTO}
    twice = new_id()
    sent = stage.send_all([command(twice), command(twice), command(new_id())], partition=0)
    stage.drain(**suppress)
    assert repeats(stage, sent) == [1, 0, 1]
    forecast = replay(stage, "--from", "beginning", **suppress)
    assert words(forecast) == {"created": 2, "suppressed": 1}
    assert words(replay(stage, "--from", "beginning", "--apply", **suppress)) == words(forecast)
    assert repeats(stage, sent) == [2, 0, 2]


def test_events_are_repeated_byte_for_byte_without_dead_letters_and_replies(stage):
    reply = f"{stage.name}.replies"
    stage.must("topics", "apply", **{"commands.topic": reply, "dlq.topic": ""})
    settings = {"events.reply.topics": reply}
    headers = [("kafka_replyTopic", reply.encode()), ("kafka_correlationId", b"7")]
    sent = stage.send_all([command(new_id()), b"\xff", command(group_id=99)], key=b"k", headers=headers)
    stage.drain(**settings, **AUTO)
    replies = len(read_all(stage.services.kafka, reply))
    replay(stage, "--from", "beginning", "--apply", **settings)
    for events in by_place(stage.events()).values():
        first, again = events
        assert (first.key, first.value, first.topic) == (again.key, again.value, again.topic)
        assert [h for h in first.headers if h[0] != "traceparent"] == [h for h in again.headers if h[0] != "traceparent"]
    assert len(by_place(stage.events())) == len(sent)
    assert len(stage.dead_letters()) == 1 and len(read_all(stage.services.kafka, reply)) == replies == len(sent)


def test_the_live_group_is_not_touched_and_what_it_has_not_answered_is_not_either(stage):
    first = stage.send_all([command(new_id()) for _ in range(5)], partition=0)
    stage.drain(**AUTO)
    waiting = stage.send_all([command(new_id()) for _ in range(3)], partition=0)
    done = replay(stage, "--from", "beginning", "--apply")
    assert done["ranges"] == [{"partition": 0, "start": 0, "end": 5}] and done["commands"] == 5
    assert stage.committed()[0] == 5
    assert repeats(stage, first + waiting) == [2] * 5 + [0] * 3
    stage.drain(**AUTO)
    assert repeats(stage, first + waiting) == [2] * 5 + [1] * 3


def test_from_and_to_are_places_of_all_partitions_or_offsets_of_one(stage):
    hour, start = 3_600_000, 1_700_000_000_000 // 3_600_000 * 3_600_000
    for partition in (0, 1):
        for i in range(6):
            stage.send(command(new_id()), partition=partition, timestamp_ms=start + i * hour)
    stage.drain(**AUTO)

    def ranges(*args):
        return {part["partition"]: (part["start"], part["end"]) for part in replay(stage, *args)["ranges"]}

    assert ranges("--from", "2023-11-15T00:00:00Z") == {0: (2, 6), 1: (2, 6)}
    assert ranges("--from", "2023-11-14T23:00:00Z", "--to", "2023-11-15T02:00:00Z") == {0: (1, 4), 1: (1, 4)}
    assert ranges("--from", "2023-11-14T23:00:00Z", "--partition", "1") == {1: (1, 6)}
    assert ranges("--from", "2", "--to", "4", "--partition", "1") == {1: (2, 4)}
    assert ranges("--from", "4", "--to", "99", "--partition", "0") == {0: (4, 6)}
    assert ranges("--from", "10m") == {} and ranges("--from", "end") == {}
    assert ranges("--from", "4", "--to", "2", "--partition", "0") == {}


def test_offsets_that_are_gone_are_counted_and_passed_over(stage):
    sent = stage.send_all([command(new_id()) for _ in range(6)], partition=0)
    stage.drain(**AUTO)
    for answer in stage.admin.delete_records([TopicPartition(stage.commands, 0, 4)]).values():
        answer.result(10)
    args = ("--from", "1", "--partition", "0")
    forecast = replay(stage, *args)
    assert words(forecast) == {"created": 2, "gone": 3}
    assert words(replay(stage, *args, "--apply")) == words(forecast)
    assert repeats(stage, sent) == [1, 1, 1, 1, 2, 2]


def test_a_range_that_ends_with_transaction_markers_is_finished(stage):
    producer = Producer({"bootstrap.servers": stage.services.kafka, "transactional.id": stage.name})
    producer.init_transactions(10)
    for end in (producer.commit_transaction, producer.abort_transaction, producer.commit_transaction, producer.abort_transaction):
        producer.begin_transaction()
        producer.produce(stage.commands, command(new_id()), partition=0)
        producer.flush(10)
        end(10)
    stage.drain(**AUTO)
    for _ in range(2):
        assert words(replay(stage, "--from", "beginning")) == {"created": 2}
        done = replay(stage, "--from", "beginning", "--apply")
        assert words(done) == {"created": 2} and done["finished"] and done["ranges"] == [{"partition": 0, "start": 0, "end": 8}]


# ---- Ended at the wrong moment ----


class Replay(Worker):
    """One in the background; held at a failpoint of a test build when it names one."""

    def __init__(self, stage, *args, failpoint=None, **settings):
        line, environment = stage.command_line("replay", *args, **settings), stage.environment()
        if failpoint is not None:
            line[0], environment["FAILPOINT"] = program_with_failpoints(), failpoint
            line.append("-v")  # says where it is held
        super().__init__(line, stage.folder / f"replay-{len(stage.workers) + 1}.log", environment)
        stage.workers.append(self)


SLOW = {"batch.max.messages": 50}  # many transactions
POINTS = ("decided", "begun", "produced", "flushed", "offsets-added", "committed", "released")


def many(stage, count):
    """Commands in all partitions, answered once."""
    sent = stage.send_all([command(new_id(), i % 3 + 1) for i in range(count)], key=lambda i: b"%d" % (i % 11))
    stage.drain(**AUTO)
    return sent


@pytest.mark.parametrize("point", POINTS)
def test_killed_three_times_it_goes_on_and_each_position_has_one_more_event(stage, point):
    sent = many(stage, 600)
    for time in (2, 2, 3):
        Replay(stage, "--from", "beginning", "--apply", failpoint=f"{point}:{time}", **SLOW).await_held().kill()
    left = replay(stage, "--from", "beginning", **SLOW)
    assert left["resumed"]
    done = replay(stage, "--from", "beginning", "--apply", **SLOW)
    assert done["resumed"] and words(done) == words(left)
    assert 0 < done["commands"] < 600 or point == "decided"
    assert repeats(stage, sent) == [2] * 600 and len(stage.sessions()) == 400
    assert not replay(stage, "--from", "beginning")["resumed"], "finished: the next one starts anew"
    stage.judge(replayed=True)


def test_other_arguments_start_anew(stage):
    sent = many(stage, 200)
    Replay(stage, "--from", "beginning", "--apply", failpoint="committed:3", **SLOW).await_held().kill()
    assert not replay(stage, "--from", "30d", "--apply")["resumed"]
    again = replay(stage, "--from", "beginning", "--apply")
    assert not again["resumed"] and again["commands"] == 200
    assert min(repeats(stage, sent)) == 3


def test_the_ranges_are_those_of_the_first_call(stage):
    sent = many(stage, 200)
    Replay(stage, "--from", "1h", "--apply", failpoint="committed:2", **SLOW).await_held().kill()
    later = many(stage, 30)
    done = replay(stage, "--from", "1h", "--apply")
    assert done["resumed"] and sum(part["end"] - part["start"] for part in done["ranges"]) == 200
    assert repeats(stage, sent + later) == [2] * 200 + [1] * 30


def test_interrupted_it_ends_with_75_and_the_same_call_goes_on(stage):
    sent = many(stage, 600)
    process = Replay(stage, "--from", "beginning", "--apply", "--rate", "100", "--json")
    until(lambda: sum(repeats(stage, sent)) > 650, 20, "some of it is published")
    process.signal(signal.SIGINT)
    assert process.await_exit() == 75 and "the same command goes on" in process.log
    (told,) = [line for line in process.lines() if "commands" in line]
    assert sum(repeats(stage, sent)) == 600 + told["commands"] and not told["finished"]
    done = replay(stage, "--from", "beginning", "--apply")
    assert done["resumed"] and done["commands"] == 600 - told["commands"] and repeats(stage, sent) == [2] * 600


def test_a_second_replay_ends_the_first_with_76_and_goes_on_with_its_ranges(stage):
    sent = many(stage, 600)
    first = Replay(stage, "--from", "beginning", "--apply", "--rate", "60")
    until(lambda: sum(repeats(stage, sent)) > 610, 20, "some of it is published")
    done = replay(stage, "--from", "beginning", "--apply")
    assert first.await_exit() == 76 and "another replay" in first.log and "E-REPLAY-01" in first.log
    assert done["resumed"] and done["finished"] and repeats(stage, sent) == [2] * 600


def test_a_replay_that_was_paused_for_longer_than_its_transaction_is_not_fenced_by_anybody(stage):
    sent = many(stage, 300)
    times = {f"kafka.producer.{name}.timeout.ms": 2000 for name in ("transaction", "socket", "message")}
    process = Replay(stage, "--from", "beginning", "--apply", failpoint="flushed:3", **SLOW, **times)
    process.await_held()
    judge.await_transactions(stage.services.kafka, stage.created, stage.rejected)  # the broker has ended it
    process.signal(signal.SIGCONT)
    assert process.await_exit(60) == 0, process.log
    assert repeats(stage, sent) == [2] * 300


def test_what_is_gone_while_it_works_ends_it_with_65_and_the_same_call_goes_on_behind(stage):
    # In many batches of the producer's: a fetch brings whole ones, and what has come is not gone.
    sent = [one for _ in range(40) for one in stage.send_all([command(new_id()) for _ in range(50)], partition=0)]
    stage.drain(**AUTO)
    small = {**SLOW, "kafka.consumer.queued.min.messages": 1, "kafka.consumer.fetch.message.max.bytes": 1000}
    process = Replay(stage, "--from", "beginning", "--apply", failpoint="committed:3", **small).await_held()
    for answer in stage.admin.delete_records([TopicPartition(stage.commands, 0, 1900)]).values():
        answer.result(10)
    process.signal(signal.SIGCONT)
    assert process.await_exit() == 65 and "E-REPLAY-02" in process.log
    before = sum(repeats(stage, sent)) - 2000
    done = replay(stage, "--from", "beginning", "--apply")
    assert done["resumed"] and done["finished"] and done["gone"] == 1900 - before and done["commands"] == 100
    assert repeats(stage, sent) == [2] * before + [1] * (1900 - before) + [2] * 100


def test_connections_to_the_database_that_are_lost_are_made_anew(stage):
    sent = many(stage, 300)
    process = Replay(stage, "--from", "beginning", "--apply", "--rate", "100")
    lost = 0
    while process.running:
        lost += stage.db.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'sessiond%' AND pid <> pg_backend_pid()"
        ).fetchone()[0]
        time.sleep(0.2)  # how often decides nothing
    assert process.await_exit() == 0 and lost > 0, process.log
    assert repeats(stage, sent) == [2] * 300 and len(stage.sessions()) == 200


def test_the_rights_that_are_documented_are_enough(stage):
    sent = many(stage, 20)
    group = stage.settings["group.id"]
    stage.allow(
        "worker", ("TOPIC", stage.commands, "READ"), ("GROUP", group, "DESCRIBE"), ("GROUP", f"{group}-replay", "READ"),
        ("TOPIC", stage.created, "WRITE"), ("TOPIC", stage.rejected, "WRITE"), ("TRANSACTIONAL_ID", f"{group}//replay", "WRITE"),
    )  # fmt: skip
    as_user = stage.sasl()
    assert replay(stage, "--from", "beginning", **as_user)["commands"] == 20
    assert replay(stage, "--from", "beginning", "--apply", **as_user)["commands"] == 20
    assert repeats(stage, sent) == [2] * 20


def test_it_keeps_the_rate(stage):
    many(stage, 200)
    started = time.monotonic()
    assert replay(stage, "--from", "beginning", "--apply", "--rate", "100")["commands"] == 200
    assert time.monotonic() - started > 1.8, "200 at 100 a second, the last portion aside"


def test_progress_with_rate_and_remaining_time_is_shown_on_a_terminal_only(stage):
    many(stage, 200)
    piped = stage.must("replay", "--from", "beginning", "--apply", "--rate", "100")
    assert "left" not in piped.stderr and "left" not in piped.stdout
    master, slave = pty.openpty()
    line = stage.command_line("replay", "--from", "beginning", "--apply", "--rate", "100", "--json")
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=slave, text=True, env=stage.environment()) as process:
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while select.select([master], [], [], 20)[0] and (piece := os.read(master, 4096)):
                shown += piece
        assert json.loads(process.stdout.read())["finished"] and process.wait(10) == 0
    os.close(master)
    assert b" of 200 commands, " in shown and b"/s, " in shown and b" s left" in shown


@pytest.mark.parametrize(
    "args",
    [[], ["--from", "noon"], ["--from", "3"], ["--from", "1h", "--to", "5"], ["--from", "1h", "--rate", "0"], ["--from", "1h", "more"],
     ["--from", "beginning", "--partition", "9"], ["--from", "x" * 70]],
)  # fmt: skip
def test_wrong_usage_of_replay_is_64(stage, args):
    done = stage.run("replay", *args)
    assert (done.returncode, done.stdout) == (64, "") and "E-" in done.stderr
