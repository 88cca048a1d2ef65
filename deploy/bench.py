"""The two halves of bench.sh: making the commands, and watching a worker drain them.

Measured from the outside: the drain ends when the group's committed offsets reach the end of the commands topic, CPU and
memory are the kernel's numbers for the worker's process, and COPY writes the very rows that the worker has written into
tables with the same keys.
"""

import argparse
import json
import os
import random
import sys
import time
import uuid

import psycopg
from confluent_kafka import Consumer, TopicPartition

COMMANDS = "study-sessions.commands"
EVENTS = ("study-sessions.created", "study-sessions.rejected")
TABLES = ("study_sessions", "command_outcomes")
GIVE_UP_AFTER_S = 600


# ---- Generate --------------------------------------------------------------------------------------------------------


def commands(count, seed):
    """1 % unknown group, 0.5 % without a group, 2 % an exact duplicate of an earlier command."""
    chance = random.Random(seed)
    sent = []
    for _ in range(count):
        kind = chance.random()
        if kind < 0.02 and sent:
            yield chance.choice(sent)
            continue
        command = {"command_id": str(uuid.UUID(int=chance.getrandbits(128), version=4))}
        if kind < 0.03:
            command["group_id"] = 999
        elif kind >= 0.035:
            command["group_id"] = chance.randint(1, 2)
        command["study_activity_id"] = 1
        sent.append(command)
        yield command


def generate(args):
    for command in commands(args.commands, args.seed):
        print(json.dumps(command))


# ---- Watch -----------------------------------------------------------------------------------------------------------


def reader(kafka, group):
    return Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": group,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )


def partitions_of(consumer, topic):
    return [TopicPartition(topic, p) for p in consumer.list_topics(topic, timeout=10).topics[topic].partitions]


def wait_until_drained(kafka, worker):
    """Seconds until everything is committed. Asks 20 times a second, which costs the broker next to nothing."""
    group = reader(kafka, "sessiond")
    partitions = partitions_of(group, COMMANDS)
    ends = {p.partition: group.get_watermark_offsets(p, timeout=10)[1] for p in partitions}
    started = start_time(worker)
    while True:
        committed = {p.partition: p.offset for p in group.committed(partitions, timeout=10)}
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        if all(committed[p] >= end for p, end in ends.items()):
            group.close()
            return now - started
        if now - started > GIVE_UP_AFTER_S:
            sys.exit(f"bench: not drained after {GIVE_UP_AFTER_S} s: committed {committed}, end {ends}")
        if not os.path.exists(f"/proc/{worker}"):
            sys.exit("bench: the worker has ended")
        time.sleep(0.05)


def stat(worker):
    """Fields of /proc/PID/stat from the third on: the second is the program's name and may hold blanks."""
    with open(f"/proc/{worker}/stat") as file:
        return file.read().rpartition(") ")[2].split()


def start_time(worker):
    """On CLOCK_BOOTTIME, like time_wait."""
    return int(stat(worker)[19]) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(worker):
    user, system = stat(worker)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_mib(worker):
    with open(f"/proc/{worker}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))


# ---- What came out ---------------------------------------------------------------------------------------------------


def count_events(kafka):
    """(committed events, distinct command positions they answer)"""
    consumer = reader(kafka, "bench")
    partitions = [p for topic in EVENTS for p in partitions_of(consumer, topic)]
    for p in partitions:
        p.offset = 0
    consumer.assign(partitions)
    events, answered, open_partitions = 0, set(), len(partitions)
    while open_partitions:
        for message in consumer.consume(10000, timeout=1):
            if message.error():
                open_partitions -= 1
                continue
            headers = dict(message.headers())
            answered.add((headers["command-partition"], headers["command-offset"]))
            events += 1
    consumer.close()
    return events, len(answered)


def judge(args, db):
    with open(args.input) as file:
        known = {(c["command_id"], c.get("group_id")) for c in map(json.loads, file)}
    expected = {
        "events": args.commands,
        "commands answered": args.commands,
        "outcomes": len(known),
        "rows": sum(1 for _, group in known if group in (1, 2)),
    }
    events, answered = count_events(args.kafka)
    found = {
        "events": events,
        "commands answered": answered,
        "outcomes": db.execute("SELECT count(*) FROM command_outcomes").fetchone()[0],
        "rows": db.execute("SELECT count(*) FROM study_sessions").fetchone()[0],
    }
    if found != expected:
        sys.exit(f"bench: wrong counts: {found}, expected {expected}")
    return found


def copy_seconds(db):
    """COPY of both tables' rows, as text, in the order in which the worker wrote them, in one transaction."""
    rows = {}
    for table in TABLES:
        with db.cursor().copy(f"COPY (SELECT * FROM {table} ORDER BY ctid) TO STDOUT") as source:
            rows[table] = b"".join(source)
    db.execute("CHECKPOINT")
    started = time.monotonic()
    with db.transaction():
        for table in TABLES:
            with db.cursor().copy(f"COPY copied.{table} FROM STDIN") as target:
                target.write(rows[table])
    return time.monotonic() - started


# ---- The table -------------------------------------------------------------------------------------------------------


def measure(args):
    seconds = wait_until_drained(args.kafka, args.worker)
    cpu, peak = cpu_seconds(args.worker), peak_mib(args.worker)
    with psycopg.connect(autocommit=True) as db:
        found = judge(args, db)
        copying = copy_seconds(db)
        version = db.info.parameter_status("server_version").split()[0]
    rate, copy_rate = args.commands / seconds, args.commands / copying
    print(f"{args.title}   ({os.cpu_count()} cores, PostgreSQL {version}, fsync on)")
    for name, value, unit in (
        ("commands", f"{args.commands:,}", f"{found['rows']:,} rows, {found['outcomes']:,} outcomes, {found['events']:,} events"),
        ("from start to drained", f"{seconds:.2f}", "s"),
        ("commands a second", f"{rate:,.0f}", ""),
        ("worker CPU", f"{cpu * 1e6 / args.commands:.2f}", "s a million commands"),
        ("worker peak memory", f"{peak:.1f}", "MiB"),
        ("COPY of the same rows", f"{copy_rate:,.0f}", f"commands a second ({copying:.2f} s)"),
        ("sessiond / COPY", f"{rate / copy_rate:.2f}", ""),
    ):
        print(f"  {name:22} {value:>10} {unit}".rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(required=True)
    part = parts.add_parser("generate")
    part.add_argument("--commands", type=int, required=True)
    part.add_argument("--seed", type=int, required=True)
    part.set_defaults(run=generate)
    part = parts.add_parser("measure")
    part.add_argument("--commands", type=int, required=True)
    part.add_argument("--kafka", required=True)
    part.add_argument("--worker", type=int, required=True)
    part.add_argument("--input", required=True)
    part.add_argument("--title", required=True)
    part.set_defaults(run=measure)
    args = parser.parse_args()
    args.run(args)


main()
