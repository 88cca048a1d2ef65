"""What an operator can get wrong: deploy/README.md's section "Troubleshooting", a provocation for each row of its table.

Each gives one message with the code of the row, the place of the mistake and what to do, ends with the row's exit code, and
answers no command.
"""
import contextlib
import json
import re
import socket
import subprocess
import threading
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from confluent_kafka import Consumer, TopicPartition

from deadline import until
from services import REPO
from stage import Stage, command, program

PROVOCATIONS = {}  # by the row's first cell


def mistake(what):
    """A generator of the row's mistakes: each the place that the message has to name, and the program's end."""

    def register(function):
        assert what not in PROVOCATIONS, what
        PROVOCATIONS[what] = function
        return function

    return register


# ---- The table --------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    what: str
    code: str
    status: int
    words: list  # of the last cell, those in backquotes


def read_rows():
    section = (REPO / "deploy/README.md").read_text().split("\n## Troubleshooting\n")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and re.fullmatch("`E-.*`", cells[1]):
            yield Row(cells[0], cells[1].strip("`"), int(cells[2]), re.findall("`([^`]*)`", cells[3]))


ROWS = {row.what: row for row in read_rows()}


def test_the_table_and_the_provocations_are_about_the_same_mistakes():
    assert list(ROWS) == list(PROVOCATIONS)


# ---- The scene --------------------------------------------------------------------------------------------------------


class Scene(Stage):
    """A stage with a command waiting, which no mistaken worker may answer."""

    def open(self):
        super().open()
        self.send_all([command(), command(group_id=99), b"garbage"], partition=0)
        self.other = f"{self.name}.other"
        self.must("topics", "apply", **{"commands.topic": self.other})
        return self

    def worker(self, **settings):
        """A worker that ends by itself, in a group of its own."""
        line = self.command_line("run", **{"group.id": f"{self.name}.{uuid.uuid4().hex[:6]}", **settings})
        return subprocess.run(line, capture_output=True, text=True, timeout=60, env=self.environment(), check=False)

    def bare(self, *args, **variables):
        """No settings but those given here."""
        env = {**self.environment(), **variables}
        return subprocess.run([program(), *args], capture_output=True, text=True, timeout=60, env=env, check=False)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    @contextlib.contextmanager
    def damaged(self, *statements):
        """A schema of its own, complete and with sample data, then damaged; as settings."""
        schema = "s" + uuid.uuid4().hex[:12]
        self.db.execute(f"CREATE SCHEMA {schema}")
        self.must("migrate", "up", **{"postgres.schema": schema})
        self.db.execute(f"SET search_path = {schema}")
        try:
            self.db.execute("INSERT INTO groups (id, name) VALUES (1, 'g')")
            self.db.execute("INSERT INTO study_activities (id, name) VALUES (1, 'a')")
            for statement in statements:
                self.db.execute(statement.format(schema=schema))
            yield {"postgres.schema": schema}
        finally:
            self.db.execute(f"SET search_path = {self.schema}")
            self.db.execute(f"DROP SCHEMA {schema} CASCADE")

    @contextlib.contextmanager
    def role(self):
        name = f"role_{uuid.uuid4().hex[:8]}"
        self.db.execute(f"CREATE ROLE {name} LOGIN")
        try:
            yield name
        finally:
            self.db.execute(f"DROP OWNED BY {name}")
            self.db.execute(f"DROP ROLE {name}")

    def conninfo(self, **other):
        return {"postgres.conninfo": self.services.conninfo(**other)}

    def acls(self, group):
        """What deploy/README.md says that `run` needs, with instance.id `one`."""
        writes = [("TOPIC", topic, "WRITE") for topic in (self.created, self.rejected, self.dlq)]
        return [
            ("TOPIC", self.commands, "READ"),
            *writes,
            ("GROUP", group, "READ"),
            ("TRANSACTIONAL_ID", f"{group}/one", "WRITE"),
        ]


@pytest.fixture(scope="module")
def scene(services, tmp_path_factory):
    with Scene.opened(services, "mistakes", tmp_path_factory.mktemp("mistakes")) as scene:
        yield scene


SOON = {"startup.timeout.ms": 1500}

# ---- Configuration ----------------------------------------------------------------------------------------------------


@mistake("a key that does not exist")
def unknown_key(scene):
    conf = scene.file("unknown.conf", "\ncomands.topic=x\n")
    yield f"{conf}:2", scene.bare("run", "-F", conf)
    yield "-X", scene.bare("run", "-X", "comands.topic=x")


