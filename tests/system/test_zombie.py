"""A worker that is stopped, is taken for dead, and wakes up."""
import signal
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from deadline import until
from test_failpoints import STEPS
from test_fleet import SHORT_SESSION
from test_kill import SMALL_BATCHES, collect, mixed

LEFT = {"instance.id": "left", **SHORT_SESSION, **SMALL_BATCHES}
RIGHT = {"instance.id": "right", **SHORT_SESSION, **SMALL_BATCHES}

# Its offsets are in a transaction that is still open: the heir has to wait for how that ends, and may not guess.
IN_DOUBT = "offsets-added"

# Each takes as long as a session.
DECIDING = ("sent", "flushed", IN_DOUBT)
TAKEN_OVER = [step if step in DECIDING else pytest.param(step, marks=pytest.mark.slow) for step in STEPS]


def keyed(stage, count):
    return stage.send_all(mixed(count), key=lambda i: b"%d" % (i % 20))


def assignments(worker):
    return sum(line["message"].startswith("assigned ") for line in worker.lines())


def await_partitions(worker, count, since=0):
    until(lambda: assignments(worker) - since >= count, 20, lambda: f"{count} partitions assigned\n{worker.log[-3000:]}")


@pytest.mark.parametrize("step", TAKEN_OVER)
def test_while_it_slept_another_took_its_partitions(stage, step):
    keyed(stage, 1000)
    zombie = stage.start(f"{step}:2", **LEFT).await_held()

    with stage.working(**RIGHT) as heir:
        if step == IN_DOUBT:
            until(lambda: "asking again" in heir.log, 20, "the heir waits for the transaction's end")
        else:
            await_partitions(heir, 4)
            stage.await_drained()
        before = assignments(zombie)
        zombie.signal(signal.SIGCONT)
        await_partitions(zombie, 2, since=before)  # it is a member again, and no longer alone
        keyed(stage, 500)
        stage.await_drained()
        zombie.stop()
    assert len(stage.events()) == 1500
    stage.judge()


@pytest.mark.parametrize("step", STEPS)
def test_while_it_slept_another_process_took_its_identity(stage, step):
    keyed(stage, 1000)
    zombie = stage.start(f"{step}:2", **LEFT).await_held()

    with stage.working(**LEFT):
        stage.await_drained()
        zombie.signal(signal.SIGCONT)
        assert zombie.await_exit() == 76, zombie.log
        keyed(stage, 500)
        stage.await_drained()
    assert len(stage.events()) == 1500
    stage.judge()


@pytest.mark.parametrize("step", DECIDING)
def test_one_that_slept_for_longer_than_its_session_does_not_take_its_identity_back(stage, step):
    """By its own clock its session is over, and librdkafka would join anew as this instance before it hears of the other one."""
    keyed(stage, 1000)
    zombie = stage.start(f"{step}:2", **LEFT).await_held()
    awake = time.monotonic() + 6  # a session has 2 s

    with stage.working(**LEFT) as successor:
        stage.await_drained()
        until(lambda: time.monotonic() > awake, 7, "the end of its session")
        zombie.signal(signal.SIGCONT)
        assert zombie.await_exit() == 76, zombie.log
        keyed(stage, 500)
        stage.await_drained()
        assert successor.running, successor.log
    assert len(stage.events()) == 1500
    stage.judge()


def test_one_that_learns_it_in_the_middle_of_producing_does_not_fence_its_successor(stage):
    """librdkafka says it with the next record: "fatal error", and only the error's cause is that another has the identity."""
    large = {**LEFT, "batch.max.messages": 6000}
    keyed(stage, 20000)
    zombie = stage.start("producing:2", **large).await_held()

    with stage.working(**large):
        zombie.signal(signal.SIGCONT)
        assert zombie.await_exit() == 76, zombie.log
        assert "replacing the producer" not in zombie.log, "a new producer takes the identity back"
        stage.await_drained(60)
    assert len(stage.events()) == 20000
    stage.judge()


def end_of_events(stage, isolation_level):
    """Of the created events; under read_committed that is where the first open transaction begins."""
    config = {"bootstrap.servers": stage.services.kafka, "group.id": "ends", "isolation.level": isolation_level}
    consumer = Consumer(config)
    try:
        places = [TopicPartition(stage.created, partition) for partition in stage.partitions()]
        return [consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
    finally:
        consumer.close()


def test_a_transaction_that_the_broker_has_ended_for_its_age_is_not_taken_for_a_takeover(stage):
    """The broker fences the worker's producer, as it does when another process takes its identity; but nobody has."""
    names = ("transaction.timeout.ms", "message.timeout.ms", "socket.timeout.ms")
    short = {**{f"kafka.producer.{name}": 2000 for name in names}, **SMALL_BATCHES}
    keyed(stage, 300)
    worker = stage.start("flushed:2", **short).await_held()


    def ended():
        return end_of_events(stage, "read_committed") == end_of_events(stage, "read_uncommitted")

    until(ended, 20, "the broker has ended the transaction")
    worker.signal(signal.SIGCONT)
    stage.await_drained(30)
    worker.stop()
    assert len(stage.events()) == 300
    stage.judge()


@pytest.mark.parametrize("step", ["flushed", IN_DOUBT])
def test_a_producer_that_is_fenced_while_nobody_took_the_place_in_the_group_goes_on(stage, step):
    """As by a late request of its own: only the group's word is a takeover, and a supervisor does not start a 76 again."""
    keyed(stage, 300)
    worker = stage.start(f"{step}:2", **SMALL_BATCHES).await_held()
    other = Producer({"bootstrap.servers": stage.services.kafka, "transactional.id": f"{stage.name}/one"})
    other.init_transactions(20)
    worker.signal(signal.SIGCONT)
    stage.await_drained(30)
    assert "replacing the producer" in worker.log
    worker.stop()
    assert len(stage.events()) == 300
    stage.judge()


@pytest.mark.slow
def test_stopped_at_random_moments_under_load_it_doubles_nothing(stage, dice):
    keyed(stage, 8000)
    seen = []

    with stage.reader() as reader, stage.working(**RIGHT) as heir:
        zombie = stage.start(**LEFT).await_ready()
        for _ in range(4):
            await_partitions(zombie, 2)
            keyed(stage, 2000)
            collect(reader, seen, len(seen) + 1)
            moment = time.monotonic() + dice.uniform(0, 0.2)
            until(lambda: time.monotonic() > moment, 1, "the moment")
            before, rebalances = assignments(zombie), heir.log.count("revoked")
            zombie.signal(signal.SIGSTOP)
            until(lambda: heir.log.count("revoked") > rebalances, 20, "the group goes on without it")
            zombie.signal(signal.SIGCONT)
            await_partitions(zombie, 2, since=before)
        stage.await_drained(40)
        zombie.stop()
    assert len(stage.events()) == 16000
    stage.judge()
