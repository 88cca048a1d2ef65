"""An upgrade: the version before this one beside it and before it, on one ledger and in one group."""
import uuid

from stage import command, new_id
from test_kill import SMALL_BATCHES, mixed
from test_replay import AUTO, mixed_commands

NIL, MAX = str(uuid.UUID(int=0)), str(uuid.UUID(int=2**128 - 1))


def copies(stage, records):
    """The events of each record, as far as a repeat has to be the same."""
    events = stage.events()
    return [
        [(event.topic, event.key, event.value, event.headers) for event in events if event.command_place == record.place]
        for record in records
    ]


def assert_repeated(stage, records):
    for record, (first, second) in zip(records, copies(stage, records)):
        assert first == second, record


def test_what_the_version_before_decided_is_repeated_after_a_rewind(stage):
    sent = mixed_commands(stage)
    stage.drain(before=True, **AUTO)
    stage.rewind()
    stage.drain(**AUTO)
    assert_repeated(stage, sent)
    stage.judge(rewound=True)


def test_the_version_before_repeats_what_this_one_decided(stage):
    sent = mixed_commands(stage)
    stage.drain(**AUTO)
    stage.rewind()
    stage.drain(before=True, **AUTO)
    assert_repeated(stage, sent)
    stage.judge(rewound=True)


def test_both_versions_share_the_work_in_either_order(stage):
    """Each command twice, in partitions that the two own; then they change places."""
    left, right = {"instance.id": "left", **SMALL_BATCHES}, {"instance.id": "right", **SMALL_BATCHES}
    for before_is_left in (True, False):
        with stage.working(before=before_is_left, **left), stage.working(before=not before_is_left, **right):
            values = mixed(500)
            for partition in (0, 3, 1, 2):
                stage.send_all(values, partition=partition)
            stage.await_drained(40)
    stage.judge()


def test_a_kill_of_either_version_is_taken_over_by_the_other(stage):
    keyed = {"key": lambda i: b"%d" % (i % 40)}
    for before, name in ((True, "left"), (False, "left"), (True, "left")):
        worker = stage.start(before=before, **SMALL_BATCHES, **{"instance.id": name}).await_ready()
        stage.send_all(mixed(1000), **keyed)
        worker.kill()
    stage.drain(40, **{"instance.id": "left"})
    stage.judge()
