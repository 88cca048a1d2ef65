"""A schema registry that is down, slow, wrong or behind: what needs it waits, nothing is lost or rejected wrongly."""
import itertools
import json
import ssl
import subprocess
import time
from base64 import b64encode

import pytest

from deadline import until
from judge import avro
from services import Services
from small_registry import Reply, SmallRegistry
from stage import command, new_id
from test_registry import Registry, avro_body, framed, values
from test_waiting import warned

SCHEMA = json.dumps(avro.COMMAND)
OTHER = json.dumps({**avro.COMMAND, "doc": "another text, another id"})
SCHEMAS = "GET /schemas/"
IMPATIENT = {"schema.registry.request.timeout.ms": 500}
HTML = b"<html><body>It works!</body></html>"
FAULTS = {
    "html with 200": Reply(200, HTML),
    "html with 404": Reply(404, HTML),
    "json of something else": Reply(200, b'{"status": "UP"}'),
    "a schema that is no text": Reply(200, b'{"schema": {"type": "long"}}'),
    "half of the json": Reply(200, b'{"schema": "{\\"type\\": \\"rec'),
    "half of the answer": Reply(200, b'{"schema": "\\"long', missing=20),
    "nothing": Reply(200, b""),
    "not authenticated": Reply(401, b'{"error_code": 401, "message": "Unauthorized"}'),
    "not allowed": Reply(403, b'{"error_code": 40301, "message": "Forbidden"}'),
    "too many requests": Reply(429, b'{"error_code": 42901, "message": "slow down"}', headers=(("retry-after", "1"),)),
    "an error": Reply(500, b'{"error_code": 50001, "message": "Error in the backend data store"}'),
    "a proxy's error": Reply(502, HTML),
    "a redirect": Reply(302, b"", headers=(("location", "/login"),)),
}


@pytest.fixture
def small(stage):
    registry = SmallRegistry()
    stage.settings.update({"schema.registry.url": registry.url, "events.format": "json"})
    yield registry
    registry.close()


def avro_command(schema_id, **other):
    return framed(schema_id, avro_body(avro.COMMAND, values(**other)))


def send_around(stage, schema_id, key=b"k"):
    """One that needs the schema, among others of the same key that do not."""
    between = [command(new_id()), avro_command(schema_id), command(new_id()), command(new_id(), 99)]
    return stage.send_all(between, key=key)


def waits(worker):
    return until(lambda: warned(worker, "waiting for the schema registry"), 20, "it says what it waits for")


def places_in_order(stage, key=b"k"):
    """Of the commands, as their events came, a topic each."""
    events = sorted((event for event in stage.events() if event.key == key), key=lambda event: event.place)
    return [[event.command_place for event in events if event.topic == topic] for topic in (stage.created, stage.rejected)]


def assert_in_order(stage, sent):
    *created, rejected = [record.place for record in sent]
    assert places_in_order(stage) == [created, [rejected]]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_answer_that_is_not_a_registrys_decides_anything(stage, small, fault):
    """Neither the command that needs the schema nor, in their order, those behind it."""
    known, new = small.register("known", SCHEMA), small.register("new", OTHER)
    first = stage.send(avro_command(known), key=b"k")
    with stage.working(**{"schema.registry.retries": 0}) as worker:
        stage.await_drained()
        small.script[SCHEMAS] = itertools.repeat(FAULTS[fault])
        asked = len(small.requests)
        still = stage.send(avro_command(known), key=b"k")
        stage.await_drained()
        waiting = send_around(stage, new)
        until(lambda: len(small.requests) > asked + 1, 20, "it asks more often than an unknown id is asked for")
        waits(worker)
        assert {event.command_place for event in stage.events()} <= {first.place, still.place, waiting[0].place}
        small.script.clear()
        stage.await_drained()
    assert_in_order(stage, [first, still, *waiting])
    stage.judge()


