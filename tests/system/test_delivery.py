"""How events reach Kafka: identities, the weaker delivery, the brake."""
import json
import uuid

import pytest

from deadline import until
from judge.records import read_all
from stage import command, new_id
from test_kill import SMALL_BATCHES, collect, mixed


def transactional_ids(stage):
    """Those that the broker keeps for this stage: the keys of its own log are a version and the id."""
    keys = {record.key for record in read_all(stage.services.kafka, "__transaction_state")}
    return {key[4:].decode() for key in keys if stage.name.encode() in key}


def test_a_worker_is_known_to_the_broker_by_its_group_and_instance(stage):
    with stage.working():
        stage.send(command())
        stage.await_drained()
        (member,) = json.loads(stage.must("status", "--json").stdout)["members"]
    assert member["instance"] == "one"
    assert transactional_ids(stage) == {f"{stage.name}/one"}


def test_an_automatic_instance_has_a_random_identity_each_time(stage):
    for _ in range(2):
        with stage.working(**{"instance.id": "auto"}):
            stage.send(command())
            stage.await_drained()
            (member,) = json.loads(stage.must("status", "--json").stdout)["members"]
        assert member["instance"] != "auto"
    ids = transactional_ids(stage)
    assert len(ids) == 2 and all(str(uuid.UUID(each.split("/")[1])) == each.split("/")[1] for each in ids)


def test_at_least_once_loses_nothing_and_repeats_bytes_when_killed(stage):
    sent = stage.send_all(mixed(5000), key=lambda i: b"%d" % (i % 50))
    how = {**SMALL_BATCHES, "events.delivery": "at-least-once"}
    with stage.reader() as reader:
        worker = stage.start(**how)
        collect(reader, [], 800)
        worker.kill()
    stage.drain(40, **how)

    assert {event.command_place for event in stage.events()} == {record.place for record in sent}
    assert transactional_ids(stage) == set()
    stage.judge(rewound=True)  # an event may come again, and then with the same bytes


def test_at_least_once_commits_what_it_has_answered(stage):
    how = {"events.delivery": "at-least-once"}
    first = stage.send_all(mixed(200), key=b"k")
    stage.drain(**how)
    second = stage.send_all([command(), command(group_id=99), b"garbage"], key=b"k")
    stage.drain(**how)
    assert len(stage.answers([*first, *second])) == 203
    stage.judge()


def test_the_brake_stops_the_reading_after_so_many_in_a_row_until_a_restart(stage):
    unknown = b"\x00\x00\x00\x00\x07\x00\x02\x02"
    sent = stage.send_all([unknown, unknown, command(), *[unknown] * 5], partition=0)
    worker = stage.start(**{"dlq.brake": 3}).await_ready()
    until(lambda: "reading has stopped: 3 records in a row" in worker.log, 20, "it says why it does not go on")
    until(lambda: stage.committed().get(0) == 6, 20, "it is answered up to the third in a row")
    assert worker.running and len(stage.events()) == len(stage.dead_letters()) + 1 == 6
    worker.stop()

    worker = stage.start(**{"dlq.brake": 3}).await_ready()
    until(lambda: stage.committed().get(0) == len(sent), 20, "after a restart it goes on")
    worker.stop()
    stage.judge()


def test_without_a_brake_it_goes_on(stage):
    stage.send_all([b"\x00\x00\x00\x00\x07\x00\x02\x02"] * 1100, partition=0)
    stage.drain(**{"dlq.brake": 0})
    assert len(stage.dead_letters()) == 1100
    stage.judge()


@pytest.mark.parametrize("most", [{"batch.max.messages": 1}, {"batch.max.bytes": 1024}])
def test_a_batch_is_what_has_arrived_and_at_most_as_large_as_is_said(stage, most):
    stage.send_all([command(text="x" * 2000) for _ in range(20)], partition=0)
    stage.drain(**most)
    stage.send(command())
    stage.drain()
    decided = stage.rows("SELECT count(*) AS rows, count(DISTINCT decided_at) AS transactions FROM command_outcomes")
    assert decided == [{"rows": 21, "transactions": 21}]
    stage.judge()
