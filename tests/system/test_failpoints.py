"""kill -9 at each step of the loop: the worker is held there until the signal comes from outside."""
import re

import pytest

from services import REPO
from test_kill import mixed

STEPS = ["filled", "sent", "decided", "begun", "producing", "produced", "flushed", "offsets-added", "committed", "released"]
# Those of a batch of many ids: test_bulk.py.
BULK_STEPS = ["bulk-read", "bulk-numbered", "bulk-storing"]
# Those of dead letters on their way back: test_redrive.py.
COPY_STEPS = ["copied", "copies-offsets-added", "copies-committed"]

# A batch below 256 is published before another is read; larger ones meet: one at the database while one is published.
ALONE = {"batch.max.messages": 100}
OVERLAPPING = {"batch.max.messages": 300}


def test_these_are_all_the_steps_at_which_a_worker_can_be_held():
    sources = "".join(source.read_text() for source in REPO.glob("src/**/*.c"))
    found = re.findall(r'\bfailpoint\("(.*?)"\)', sources)
    assert sorted(found) == sorted(STEPS + BULK_STEPS + COPY_STEPS)


def killed_at(stage, failpoint, **settings):
    stage.send_all(mixed(1500), key=lambda i: b"%d" % (i % 20))
    stage.start(failpoint, **settings).await_held().kill()
    stage.drain(**settings)
    assert len(stage.events()) == 1500
    stage.judge()


@pytest.mark.parametrize("step", STEPS)
def test_killed_in_its_second_batch_it_leaves_nothing_undone_and_nothing_doubled(stage, step):
    killed_at(stage, f"{step}:2", **ALONE)


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_one_batch_is_decided_and_another_published_it_leaves_nothing_undone(stage, step):
    killed_at(stage, f"{step}:3", **OVERLAPPING)
