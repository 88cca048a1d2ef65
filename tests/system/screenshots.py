#!/usr/bin/env python3
"""Makes deploy/screenshots: each from a real worker in that state, in headless Chromium. `make screenshots`.

    tests/system/screenshots.py FOLDER [NAME...]
"""
import json
import shutil
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import Producer

from chromium import Chromium
from deadline import until
from palette import small
from services import Services, free_port
from stage import Stage, command, new_id
from watched import ask

WIDE, PHONE = 1100, 360


class Theatre:
    def __init__(self, folder, only):
        self.folder, self.only = folder, only
        self.work = Path(tempfile.mkdtemp(prefix="sessiond-screenshots."))
        self.services = Services(str(self.work / "services"))
        (self.work / "services").mkdir()

    def __enter__(self):
        self.services.start()
        self.chromium = Chromium()
        return self

    def __exit__(self, *_):
        self.chromium.close()
        self.services.remove()
        shutil.rmtree(self.work, ignore_errors=True)

    @contextmanager
    def worker(self, backlog=0, **settings):
        folder = Path(tempfile.mkdtemp(dir=self.work))
        stage = Stage(self.services, "shop", folder)
        stage.settings["instance.id"] = "worker-1"
        stage.open()
        stage.send_all([command(new_id()) for _ in range(backlog)], key=lambda i: b"%d" % i)
        port = free_port()
        url = f"http://127.0.0.1:{port}/"
        worker = stage.start(**{"http.listen": f"127.0.0.1:{port}", **settings}).await_ready()
        try:
            yield stage, url
        finally:
            if worker.running:
                worker.kill()
            stage.close()

    def shoot(self, name, url, width=WIDE, dark=False):
        self.chromium.look(width, dark=dark)
        self.chromium.open(url, 5)  # it has refreshed itself twice
        png = small(self.chromium.picture())
        (self.folder / f"{name}.png").write_bytes(png)
        print(f"{name}: {len(png)} bytes; {self.chromium.value('document.title')}", *self.chromium.console, flush=True)

    def wants(self, *names):
        return not self.only or set(names) & self.only


def await_state(url, state, seconds=90):
    def there():
        return json.loads(ask(url + "api/status").body)["state"] == state
    until(there, seconds, f"{state} at {url}")


@contextmanager
def traffic(stage, per_second=40):
    """Most are carried out, some are rejected, some cannot be read."""
    over = threading.Event()

    def send():
        i = 0
        while not over.wait(1 / per_second):
            i += 1
            rare = {151: command(new_id(), 99), 401: command(new_id(), 0), 997: b"{"}
            value = next((value for every, value in rare.items() if i % every == 0), command(new_id()))
            stage.send(value, key=b"%d" % i)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def empty(theatre):
    with theatre.worker() as (_, url):
        await_state(url, "idle")
        theatre.shoot("empty", url)


def working(theatre):
    with theatre.worker() as (stage, url), traffic(stage):
        time.sleep(60)
        await_state(url, "working")
        theatre.shoot("working", url)
        theatre.shoot("dark", url, dark=True)
        theatre.shoot("phone", url, width=PHONE)


def catching_up(theatre):
    with theatre.worker(80000, **{"batch.max.messages": 20}) as (_, url):
        await_state(url, "catching_up")
        time.sleep(20)
        theatre.shoot("catching-up", url)


def waiting(theatre):
    with theatre.worker() as (stage, url), traffic(stage):
        time.sleep(20)
        theatre.services.do("stop-postgres", "fast")
        try:
            await_state(url, "waiting_postgresql")
            time.sleep(15)
            theatre.shoot("waiting-postgresql", url)
        finally:
            theatre.services.do("start-postgres")


def blocked(theatre):
    with theatre.worker() as (stage, url):
        stage.send_all([command(new_id()) for _ in range(200)], key=lambda i: b"%d" % i)
        producer = Producer({"bootstrap.servers": theatre.services.kafka, "transactional.id": stage.name,
                             "transaction.timeout.ms": 300000})
        producer.init_transactions(10)
        producer.begin_transaction()
        producer.produce(stage.commands, command(new_id()), partition=2)
        producer.flush(10)
        stage.send_all([command(new_id()) for _ in range(30)], partition=2)
        await_state(url, "blocked")
        theatre.shoot("blocked", url)
        producer.abort_transaction(10)


def braked(theatre):
    with theatre.worker(**{"dlq.brake": 50}) as (stage, url):
        stage.send_all([command(new_id()) for _ in range(100)], key=lambda i: b"%d" % i)
        time.sleep(5)
        stage.send_all([b"\xc3\x01unknown%d" % (i % 9) for i in range(80)], key=b"k")
        await_state(url, "stopped_reading")
        time.sleep(3)
        theatre.shoot("braked", url)


SCENES = {("empty",): empty, ("working", "dark", "phone"): working, ("catching-up",): catching_up,
          ("waiting-postgresql",): waiting, ("blocked",): blocked, ("braked",): braked}


def main(folder, *only):
    with Theatre(Path(folder), set(only)) as theatre:
        for names, scene in SCENES.items():
            if theatre.wants(*names):
                scene(theatre)


if __name__ == "__main__":
    main(*sys.argv[1:])
