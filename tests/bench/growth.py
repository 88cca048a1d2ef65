#!/usr/bin/env python3
"""make bench-growth: the rate beside a ledger that has grown, by ids, partitions, workers, checks and PostgreSQL.

    make bench-growth [COMMANDS=200000] [ROUNDS=1] [GROWTH='OPTION...']

Every combination of the options is a cell: a topic is drained, then rewound and drained again. Prints a line for each
and then a table. With --json FILE a run that was interrupted goes on where it was.
"""
import argparse
import collections
import contextlib
import itertools
import json
import os
import sys
from pathlib import Path

import ground
from drain import count_rows, drain, replay
from mix import mixed

# As if one command a millisecond had been decided until now.
ID = {
    "v4": "gen_random_uuid()",
    "v7": """encode(overlay(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM now()) * 1000)::bigint - %(count)s + i) FROM 3) FROM 1 FOR 6)
        PLACING '\\x70' FROM 7 FOR 1), 'hex')::uuid""",
}
# Pages of an index on random values that has grown are 70 % full; on rising values they are as full as new ones.
FILLFACTOR = {"v4": 70, "v7": 90}
FILL = """
    INSERT INTO study_sessions (id, group_id, study_activity_id, created_at) OVERRIDING SYSTEM VALUE
    SELECT i, 1 + i %% 1000, 1 + i %% 50, now() FROM generate_series(1, %(count)s::bigint) i;
    INSERT INTO command_outcomes (
        command_id, outcome, session_id, group_id, group_id_invalid, study_activity_id, study_activity_id_invalid,
        group_name, activity_name, topic, partition, "offset", timestamp_ms, decided_at)
    SELECT {id}, 'created', i, 1 + i %% 1000, false, 1 + i %% 50, false, 'Group ' || 1 + i %% 1000,
           'Activity ' || 1 + i %% 50, 'study-sessions.commands', i %% 4, i / 4, 1700000000000 + i, now()
    FROM generate_series(1, %(count)s::bigint) i;
"""


# ---- The databases ---------------------------------------------------------------------------------------------------


class GrowthStage(ground.BenchStage):
    """Every database has the same schema, so that it can be copied with its rows."""

    def __init__(self, services, work, **settings):
        super().__init__(services, work, **settings)
        self.schema = self.settings["postgres.schema"] = "grown"

    def drop_tables(self):
        """They stay in the template, and go with the database of a cell."""


def partition(db, count):
    """The ledger, which has no primary key just now."""
    db.execute("CREATE TABLE whole (LIKE command_outcomes INCLUDING CONSTRAINTS) PARTITION BY HASH (command_id)")
    db.execute("DROP TABLE command_outcomes")
    db.execute("ALTER TABLE whole RENAME TO command_outcomes")
    for number in range(count):
        db.execute(f"CREATE TABLE ledger_{number} PARTITION OF command_outcomes FOR VALUES WITH (MODULUS {count}, REMAINDER {number})")


def outcomes(ledger):
    """(outcomes, partitions): "1000000/8" """
    count, _, parts = ledger.replace("new", "0").partition("/")
    return int(count), int(parts or 0)


def fill(db, ledger, ids):
    count, parts = outcomes(ledger)
    db.execute("SET maintenance_work_mem = '1GB'; SET session_replication_role = replica; SET synchronous_commit = off")
    db.execute("ALTER TABLE command_outcomes DROP CONSTRAINT command_outcomes_pkey")
    if parts > 0:
        partition(db, parts)
    with db.transaction():
        for statement in FILL.format(id=ID[ids]).split(";")[:2]:
            db.execute(statement, {"count": count})
    db.execute(f"ALTER TABLE command_outcomes ADD PRIMARY KEY (command_id) WITH (fillfactor = {FILLFACTOR[ids]})")
    db.execute("SELECT setval(pg_get_serial_sequence('study_sessions', 'id'), %s)", (max(count, 1), ))
    db.execute("VACUUM (ANALYZE)")


