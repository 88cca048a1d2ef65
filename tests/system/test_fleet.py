"""More than one worker."""
from stage import command, new_id
from test_kill import SMALL_BATCHES, collect, mixed


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


def test_a_second_process_with_the_same_instance_id_ends_the_first(stage):
    first = stage.start(**SMALL_BATCHES).await_ready()
    stage.send_all(mixed(1000), key=lambda i: b"%d" % (i % 9))
    with stage.reader() as reader:
        collect(reader, [], 100)
    with stage.working(**SMALL_BATCHES):
        assert first.await_exit(30) == 76
        assert "instance.id" in first.log
        stage.send_all(mixed(1000), key=lambda i: b"%d" % (i % 9))
        stage.await_drained()
    stage.judge()