def test_a_registry_that_is_away_at_the_start_holds_up_only_what_needs_it(stage, small):
    port = small.server.server_port
    small.close()
    plain = stage.send(command(new_id()), partition=0)
    with stage.working() as worker:
        stage.await_drained()
        assert stage.event_of(plain).topic == stage.created
        waiting = send_around(stage, 1)
        waits(worker)
        later = SmallRegistry(port)
        assert later.register("known", SCHEMA) == 1
        stage.await_drained()
        later.close()
    assert_in_order(stage, waiting)
    stage.judge()


def test_a_registry_that_is_away_at_the_start_is_waited_for_when_the_events_need_ids(stage, small):
    port = small.server.server_port
    small.close()
    registering = {"events.format": "confluent", "schema.registry.auto.register": "true"}
    sent = stage.send_all([command(new_id()), command(new_id(), 99)], key=b"k")
    worker = stage.start(**registering)
    waits(worker)
    assert stage.events() == []
    later = SmallRegistry(port)
    worker.await_ready()
    stage.await_drained()
    worker.stop()
    ids = [int.from_bytes(event.value[1:5], "big") for event in stage.answers(sent)]
    assert ids == [later.subjects[f"{topic}-value"][0][0] for topic in (stage.created, stage.rejected)]
    later.close()
    stage.judge()


def test_a_worker_that_runs_needs_no_registry_for_its_events(stage, small):
    with stage.working(**{"events.format": "confluent", "schema.registry.auto.register": "true"}):
        small.close()
        sent = stage.send_all([command(new_id()), command(new_id(), 99)], key=b"k")
        stage.await_drained()
    ids = [int.from_bytes(event.value[1:5], "big") for event in stage.answers(sent)]
    assert ids == [small.subjects[f"{topic}-value"][0][0] for topic in (stage.created, stage.rejected)]
    stage.judge()


def test_a_registry_that_never_answers_ends_a_start_that_needs_it_with_69(stage, small):
    small.script[""] = itertools.repeat(FAULTS["a proxy's error"])
    worker = stage.start(**{"events.format": "confluent", "startup.timeout.ms": 1500})
    assert worker.await_exit() == 69
    assert "E-START-01" in worker.log and "schema.registry.url" in worker.log
    assert stage.events() == []


def test_a_registry_that_lets_nobody_in_ends_a_start_that_needs_it_with_77(stage, small):
    small.authorization = "Bearer another"
    worker = stage.start(**{"events.format": "confluent", "startup.timeout.ms": 1500})
    assert worker.await_exit() == 77


def test_what_was_decided_before_is_published_while_the_registry_is_away(stage, small):
    schema_id = small.register("known", SCHEMA)
    small.awake.clear()
    decided = stage.send_all([command(new_id()) for _ in range(400)], key=b"k", partition=0)
    waiting = stage.send(avro_command(schema_id), key=b"k", partition=0)
    with stage.working(**{"batch.max.messages": 400}):
        until(lambda: len(stage.events()) >= len(decided), 20, "the events of the batch before")
        assert waiting.place not in {event.command_place for event in stage.events()}
        small.awake.set()
        stage.await_drained()
    assert places_in_order(stage)[0] == [record.place for record in [*decided, waiting]]
    stage.judge()


def test_an_id_that_the_registry_learns_a_moment_later_is_not_answered_as_unknown(stage, small):
    missing = Reply(404, b'{"error_code": 40403, "message": "Schema not found"}')
    schema_id = small.register("known", SCHEMA)
    small.script[SCHEMAS] = iter([missing] * 3)
    sent = send_around(stage, schema_id)
    stage.drain()
    assert_in_order(stage, sent)
    assert len(small.requests) == 4
    stage.judge()


def test_an_id_that_the_registry_does_not_know_is_asked_for_as_often_as_is_set_and_answered(stage, small):
    unknown = stage.send_all([avro_command(77)] * 3, key=b"k")
    good = stage.send(command(new_id()), key=b"k")
    stage.drain(**{"schema.registry.retries": 1})
    assert [event.body["code"] for event in stage.answers(unknown)] == ["UNKNOWN_SCHEMA"] * 3
    assert stage.event_of(good).topic == stage.created
    assert small.requests == ["GET /schemas/ids/77"] * 2
    stage.judge()


