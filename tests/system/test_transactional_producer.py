"""Commands that come in transactions themselves."""
from confluent_kafka import Producer

from stage import command, new_id


def transaction(producer, stage, values, commit):
    producer.begin_transaction()
    for i, value in enumerate(values):
        producer.produce(stage.commands, value, key=b"%d" % (i % 7))
    producer.flush(10)
    (producer.commit_transaction if commit else producer.abort_transaction)(10)


def test_behind_a_transactional_producer_the_lag_reaches_zero_and_aborted_commands_get_no_event(stage):
    producer = Producer({"bootstrap.servers": stage.services.kafka, "transactional.id": f"{stage.name}-producer"})
    producer.init_transactions(10)
    plan = [("early", True), ("never", False), ("middle", True), ("nor", False)]

    with stage.working():
        for group, commit in plan:
            transaction(producer, stage, [command(new_id(), text=group) for _ in range(30)], commit)
            stage.await_drained()
        assert stage.committed() == stage.ends()
    with stage.working():
        transaction(producer, stage, [command(new_id()) for _ in range(3)], False)
        stage.await_drained()

    assert len(stage.events()) == len(stage.sessions()) == 60
    assert stage.committed() == stage.ends(), "the last records are the markers of an abort"
    stage.judge()


def lag(stage):
    return sum(stage.ends().values()) - sum(stage.committed().values())


def test_what_was_aborted_while_no_worker_ran_is_passed_over_and_stays_so(stage):
    producer = Producer({"bootstrap.servers": stage.services.kafka, "transactional.id": f"{stage.name}-producer"})
    producer.init_transactions(10)

    for commit in (False, True, False):
        transaction(producer, stage, [command(new_id()) for _ in range(5)], commit)
    for _ in range(2):
        stage.drain()
        assert lag(stage) == 0
    transaction(producer, stage, [command(new_id()) for _ in range(5)], False)
    worker = stage.start().await_ready()
    stage.await_drained()
    worker.kill()
    stage.drain()

    assert lag(stage) == 0 and len(stage.events()) == 5
    stage.judge()


def test_a_command_is_answered_when_its_transaction_commits_and_not_before(stage):
    producer = Producer({"bootstrap.servers": stage.services.kafka, "transactional.id": f"{stage.name}-producer"})
    producer.init_transactions(10)
    producer.begin_transaction()
    producer.produce(stage.commands, command(new_id()), partition=0)
    producer.flush(10)

    with stage.working():
        elsewhere = stage.send(command(new_id()), partition=1)
        with stage.reader() as reader:
            seen = []
            while not seen:
                seen += reader.poll()
            assert [event.command_place for event in seen] == [elsewhere.place]
        producer.commit_transaction(10)
        stage.await_drained()
    assert len(stage.events()) == 2
    stage.judge()