@mistake("a `SESSIOND_*` variable that is no key")
def unknown_variable(scene):
    yield "SESSIOND_COMANDS_TOPIC", scene.bare("config", SESSIOND_COMANDS_TOPIC="x")


@mistake("a value that is malformed or out of range")
def bad_value(scene):
    conf = scene.file("value.conf", "batch.max.messages=many\n")
    yield f"{conf}:1", scene.bare("run", "-F", conf)
    yield "SESSIOND_BATCH_MAX_MESSAGES", scene.bare("run", SESSIOND_BATCH_MAX_MESSAGES="0")
    yield "-X", scene.bare("run", "-X", "batch.max.messages=1e3")
    yield "-X", scene.bare("run", "-X", "commands.topic=a b")
    yield "-X", scene.bare("run", "-X", "instance.id=")
    yield "-X", scene.bare("run", "-X", "http.listen=nowhere")


@mistake("a key that the guarantees rest on")
def owned_key(scene):
    conf = scene.file("owned.conf", "kafka.enable.idempotence=false\n")
    yield f"{conf}:1", scene.bare("run", "-F", conf)
    yield "SESSIOND_KAFKA_TRANSACTIONAL_ID", scene.bare("run", SESSIOND_KAFKA_TRANSACTIONAL_ID="x")
    yield "-X", scene.bare("run", "-X", "kafka.consumer.isolation.level=read_uncommitted")
    yield "-X", scene.bare("run", "-X", "auto.offset.reset=latest")


@mistake("a line of the file that is no `key=value`")
def bad_line(scene):
    conf = scene.file("line.conf", "# ours\ngroup.id\n")
    yield f"{conf}:2", scene.bare("run", "-F", conf)


@mistake("`-F` names a file that is not there")
def no_file(scene):
    yield "nowhere.conf", scene.bare("run", "-F", "nowhere.conf")


@mistake("an `include` that cannot be read")
def bad_include(scene):
    conf = scene.file("include.conf", "\ninclude=nowhere.conf\n")
    yield f"{conf}:2", scene.bare("run", "-F", conf)


@mistake("files that include each other")
def include_loop(scene):
    conf = scene.file("loop.conf", "include=loop2.conf\n")
    other = scene.file("loop2.conf", "\ninclude=loop.conf\n")
    yield f"{other}:2", scene.bare("run", "-F", conf)


@mistake("a `<key>.file` that cannot be read")
def no_secret(scene):
    conf = scene.file("secret.conf", "kafka.sasl.password.file=/nowhere/password\n")
    yield f"{conf}:1", scene.bare("run", "-F", conf)
    yield "-X", scene.bare("run", "-X", "postgres.conninfo.file=/nowhere/conninfo")


@mistake("one topic for two things")
def same_topics(scene):
    conf = scene.file("topics.conf", "commands.topic=a\n\ndlq.topic=a\n")
    yield f"{conf}:3", scene.bare("run", "-F", conf)
    yield "-X", scene.bare("run", "-X", "events.created.topic=study-sessions.commands")


@mistake("a librdkafka property that it does not know, or a value that it refuses")
def bad_property(scene):
    yield "-X", scene.worker(**{"kafka.session.timeout": "1"})
    yield "-X", scene.worker(**{"kafka.consumer.session.timeout.ms": "soon"})


@mistake("librdkafka properties that contradict each other")
def contradicting_properties(scene):
    yield "kafka.*", scene.worker(**{"kafka.consumer.session.timeout.ms": 400_000})


@mistake("`schemas.dir` is not there")
def no_schemas(scene):
    yield "/nowhere", scene.worker(**{"schemas.dir": "/nowhere"})


@mistake("a file in `schemas.dir` that is no Avro schema")
def bad_schema(scene):
    schemas = scene.folder / "schemas"
    schemas.mkdir()
    (schemas / "bad.avsc").write_text('{"type": "record"}')
    yield "bad.avsc", scene.worker(**{"schemas.dir": str(schemas)})


@mistake("a duration, number or id of a tool that is none")
def bad_arguments(scene):
    yield "await", scene.run("await", "not-a-uuid")
    yield "get", scene.run("get", "0190")
    yield "await", scene.run("await", str(uuid.uuid4()), "--timeout", "-3s")
    yield "prune", scene.run("prune", "--older-than", "soon")
    yield "send", scene.run("send", "--group-id", "x", "--study-activity-id", "1")