@pytest.mark.slow
def test_an_unknown_id_is_asked_for_again_after_30_s(stage, small):
    begun = time.monotonic()
    with stage.working() as worker:
        stage.send(avro_command(1), key=b"k")
        stage.await_drained()
        assert small.register("late", SCHEMA) == 1
        sent = [stage.send(avro_command(1), key=b"k")]

        def is_created():
            sent.append(stage.send(avro_command(1), key=b"k"))
            stage.await_drained()
            return stage.event_of(sent[-1]).topic == stage.created

        until(is_created, 45, "it is asked for again")
        assert worker.running
    assert time.monotonic() - begun >= 30 and len(small.requests) == 5
    stage.judge()


@pytest.mark.lengthy
def test_many_different_unknown_ids_are_each_answered_and_hold_up_nothing_for_good(stage, small):
    schema_id = small.register("known", SCHEMA)
    count = 600
    mixed = [avro_command(schema_id) if i % 10 == 0 else framed(1000 + i, b"\0\2\2") for i in range(count)]
    guids = [("__value_schema_id", b"\1" + bytes(15) + b"\1")]
    sent = stage.send_all(mixed, key=lambda i: b"%d" % (i % 20))
    by_guid = stage.send(b"\0\2\2", headers=guids)
    stage.drain(60, **{"schema.registry.retries": 0, "dlq.brake": 0})
    codes = [event.body.get("code") for event in stage.answers([*sent, by_guid])]
    assert codes == [None if i % 10 == 0 else "UNKNOWN_SCHEMA" for i in range(count)] + ["UNKNOWN_SCHEMA"]
    stage.judge()


# ---- The worker's life while it waits ----


def test_a_worker_that_waits_ends_with_0_when_asked_and_the_next_one_goes_on(stage, small):
    schema_id = small.register("known", SCHEMA)
    small.awake.clear()
    sent = send_around(stage, schema_id)
    worker = stage.start(**IMPATIENT, **{"shutdown.timeout.ms": 120000}).await_ready()  # it needs none of them
    waits(worker)
    worker.stop()
    small.awake.set()
    stage.drain()
    assert_in_order(stage, sent)
    stage.judge()


def rebalances(worker):
    return [line["message"] for line in worker.lines() if "assigned" in line["message"] or "revoked" in line["message"]]


def held(worker):
    """Partitions, by what it said since it had none."""
    told = rebalances(worker)
    return len(list(itertools.takewhile(lambda text: "revoked" not in text, reversed(told))))


def test_a_worker_that_waits_keeps_its_place_in_the_group_and_the_other_one_works(stage, small):
    """For longer than max.poll.interval.ms and a session, after which a worker that polls nothing is out."""
    patience = {
        "kafka.consumer.session.timeout.ms": 2000, "kafka.consumer.heartbeat.interval.ms": 300,
        "kafka.consumer.max.poll.interval.ms": 2000,
    }  # fmt: skip
    schema_id = small.register("known", SCHEMA)
    settings = {**IMPATIENT, **patience}
    with stage.working(**settings) as one, stage.working(**settings, **{"instance.id": "two"}) as two:
        until(lambda: held(one) == held(two) == 2, 20, "half of the partitions each")
        before = rebalances(one), rebalances(two)
        small.awake.clear()
        waiting = stage.send(avro_command(schema_id), partition=0)
        until(lambda: warned(one, "waiting for") or warned(two, "waiting for"), 20, "one of them waits")
        other_half = [stage.send(command(new_id()), partition=partition) for partition in range(4)]
        over = time.monotonic() + 7
        until(lambda: time.monotonic() > over, 8, "the end of the pause")
        answered = {event.command_place for event in stage.events()}
        assert sum(record.place in answered for record in other_half) == 2
        assert waiting.place not in answered
        assert (rebalances(one), rebalances(two)) == before, "nobody left the group"
        small.awake.set()
        stage.await_drained()
    stage.judge()


def test_a_batch_that_waits_is_given_up_when_its_partitions_go_to_another_worker(stage, small):
    schema_id = small.register("known", SCHEMA)
    small.awake.clear()
    sent = [record for key in (b"a", b"b", b"c", b"d", b"e") for record in send_around(stage, schema_id, key)]
    with stage.working(**IMPATIENT) as one:
        waits(one)
        with stage.working(**IMPATIENT, **{"instance.id": "two"}) as two:
            waits(two)
            small.awake.set()
            stage.await_drained()
    assert len(stage.events()) == len(sent)
    stage.judge()


