#!/usr/bin/env python3
"""What being looked at costs a worker: idle with the page open, a scrape, and a drain with and without both, in turns.

    make bench-http [COMMANDS=100000] [TURNS=4]

Starts a broker and a database of its own. Prints figures and judges nothing.
"""
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "system"), str(Path(__file__).parents[1])]

from deadline import until  # noqa: E402
from process import cpu_seconds  # noqa: E402
from services import Services, free_port  # noqa: E402
from stage import Stage, command, new_id  # noqa: E402
from watched import ask  # noqa: E402

COMMANDS = int(os.environ.get("COMMANDS", 100000))
TURNS = int(os.environ.get("TURNS", 4))
IDLE_S = int(os.environ.get("IDLE_S", 60))


class Eyes:
    """The page as its script asks for it, every 2 s, and a scrape each second."""

    def __init__(self, url, page=True, scrapes=True):
        self.over = threading.Event()
        asked = [(2, "/", {"Accept": "text/html"})] * page + [(1, "/metrics", {})] * scrapes
        self.threads = [threading.Thread(target=self.look, args=(url, *each)) for each in asked]

    def look(self, url, seconds, path, headers):
        while not self.over.wait(seconds):
            ask(url + path, **headers)

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def share(worker, seconds):
    before, start = cpu_seconds(worker.pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(worker.pid) - before) / (time.monotonic() - start) * 100


def idle(stage, url, worker):
    time.sleep(5)
    print(f"idle, nobody looks:        {share(worker, IDLE_S):.2f} % of a core")
    with Eyes(url, scrapes=False):
        print(f"idle, the page open:       {share(worker, IDLE_S):.2f} %")
    with Eyes(url):
        print(f"idle, page and a scrape/s: {share(worker, IDLE_S):.2f} %")


def scrapes(url):
    took = []
    for _ in range(500):
        start = time.monotonic()
        ask(url + "/metrics")
        took.append((time.monotonic() - start) * 1000)
    took.sort()
    print(f"a scrape, connection and client included: median {statistics.median(took):.2f} ms, p99 {took[494]:.2f} ms")


def drain(stage, port, looked_at):
    stage.send_all([command(new_id()) for _ in range(COMMANDS)], key=lambda i: b"%d" % i)
    url = f"http://127.0.0.1:{port}"
    worker = stage.start(**{"http.listen": f"127.0.0.1:{port}"}).await_ready()
    start = time.monotonic()
    ends = stage.ends()

    def drained():
        return all(stage.committed().get(partition, 0) >= end for partition, end in ends.items())

    if looked_at:
        with Eyes(url):
            until(drained, 600, "drained")
            took, used = time.monotonic() - start, cpu_seconds(worker.pid)
    else:
        until(drained, 600, "drained")
        took, used = time.monotonic() - start, cpu_seconds(worker.pid)
    worker.stop()
    return COMMANDS / took, used


def drains(stage, port):
    drain(stage, port, False)  # all is warm
    figures = {False: [], True: []}
    for turn in range(TURNS):
        for looked_at in ((False, True), (True, False))[turn % 2]:
            rate, used = drain(stage, port, looked_at)
            figures[looked_at].append(rate)
            print(f"drain {'looked at ' if looked_at else 'alone     '} {rate:8.0f} commands/s, {used:.2f} s of CPU", flush=True)
    alone, looked_at = (statistics.median(figures[each]) for each in (False, True))
    spread = (max(figures[False]) - min(figures[False])) / alone * 100
    print(f"medians: alone {alone:.0f}, looked at {looked_at:.0f} commands/s: {(looked_at / alone - 1) * 100:+.1f} %; "
          f"spread alone {spread:.1f} %")


def main():
    work = Path(tempfile.mkdtemp(prefix="sessiond-bench."))
    (work / "services").mkdir()
    services = Services(str(work / "services"))
    try:
        services.start()
        stage, port = Stage(services, "bench", work), free_port()
        stage.open()
        worker = stage.start(**{"http.listen": f"127.0.0.1:{port}"}).await_ready()
        idle(stage, f"http://127.0.0.1:{port}", worker)
        scrapes(f"http://127.0.0.1:{port}")
        worker.stop()
        drains(stage, port)
        stage.close()
    finally:
        services.remove()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