# ---- PostgreSQL -------------------------------------------------------------------------------------------------------


@mistake("wrong host or port of PostgreSQL")
def no_postgres(scene):
    yield "postgres.conninfo", scene.worker(**SOON, **scene.conninfo(host="no-such-host.invalid"))
    yield "postgres.conninfo", scene.worker(**SOON, **scene.conninfo(port=9))
    kafka = scene.services.kafka.split(":")[1]  # accepts, and never says anything
    yield "postgres.conninfo", scene.worker(**SOON, **scene.conninfo(port=kafka))


@mistake("TLS asked of a PostgreSQL that has none")
def no_postgres_tls(scene):
    yield "postgres.conninfo", scene.worker(**SOON, **scene.conninfo(sslmode="require"))


@mistake("PostgreSQL is a standby or read-only")
def read_only(scene):
    yield "postgres.conninfo", scene.worker(**SOON, **scene.conninfo(options="'-c default_transaction_read_only=on'"))


@mistake("`postgres.conninfo` is no connection string")
def bad_conninfo(scene):
    yield "postgres.conninfo", scene.worker(**{"postgres.conninfo": "db.example.com"})


@mistake("wrong password for PostgreSQL")
def wrong_password(scene):
    with scene.services.locked_role("right") as role:
        done = scene.worker(**scene.conninfo(user=role, password="s3cret-wrong"))
        assert "s3cret" not in done.stdout + done.stderr
        yield role, done


@mistake("a role that does not exist")
def no_role(scene):
    yield "nobody_here", scene.worker(**scene.conninfo(user="nobody_here"))


@mistake("a database that does not exist")
def no_database(scene):
    yield "no_such_db", scene.worker(**scene.conninfo(dbname="no_such_db"))


@mistake("a schema or table is missing")
def no_table(scene):
    yield "no_such_schema", scene.worker(**{"postgres.schema": "no_such_schema"})
    for table in "groups", "study_activities", "study_sessions", "command_outcomes":
        with scene.damaged(f"ALTER TABLE {table} RENAME TO elsewhere") as settings:
            yield table, scene.worker(**settings)


@mistake("a column is missing or of another type")
def wrong_column(scene):
    for place, change in {
        "study_sessions.created_at": "DROP COLUMN created_at",
        "study_activities.name": "RENAME COLUMN name TO title",
        "command_outcomes.decided_at": "ALTER COLUMN decided_at TYPE text",
        "command_outcomes.command_id": "ALTER COLUMN command_id TYPE text",
    }.items():
        with scene.damaged(f"ALTER TABLE {place.split('.')[0]} {change}") as settings:
            yield place, scene.worker(**settings)


@mistake("a NOT NULL column that nothing fills")
def unfilled_column(scene):
    for table in "study_sessions", "command_outcomes":
        with scene.damaged(f"ALTER TABLE {table} ADD rating integer NOT NULL") as settings:
            yield f"{table}.rating", scene.worker(**settings)
    with scene.damaged("ALTER TABLE command_outcomes ALTER code SET NOT NULL") as settings:
        yield "command_outcomes.code", scene.worker(**settings)


@mistake("`study_sessions.id` is too small for its sequence's next value")
def small_id(scene):
    narrow = "ALTER TABLE study_sessions ALTER id TYPE integer; ALTER SEQUENCE study_sessions_id_seq AS bigint"
    with scene.damaged(narrow, "SELECT setval('study_sessions_id_seq', 2147483647)") as settings:
        yield "study_sessions.id", scene.worker(**settings)


@mistake("the ledger, or `study_sessions`, is UNLOGGED")
def unlogged(scene):
    for table in "study_sessions", "command_outcomes":
        with scene.damaged(f"ALTER TABLE {table} SET UNLOGGED") as settings:
            yield table, scene.worker(**settings)


@mistake("row security hides rows from the role, or refuses its rows")
def row_security(scene):
    with scene.role() as role, scene.damaged() as settings:
        schema = settings["postgres.schema"]
        scene.db.execute(scene.must("migrate", "sql", "--role", role, **settings).stdout)
        scene.db.execute(f"SET search_path = {schema}")
        for table in "groups", "study_activities", "command_outcomes", "study_sessions":
            scene.db.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            yield table, scene.worker(**settings, **scene.conninfo(user=role))
            scene.db.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        scene.db.execute("ALTER TABLE groups ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON groups USING (true)")
        off = scene.conninfo(user=role, options="'-c row_security=off'")
        yield "groups", scene.worker(**settings, **off)


