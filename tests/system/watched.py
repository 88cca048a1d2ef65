"""A worker that is looked at: over HTTP, by its tools, as systemd and as whoever reads its log."""
import html
import json
import re
import socket
import urllib.error
import urllib.request

from deadline import until
from services import free_port


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def ask(url, method="GET", **headers):
    request = urllib.request.Request(url, method=method, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read().decode())


class Watched:
    """One worker of a stage; `manager`: systemd's socket."""

    def __init__(self, stage, monkeypatch, **settings):
        self.stage = stage
        self.port = free_port()
        self.settings = {"http.listen": f"127.0.0.1:{self.port}", **settings}
        self.url = f"http://127.0.0.1:{self.port}"
        path = str(stage.folder / f"manager-{self.port}")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(path)
        self.manager.setblocking(False)
        self.told = []
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        self.worker = stage.start(**self.settings)
        monkeypatch.delenv("NOTIFY_SOCKET")

    def close(self):
        self.manager.close()

    def ask(self, path, **headers):
        return ask(self.url + path, **headers)

    def status(self):
        return json.loads(self.ask("/api/status").body)

    def metrics(self):
        """{name and labels as they stand there: value}"""
        lines = self.ask("/metrics").body.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))}

    def systemd(self):
        """Everything that was told so far."""
        while True:
            try:
                self.told.append(self.manager.recv(4096).decode())
            except BlockingIOError:
                return self.told

    # ---- The six places ----

    def of_the_page(self):
        body = self.ask("/", Accept="text/html").body
        return html.unescape(re.search(r"<h1>. (.*?)</h1>", body)[1])

    def of_the_log(self):
        lines = [line["message"] for line in self.worker.lines() if line["message"].startswith("state ")]
        return re.match(r"state (\w+): (.*)", lines[-1]).groups() if lines else ("", "")

    def of_systemd(self):
        lines = [line for line in self.systemd() if line.startswith("STATUS=")]
        return lines[-1].removeprefix("STATUS=") if lines else ""

    def of_the_table(self):
        return self.stage.must("status", **self.settings).stdout.splitlines()[0][2:]

    def everywhere(self):
        """[(word, sentence)] of all places; a word that is not given there is None."""
        api = self.status()
        ready = self.ask("/readyz?verbose")
        word, sentence = ready.body.splitlines()[0].split(": ", 1)
        (present,) = [name for name, value in self.metrics().items() if name.startswith("sessiond_state{") and value == 1]
        return [
            (api["state"], api["sentence"]),
            (word, sentence),
            (None, self.of_the_page()),
            (None, self.of_the_table()),
            (None, self.of_systemd()),
            self.of_the_log(),
            (re.search(r'"(.*)"', present)[1], None),
            ({200: True, 503: False}[ready.status], api["ready"]),
        ]

    def await_state(self, word, sentence, seconds=30, ready=False):
        """In all places at once, the same words; times and counts within a sentence may differ."""
        seen = []

        def same():
            seen[:] = self.everywhere()
            places, (by_status, by_json) = seen[:-1], seen[-1]
            return (
                all(each in (None, word) for each, _ in places)
                and all(each is None or re.fullmatch(sentence, each) for _, each in places)
                and by_status == by_json == ready
            )

        until(same, seconds, lambda: f"{word}: {sentence} in all places, but {seen}\n{self.worker.log[-3000:]}")
