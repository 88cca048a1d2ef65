"""What a worker serves over HTTP: metrics as Prometheus reads them, probes, status; and clients who mean it ill."""
import contextlib
import html.parser
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
from base64 import b64encode
from hashlib import sha256

import pytest

from deadline import until
from services import free_port
from stage import command, new_id
from test_state import watch  # noqa: F401  a fixture
from watched import ask

# What alerts, panels and autoscalers ask of it: each must have an answer on a running worker.
QUERIES = [
    "sessiond_consumer_lag",
    "sum(sessiond_consumer_lag)",
    "sum by (topic) (sessiond_consumer_lag)",
    "sessiond_stable_offset_lag > bool 0",
    "sessiond_oldest_waiting_seconds",
    "sum(sessiond_consumer_lag) / (sum(rate(sessiond_commands_total[15s])) - sum(deriv(sessiond_partition_end_offset[15s])))",
    "sum by (outcome) (rate(sessiond_commands_total[15s]))",
    "sum(rate(sessiond_rejected_total[15s])) / sum(rate(sessiond_commands_total[15s]))",
    "topk(3, sum by (code) (rate(sessiond_rejected_total[15s])))",
    "rate(sessiond_dlq_total[15s])",
    "sessiond_dlq_brake_engaged",
    "histogram_quantile(0.99, sum by (le) (rate(sessiond_command_latency_seconds_bucket[15s])))",
    "histogram_quantile(0.9, sum by (le, phase) (rate(sessiond_phase_seconds_bucket[15s])))",
    "rate(sessiond_batch_messages_sum[15s]) / rate(sessiond_batch_messages_count[15s])",
    "rate(sessiond_transactions_total{result='aborted'}[15s])",
    "time() - sessiond_last_commit_timestamp_seconds",
    "changes(sessiond_rebalances_total[15s])",
    "rate(sessiond_producer_recreations_total[15s])",
    "sum by (class) (rate(sessiond_postgres_errors_total[15s]))",
    "sessiond_up == bool 0",
    "max by (state) (sessiond_state)",
    "sum(sessiond_state{state=~'working|idle|idle_no_partitions|catching_up'})",
    "sum(sessiond_assigned_partitions)",
    "count by (version) (sessiond_build_info)",
    "rate(process_cpu_seconds_total[15s])",
    "process_resident_memory_bytes",
    "process_open_fds / process_max_fds",
    "time() - process_start_time_seconds",
]


