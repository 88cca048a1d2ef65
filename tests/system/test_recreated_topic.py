"""The commands topic is deleted and made anew: its first record is another record, wherever the old one's was."""
import signal
from dataclasses import replace

import judge
from deadline import until
from stage import command, new_id

AUTO = {"instance.id": "auto"}  # leaves its group when it stops, so that the offsets can be set at once


def delete(stage):
    for answer in stage.admin.delete_topics([stage.commands]).values():
        answer.result(10)
    until(lambda: stage.commands not in stage.admin.list_topics(timeout=5).topics, 10, "the topic is gone")


def create(stage):
    """As soon as the old one is gone for good."""
    until(lambda: stage.run("topics", "apply").returncode == 0, 10, "the topic is there again")


def judge_the_new(stage, events, ledger, sessions):
    """What came after these: the judge knows a record by topic, partition and offset, and of those there have been two."""
    places = {event.place for event in events}
    ids = {str(row["command_id"]) for row in ledger}
    numbers = {row["id"] for row in sessions}
    evidence = stage.evidence()
    judge.judge(
        replace(
            evidence,
            events=[event for event in evidence.events if event.place not in places],
            ledger=[row for row in evidence.ledger if row.command_id not in ids],
            sessions=[row for row in evidence.sessions if row.id not in numbers],
        )
    )


def test_while_the_worker_is_stopped_the_new_topics_commands_get_answers_of_their_own(stage):
    """Without ids of their own, so that the position makes them; at the same offsets, so that only the timestamp differs."""
    values = [command(group_id=group) for group in (1, 2, 99, 1)]
    for partition in stage.partitions():
        stage.send_all(values, partition=partition)
    stage.drain()
    stage.judge()
    old = stage.events(), stage.ledger(), stage.sessions()

    delete(stage)
    create(stage)
    for partition in stage.partitions():
        stage.send_all(values[:2], partition=partition)
    stage.drain()
    judge_the_new(stage, *old)
    assert len(stage.ledger()) == 24
    assert len(stage.events()) == 24


def test_a_worker_whose_topic_is_deleted_stops_with_78_and_answers_the_new_one_from_its_beginning(stage):
    # rd_kafka_destroy() hangs (2.0.2) once its consumer's topic is gone: the watchdog ends the process, with its status.
    worker = stage.start(**{"shutdown.timeout.ms": 1000}).await_ready()
    values = [command() for _ in range(10)]
    stage.send_all(values, partition=1)
    stage.await_drained()
    old = stage.events(), stage.ledger(), stage.sessions()

    delete(stage)
    assert worker.await_exit() == 78, worker.log
    assert stage.commands in worker.log and "topics apply" in worker.log
    create(stage)
    stage.send_all(values[:5], partition=1)
    stage.drain()
    judge_the_new(stage, *old)
    assert len(stage.events()) == 15


def test_offsets_beyond_the_end_are_lost_input(stage):
    stage.send_all([command() for _ in range(5)], partition=1)
    stage.rewind(50, partition=1)
    worker = stage.start(**AUTO)
    assert worker.await_exit() == 65, worker.log
    assert f"{stage.commands}[1]" in worker.log and "recreated" in worker.log
    assert stage.events() == [] and stage.committed()[1] == 50, "nothing was answered and nothing skipped"

    stage.rewind(0, partition=1)
    stage.drain(**AUTO)
    assert len(stage.events()) == 5
    stage.judge()


def test_a_topic_made_anew_behind_the_workers_back_skips_nothing(stage):
    """It stood still meanwhile, and where it reads on there are records again: of another topic, whose first ten it never saw."""
    worker = stage.start(**{"shutdown.timeout.ms": 1000}).await_ready()
    stage.send_all([command() for _ in range(10)], partition=1)
    stage.await_drained()
    old = stage.events(), stage.ledger(), stage.sessions()

    worker.signal(signal.SIGSTOP)
    delete(stage)
    create(stage)
    stage.send_all([command() for _ in range(30)], partition=1)
    worker.signal(signal.SIGCONT)
    assert worker.await_exit(30) in (65, 78), worker.log
    assert len(stage.events()) == 10, "nothing of the new topic was answered"

    stage.drain()
    judge_the_new(stage, *old)
    assert len(stage.events()) == 40
