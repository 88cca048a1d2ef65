"""One test's own world: topics, a schema with sample data, a consumer group; commands in, events out."""
from __future__ import annotations

import contextlib
import json
import os
import subprocess
import uuid
from pathlib import Path

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)
from psycopg.rows import dict_row

import judge
from deadline import until
from judge.records import Reader, Record, read_all
from services import REPO
from worker import Worker

# Names that go wrong when somebody counts characters instead of bytes, or quotes by hand.
GROUPS = {1: "Core Verbs", 2: 'Ändern & "Fügen" \\ 動詞 𝄞'}
ACTIVITIES = {1: "Typing Tutor", 2: "Flash\tCards"}


def program():
    build = os.environ.get("BUILD", "build")
    return str((REPO / os.environ.get("SESSIOND", f"{build}/sessiond")).resolve())


def program_with_failpoints():
    """A test build: include/runtime/failpoint.h."""
    build = os.environ.get("BUILD", "build")
    return str((REPO / os.environ.get("SESSIOND_FAILPOINTS", f"{build}-failpoints/sessiond")).resolve())


def program_before():
    """The version before this one: `make before`."""
    return str(REPO / "build-before/build/sessiond")


def new_id():
    return str(uuid.uuid4())


def command(command_id=None, group_id=1, study_activity_id=1, **other):
    """The value of a JSON command; fields that are None are left out."""
    fields = {"command_id": command_id, "group_id": group_id, "study_activity_id": study_activity_id, **other}
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def may_see(consumer, prefix):
    return any(topic.startswith(prefix) for topic in consumer.list_topics(timeout=10).topics)