def test_the_metrics_pass_promtool(stage, watch):  # noqa: F811
    worker = watch()
    stage.send_all([command(new_id()), command(new_id(), 99), b"{", b"\xc3\x01unknown."], key=b"k")
    stage.await_drained()
    until(lambda: worker.metrics()["sessiond_batch_messages_count"] > 0, 10, "answered")
    answer = worker.ask("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    done = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    metrics = worker.metrics()
    assert metrics['sessiond_commands_total{outcome="created"}'] == 1
    assert metrics['sessiond_rejected_total{code="UNDECODABLE"}'] == 1 and metrics["sessiond_dlq_total"] == 2
    assert metrics["sessiond_command_latency_seconds_count"] == 4
    assert metrics['sessiond_command_latency_seconds_bucket{le="+Inf"}'] == 4
    worker.worker.stop()


def test_duplicates_are_counted_as_what_became_of_them(stage, watch):  # noqa: F811
    same = new_id()
    stage.send_all([command(same)] * 3, key=b"k")
    worker = watch()
    stage.await_drained()
    until(lambda: worker.metrics()['sessiond_commands_total{outcome="duplicate"}'] == 2, 10, "both")
    worker.worker.stop()
    stage.send_all([command(same)] * 2, key=b"k")
    worker = watch(duplicates="suppress")
    stage.await_drained()
    until(lambda: worker.metrics()['sessiond_commands_total{outcome="suppressed"}'] == 2, 10, "both")
    assert worker.metrics()['sessiond_commands_total{outcome="created"}'] == 0
    worker.worker.stop()


@contextlib.contextmanager
def prometheus(folder, target):
    """A real one that scrapes once a second."""
    port = free_port()
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: sessiond, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )
    line = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb"]
    with open(folder / "prometheus.log", "wb") as log:
        process = subprocess.Popen([*line, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)

    def query(text):
        answer = json.loads(ask(f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": text})).body)
        assert answer["status"] == "success", answer
        return answer["data"]["result"]

    try:
        until(lambda: process.poll() is None and answers(port), 30, lambda: (folder / "prometheus.log").read_text()[-2000:])
        yield query
    finally:
        process.terminate()
        process.wait()


def answers(port):
    try:
        return ask(f"http://127.0.0.1:{port}/-/ready").status == 200
    except OSError:
        return False


def test_a_prometheus_that_scrapes_it_answers_every_query_of_alerts_and_panels(stage, watch):  # noqa: F811
    worker = watch()
    with prometheus(stage.folder, f"127.0.0.1:{worker.port}") as query:
        for _ in range(4):
            stage.send_all([command(new_id()), command(new_id(), 99)], key=b"k")
            stage.await_drained()
            time.sleep(1)  # a rate needs two scrapes
        unanswered = list(QUERIES)

        def all_answered():
            unanswered[:] = [text for text in unanswered if not query(text)]
            return not unanswered

        until(all_answered, 30, lambda: f"no answer to {unanswered}")
        ((scraped),) = query("up{job='sessiond'}")
        assert scraped["value"][1] == "1"
        assert query("scrape_duration_seconds")[0]["value"][1] < "1"
    worker.worker.stop()


# ---- The page and the probes ----


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.loads, self.styles = text, [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href") and value and not value.startswith("data:")]
        self.styles += [value for name, value in attrs if name == "style" or name.startswith("on")]

    def between(self, tag):
        return re.search(f"<{tag}>(.*?)</{tag}>", self.text, re.S)[1]


def csp_hash(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_the_page_is_small_loads_nothing_and_its_policy_names_what_is_in_it(stage, watch):  # noqa: F811
    worker = watch()
    stage.send_all([command(new_id()), command(new_id(), 99), b"<script>alert(1)</script>"], key=b"<b>")
    stage.await_drained()
    until(lambda: worker.metrics()["sessiond_dlq_total"] == 1, 10, "answered")
    answer = worker.ask("/", Accept="text/html")
    page = Page(answer.body)
    policy = answer.headers["Content-Security-Policy"]
    assert f"script-src {csp_hash(page.between('script'))};" in policy
    assert f"style-src {csp_hash(page.between('style'))};" in policy
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    assert page.loads == [] and page.styles == []
    assert len(answer.body.encode()) <= 24 * 1024
    assert page.tags.count("script") == 1 and "alert(1)" not in answer.body, "no payload, no key"
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
    for text in ("GROUP_NOT_FOUND", "UNDECODABLE", "postgresql", stage.commands, "p50 / p99"):
        assert text in answer.body
    worker.worker.stop()


def test_an_empty_page_teaches_the_first_send(stage, watch):  # noqa: F811
    worker = watch()
    until(lambda: worker.status()["state"] == "idle", 10, "idle")
    assert "sessiond send --group-id 1 --study-activity-id 1 --await" in worker.ask("/", Accept="text/html").body
    worker.worker.stop()


def test_health_is_0_or_1(stage, watch):  # noqa: F811
    worker = watch()
    until(lambda: worker.status()["state"] == "idle", 10, "idle")
    for what, said in (("live", "ok"), ("ready", "idle: idle: no command has come since the start")):
        done = stage.run("health", what, **worker.settings)
        assert (done.returncode, done.stdout.splitlines()[0]) == (0, said)
    assert json.loads(stage.must("health", "ready", "--json", **worker.settings).stdout) == {"ready": True}
    assert stage.must("health", **worker.settings).stdout == "ok\n", "live is meant"
    worker.worker.stop()
    done = stage.run("health", "live", **worker.settings)
    assert done.returncode == 1 and "E-HTTP-03" in done.stderr
    assert stage.run("health", "well", **worker.settings).returncode == 64
    assert stage.run("health").returncode == 78, "http.listen is empty"


def test_a_worker_that_waits_is_live_and_not_ready(stage, services, watch):  # noqa: F811
    worker = watch()
    services.do("stop-postgres", "fast")
    try:
        until(lambda: stage.run("health", "ready", **worker.settings).returncode == 1, 20, "not ready")
        done = stage.run("health", "ready", **worker.settings)
        assert done.stdout.startswith("waiting_postgresql: waiting for PostgreSQL since ") and "[-]postgresql E-PG-" in done.stdout
        assert stage.run("health", "live", **worker.settings).returncode == 0
    finally:
        services.do("start-postgres")
        stage.reconnect()
    until(lambda: stage.run("health", "ready", **worker.settings).returncode == 0, 30, "ready again")
    worker.worker.stop()


def test_a_loop_that_hangs_is_not_live(stage, watch):  # noqa: F811
    """Stopped, a process says nothing: its probe fails by its time-out."""
    worker = watch()
    worker.worker.signal(signal.SIGSTOP)
    assert stage.run("health", "live", **worker.settings).returncode == 1
    worker.worker.signal(signal.SIGCONT)
    until(lambda: stage.run("health", "live", **worker.settings).returncode == 0, 20, "live again")
    worker.worker.stop()


def test_status_asks_the_worker_where_one_runs_and_the_broker_otherwise_and_says_which(stage, watch):  # noqa: F811
    worker = watch()
    until(lambda: worker.status()["state"] == "idle", 10, "idle")
    of_worker = json.loads(stage.must("status", "--json", **worker.settings).stdout)
    of_broker = json.loads(stage.must("status", "--json").stdout)
    other = json.loads(stage.must("status", "--json", **worker.settings, **{"group.id": "other"}).stdout)
    assert (of_worker["source"], of_broker["source"], other["source"]) == ("worker", "broker", "broker")
    assert (of_worker["state"], of_broker["state"], of_broker["group_state"]) == ("idle", None, "Stable")
    common = {"source", "time_ms", "state", "sentence", "group", "topic", "lag", "partitions"}
    assert common <= of_worker.keys() and common <= of_broker.keys()
    each = {"partition", "committed", "stable", "end", "lag", "owner"}
    assert each <= of_worker["partitions"][0].keys() and each <= of_broker["partitions"][0].keys()
    assert stage.must("status", **worker.settings).stdout.splitlines()[-1] == f"asked: the worker at 127.0.0.1:{worker.port}"
    assert stage.must("status").stdout.splitlines()[-1] == "asked: the broker; http.listen is empty"
    worker.worker.stop()
    said = stage.must("status", **worker.settings).stdout.splitlines()[-1]
    assert said.startswith("asked: the broker; no worker answers at http.listen") and "Connection refused" in said


def test_a_watch_of_a_worker_adds_a_line_each_interval(stage, watch):  # noqa: F811
    worker = watch()
    until(lambda: worker.status()["state"] == "idle", 10, "idle")
    line = stage.command_line("status", "--watch", **worker.settings)
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=stage.environment())
    lines = [process.stdout.readline() for _ in range(3)]
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ idle: idle: .*; 0 behind\n", line) for line in lines), lines
    worker.worker.stop()


# ---- The listener ----


def test_a_port_in_use_is_78_where_the_key_was_set(stage):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        worker = stage.start(**{"http.listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        assert worker.await_exit() == 78
    assert any(line.get("event.code") == "E-HTTP-01" and "fix:" in line["message"] for line in worker.lines())


def test_at_the_default_a_port_in_use_is_a_warning_and_the_worker_works(stage):
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # somebody else may have it: so much the better
            stack.enter_context(socket.create_server(("127.0.0.1", 9465)))
        stage.send(command(new_id()), key=b"k")
        worker = stage.start(**{"http.listen": None}).await_ready()
        stage.await_drained()
        worker.stop()
    assert any(line.get("event.code") == "E-HTTP-01" and line["log.level"] == "warn" for line in worker.lines())


def test_http_can_be_turned_off(stage):
    worker = stage.start(**{"http.listen": ""}).await_ready()
    listening = subprocess.run(["ss", "-ltnp"], capture_output=True, text=True, check=False).stdout
    assert f"pid={worker.pid}," not in listening
    worker.stop()


def test_a_signal_reads_the_level_of_the_log_again(stage):
    config = stage.folder / "level.conf"
    config.write_text("log.level=error\n")
    line = stage.command_line("run")
    line[1:1] = ["-F", str(config)]
    from worker import Worker

    worker = Worker(line, stage.folder / "level.log", stage.environment())
    stage.workers.append(worker)
    stage.send(command(new_id()), key=b"k")
    stage.await_drained()
    assert worker.lines() == []
    config.write_text("log.level=debug\n")
    worker.signal(signal.SIGHUP)
    until(lambda: any("log.level is debug" in line["message"] for line in worker.lines()), 10, "it says so")
    config.write_text("log.levl=debug\n")
    worker.signal(signal.SIGHUP)
    until(lambda: any("log.levl" in line["message"] for line in worker.lines()), 10, "a mistake is said")
    assert worker.running, "and ends nothing"
    worker.stop()


# ---- Clients who mean it ill ----

LINES = [b"GET / HTTP/1.1", b"GET /metrics HTTP/1.1", b"POST / HTTP/1.1", b"GET /%00 HTTP/1.1", b"GET /?" + b"a=b&" * 900 + b" HTTP/1.1",
         b"GET  /  HTTP/9.9", b"\0\0\0\0", b"GET / HTTP/1.1\nHost:", b"PRI * HTTP/2.0", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
         b"GET http://127.0.0.1/ HTTP/1.1", b"CONNECT a:1 HTTP/1.1", b"A" * 9000, b"GET /" + b"../" * 300 + b" HTTP/1.1"]
HEADERS = [b"Host: localhost", b"Host: evil.example", b"Host: " + b"x" * 5000, b"Content-Length: 99999999999999999999",
           b"Content-Length: -1", b"Content-Length: 3", b"Transfer-Encoding: chunked", b"Accept: text/html", b"Accept: " + b"," * 4000,
           b"Connection: keep-alive", b"Expect: 100-continue", b": empty", b"No-Colon", b"A: b\r\n c", b"\xff\xfe: \0",
           b"X: " + b"y" * 15000]


def hostile(dice):
    """One request: mostly wrong, sometimes cut or with something after it."""
    lines = [dice.choice(LINES)] + [dice.choice(HEADERS) for _ in range(dice.randrange(8))]
    text = b"\r\n".join(lines) + b"\r\n\r\n" + dice.choice([b"", b"abc", b"0\r\n\r\n", bytes(dice.randrange(256) for _ in range(50))])
    if dice.random() < 0.3:
        text = bytearray(text)
        for _ in range(dice.randrange(1, 6)):
            text[dice.randrange(len(text))] = dice.randrange(256)
        text = bytes(text)
    return text[: dice.randrange(len(text))] if dice.random() < 0.2 else text


def torment(port, seed, count, done):
    dice = random.Random(seed)
    held = []
    for _ in range(count):
        with contextlib.suppress(OSError):
            client = socket.create_connection(("127.0.0.1", port), 5)
            client.settimeout(0.2)
            client.sendall(hostile(dice))
            if dice.random() < 0.02:
                held.append(client)  # half-open: it neither asks on nor goes
                continue
            if dice.random() < 0.7:
                with contextlib.suppress(OSError):
                    client.recv(dice.choice([1, 100, 65536]))
            client.close()
        done.append(1)
        for old in held[:-20]:
            old.close()
        del held[:-20]
    for client in held:
        client.close()


@pytest.mark.lengthy
def test_ten_thousand_hostile_requests_while_it_drains_lose_nothing(stage, watch, dice, note):  # noqa: F811
    stage.send_all([command(new_id()) for _ in range(20000)], key=lambda i: b"%d" % (i % 50))
    worker = watch(**{"batch.max.messages": 200})
    done = []
    threads = [threading.Thread(target=torment, args=(worker.port, dice.random(), 2500, done)) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    stage.await_drained(180)
    note(f"drained 20000 in {time.monotonic() - begun:.1f} s beside {len(done)} hostile requests")
    for thread in threads:
        thread.join()
    until(lambda: worker.ask("/livez").status == 200, 30, "it answers those who ask")
    assert worker.metrics()["process_open_fds"] < 150
    assert worker.metrics()['sessiond_commands_total{outcome="created"}'] == 20000
    worker.worker.stop()
    stage.judge()