@contextlib.contextmanager
def database(services, name, template="template1"):
    def admin(statement):
        with services.connect(dbname="postgres") as db:
            db.execute(statement)

    admin(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    before, services.database = services.database, name
    try:
        yield
    finally:
        services.database = before
        admin(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def grown(services, ledger, ids):
    """A template with that many outcomes."""
    with database(services, "grown"):
        with GrowthStage.opened(services, services.work) as stage:
            if ledger != "new":
                fill(stage.db, ledger, ids)
        yield


# ---- Cells -----------------------------------------------------------------------------------------------------------

Cell = collections.namedtuple("Cell", "server ids ledger partitions workers round checks")


def cells(args):
    rounds = range(1, args.rounds + 1)
    return [Cell(*each) for each in itertools.product(
        args.servers, args.ids, args.ledgers, args.partitions, args.workers, rounds, args.checks)]


def measure(services, commands, cell, settings):
    how = {**settings, "topics.partitions": cell.partitions, "postgres.reference.checks": cell.checks}
    with database(services, "cell", template="grown"), GrowthStage.opened(services, services.work, **how) as stage:
        stage.fill(commands)
        fresh = drain(stage, workers=cell.workers)
        count_rows(stage, commands, already=outcomes(cell.ledger)[0])
        again = replay(stage, workers=cell.workers)
    for each in (fresh, again):
        del each["samples"]
    return {"drain": fresh, "replay": again}


def measure_server(args, server, cells, done):
    os.environ["POSTGRES_BIN"] = os.environ["POSTGRES_18_BIN"] if server == "18" else ""
    with ground.Ground.started() as services:
        done["servers"][server] = ground.facts(services)
        for (ids, ledger), alike in itertools.groupby(cells, lambda cell: (cell.ids, cell.ledger)):
            with grown(services, ledger, ids):
                for cell in alike:
                    say("measuring " + " ".join(map(str, cell)))
                    found = measure(services, mixed(args.commands, str(cell.round), ids), cell, ground.settings(args.X))
                    done["cells"].append({**cell._asdict(), **found, "load": round(os.getloadavg()[0], 2)})
                    save(args, done)


def say(text):
    print(f"bench-growth: {text}", file=sys.stderr, flush=True)


# ---- What is known ---------------------------------------------------------------------------------------------------


def load(args):
    if args.json and Path(args.json).exists():
        done = json.loads(Path(args.json).read_text())
        assert done["commands"] == args.commands, f"{args.json} has cells of {done['commands']} commands; remove it"
        return done
    return {"commands": args.commands, "servers": {}, "cells": []}


def save(args, done):
    if args.json:
        ground.write(args.json, json.dumps(done, indent=1))


FIGURES = {
    "drain, commands/s": lambda cell: f"{cell['drain']['rate']:,.0f}",
    "replay, commands/s": lambda cell: f"{cell['replay']['rate']:,.0f}",
    "drain: PostgreSQL's processes, CPU µs a command": lambda cell: f"{cell['drain']['backend_us']:.1f}",
    "drain: bytes of WAL a command": lambda cell: f"{cell['drain']['wal_bytes']:,.0f}",
}


def table(args, done, figure):
    """Rows are ledgers, columns partitions and workers; several rounds stand beside each other."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for each in done["cells"]:
        cell = Cell(*(each[name] for name in Cell._fields))
        found[cell.server, cell.ids, cell.ledger, cell.checks][cell.partitions, cell.workers].append(figure(each))
    columns = list(itertools.product(args.partitions, args.workers))
    head = ["PostgreSQL", "ids", "ledger", "checks", *(f"{each} part., {count} w." for each, count in columns)]
    rows = [
        [done["servers"][row[0]]["postgresql"], *row[1:], *(" ".join(found[row][column]) for column in columns)]
        for row in itertools.product(args.servers, args.ids, args.ledgers, args.checks)
    ]
    return ground.markdown(head, rows)


def report(args, done):
    machine = "\n".join(ground.headline(each) for each in done["servers"].values())
    tables = (f"{what}\n\n{table(args, done, figure)}" for what, figure in FIGURES.items())
    return "\n\n".join([machine, f"{done['commands']:,} commands a cell", *tables])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--servers", nargs="+", default=["system", "18"], choices=["system", "18"])
    parser.add_argument("--ids", nargs="+", default=["v4", "v7"], choices=["v4", "v7"])
    parser.add_argument("--ledgers", nargs="+", default=["new", "1000000", "10000000"], metavar="N",
                        help="outcomes that are there already, analyzed; N/P: the table in P partitions; new: empty and never analyzed")
    parser.add_argument("--partitions", nargs="+", type=int, default=[1, 4, 32])
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--checks", nargs="+", default=["per-row"], choices=["per-row", "per-batch"])
    parser.add_argument("--commands", type=int, default=200000, help="in each cell's topic")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="what was measured; cells that it has are not measured again")
    parser.add_argument("--report", metavar="FILE", help="what is printed")
    parser.add_argument("-X", action="append", default=[], metavar="KEY=VALUE", help="a setting of the workers")
    args = parser.parse_args()
    done = load(args)
    known = {tuple(each[name] for name in Cell._fields) for each in done["cells"]}
    missing = [cell for cell in cells(args) if cell not in known]
    for server, theirs in itertools.groupby(missing, lambda cell: cell.server):
        measure_server(args, server, list(theirs), done)
    print(report(args, done))
    if args.report:
        ground.write(args.report, f"# The last `make bench-growth`\n\n{report(args, done)}")


if __name__ == "__main__":
    main()
