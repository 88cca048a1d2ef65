"""Request and reply: the event once more in the topic that the command asks for."""
import os

import pytest
from confluent_kafka.admin import NewTopic

from judge.records import read_all
from stage import command, new_id


@pytest.fixture
def replies(stage):
    """A topic of three partitions that the worker may reply to."""
    name = f"{stage.name}.replies"
    (created,) = stage.admin.create_topics([NewTopic(name, num_partitions=3, replication_factor=1)]).values()
    created.result(10)
    stage.settings["events.reply.topics"] = f"{name},{stage.name}.never-used"
    (other,) = stage.admin.create_topics([NewTopic(f"{stage.name}.never-used", 1, 1)]).values()
    other.result(10)
    return name


def asking(topic, partition=None):
    headers = [("kafka_replyTopic", topic.encode()), ("kafka_correlationId", b"\x00\xffany bytes")]
    return headers if partition is None else [*headers, ("kafka_replyPartition", partition.to_bytes(4, "big"))]


def test_a_command_that_asks_gets_its_event_in_the_reply_topic_too(stage, replies):
    created = stage.send(command(), key=b"k", headers=asking(replies))
    rejected = stage.send(command(group_id=99), key=b"k", headers=asking(replies))
    garbage = stage.send(b"garbage", key=b"k", headers=asking(replies))
    stage.send(command(), key=b"k")
    stage.drain()

    by_place = {reply.command_place: reply for reply in read_all(stage.services.kafka, replies)}
    assert by_place.keys() == {created.place, rejected.place, garbage.place}
    for event in stage.answers([created, rejected, garbage]):
        reply = by_place[event.command_place]
        assert (reply.key, reply.value, reply.headers) == (event.key, event.value, event.headers)
        assert reply.header("kafka_correlationId") == b"\x00\xffany bytes"
    stage.judge()


def test_a_reply_goes_to_the_partition_that_is_asked_for_or_by_its_key_when_there_is_no_such(stage, replies):
    asked = [stage.send(command(), key=b"k", headers=asking(replies, partition)) for partition in (0, 1, 2)]
    no_such = stage.send(command(), key=b"k", headers=asking(replies, 3))
    no_number = stage.send(command(), key=b"k", headers=[*asking(replies), ("kafka_replyPartition", b"1")])
    by_key = stage.send(command(), key=b"k", headers=asking(replies))
    stage.drain()

    partitions = {reply.command_place: reply.partition for reply in read_all(stage.services.kafka, replies)}
    assert [partitions[record.place] for record in asked] == [0, 1, 2]
    assert partitions[no_such.place] == partitions[no_number.place] == partitions[by_key.place]
    stage.judge()


def test_a_topic_that_is_not_named_by_the_operator_is_not_written(stage, replies):
    stage.send(command(), headers=asking(stage.dlq))
    stage.send(command(), headers=asking(stage.commands))
    stage.send(command(), headers=asking("no-such-topic"))
    stage.drain()
    assert read_all(stage.services.kafka, replies) == []
    assert len(stage.events()) == 3
    stage.judge()


def test_a_duplicate_is_replied_to_where_it_asks(stage, replies):
    value = command(new_id())
    stage.send(value, key=b"k")
    second = stage.send(value, key=b"k", headers=asking(replies))
    stage.drain()
    (reply,) = read_all(stage.services.kafka, replies)
    assert reply.command_place == second.place and reply.replayed
    stage.judge()


def test_a_reply_that_its_topic_does_not_take_is_left_out_and_the_event_is_whole(stage, replies):
    stage.configure_topic(replies, max_message_bytes="1500")
    noise = os.urandom(3000)  # the producer compresses
    large = stage.send(command(), key=b"k", headers=[*asking(replies), ("correlation-id", noise)])
    small = stage.send(command(), key=b"k", headers=asking(replies))
    stage.drain(60)
    assert [reply.command_place for reply in read_all(stage.services.kafka, replies)] == [small.place]
    assert stage.event_of(large).header("correlation-id") == noise
    stage.judge()


def test_a_reply_topic_that_is_missing_stops_the_start_with_78(stage):
    worker = stage.start(**{"events.reply.topics": "no-such-replies"})
    assert worker.await_exit() == 78
    assert "no-such-replies" in worker.log


def test_a_reply_topic_that_has_another_purpose_is_refused(stage):
    done = stage.run("config", **{"events.reply.topics": stage.created})
    assert done.returncode == 78 and "events.created.topic" in done.stderr
