"""Says which guarantees hold in an environment whose worker has nothing left to do. Exits with 0 when all do, 1 when not."""

import argparse
import sys

import psycopg
from confluent_kafka import KafkaException

from . import examine, gather


def options():
    parser = argparse.ArgumentParser(prog="judge", description=__doc__)
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="a broker (%(default)s)")
    parser.add_argument("--group", default="sessiond", help="group.id (%(default)s)")
    parser.add_argument("--commands", default="study-sessions.commands", help="commands.topic (%(default)s)")
    parser.add_argument("--created", default="study-sessions.created", help="events.created.topic (%(default)s)")
    parser.add_argument("--rejected", default="study-sessions.rejected", help="events.rejected.topic (%(default)s)")
    parser.add_argument("--dlq", default="study-sessions.commands.dlq", help="dlq.topic (%(default)s); '' for none")
    parser.add_argument("--source", help="events.source (/sessiond/<commands>)")
    parser.add_argument("--max-bytes", type=int, default=65536, help="commands.max.bytes (%(default)s)")
    parser.add_argument("--conninfo", default="", help="of libpq (its environment)")
    parser.add_argument("--schema", default="public", help="postgres.schema (%(default)s)")
    parser.add_argument("--duplicates", choices=["republish", "suppress"], default="republish")
    parser.add_argument(
        "--rewound", action="store_true", help="offsets were set back, or delivery is at-least-once: repeats may be"
    )
    parser.add_argument("--running", action="store_true", help="the worker has not had time to finish")
    return parser


def main():
    how = vars(options().parse_args())
    policy = {"duplicates": how.pop("duplicates"), "rewound": how.pop("rewound"), "drained": not how.pop("running")}
    try:
        report = examine(gather(**how), **policy)
    except (KafkaException, psycopg.Error, KeyError) as error:
        print(f"judge: cannot read the evidence: {error!r}", file=sys.stderr)
        return 2
    print(report)
    return 1 if report.broken() else 0


if __name__ == "__main__":
    sys.exit(main())
