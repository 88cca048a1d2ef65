"""Records that nobody can read or carry out, between good ones that may not suffer for it."""
import random
from collections import defaultdict

import pytest

from stage import command, new_id
from test_undecodable import UNDECODABLE

KEYS = [b"a", b"b", b"c"]
NOISE = random.Random(5)  # nothing that compression could make fit


def poison():
    """(value, headers, key or None for whichever is the turn): each kind of trouble that one record can bring."""
    for value in UNDECODABLE.values():
        yield value, [], None
    for value in (
        command(new_id(), None),
        command(new_id(), "1"),
        command("no uuid"),
        command(new_id(), 99),
        command(new_id(), 1, 99),
        command(new_id(), 2**63),
    ):
        yield value, [], None
    yield command(new_id()), [("correlation-id", b"c" * 70000)], None  # over commands.max.bytes: not echoed
    yield command(new_id()), [], NOISE.randbytes(70000)
    yield command(new_id()), [("correlation-id", NOISE.randbytes(450000).hex())], None  # near what the topic takes
    yield NOISE.randbytes(900000), [], None
    yield NOISE.randbytes(1000), [("h", NOISE.randbytes(400000))], NOISE.randbytes(400000)


@pytest.mark.parametrize("batch", [5000, 1], ids=["in one batch", "one a batch"])
def test_what_is_good_is_created_and_every_key_keeps_its_order(stage, batch):
    partition = 1
    sent, good = [], []
    for i, (value, headers, key) in enumerate(poison()):
        sent.append(stage.send(value, key or KEYS[i % 3], headers, partition))
        good.append(stage.send(command(new_id(), i % 2 + 1), KEYS[i % 3], partition=partition))
    twice = stage.send(good[0].value, KEYS[0], partition=partition)
    other_values = good[1].value.replace(b'"study_activity_id": 1', b'"study_activity_id": 2')
    reused = stage.send(other_values, KEYS[1], partition=partition)
    stage.drain(60, **{"batch.max.messages": batch})

    assert [event.topic for event in stage.answers(good)] == [stage.created] * len(good)
    assert [event.topic for event in stage.answers(sent)] == [stage.rejected] * len(sent)
    assert stage.event_of(twice).replayed and stage.event_of(reused).body["code"] == "COMMAND_ID_REUSED"

    offsets = defaultdict(list)
    for event in sorted(stage.events(), key=lambda event: event.place):
        offsets[event.topic, event.key].append(event.command_place[2])
    assert all(each == sorted(each) for each in offsets.values())
    stage.judge()
