"""Requests and answers that are lost or late on their way between the worker and its broker or database."""
import time

import pytest

import proxy as api
from deadline import until
from proxy import Kafka, Proxy
from test_fleet import SHORT_SESSION
from test_kill import SMALL_BATCHES, collect, mixed

# With a client that gives a request up after a moment, a test of what comes later than that takes no longer.
IMPATIENT = {"kafka.producer.socket.timeout.ms": 1000, **SMALL_BATCHES}


def host_and_port(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


@pytest.fixture
def broker(stage):
    """Between every worker of this stage and the broker."""
    services = stage.services
    with Proxy(host_and_port(services.kafka_proxy), host_and_port(services.kafka_proxied), Kafka) as proxy:
        stage.settings["kafka.bootstrap.servers"] = services.kafka_proxy
        yield proxy


def keyed(stage, count):
    return stage.send_all(mixed(count), key=lambda i: b"%d" % (i % 20))


def meets(stage, fault, seconds=30):
    """The worker at work comes upon it, and gets everything done nevertheless."""
    keyed(stage, 300)
    until(lambda: fault.left == 0 and fault.happened, seconds, lambda: f"{fault}\n{stage.workers[-1].log[-3000:]}")
    stage.await_drained(seconds)


TRANSACTION = {
    "AddPartitionsToTxn": api.ADD_PARTITIONS,
    "Produce": api.PRODUCE,
    "AddOffsetsToTxn": api.ADD_OFFSETS,
    "TxnOffsetCommit": api.TXN_OFFSET_COMMIT,
    "EndTxn": api.END_TXN,
}


@pytest.mark.parametrize("request_name", TRANSACTION)
def test_a_request_of_the_transaction_or_its_answer_is_lost(stage, broker, request_name):
    with stage.working(**SMALL_BATCHES):
        for what, times in [("lose answer", 1), ("lose request", 1), ("lose answer", 2)]:
            meets(stage, broker.next(TRANSACTION[request_name], what, times))
    assert len(stage.events()) == 900
    stage.judge()


READING = {
    "Fetch": api.FETCH,
    "Heartbeat": api.HEARTBEAT,
}
STARTING = {
    "InitProducerId": api.INIT_PRODUCER_ID,
    "OffsetFetch": api.OFFSET_FETCH,
    "JoinGroup": api.JOIN_GROUP,
}


@pytest.mark.parametrize("request_name", READING)
def test_a_request_of_reading_or_its_answer_is_lost(stage, broker, request_name):
    with stage.working(**SMALL_BATCHES, **{"kafka.consumer.heartbeat.interval.ms": 300}):
        for what in ("lose answer", "lose request"):
            meets(stage, broker.next(READING[request_name], what, 2))
    stage.judge()


@pytest.mark.parametrize("request_name", STARTING)
def test_a_request_of_the_start_or_its_answer_is_lost(stage, broker, request_name):
    for what in ("lose answer", "lose request"):
        fault = broker.next(STARTING[request_name], what)
        with stage.working(**SMALL_BATCHES):
            meets(stage, fault)
    stage.judge()


def test_a_first_request_for_a_producer_id_that_arrives_late_is_no_takeover(stage, broker):
    """By then a second producer has the identity, and the broker fences it for the request of the first."""
    late = broker.next(api.INIT_PRODUCER_ID, "late request", seconds=2)
    with stage.working(**SMALL_BATCHES) as worker:
        for _ in range(3):
            keyed(stage, 100)
            stage.await_drained()
        until(lambda: late.happened, 20, "the late request is answered")
        keyed(stage, 100)
        stage.await_drained()
        assert worker.running
    assert len(stage.events()) == 400
    stage.judge()


SETTINGS = "cannot see whether these topics are compacted"


def test_a_broker_that_is_slow_to_tell_the_topics_settings_is_waited_for(stage, broker):
    stage.configure_topic(stage.commands, cleanup_policy="compact")
    broker.next(api.DESCRIBE_CONFIGS, "lose answer")
    broker.next(api.DESCRIBE_CONFIGS, "late answer", seconds=2)
    worker = stage.start()
    assert worker.await_exit() == 78 and SETTINGS not in worker.log


def test_a_broker_that_never_tells_the_topics_settings_is_no_reason_not_to_work(stage, broker):
    broker.next(api.DESCRIBE_CONFIGS, "lose answer", times=10**6)
    with stage.working(**{"startup.timeout.ms": 3000}) as worker:
        keyed(stage, 10)
        stage.await_drained()
        assert worker.log.count(SETTINGS) == 1
    stage.judge()


def test_a_stop_is_heard_while_the_topics_settings_are_waited_for(stage, broker):
    lost = broker.next(api.DESCRIBE_CONFIGS, "lose answer", times=10**6)
    worker = stage.start(**{"startup.timeout.ms": 3_000_000})
    until(lambda: lost.happened, 20, "the worker has asked")
    worker.stop()
    assert SETTINGS not in worker.log


@pytest.mark.parametrize("statement", ["insert_outcomes", "read_outcomes"])
def test_the_database_commits_and_its_answer_is_lost_or_never_hears_of_it(stage, database, statement):
    with stage.working(**SMALL_BATCHES):
        for what, times in [("lose answer", 1), ("lose request", 1), ("lose answer", 3)]:
            meets(stage, database.next(statement, what, times))
    assert len(stage.events()) == 900
    stage.judge()


# ---- Late, and never ----


LATE = [
    name if name in ("Produce", "EndTxn") else pytest.param(name, marks=pytest.mark.slow) for name in TRANSACTION
]


@pytest.mark.parametrize("request_name", LATE)
def test_a_request_of_the_transaction_arrives_when_its_sender_has_given_it_up(stage, broker, request_name):
    with stage.working(**IMPATIENT):
        meets(stage, broker.next(TRANSACTION[request_name], "late request", seconds=2))
        meets(stage, broker.next(TRANSACTION[request_name], "late answer", seconds=2))
    assert len(stage.events()) == 600
    stage.judge()


def test_a_late_end_of_one_transaction_does_not_end_the_next_one(stage, broker):
    """The next one's events are out, its offsets are not: would it commit those, they were there twice after a crash."""
    keyed(stage, 300)
    late = broker.next(api.END_TXN, "late request", seconds=4)
    worker = stage.start("flushed:2", **IMPATIENT).await_held()
    assert not late.happened
    until(lambda: late.happened, 20, "the late request is answered")
    worker.kill()
    stage.drain()

    assert len(stage.events()) == 300
    stage.judge()


@pytest.mark.slow
def test_a_commit_whose_answer_never_comes_is_found_in_the_groups_offsets_and_not_done_again(stage, broker):
    with stage.working(**SMALL_BATCHES) as worker:
        lost = broker.next(api.END_TXN, "lose answer", times=10**6)
        keyed(stage, 300)
        until(lambda: "replacing the producer" in worker.log, 40, "the worker gives the producer up")
        lost.left = 0
        stage.await_drained(30)
    assert len(stage.events()) == 300
    stage.judge()


# ---- A commit that is answered by an error ----

# Of which brokers that are not Apache's give the first two after they have committed.
NON_COMMITTAL = {"REQUEST_TIMED_OUT": 7, "UNKNOWN_SERVER_ERROR": -1, "INVALID_PRODUCER_ID_MAPPING": 49}


@pytest.mark.parametrize("error", NON_COMMITTAL)
def test_a_commit_that_the_broker_has_done_and_answers_with_an_error_is_not_done_again(stage, broker, error):
    with stage.working(**SMALL_BATCHES):
        meets(stage, broker.next(api.END_TXN, "wrong answer", 1, code=NON_COMMITTAL[error]))
        meets(stage, broker.next(api.END_TXN, "wrong answer", 2, code=NON_COMMITTAL[error]))
    assert len(stage.events()) == 600
    stage.judge()


@pytest.mark.parametrize("error", NON_COMMITTAL)
def test_a_commit_that_is_answered_with_an_error_and_not_done_is_done_again(stage, broker, error):
    """Older offsets of the group are there, and are no sign that it was. (What comes after would hide a gap.)"""
    keyed(stage, 300)
    with stage.working(**SMALL_BATCHES) as worker:
        stage.await_drained(30)
        for times in (1, 3):
            fault = broker.next(api.END_TXN, "refuse", times, code=NON_COMMITTAL[error])
            keyed(stage, 300)
            until(lambda: fault.happened == times, 30, lambda: f"{fault}\n{worker.log[-3000:]}")
            keyed(stage, 300)
            stage.await_drained(30)
    assert len(stage.events()) == 1500
    stage.judge()


@pytest.mark.slow
def test_a_commit_that_never_arrives_is_not_taken_for_done(stage, broker):
    """As the answer that never comes, above: the worker sees no difference, and the group's offsets tell."""
    keyed(stage, 300)
    with stage.working(**SMALL_BATCHES) as worker:
        stage.await_drained(30)
        lost = broker.next(api.END_TXN, "lose request", times=10**6)
        keyed(stage, 300)
        until(lambda: "replacing the producer" in worker.log, 40, "the worker gives the producer up")
        lost.left = 0
        keyed(stage, 300)
        stage.await_drained(30)
    assert len(stage.events()) == 900
    stage.judge()


@pytest.mark.parametrize("one_way", [0.13, pytest.param(0.2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_a_broker_far_away_is_worked_with(stage, broker, one_way, delivery):
    broker.latency = one_way
    with stage.working(**SMALL_BATCHES, **{"events.delivery": delivery}):
        keyed(stage, 200)
        stage.await_drained(60)
    assert len(stage.events()) == 200
    stage.judge()


@pytest.mark.lengthy
def test_tools_reach_a_broker_far_away(stage, broker):
    broker.latency = 0.3
    stage.must("topics", "apply")
    stage.must("status")


def pause(seconds):
    over = time.monotonic() + seconds
    until(lambda: time.monotonic() > over, seconds + 1, "the end of the pause")


def test_a_broker_that_is_out_of_reach_for_longer_than_the_session_costs_nothing(stage, broker):
    keyed(stage, 2000)
    with stage.reader() as reader, stage.working(**IMPATIENT, **SHORT_SESSION):
        collect(reader, [], 200)
        with broker.black_hole():
            pause(3)
        stage.await_drained(40)
    stage.judge()


@pytest.mark.slow
@pytest.mark.parametrize("of", ["broker", "database"])
def test_a_black_hole_of_12_seconds_costs_nothing(stage, request, of):
    hole = request.getfixturevalue(of)
    keyed(stage, 3000)
    with stage.reader() as reader, stage.working(**SMALL_BATCHES):
        collect(reader, [], 200)
        with hole.black_hole():
            pause(12)
        keyed(stage, 300)
        stage.await_drained(60)
    stage.judge()
