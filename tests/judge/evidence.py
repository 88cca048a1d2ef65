"""What the judge reads: three topics, two tables and the group's offsets."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Iterable

import psycopg
from confluent_kafka import Consumer, KafkaException, TopicPartition

from .records import Record, read_all, stream_all

LEDGER = """SELECT command_id::text, outcome, session_id, nullif(code, ''), group_id, group_id_invalid, study_activity_id,
                   study_activity_id_invalid, topic, partition, "offset"
            FROM command_outcomes"""
SESSIONS = """SELECT id, group_id, study_activity_id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
              FROM study_sessions"""


# How many digits of a second created_at keeps: timestamptz(0) to (6). -1: all.
PRECISION = """SELECT CASE atttypmod WHEN -1 THEN 6 ELSE atttypmod END
               FROM pg_attribute WHERE attrelid = 'study_sessions'::regclass AND attname = 'created_at'"""


@dataclass(slots=True)
class LedgerRow:
    """What is known of a command id that was decided; outcome None: pruned, and all the rest is None too."""

    command_id: str
    outcome: str | None
    session_id: int | None = None
    code: str | None = None
    group_id: int | None = None
    group_id_invalid: bool | None = False
    study_activity_id: int | None = None
    study_activity_id_invalid: bool | None = False
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None

    @property
    def pruned(self):
        return self.outcome is None

    @property
    def place(self):
        """Of the command that was decided."""
        return self.topic, self.partition, self.offset


@dataclass(slots=True)
class SessionRow:
    id: int
    group_id: int
    study_activity_id: int
    created_at: str  # as events write it: UTC with microseconds


@dataclass
class Evidence:
    """Everything is gone through once, so that generators serve for what is large."""

    commands: Iterable[Record]
    events: Iterable[Record]
    dead_letters: Iterable[Record] | None  # None: there is no dead-letter topic
    commands_topic: str
    created_topic: str
    rejected_topic: str
    source: str  # events.source
    group: str
    committed: dict  # partition -> the group's offset, for the commands topic
    ends: dict  # partition -> end offset, trailing control records included
    ledger: Iterable[LedgerRow]
    sessions: Iterable[SessionRow]
    max_bytes: int = 65536  # commands.max.bytes
    precision: int = 6  # digits of a second in created_at


def gather(bootstrap, group, commands, created, rejected, dlq, conninfo, schema="public", source=None, max_bytes=65536):
    """The evidence of an environment in which nothing works any more: every part is read at a moment of its own."""
    await_transactions(bootstrap, created, rejected, *([dlq] if dlq else []))
    places = _retry(lambda: _places(bootstrap, commands))
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": group, "isolation.level": "read_committed"}
    )  # never joins
    try:
        committed = _retry(lambda: committed_offsets(consumer, places))
    finally:
        consumer.close()
    return Evidence(
        commands=stream_all(bootstrap, commands),
        events=stream_all(bootstrap, created, rejected),
        dead_letters=read_all(bootstrap, dlq) if dlq else None,
        commands_topic=commands,
        created_topic=created,
        rejected_topic=rejected,
        source=source or f"/sessiond/{commands}",
        group=group,
        committed=committed,
        ends=_retry(lambda: end_offsets(bootstrap, places)),
        ledger=_rows(conninfo, schema, LEDGER, LedgerRow),
        sessions=_rows(conninfo, schema, SESSIONS, SessionRow),
        max_bytes=max_bytes,
        precision=next(_rows(conninfo, schema, PRECISION, int)),
    )


def _rows(conninfo, schema, query, of):
    """Through a cursor of the server's, some thousands at a time."""
    with psycopg.connect(conninfo) as db:
        db.execute("SELECT set_config('search_path', quote_ident(%s), false)", (schema,))
        with db.cursor("judge") as cursor:
            cursor.itersize = 10000
            for row in cursor.execute(query):
                yield of(*row)


def _places(bootstrap, topic):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "places"})
    try:
        return [TopicPartition(topic, partition) for partition in consumer.list_topics(timeout=10).topics[topic].partitions]
    finally:
        consumer.close()


def committed_offsets(consumer, places):
    """partition -> its group's offset, as no open transaction can still change it; KafkaException while that is not known.

    (AdminClient would answer too, and crash while a broker starts: 2.16.1.)"""
    found = consumer.committed(places, timeout=2)
    for place in found:
        if place.error is not None:
            raise KafkaException(place.error)
    return {place.partition: place.offset for place in found if place.offset >= 0}


def end_offsets(bootstrap, places, isolation="read_uncommitted"):
    """partition -> where its next record will be, or which a consumer of this isolation can see; KafkaException while that is not
    known."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "ends", "isolation.level": isolation})
    try:
        return {place.partition: consumer.get_watermark_offsets(place, timeout=10)[1] for place in places}
    finally:
        consumer.close()


def await_transactions(bootstrap, *topics):
    """Until none is open in these topics: a worker that was killed leaves its last one to the broker, which ends it when its time
    is up, and hides what came after it until then."""

    def none_is_open():
        for topic in topics:
            places = _places(bootstrap, topic)
            if end_offsets(bootstrap, places, "read_committed") != end_offsets(bootstrap, places):
                raise KafkaException(f"a transaction is open in {topic}")

    _retry(none_is_open, 60)


def _retry(question, seconds=30):
    """A broker that has just started, or a transaction about to end, needs a moment."""
    end = time.monotonic() + seconds
    while True:
        try:
            return question()
        except KafkaException:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
