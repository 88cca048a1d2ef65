"""More than one worker."""
from stage import command, new_id
from test_kill import SMALL_BATCHES, collect, mixed

SHORT_SESSION = {"kafka.consumer.session.timeout.ms": 2000, "kafka.consumer.heartbeat.interval.ms": 300}


def test_two_workers_share_the_work_while_one_stops_and_comes_back(stage):
    seen = []
    keyed = {"key": lambda i: b"%d" % (i % 40)}

    with stage.reader() as reader, stage.working(**SMALL_BATCHES, **{"instance.id": "left"}):
        right = stage.start(**SMALL_BATCHES, **{"instance.id": "right"}).await_ready()
        stage.send_all(mixed(2000), **keyed)
        collect(reader, seen, 500)
        right.stop()
        stage.send_all(mixed(1000), **keyed)
        with stage.working(**SMALL_BATCHES, **{"instance.id": "right"}):
            stage.send_all(mixed(1000), **keyed)
            stage.await_drained(40)
    assert len(stage.events()) == 4000
    stage.judge()


def test_the_same_ids_at_two_workers_at_once_are_decided_once(stage):
    """Each command twice, in two partitions, which different workers own."""
    with stage.working(**{"instance.id": "left"}), stage.working(**{"instance.id": "right"}):
        values = [command(new_id(), i % 3 + 1) for i in range(500)]
        for partition in (0, 3, 1, 2):
            stage.send_all(values, partition=partition)
        stage.await_drained(30)
    assert len(stage.ledger()) == 500
    stage.judge()


def test_an_automatic_fleet_takes_over_from_one_that_leaves(stage):
    auto = {"instance.id": "auto"}
    with stage.working(**auto):
        leaver = stage.start(**auto).await_ready()
        stage.send_all(mixed(500))
        stage.await_drained(30)
        leaver.stop()
        stage.send_all(mixed(500))
        stage.await_drained(8)
    stage.judge()


def test_rolling_restarts_under_load_lose_and_double_nothing(stage):
    """Each of the two is stopped and started anew, three times in turn, while commands keep coming."""
    keyed = {"key": lambda i: b"%d" % (i % 40)}
    workers = {name: stage.start(**SMALL_BATCHES, **{"instance.id": name}).await_ready() for name in ("left", "right")}
    stage.send_all(mixed(1000), **keyed)

    with stage.reader() as reader:
        for name in ("left", "right") * 3:
            stage.send_all(mixed(600), **keyed)
            collect(reader, [], 200)
            workers[name].stop()
            workers[name] = stage.start(**SMALL_BATCHES, **{"instance.id": name}).await_ready()
    stage.await_drained(40)
    for worker in workers.values():
        worker.stop()
    assert len(stage.events()) == 4600
    stage.judge()


def test_workers_of_an_automatic_fleet_come_and_go_under_load(stage):
    """The partitions wander with every one that comes, leaves or dies."""
    auto = {**SMALL_BATCHES, "instance.id": "auto", **SHORT_SESSION}
    keyed = {"key": lambda i: b"%d" % (i % 40)}

    with stage.reader() as reader, stage.working(**auto):
        for leave in (lambda worker: worker.stop(), lambda worker: worker.kill()) * 2:
            comer = stage.start(**auto).await_ready()
            stage.send_all(mixed(800), **keyed)
            collect(reader, [], 300)
            leave(comer)
        stage.await_drained(60)
    assert len(stage.events()) == 3200
    stage.judge()


def test_a_second_process_with_the_same_instance_id_ends_the_first_at_once(stage):
    """Under load, and one after the other: each newcomer ends the one before it."""
    keyed = {"key": lambda i: b"%d" % (i % 9)}
    with stage.reader() as reader:
        older = stage.start(**SMALL_BATCHES).await_ready()
        for _ in range(3):
            stage.send_all(mixed(1500), **keyed)
            collect(reader, [], 100)
            newer = stage.start(**SMALL_BATCHES).await_ready()
            assert older.await_exit(8) == 76, older.log
            assert "instance.id" in older.log
            older = newer
    stage.await_drained()
    older.stop()
    assert len(stage.events()) == 4500
    stage.judge()
