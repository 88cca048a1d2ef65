"""An upgrade: the version before this one beside it and before it, on one ledger and in one group."""
import json
import uuid
from pathlib import Path

import pytest

from stage import command, new_id, program_before
from test_kill import SMALL_BATCHES, mixed
from test_replay import AUTO, mixed_commands

pytestmark = pytest.mark.skipif(
    not Path(program_before()).exists(), reason="make before has not built it: a tree without the history of git"
)

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
    sent = mixed_commands(stage, garbage=command(new_id(), -1))  # messages of what only answers may change
    stage.drain(before=True, **AUTO)
    stage.rewind()
    stage.drain(**AUTO)
    assert_repeated(stage, sent)
    stage.judge(rewound=True)


def test_an_id_that_the_version_before_took_for_one_stands_at_its_own_position(stage):
    """The nil and the max UUID, as command_id and as ce_id, and an envelope whose data_base64 nobody read."""
    envelope = {"specversion": "1.0", "id": new_id(), "source": "/s", "type": "t", "data_base64": "e30="}
    sent = [stage.send(command(NIL), key=b"k"), stage.send(command(MAX, 7), key=b"k")]
    sent.append(stage.send(json.dumps(envelope).encode(), key=b"k"))
    stage.drain(before=True, **AUTO)
    first = stage.answers(sent)
    assert [event.body["command_id"] for event in first[:2]] == [NIL, MAX]

    stage.rewind()
    stage.drain(**AUTO)
    assert_repeated(stage, sent)
    assert len(stage.ledger()) == 3 and len(stage.sessions()) == 1

    fresh = stage.send(command(NIL), key=b"k")
    stage.drain(**AUTO)
    assert stage.event_of(fresh).body["code"] == "INVALID_FIELD"


def test_the_version_before_repeats_what_this_one_decided(stage):
    sent = mixed_commands(stage, garbage=command(new_id(), -1))  # messages of what only answers may change
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