# ---- Who may ask ----


def certificate(folder):
    """Of 127.0.0.1, signed by itself."""
    key, pem = folder / "key.pem", folder / "certificate.pem"
    line = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    line += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem]
    subprocess.run(line, capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return pem, context


BASIC = "Basic " + b64encode(b"me:p:w").decode()
CREDENTIALS = {
    "user": (BASIC, lambda url: {"schema.registry.basic.auth.user.info": "me:p:w"}),
    "user in the URL": (BASIC, lambda url: {"schema.registry.url": url.replace("//", "//me:p%3Aw@")}),
    "token": ("Bearer s3cret.t0ken", lambda url: {"schema.registry.bearer.auth.token": "s3cret.t0ken"}),
}


@pytest.mark.parametrize("how", CREDENTIALS)
def test_a_registry_behind_tls_is_asked_with_the_credentials_and_nobody_elses_certificate_will_do(stage, tmp_path, how):
    pem, context = certificate(tmp_path)
    registry = SmallRegistry(context=context)
    registry.authorization, credentials = CREDENTIALS[how]
    settings = credentials(registry.url)
    schema_id = registry.register("known", SCHEMA)
    stage.settings.update({"schema.registry.url": registry.url, "events.format": "json"})
    sent = send_around(stage, schema_id)
    with stage.working(**settings) as distrustful:
        waits(distrustful)
    with stage.working(**{"schema.registry.ssl.ca.location": pem}) as stranger:
        waits(stranger)
        assert warned(stranger, "HTTP 401")
    assert registry.requests == []
    stage.drain(**{**settings, "schema.registry.ssl.ca.location": pem})
    assert_in_order(stage, sent)
    assert all(secret not in worker.log for worker in stage.workers for secret in ("p:w", "p%3Aw", "s3cret", "cDp3"))
    registry.close()
    stage.judge()


# ---- The real one ----


@pytest.fixture
def own_registry(stage, tmp_path):
    """A process of this test's own."""
    services = Services(tmp_path / "registry")
    try:
        services.do("start-registry")
        services.read_env()
        stage.settings.update({"schema.registry.url": services.registry, "events.format": "json"})
        yield services
    finally:
        services.remove()


@pytest.mark.slow
def test_a_registry_that_is_killed_and_starts_again_empty_is_waited_for(stage, own_registry):
    """What a worker has seen of it holds; what it asks for waits until somebody has registered the same again."""
    registry = Registry(own_registry.registry)
    known, new = registry.register("known", SCHEMA), registry.register("new", OTHER)
    first = stage.send(avro_command(known), key=b"k")
    with stage.working(**{"schema.registry.retries": 100}) as worker:
        stage.await_drained()
        own_registry.do("stop-registry", "KILL")
        still = stage.send(avro_command(known), key=b"k")
        stage.await_drained()
        waiting = send_around(stage, new)
        waits(worker)
        own_registry.do("start-registry")
        assert (registry.register("known", SCHEMA), registry.register("new", OTHER)) == (known, new)
        stage.await_drained(60)
    assert_in_order(stage, [first, still, *waiting])
    stage.judge()


@pytest.mark.slow
def test_a_registry_that_stands_still_for_10_s_is_waited_for(stage, own_registry):
    registry = Registry(own_registry.registry)
    schema_id = registry.register("known", SCHEMA)
    with stage.working(**IMPATIENT) as worker:
        own_registry.do("stop-registry", "STOP")
        try:
            waiting = send_around(stage, schema_id)
            over = time.monotonic() + 10
            waits(worker)
            until(lambda: time.monotonic() > over, 11, "the end of the pause")
            assert {event.command_place for event in stage.events()} <= {waiting[0].place}
        finally:
            own_registry.do("stop-registry", "CONT")
        stage.await_drained(30)
    assert_in_order(stage, waiting)
    stage.judge()