@mistake("a grant is missing")
def no_grant(scene):
    with scene.role() as role, scene.damaged() as settings:
        schema = settings["postgres.schema"]
        grants = scene.must("migrate", "sql", "--role", role, **settings).stdout
        for place, revoke in {
            f"schema {schema}": f"USAGE ON SCHEMA {schema}",
            "groups": "SELECT ON groups",
            "study_activities": "SELECT ON study_activities",
            "study_sessions": "INSERT ON study_sessions",
            "study_sessions.created_at": "SELECT ON study_sessions",
            "command_outcomes": "INSERT ON command_outcomes",
            "study_sessions.id": "USAGE ON SEQUENCE study_sessions_id_seq",
        }.items():
            scene.db.execute(grants)
            scene.db.execute(f"SET search_path = {schema}")
            scene.db.execute(f"REVOKE {revoke} FROM {role}")
            yield place, scene.worker(**settings, **scene.conninfo(user=role))


IMPORT = "INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (1, 1, 1)"


@mistake("an import left the sequence behind")
def sequence_behind(scene):
    with scene.damaged(IMPORT) as settings:
        yield "study_sessions", scene.worker(**settings)


@mistake("the same, where the role may not read the sequence, which gave no value yet")
def sequence_behind_unseen(scene):
    with scene.role() as role, scene.damaged(IMPORT) as settings:
        scene.db.execute(scene.must("migrate", "sql", "--role", role, **settings).stdout)
        yield "study_sessions", scene.worker(**settings, **scene.conninfo(user=role))


@mistake("the sequence is exhausted")
def sequence_exhausted(scene):
    last = ("ALTER SEQUENCE study_sessions_id_seq MAXVALUE 2", "SELECT setval('study_sessions_id_seq', 2)")
    with scene.damaged(*last) as settings:
        yield "study_sessions_id_seq", scene.worker(**settings)


@mistake("no partition takes the row")
def no_partition(scene):
    partitioned = """
        DROP TABLE study_sessions;
        CREATE TABLE study_sessions (
            id bigint GENERATED BY DEFAULT AS IDENTITY, group_id bigint NOT NULL, study_activity_id bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        ) PARTITION BY RANGE (created_at);
        CREATE TABLE study_sessions_old PARTITION OF study_sessions FOR VALUES FROM ('2001-01-01') TO ('2002-01-01')"""
    with scene.damaged(partitioned) as settings:
        yield "study_sessions", scene.worker(**settings)


@mistake("`migrate up` as a role that may not create tables")
def no_create(scene):
    with scene.role() as role:
        yield "schema", scene.run("migrate", "up", **scene.conninfo(user=role), **{"postgres.schema": "not_mine"})


# ---- Kafka ------------------------------------------------------------------------------------------------------------


@mistake("wrong host or port of the broker")
def no_broker(scene):
    for servers in "127.0.0.1:9", "no-such-host.invalid:9092":
        yield "kafka.bootstrap.servers", scene.worker(**SOON, **{"kafka.bootstrap.servers": servers})
    with scene.db.cursor() as cursor:
        ((port,),) = cursor.execute("SHOW port").fetchall()
    yield "kafka.bootstrap.servers", scene.worker(**SOON, **{"kafka.bootstrap.servers": f"127.0.0.1:{port}"})


@mistake("a broker that tells its clients to use an address at which nobody answers")
def dead_advertised_address(scene):
    where = scene.services.kafka_proxy
    yield where, scene.worker(**SOON, **{"kafka.bootstrap.servers": scene.services.kafka_proxied})
    # Tools give up too, with a code of their own; the worker's end is the row's.
    tool = scene.run("tail", "--timeout", "2s", **{"kafka.bootstrap.servers": scene.services.kafka_proxied})
    assert (tool.returncode, tool.stdout) == (69, "") and "[E-KAFKA-ADVERTISED]" in tool.stderr and where in tool.stderr


