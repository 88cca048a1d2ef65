"""Commands that the topic lost before they were answered."""
import pytest
from confluent_kafka import TopicPartition

from stage import command, new_id

AUTO = {"instance.id": "auto"}


def delete_before(stage, partition, offset):
    place = TopicPartition(stage.commands, partition, offset)
    for answer in stage.admin.delete_records([place]).values():
        answer.result(10)


def test_input_lost_to_retention_stops_the_worker_with_65_and_the_name_of_the_partition(stage):
    stage.send_all([command(new_id()) for _ in range(10)], partition=2)
    stage.drain(**AUTO)
    stage.send_all([command(new_id()) for _ in range(10)], partition=2)
    delete_before(stage, 2, 15)

    worker = stage.start(**AUTO)
    assert worker.await_exit(30) == 65, worker.log
    assert f"{stage.commands}[2]" in worker.log
    assert len(stage.events()) == 10 and stage.committed()[2] == 10, "nothing was skipped"

    stage.rewind(15, partition=2)
    stage.drain(**AUTO)
    assert len(stage.events()) == 15


def test_a_group_that_never_committed_starts_where_the_topic_starts(stage):
    sent = stage.send_all([command(new_id()) for _ in range(10)], partition=2)
    delete_before(stage, 2, 4)
    stage.drain()

    assert len(stage.answers(sent[4:])) == 6
    stage.judge()


@pytest.mark.slow
def test_input_lost_while_the_worker_waits_for_the_database_stops_it_too(stage, services):
    stage.send(command(new_id()), partition=2)
    worker = stage.start(**AUTO, **{"kafka.consumer.queued.max.messages.kbytes": 1}).await_ready()
    stage.await_drained()
    services.do("stop-postgres", "immediate")
    try:
        # More than a few fetches bring: a whole batch of the producer's comes at once, whatever the queue's limit.
        stage.send_all([command(new_id(), text="x" * 5000) for _ in range(3000)], partition=2)
        delete_before(stage, 2, 3000)
    finally:
        services.do("start-postgres")
        stage.reconnect()
    assert worker.await_exit(60) == 65, worker.log
    assert f"{stage.commands}[2]" in worker.log
