"""The time from when a command was due to be sent until a read_committed consumer has its event, at a steady rate.

Whoever stands still, worker or broker, is charged for every command that was due meanwhile. One thread sends and
receives: two would wait for each other in Python.
"""
import collections
import gc
import json
import math
import time

from confluent_kafka import Consumer, Producer

WARM_UP_S = 2
GIVE_UP_AFTER_S = 30
PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1}


def open_reader(stage):
    reader = Consumer({
        "bootstrap.servers": stage.services.kafka, "group.id": "latency", "isolation.level": "read_committed",
        "fetch.wait.max.ms": 5, "socket.nagle.disable": True, "enable.auto.commit": False})
    places = [place for topic in (stage.created, stage.rejected) for place in stage.places(topic)]
    for place in places:
        place.offset = reader.get_watermark_offsets(place, timeout=10)[1]
    reader.assign(places)
    return reader


class Load:
    def __init__(self, stage, commands, rate):
        self.topic, self.commands, self.rate = stage.commands, commands, rate
        self.producer = Producer({"bootstrap.servers": stage.services.kafka, "linger.ms": 0, "socket.nagle.disable": True})
        self.reader = open_reader(stage)
        self.due = collections.defaultdict(collections.deque)  # by command id, since repeats are sent too
        self.latencies = []

    def send_due(self, number, start):
        """The number of the next command."""
        while number < len(self.commands) and start + number / self.rate <= time.monotonic():
            command = self.commands[number]
            self.due[command.id].append(start + number / self.rate)
            self.producer.produce(self.topic, command.value, command.id)
            number += 1
        self.producer.poll(0)
        return number

    def take(self, message):
        now = time.monotonic()
        if message is None or message.error():
            return
        due = self.due.get(json.loads(message.value())["command_id"])
        if due:
            self.latencies.append((due[0], now - due.popleft()))

    def run(self):
        start, number = time.monotonic() + 0.1, 0
        end = start + len(self.commands) / self.rate + GIVE_UP_AFTER_S
        while len(self.latencies) < len(self.commands):
            assert time.monotonic() < end, f"{len(self.latencies)} of {len(self.commands)} commands have an event"
            number = self.send_due(number, start)
            self.take(self.reader.poll(0.5 / self.rate))
            for message in self.reader.consume(500, 0):
                self.take(message)
        self.reader.close()
        return sorted(taken for due, taken in self.latencies if due >= start + WARM_UP_S)


def at(values, share):
    """Nearest rank."""
    return values[math.ceil(share * len(values)) - 1]


def latency(stage, commands, rate, **settings):
    """In milliseconds; the first two seconds do not count. Commands: WARM_UP_S * rate more than are measured."""
    with stage.working(**settings):
        gc.disable()
        values = Load(stage, commands, rate).run()
        gc.enable()
    return {
        **{name: at(values, share) * 1e3 for name, share in PERCENTILES.items()},
        "distribution": [round(at(values, number / 1000) * 1e3, 3) for number in range(1, 1001)],
    }