@mistake("a broker's listener with TLS or SASL asked for the other thing")
def wrong_protocol(scene):
    yield "kafka.bootstrap.servers", scene.worker(**SOON, **{"kafka.security.protocol": "SSL"})
    yield "kafka.bootstrap.servers", scene.worker(**SOON, **scene.sasl(**{"kafka.security.protocol": "PLAINTEXT"}))
    yield "kafka.bootstrap.servers", scene.worker(**SOON, **scene.sasl(**{"kafka.security.protocol": "SASL_SSL"}))


@mistake("wrong user, password or mechanism for the broker")
def wrong_login(scene):
    done = scene.worker(**scene.sasl(**{"kafka.sasl.password": "s3cret-wrong"}))
    assert "s3cret" not in done.stdout + done.stderr
    yield scene.services.kafka_sasl, done
    yield scene.services.kafka_sasl, scene.worker(**scene.sasl(**{"kafka.sasl.username": "nobody"}))
    yield scene.services.kafka_sasl, scene.worker(**scene.sasl(**{"kafka.sasl.mechanism": "SCRAM-SHA-512"}))
    yield scene.services.kafka_sasl, scene.run("topics", "plan", **scene.sasl(**{"kafka.sasl.password": "wrong"}))


@mistake("a topic does not exist")
def no_topic(scene):
    for key in "commands.topic", "events.created.topic", "events.rejected.topic", "dlq.topic":
        yield "no-such-topic", scene.worker(**{key: "no-such-topic"})


@mistake("the commands or the dead-letter topic is compacted")
def compacted_topic(scene):
    name = f"{scene.name}.compacted"
    scene.must("topics", "apply", **{"commands.topic": name})
    scene.configure_topic(name, cleanup_policy="compact")
    for key in "commands.topic", "dlq.topic":
        yield key, scene.worker(**{key: name})
        yield key, scene.run("topics", "plan", **{key: name})


@mistake("a topic of events is compacted")
def compacted_events(scene):
    name = f"{scene.name}.view"
    scene.must("topics", "apply", **{"events.created.topic": name})
    scene.configure_topic(name, cleanup_policy="compact,delete")
    yield "events.created.topic", scene.run("topics", "plan", **{"events.created.topic": name})


@mistake("topics whose settings may not be read")
def unreadable_settings(scene):
    scene.allow("worker", *scene.acls(f"{scene.name}.acl-settings"))
    yield scene.commands, scene.run("topics", "plan", **scene.sasl())


@mistake("an ACL of a topic is missing")
def no_topic_acl(scene):
    group = f"{scene.name}.acl-topic"
    scene.allow("worker", *scene.acls(group))
    scene.allow("worker", ("TOPIC", scene.other, "DESCRIBE"))
    for key in "events.created.topic", "events.rejected.topic", "dlq.topic":
        yield scene.other, scene.worker(**scene.sasl(**{"group.id": group, key: scene.other}))
    scene.send(command(), topic=scene.other)
    yield scene.other, scene.worker(**scene.sasl(**{"group.id": group, "commands.topic": scene.other}))


@mistake("an ACL of the group is missing")
def no_group_acl(scene):
    group = f"{scene.name}.acl-group"
    scene.allow("worker", *[acl for acl in scene.acls(group) if acl[0] != "GROUP"])
    yield group, scene.worker(**scene.sasl(**{"group.id": group}))


@mistake("an ACL of the transactional id is missing")
def no_transaction_acl(scene):
    group = f"{scene.name}.acl-transaction"
    scene.allow("worker", *scene.acls(group))
    yield f"{group}/two", scene.worker(**scene.sasl(**{"group.id": group, "instance.id": "two"}))


@mistake("a session timeout that the broker does not allow")
def bad_session(scene):
    too_long = {"kafka.consumer.session.timeout.ms": 2_000_000, "kafka.consumer.max.poll.interval.ms": 2_000_000}
    yield "kafka.consumer.session.timeout.ms", scene.worker(**too_long)


@mistake("a transaction timeout above the broker's maximum")
def bad_transaction_timeout(scene):
    yield "kafka.producer.transaction.timeout.ms", scene.worker(**{"kafka.producer.transaction.timeout.ms": 1_000_000})


@mistake("a group that consumers of another kind are in")
def group_taken(scene):
    group = f"{scene.name}.taken"
    other = Consumer(
        {"bootstrap.servers": scene.services.kafka, "group.id": group, "partition.assignment.strategy": "cooperative-sticky"}
    )
    other.subscribe([scene.commands])
    try:
        until(lambda: other.poll(0.05) or other.assignment(), 30, "the other one is in the group")
        yield group, scene.worker(**{"group.id": group})
    finally:
        other.close()


