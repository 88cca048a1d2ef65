"""Kafka records as the tests see them, and reading topics with a foreign client."""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import dataclass, field

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from . import avro

AT_ONCE = {"fetch.wait.max.ms": 10, "enable.partition.eof": True, "socket.nagle.disable": True}


@dataclass(slots=True)
class Record:
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: list = field(default_factory=list)  # of (name, bytes or None), in their order

    @classmethod
    def of(cls, message):
        return cls(
            sys.intern(message.topic()),
            message.partition(),
            message.offset(),
            message.timestamp()[1],
            message.key(),
            message.value(),
            list(message.headers() or []),
        )

    def __str__(self):
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def place(self):
        """Where it is, without its timestamp."""
        return self.topic, self.partition, self.offset

    def header(self, name):
        """The value of the last header of that name; None: there is none."""
        values = [value for other, value in self.headers if other == name]
        return values[-1] if values else None

    def text(self, name):
        value = self.header(name)
        return None if value is None else value.decode()

    @property
    def body(self):
        """An event's data: the same dict whether it was written as JSON or Avro."""
        if self.text("content-type") == "application/avro":
            return avro.read_event(self.value, self.text("ce_type"))
        return json.loads(self.value)

    @property
    def command_place(self):
        """Of the command that this event answers."""
        return self.text("command-topic"), int(self.text("command-partition")), int(self.text("command-offset"))

    @property
    def replayed(self):
        return self.header("idempotent-replayed") == b"true"


class Reader:
    """Reads topics from their beginning on, what is committed only."""

    def __init__(self, bootstrap, *topics):
        config = {"bootstrap.servers": bootstrap, "group.id": f"reader-{uuid.uuid4()}", "enable.auto.commit": False}
        self._consumer = Consumer({**config, **AT_ONCE, "isolation.level": "read_committed"})
        known = self._consumer.list_topics(timeout=10).topics
        self._open = {(topic, partition) for topic in set(topics) for partition in known[topic].partitions}
        self._consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in self._open])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._consumer.close()

    def _record(self, message):
        """None: the end of a partition, or trouble that the client deals with."""
        if message.error() is None:
            self._open.add((message.topic(), message.partition()))
            return Record.of(message)
        if message.error().code() == KafkaError._PARTITION_EOF:
            self._open.discard((message.topic(), message.partition()))
        return None

    def poll(self):
        """What has arrived since; empty when there was nothing for a moment."""
        records = [self._record(message) for message in self._consumer.consume(1000, 0.05)]
        return [record for record in records if record is not None]

    def next(self, seconds=0.01):
        """The next record, as soon as it is there; None when there was none for so long."""
        message = self._consumer.poll(seconds)
        return None if message is None else self._record(message)

    def rest(self):
        """Everything up to the present end of every partition."""
        records = self.poll()
        while self._open:
            records += self.poll()
        return records

    def stream(self):
        """The same, one at a time: a topic need not fit into memory as records."""
        while self._open:
            yield from self.poll()


def read_all(bootstrap, *topics):
    with Reader(bootstrap, *topics) as reader:
        return reader.rest()


def stream_all(bootstrap, *topics):
    with Reader(bootstrap, *topics) as reader:
        yield from reader.stream()