class Stage:
    groups, activities = GROUPS, ACTIVITIES

    def __init__(self, services, name, folder: Path):
        self.services = services
        self.name = f"{name[:40]}-{uuid.uuid4().hex[:6]}"
        self.folder = folder
        self.schema = "s" + uuid.uuid4().hex[:12]
        self.commands, self.created, self.rejected, self.dlq = (
            f"{self.name}.{what}" for what in ("commands", "created", "rejected", "dlq")
        )
        self.workers = []
        self.worked_with = {}  # settings of the workers, beside the stage's own
        self.offset_readers = {}  # by group
        self.admin = None
        self.settings = {
            "kafka.bootstrap.servers": services.kafka,
            "postgres.conninfo": services.conninfo(),
            "postgres.schema": self.schema,
            "group.id": self.name,
            "instance.id": "one",
            "commands.topic": self.commands,
            "events.created.topic": self.created,
            "events.rejected.topic": self.rejected,
            "dlq.topic": self.dlq,
            "http.listen": "",
            "log.format": "json",
            "postgres.reference.checks": os.environ.get("REFERENCE_CHECKS", "per-row"),
        }
        self.producer = Producer({"bootstrap.servers": services.kafka, "partitioner": "murmur2_random", "linger.ms": 2})

    @classmethod
    @contextlib.contextmanager
    def opened(cls, *args, **how):
        stage = cls(*args, **how)
        try:
            yield stage.open()
        finally:
            stage.close()

    def open(self):
        """Topics and tables by the program's own tools, then sample data by hand."""
        self.db = self.services.connect()
        self.db.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
        self.db.execute(f"SET search_path = {self.schema}")
        self.must("topics", "apply")
        self.must("migrate", "up")
        with self.db.cursor() as cursor:
            insert = "INSERT INTO {} (id, name) VALUES (%s, %s) ON CONFLICT DO NOTHING"
            cursor.executemany(insert.format("groups"), list(self.groups.items()))
            cursor.executemany(insert.format("study_activities"), list(self.activities.items()))
        self.admin = AdminClient({"bootstrap.servers": self.services.kafka})
        return self

    def close(self):
        for worker in self.workers:
            worker.clean_up()
        with contextlib.suppress(Exception):  # the database may be the one that a failed test left stopped
            self.db.close()
        for consumer in self.offset_readers.values():
            consumer.close()
        self.producer = self.admin = None  # they would go on looking for a broker that is gone

    def reconnect(self):
        """After a restart of the database."""
        self.db.close()
        self.db = self.services.connect()
        self.db.execute(f"SET search_path = {self.schema}")

    # ---- The program ----

    def command_line(self, *args, **settings):
        line = [program()]
        for name, value in {**self.settings, **settings}.items():
            if value is not None:
                line += ["-X", f"{name}={value}"]
        return line + list(args)

    @staticmethod
    def environment():
        """Nothing of the caller's database or configuration."""
        return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "SESSIOND", "CREDENTIALS"))}

    def run(self, *args, timeout=60, **settings):
        """A tool, to its end."""
        line = self.command_line(*args, **settings)
        return subprocess.run(line, capture_output=True, text=True, timeout=timeout, env=self.environment(), check=False)

    def must(self, *args, timeout=60, **settings):
        done = self.run(*args, timeout=timeout, **settings)
        assert done.returncode == 0, f"{' '.join(args)} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def start(self, failpoint=None, before=False, **settings):
        """A worker in the background; setting names with dots: `**{"batch.max.messages": 100}`.

        `failpoint`, "NAME" or "NAME:N": a test build, which holds itself there. `before`: the version before this one."""
        self.worked_with.update(settings)
        log = self.folder / f"worker-{len(self.workers) + 1}.log"
        line, environment = self.command_line("run", **settings), self.environment()
        if before:
            line[0] = program_before()
        if failpoint is not None:
            line[0], environment["FAILPOINT"] = program_with_failpoints(), failpoint
        worker = Worker(line, log, environment)
        self.workers.append(worker)
        return worker

    @contextlib.contextmanager
    def working(self, **settings):
        """A worker for the length of a block, stopped cleanly at its end."""
        worker = self.start(**settings).await_ready()
        yield worker
        worker.stop()

    def drain(self, seconds=20, **settings):
        """A worker until everything sent is answered and committed."""
        with self.working(**settings):
            self.await_drained(seconds)

    # ---- Users of the broker ----

    def sasl(self, user="worker", **other):
        """Settings for the listener with users; `other` wins, None leaves out."""
        return {
            "kafka.bootstrap.servers": self.services.kafka_sasl,
            "kafka.security.protocol": "SASL_PLAINTEXT",
            "kafka.sasl.mechanism": "PLAIN",
            "kafka.sasl.username": user,
            "kafka.sasl.password": self.services.kafka_password(user),
            **other,
        }

    def allow(self, user, *grants, pattern="LITERAL"):
        """ACLs, each (kind of resource, name, operation), in force when this returns."""
        for kind, name, operation in grants:
            where = (ResourceType[kind], name, ResourcePatternType[pattern])
            acl = AclBinding(*where, f"User:{user}", "*", AclOperation[operation], AclPermissionType.ALLOW)
            for done in self.admin.create_acls([acl]).values():
                done.result(10)
        client = {name[len("kafka."):]: value for name, value in self.sasl(user).items()}
        topics = {name for kind, name, _ in grants if kind == "TOPIC"}
        consumer = Consumer({**client, "group.id": "looks"})
        try:
            until(lambda: all(may_see(consumer, name) for name in topics), 20, "the ACLs are in force")
        finally:
            consumer.close()

    # ---- Commands in ----

    def send(self, value, key=None, headers=(), partition=None, timestamp_ms=None, topic=None):
        """One record, acknowledged; as the broker has it."""
        (record,) = self.send_all([value], key, headers, partition, timestamp_ms, topic)
        return record

    def send_all(self, values, key=None, headers=(), partition=None, timestamp_ms=None, topic=None):
        """One record for each value; `key` and `headers` may be functions of the index."""
        sent = [None] * len(values)
        place = {} if partition is None else {"partition": partition}
        place.update({} if timestamp_ms is None else {"timestamp": timestamp_ms})

        for i, value in enumerate(values):
            own_headers = list(headers(i) if callable(headers) else headers)

            def acknowledged(error, message, i=i, value=value, own_headers=own_headers):
                assert error is None, error
                sent[i] = Record.of(message)
                sent[i].headers, sent[i].value = own_headers, value

            self.producer.produce(
                topic or self.commands,
                value,
                key(i) if callable(key) else key,
                headers=own_headers,
                on_delivery=acknowledged,
                **place,
            )
            self.producer.poll(0)
        assert self.producer.flush(30) == 0
        return sent

    # ---- Answers out ----

    def reader(self, *topics):
        return Reader(self.services.kafka, *(topics or (self.created, self.rejected)))

    def events(self):
        return read_all(self.services.kafka, self.created, self.rejected)

    def event_of(self, record):
        """The only event that answers it."""
        (event,) = [event for event in self.events() if event.command_place == record.place]
        return event

    def answers(self, records):
        """The events of these commands, in their order; each has exactly one."""
        by_place = {}
        for event in self.events():
            by_place.setdefault(event.command_place, []).append(event)
        answers = []
        for record in records:
            (event,) = by_place.get(record.place, [None])
            assert event is not None, f"{record} has no event"
            answers.append(event)
        return answers

    def dead_letters(self):
        return read_all(self.services.kafka, self.dlq)

    def rows(self, query, *params):
        with self.db.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, params or None).fetchall()

    def sessions(self):
        return self.rows("SELECT id, group_id, study_activity_id, created_at AT TIME ZONE 'UTC' AS created_at FROM study_sessions")

    def ledger(self):
        return self.rows("SELECT * FROM command_outcomes")

    # ---- Offsets ----

    def partitions(self):
        return range(self.settings.get("topics.partitions", 4))

    def places(self, topic=None):
        return [TopicPartition(topic or self.commands, partition) for partition in self.partitions()]

    def ends(self):
        """As soon as the broker says so: after a restart it takes a moment."""

        def answer():
            try:
                return judge.end_offsets(self.services.kafka, self.places())
            except KafkaException:
                return None

        return until(answer, 30, "the broker knows the ends of the commands topic")

    def committed(self):
        """Empty while they are not known: unstable just now, or the broker is away."""
        group = self.settings["group.id"]
        if group not in self.offset_readers:
            config = {"bootstrap.servers": self.services.kafka, "group.id": group, "isolation.level": "read_committed"}
            self.offset_readers[group] = Consumer(config)  # never joins
        try:
            return judge.committed_offsets(self.offset_readers[group], self.places())
        except KafkaException:
            return {}

    def rewind(self, offset=0, partition=None):
        """Sets the stopped group, as an operator would, once its members are gone: one partition, or all."""
        partitions = self.partitions() if partition is None else [partition]
        places = [TopicPartition(self.commands, each, offset) for each in partitions]
        request = [ConsumerGroupTopicPartitions(self.settings["group.id"], places)]

        def altered():
            try:
                (answer,) = self.admin.alter_consumer_group_offsets(request).values()
                return all(place.error is None for place in answer.result(10).topic_partitions)
            except KafkaException:  # a static member keeps its place until its session times out
                return False

        until(altered, 30, "the group's offsets can be set")

    def await_drained(self, seconds=20):
        ends = self.ends()
        state = {}

        def drained():
            assert any(worker.running for worker in self.workers), f"no worker is left\n{self.workers[-1].log[-3000:]}"
            state.update(self.committed())
            return all(state.get(partition, 0) >= end for partition, end in ends.items())

        until(drained, seconds, lambda: f"committed {state} of {ends}\n{self.workers[-1].log[-3000:]}")
        judge.await_transactions(self.services.kafka, self.created, self.rejected)

    def configure_topic(self, topic, **entries):
        self.configure(ResourceType.TOPIC, topic, **entries)

    def configure_broker(self, **entries):
        """For all tests: whoever changes something changes it back."""
        self.configure(ResourceType.BROKER, "1", **entries)  # node.id

    def configure(self, kind, name, **entries):
        changes = [
            ConfigEntry(each.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
            for each, value in entries.items()
        ]
        resource = ConfigResource(kind, name, incremental_configs=changes)
        for answer in self.admin.incremental_alter_configs([resource]).values():
            answer.result(10)

    # ---- The verdict ----

    def evidence(self):
        return judge.gather(
            self.services.kafka,
            self.settings["group.id"],
            self.commands,
            self.created,
            self.rejected,
            self.dlq,
            self.services.conninfo(),
            self.schema,
            self.settings.get("events.source"),
        )

    def judge(self, verify=True, **how):
        """The judge's report, and `sessiond verify` has nothing to say either, by the settings of the workers."""
        report = judge.judge(self.evidence(), **how)
        if verify:
            self.verify(**how)
        return report

    def verify(self, duplicates=None, **_):
        kept = ("commands.", "events.", "duplicates", "schema", "group.id")
        settings = {name: value for name, value in self.worked_with.items() if name.startswith(kept)}
        settings["kafka.bootstrap.servers"] = self.services.kafka  # as one who may see everything, by the straight way
        if duplicates is not None:
            settings["duplicates"] = duplicates
        done = self.run("verify", **settings)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
