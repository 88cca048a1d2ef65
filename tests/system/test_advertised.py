"""A broker that answers, but tells its clients to use an address (advertised.listeners) at which nobody does."""
import signal
import subprocess
import time

import pytest

from deadline import until
from stage import command, new_id
from test_proxy import host_and_port
from test_tools import background
from proxy import Kafka, Proxy
from worker import die_with_parent

ONE = ["--group-id", "1", "--study-activity-id", "1"]
TOOLS = {
    "tail": ["tail", "commands", "--from", "beginning"],
    "tail-from-a-time": ["tail", "commands", "--from", "1h"],
    "await": ["await", new_id()],
    "send": ["send", *ONE],
    "send-await": ["send", *ONE, "--await"],
    "status": ["status"],
    "topics-apply": ["topics", "apply"],
}


@pytest.fixture
def misled(stage):
    """Nobody listens where the broker's third listener says that it is."""
    stage.settings["kafka.bootstrap.servers"] = stage.services.kafka_proxied
    stage.dead = stage.services.kafka_proxy
    return stage


def settings_of(stage, tool):
    """`topics apply` asks the controller only when something is missing."""
    return {"dlq.topic": f"{stage.name}.new"} if tool == "topics-apply" else {}


def says_which(stage, text):
    assert f"tells clients to use {stage.dead} (advertised.listeners)" in text, text
    assert f"broker {stage.services.kafka_proxied} answers" in text, text


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_ends_at_its_deadline_and_names_the_address(misled, tool):
    started = time.monotonic()
    done = misled.run(*TOOLS[tool], "--timeout", "2s", **settings_of(misled, tool))
    assert (done.returncode, done.stdout) == (69, ""), done.stderr
    says_which(misled, done.stderr)
    assert "[E-KAFKA-ADVERTISED]" in done.stderr
    assert time.monotonic() - started < 30, "not at once, but not for ever"


def catches_signals(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
    return int(status["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1


@pytest.mark.parametrize("tool", TOOLS)
def test_the_first_signal_ends_a_tool_that_waits_for_it(misled, tool):
    line = misled.command_line(*TOOLS[tool], "--timeout", "50s", **settings_of(misled, tool))
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=misled.environment(), preexec_fn=die_with_parent
    )
    try:
        until(lambda: catches_signals(process.pid), 20, "it catches signals")
        over = time.monotonic() + 1
        until(lambda: time.monotonic() > over, 5, "it waits for the leaders")
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert out == "" and "[E-INTERRUPTED]" in err, err
    assert process.returncode == 75, err


def test_a_tool_goes_on_when_the_address_comes_to_life(misled):
    services = misled.services
    misled.send(command(), partition=0)
    ended = background(misled, "tail", "commands", "--from", "beginning", "--count", "1", "--timeout", "40s")
    over = time.monotonic() + 2
    until(lambda: time.monotonic() > over, 5, "it waits for the leaders")
    with Proxy(host_and_port(services.kafka_proxy), host_and_port(services.kafka_proxied), Kafka):
        done = ended()
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1, done.stderr


@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_a_worker_says_what_it_waits_for_and_starts_when_it_is_there(misled, delivery):
    services = misled.services
    sent = misled.send(command(new_id()), key=b"k")
    worker = misled.start(**{"events.delivery": delivery})
    until(lambda: "tells clients to use" in worker.log, 20, lambda: f"it names the address\n{worker.log}")
    says_which(misled, worker.log)
    assert not any(line["message"] == "ready" for line in worker.lines())
    with Proxy(host_and_port(services.kafka_proxy), host_and_port(services.kafka_proxied), Kafka):
        worker.await_ready(30)
        misled.await_drained(30)
        worker.stop()
    assert misled.event_of(sent).body["message"] == "Study session created successfully"
    misled.judge(rewound=delivery == "at-least-once")


def test_a_worker_ends_with_69_when_it_never_answers(misled):
    worker = misled.start(**{"startup.timeout.ms": 2000})
    assert worker.await_exit(40) == 69, worker.log
    last = worker.lines()[-1]["message"], [line for line in worker.lines() if line.get("event.code") == "E-START-01"]
    assert last[1], worker.log
    says_which(misled, last[1][-1]["message"])
