"""`make bench` and `make bench-growth`: that they measure what they say, never how fast it is."""
import argparse
import sys
import uuid

import pytest

from services import REPO

sys.path.insert(0, str(REPO / "tests/bench"))

import bench  # noqa: E402
import growth  # noqa: E402
from drain import count_events, count_rows, drain, replay  # noqa: E402
from floor import copy_floor, same_rows, transactions  # noqa: E402
from ground import BenchStage, Ground  # noqa: E402
from mix import mixed  # noqa: E402

SMALL = {"batch.max.messages": 200}


@pytest.fixture
def ground(services, tmp_path):
    ground = Ground(services.folder)
    ground.read_env()
    ground.work = tmp_path
    return ground


@pytest.fixture
def drained(ground, tmp_path):
    commands = mixed(1500, "test")
    with BenchStage.opened(ground, tmp_path) as stage:
        stage.fill(commands)
        drain(stage, **SMALL)
        yield stage, commands


def test_the_mix_is_what_it_is_said_to_be_and_the_same_each_time():
    commands = mixed(100000, "test")
    assert commands == mixed(100000, "test") != mixed(100000, "other")
    once = {command.id: command for command in commands}
    assert 0.019 < 1 - len(once) / len(commands) < 0.021
    assert 0.014 < sum(not command.makes_session for command in once.values()) / len(once) < 0.016
    assert {uuid.UUID(each).version for each in once} == {4}
    timed = [uuid.UUID(command.id) for command in mixed(1000, "test", "v7")]
    assert {each.version for each in timed} == {7} and {each.variant for each in timed} == {uuid.RFC_4122}


def test_the_floor_has_the_same_rows_in_the_same_transactions(drained):
    stage, _ = drained
    ((batches,),) = stage.db.execute("SELECT count(DISTINCT decided_at) FROM command_outcomes").fetchall()
    assert batches > 5 and copy_floor(stage)["transactions"] == batches
    assert sum(len(rows) for rows in transactions(stage)) == batches * 2, "sessions and outcomes"
    stage.judge()


def test_a_count_that_is_wrong_ends_the_measuring(drained):
    """Each of its guards, broken once."""
    stage, commands = drained
    count_rows(stage, commands)
    count_events(stage, times=1)
    with pytest.raises(AssertionError, match="commands answered"):
        count_events(stage, times=2)
    stage.db.execute("CREATE SCHEMA {0}_other; CREATE TABLE {0}_other.study_sessions AS TABLE study_sessions".format(stage.schema))
    stage.db.execute(f"UPDATE {stage.schema}_other.study_sessions SET group_id = group_id + 1 WHERE id = 1")
    with pytest.raises(AssertionError, match="study_sessions differs"):
        same_rows(stage.db, stage.schema, f"{stage.schema}_other")
    stage.db.execute(f"DROP SCHEMA {stage.schema}_other CASCADE")
    stage.db.execute("DELETE FROM command_outcomes WHERE session_id = (SELECT min(id) FROM study_sessions)")
    with pytest.raises(AssertionError, match="expected"):
        count_rows(stage, commands)
    with pytest.raises(AssertionError, match="left something behind"):
        replay(stage, **SMALL)


def test_a_round_gives_every_figure_of_the_table(ground):
    args = argparse.Namespace(commands=1500, rounds=1, rate=200, seconds=0.5, seed=1, X=["batch.max.messages=200"])
    result = {"options": vars(args), **bench.ground.facts(ground), "load_after": 0, "rounds": [bench.one_round(ground, args, 1)]}
    for checks in bench.CHECKS:
        cell = result["rounds"][0][checks]
        assert cell["events"] == 3000 and cell["drain"]["commands"] == cell["replay"]["commands"] == 1500
        assert set(cell["drain"]["phases_us"]) == {"decode", "store", "publish"}
        assert all(cell[part][figure] > 0 for part in ("drain", "replay") for figure in ("rate", "backend_us", "worker_us", "peak_mib"))
    for delivery in bench.DELIVERIES:
        values = result["rounds"][0]["latency"][delivery]["distribution"]
        assert len(values) == 1000 and values == sorted(values) and values[0] > 0
    lines = bench.report(result).splitlines()
    assert [line.count("|") for line in lines if line.startswith("|")] == [4] * (2 + len(bench.ROWS)) + [7] * 4


@pytest.mark.parametrize("ids, ledger", [("v4", "3000"), ("v7", "3000/4")])
def test_a_grown_ledger_is_as_the_worker_would_have_filled_it(ground, ids, ledger):
    args = argparse.Namespace(servers=["system"], ids=[ids], ledgers=[ledger], partitions=[1], workers=[2], rounds=1, checks=["per-row"])
    (cell,) = growth.cells(args)
    with growth.grown(ground, cell.ledger, ids):
        with ground.connect() as db:
            found = db.execute("SELECT DISTINCT substr(command_id::text, 15, 1) FROM grown.command_outcomes").fetchall()
        assert found == [(ids[1],)]
        measured = growth.measure(ground, mixed(1500, "test", ids), cell, SMALL)
    assert measured["drain"]["commands"] == measured["replay"]["commands"] == 1500
    done = {"commands": 1500, "servers": {"system": {"postgresql": "15"}}, "cells": [{**cell._asdict(), **measured}]}
    assert growth.table(args, done, lambda _: "figure").splitlines()[2] == f"| 15 | {ids} | {ledger} | per-row | figure |"
