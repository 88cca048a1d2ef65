#!/usr/bin/env python3
"""make bench: drain, replay and latency beside the floor of COPY, on a broker and a database of its own.

    make bench [COMMANDS=400000] [ROUNDS=5] [BENCH='OPTION...']

In each round, per-row and per-batch checks take turns. Prints Markdown; figures of one run can be compared with each
other, and with another run only on the same machine.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import ground
from drain import count_events, count_rows, drain, replay
from floor import copy_floor
from latency import WARM_UP_S, latency
from mix import mixed

CHECKS = ("per-row", "per-batch")
DELIVERIES = ("exactly-once", "at-least-once")
WARM_UP = 50000
PLOTS = """![The rate of each drain and replay over time](rate.svg)

![The share of commands whose events took longer than a time](latency.svg)"""


# ---- Measuring -------------------------------------------------------------------------------------------------------


def measure_drain(services, commands, checks, settings):
    """A drain, the floor of its rows, and the same commands again; raises when anything is missing or too much."""
    with ground.BenchStage.opened(services, services.work) as stage:
        settings = {**settings, "postgres.reference.checks": checks}
        stage.fill(commands)
        fresh = drain(stage, **settings)
        rows = count_rows(stage, commands)
        floor = copy_floor(stage)
        again = replay(stage, **settings)
        events = count_events(stage, times=2)
    floor["rate"] = len(commands) / floor["seconds"]
    floor["backend_us"] = floor.pop("backend_s") / len(commands) * 1e6
    return {"drain": fresh, "floor": floor, "replay": again, "rows": rows, "events": events}


def measure_latency(services, args, seed, settings):
    found = {}
    for number, delivery in enumerate(DELIVERIES):
        commands = mixed(int((args.seconds + WARM_UP_S) * args.rate), f"{seed}/{delivery}")
        with ground.BenchStage.opened(services, services.work) as stage:
            found[delivery] = latency(stage, commands, args.rate, **{**settings, "events.delivery": delivery})
            count_rows(stage, commands)
    return found


def one_round(services, args, number):
    seed, settings = f"{args.seed}/{number}", ground.settings(args.X)
    commands = mixed(args.commands, seed)
    found = {checks: measure_drain(services, commands, checks, settings) for checks in turn(CHECKS, number)}
    found["latency"] = measure_latency(services, args, seed, settings)
    say(f"round {number}: " + ", ".join(f"{checks} {found[checks]['drain']['rate']:,.0f}/s" for checks in CHECKS))
    return found


def turn(order, number):
    return order if number % 2 else order[::-1]


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def measure(args):
    with ground.Ground.started(standby=args.standby) as services:
        result = {"options": vars(args), **ground.facts(services)}
        say("warming up")
        measure_drain(services, mixed(min(args.commands, WARM_UP), "warm"), CHECKS[0], {})
        result["rounds"] = [one_round(services, args, number) for number in range(1, args.rounds + 1)]
    return {**result, "load_after": round(os.getloadavg()[0], 2)}


# ---- The table -------------------------------------------------------------------------------------------------------


def spread(values, digits=0):
    """Median, and least to most of several."""
    text = f"{statistics.median(values):,.{digits}f}"
    return text if len(values) == 1 else f"{text} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def phase(name):
    return lambda cell: cell["drain"]["phases_us"][name]


# What, the figure of one round's cell, digits. Ratios are inside one cell.
ROWS = (
    ("drain, commands/s", lambda cell: cell["drain"]["rate"], 0),
    ("floor: `COPY` of the same rows in the same transactions, commands/s", lambda cell: cell["floor"]["rate"], 0),
    ("drain / floor", lambda cell: cell["drain"]["rate"] / cell["floor"]["rate"], 2),
    ("PostgreSQL's process, CPU µs a command", lambda cell: cell["drain"]["backend_us"], 1),
    ("the same of the floor", lambda cell: cell["floor"]["backend_us"], 1),
    ("share of the drain in which PostgreSQL's process runs, %",
     lambda cell: cell["drain"]["backend_us"] * cell["drain"]["rate"] / 1e4, 0),
    ("bytes of WAL a command", lambda cell: cell["drain"]["wal_bytes"], 0),
    ("worker, CPU s a million commands", lambda cell: cell["drain"]["worker_us"], 2),
    ("broker, CPU s a million commands", lambda cell: cell["drain"]["broker_us"], 2),
    ("worker, peak RSS, MiB", lambda cell: cell["drain"]["peak_mib"], 1),
    ("commands a batch", lambda cell: cell["drain"]["commands"] / cell["drain"]["batches"], 0),
    ("phase decode, µs a command", phase("decode"), 1),
    ("phase store, µs a command", phase("store"), 1),
    ("phase publish, µs a command", phase("publish"), 1),
    ("replay after a rewind of everything, commands/s", lambda cell: cell["replay"]["rate"], 0),
    ("replay / drain", lambda cell: cell["replay"]["rate"] / cell["drain"]["rate"], 2),
    ("replay: PostgreSQL's process, CPU µs a command", lambda cell: cell["replay"]["backend_us"], 1),
)


def report(result):
    options, rounds = result["options"], result["rounds"]
    drains = [[what, *(spread([of(each[checks]) for each in rounds], digits) for checks in CHECKS)] for what, of, digits in ROWS]
    names = ("p50", "p90", "p99", "p99.9", "max")
    latencies = [
        [delivery, *(spread([each["latency"][delivery][name] for each in rounds], 1) for name in names)] for delivery in DELIVERIES
    ]
    return "\n\n".join([
        ground.headline(result),
        f"{options['commands']:,} commands, rounds: {options['rounds']}; median (least to most)",
        ground.markdown(["", *CHECKS], drains),
        f"Latency at {options['rate']:,} commands/s for {options['seconds']:g} s, in ms",
        ground.markdown(["delivery", *names], latencies),
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commands", type=int, default=400000, help="in the topic that is drained")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=int, default=1000, help="commands a second while latency is measured")
    parser.add_argument("--seconds", type=float, default=10, help="for how long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--standby", action="store_true", help="with a synchronous standby, on the same machine")
    parser.add_argument("--json", metavar="FILE", help="everything that was measured")
    parser.add_argument("--report", metavar="FOLDER", help="what is printed as bench.md, with rate.svg and latency.svg")
    parser.add_argument("-X", action="append", default=[], metavar="KEY=VALUE", help="a setting of the worker")
    args = parser.parse_args()
    result = measure(args)
    print(report(result))
    if args.json:
        ground.write(args.json, json.dumps(result))
    if args.report:
        ground.write(f"{args.report}/bench.md", f"# The last `make bench`\n\n{report(result)}\n\n{PLOTS}")
        draw = [f"{os.environ['PLOTS']}/bin/python", str(Path(__file__).with_name("plots.py")), args.report]
        subprocess.run(draw, input=json.dumps(result), text=True, check=True)


if __name__ == "__main__":
    main()
