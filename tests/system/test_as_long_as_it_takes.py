"""Whatever is away is waited for: a minute here, ten in the slow tests. Then work goes on at once, and nothing is lost or doubled."""
import contextlib
import itertools
import time

import pytest

import proxy as api
from deadline import until
from proxy import Kafka, Proxy
from small_registry import Reply, SmallRegistry
from stage import Stage, command, new_id
from test_kill import SMALL_BATCHES, collect, mixed
from test_proxy import host_and_port
from test_registry_outages import SCHEMA, avro_command

MINUTES = [1, pytest.param(10, marks=pytest.mark.slow)]
DELIVERIES = ("exactly-once", "at-least-once")


@pytest.fixture
def stages(services, request, tmp_path, no_findings):
    """Opens more of them, each with topics, tables and a group of its own."""
    opened = []

    def open_one(name, **settings):
        folder = tmp_path / name
        folder.mkdir()
        one = Stage(services, f"{request.node.originalname[:25]}-{name}", folder)
        opened.append(one)
        one.settings.update({**SMALL_BATCHES, **settings})
        return one.open()

    yield open_one
    for one in opened:
        one.close()


def wait(seconds):
    over = time.monotonic() + seconds
    until(lambda: time.monotonic() > over, seconds + 1, "the end of the outage")


def backlog(one):
    """A worker in the midst of its work."""
    one.send_all(mixed(3000), key=lambda i: b"%d" % (i % 20))
    worker = one.start()
    with one.reader() as reader:
        collect(reader, [], 100)
    return worker


def goes_on(one, before, note):
    """How soon is said, and decides nothing."""
    since = time.monotonic()
    until(lambda: sum(one.committed().values()) > before, 60, lambda: f"it goes on\n{one.workers[-1].log[-3000:]}")
    note(f"{one.name} goes on {time.monotonic() - since:.1f} s after the return")


def finish(one):
    one.await_drained(90)
    one.workers[-1].stop()
    one.judge(rewound=one.settings["events.delivery"] == "at-least-once")


def judge_outage(parts, minutes, note, away):
    workers = [backlog(one) for one in parts]
    with away():
        wait(60 * minutes)
        for worker in workers:
            assert worker.running, worker.log[-4000:]
    before = [sum(one.committed().values()) for one in parts]
    for one, done in zip(parts, before):
        goes_on(one, done - 1 if done == 3000 else done, note)
    for one in parts:
        finish(one)


@pytest.mark.lengthy
@pytest.mark.parametrize("minutes", MINUTES)
@pytest.mark.parametrize("how", ["refuses", "is silent"])
def test_a_broker_that(stages, services, note, how, minutes):
    stop, start = {
        # Not TERM: in its orderly end a broker with one replica (4.3.1) can lose that a transaction was open, and then never aborts it.
        "refuses": (("stop-kafka", "KILL"), ("start-kafka",)),
        "is silent": (("stop-kafka", "STOP"), ("stop-kafka", "CONT")),
    }[how]

    @contextlib.contextmanager
    def away():
        services.do(*stop)
        try:
            yield
        finally:
            services.do(*start)

    parts = [stages(delivery, **{"events.delivery": delivery}) for delivery in DELIVERIES]
    judge_outage(parts, minutes, note, away)


# ---- Half dead, and the registry beside it ----


def half_an_answer(schema_id):
    return itertools.repeat(Reply(200, b'{"schema": "\\"long', missing=20))


class Registry:
    """A registry that fails in one way, and a worker that needs it."""

    def __init__(self, stages, how, delivery):
        self.how, self.registry = how, SmallRegistry()
        url = {"schema.registry.url": self.registry.url, "schema.registry.request.timeout.ms": 2000}
        self.stage = stages(f"registry-{how}", **{"events.delivery": delivery, "events.format": "json", **url})
        self.port, self.schema_id = self.registry.server.server_port, self.registry.register("known", SCHEMA)

    def fail(self):
        if self.how == "refuses":
            self.registry.close()
        elif self.how == "silent":
            self.registry.awake.clear()
        else:
            self.registry.script["GET /schemas/"] = half_an_answer(self.schema_id)

    def heal(self):
        if self.how == "refuses":
            self.registry = SmallRegistry(self.port)
            self.registry.register("known", SCHEMA)
        elif self.how == "silent":
            self.registry.awake.set()
        else:
            del self.registry.script["GET /schemas/"]

    def need(self):
        self.sent = [self.stage.send(value, key=b"k") for value in (avro_command(self.schema_id), command(new_id()))]
        return self.stage.start().await_ready()


@pytest.mark.lengthy
@pytest.mark.parametrize("minutes", MINUTES)
def test_a_broker_that_is_half_dead_and_registries_that_fail_beside_it(stages, services, note, minutes):
    """It answers to everything but what matters: Produce and Fetch. The registries refuse, are silent, or break off."""
    registries = [Registry(stages, how, delivery) for how, delivery in zip(("refuses", "silent", "broken"), DELIVERIES * 2)]
    try:
        with Proxy(host_and_port(services.kafka_proxy), host_and_port(services.kafka_proxied), Kafka) as proxy:

            @contextlib.contextmanager
            def away():
                for each in registries:
                    each.fail()
                    each.need()
                lost = [proxy.next(kind, "lose request", times=10**9) for kind in (api.PRODUCE, api.FETCH)]
                yield
                for each in registries:
                    assert each.stage.workers[-1].running and not each.stage.events(), each.stage.workers[-1].log[-4000:]
                    each.heal()
                for fault in lost:
                    fault.left = 0

            address = {"kafka.bootstrap.servers": services.kafka_proxy}
            parts = [stages(delivery, **{"events.delivery": delivery, **address}) for delivery in DELIVERIES]
            judge_outage(parts, minutes, note, away)
        for each in registries:
            goes_on(each.stage, 0, note)
            finish(each.stage)
            assert len(each.stage.answers(each.sent)) == 2
    finally:
        for each in registries:
            each.registry.close()