@mistake("commands that the topic no longer has")
def lost_input(scene):
    group = f"{scene.name}.lost"
    consumer = Consumer({"bootstrap.servers": scene.services.kafka, "group.id": group})
    places = [TopicPartition(scene.commands, partition, 999) for partition in scene.partitions()]
    until(lambda: commit(consumer, places), 20, "the group's offsets are set")
    consumer.close()
    yield scene.commands, scene.worker(**{"group.id": group})


def commit(consumer, places):
    with contextlib.suppress(Exception):
        return consumer.commit(offsets=places, asynchronous=False)


@mistake("wrong host or port of the schema registry")
def no_registry(scene):
    yield "schema.registry.url", scene.worker(**SOON, **{"schema.registry.url": "http://127.0.0.1:9"})


@mistake("wrong user or token for the schema registry")
def wrong_registry_login(scene):
    class Closed(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Closed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    wrong = {"schema.registry.url": url, "schema.registry.basic.auth.user.info": "us:s3cret-wrong"}
    done = scene.worker(**SOON, **wrong)
    server.shutdown()
    server.server_close()
    assert "s3cret" not in done.stderr
    yield url, done


@mistake("another process has the port of `http.listen`, where the key was set")
def port_in_use(scene):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        yield address, scene.bare("run", "-X", f"http.listen={address}")


@mistake("an address in `http.listen` that is not this machine's")
def no_address(scene):
    yield "192.0.2.1:9465", scene.bare("run", "-X", "http.listen=192.0.2.1:9465")


@mistake("a CA file of the schema registry that is not there")
def no_ca_file(scene):
    url = {"schema.registry.url": "https://127.0.0.1:9"}
    yield "/no/such/ca.pem", scene.worker(**url, **{"schema.registry.ssl.ca.location": "/no/such/ca.pem"})


@mistake("the schema registry does not have the event schemas")
def not_registered(scene):
    yield f"{scene.created}-value", scene.worker(**{"schema.registry.url": scene.services.registry})


@mistake("`topics apply` with more replicas than brokers")
def too_many_replicas(scene):
    topics = {key: f"{scene.settings[key]}.wide" for key in scene.settings if key.endswith(".topic")}
    yield "wide", scene.run("topics", "apply", **topics, **{"topics.replication.factor": 3})


# ---- What is said -----------------------------------------------------------------------------------------------------


def last_word(done, level):
    """The one message of that level: (code, text). A tool's is the rest of what it says."""
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    said = [(line.get("event.code"), line["message"]) for line in lines if line["log.level"] == level]
    told = re.search(r"^sessiond.*?: (.*) \[(E-[^]]*)\]$", done.stderr, re.M | re.S)
    said += [(told[2], told[0])] if told else []
    assert len(said) == 1, done.stderr
    return said[0]


@pytest.mark.parametrize("what", PROVOCATIONS)
def test_a_mistake_has_its_code_its_place_and_its_fix(scene, what):
    row = ROWS[what]
    for place, done in PROVOCATIONS[what](scene):
        assert done.returncode == row.status, done.stdout + done.stderr
        code, message = last_word(done, "error" if row.status else "warn")
        assert code == row.code, message
        for word in [place, *row.words]:
            assert word in message, f"{word} is not in: {message}"


def test_none_of_them_answered_a_command(scene):
    assert scene.events() == [] and scene.dead_letters() == []


def test_the_acls_that_the_readme_lists_are_enough(scene):
    """After all the others: it answers the commands that were waiting."""
    group = scene.settings["group.id"]
    *acls, transactional = scene.acls(group)
    scene.allow("stranger", *acls)
    scene.drain(**scene.sasl("stranger"), **{"events.delivery": "at-least-once"})

    scene.send_all([command(), command(None), b"garbage"], key=b"k")
    scene.allow("stranger", transactional)
    scene.drain(**scene.sasl("stranger"))

    scene.send_all([command(), command(None), b"garbage"], key=b"k")
    scene.allow("stranger", ("TRANSACTIONAL_ID", f"{group}/", "WRITE"), pattern="PREFIXED")
    scene.drain(**scene.sasl("stranger"), **{"instance.id": "auto"})
    # A worker that an ACL stopped left its transaction open, which hides what came after it until its time is out.
    until(lambda: len(scene.events()) == 9, 30, "all events are visible")
    scene.judge()
