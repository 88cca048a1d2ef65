"""Headless Chromium by the DevTools protocol on two pipes: one page at a time, what it says on its console, and pictures of it."""
import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--remote-debugging-pipe"]


class Chromium:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="sessiond-chromium.")
        reads, self.to = os.pipe()  # its 3
        self.come, writes = os.pipe()  # its 4
        shell = f'exec "$@" 3<&{reads} 4>&{writes}'
        line = ["bash", "-c", shell, "chromium", PROGRAM, *FLAGS, f"--user-data-dir={self.folder}"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(line, pass_fds=(reads, writes), stdin=quiet, stdout=quiet, stderr=quiet)
        os.close(reads)
        os.close(writes)
        self.numbers, self.buffer, self.session = itertools.count(1), b"", None
        self.console = []  # errors, refusals by policy, exceptions: of the present page
        self.answered = 0  # requests that were
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.ask(f"{domain}.enable")

    def close(self):
        os.close(self.to)  # which ends it
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.come)
        shutil.rmtree(self.folder, ignore_errors=True)

    def message(self, seconds):
        """The next one, or None."""
        until = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            if not select.select([self.come], [], [], max(0, until - time.monotonic()))[0]:
                return None
            came = os.read(self.come, 1 << 20)
            assert came, "chromium has ended"
            self.buffer += came
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def note(self, event):
        params = event.get("params", {})
        match event.get("method"):
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.console.append(params["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.console.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.console.append(str(params["args"]))
            case "Network.responseReceived":
                self.answered += 1

    def ask(self, method, **params):
        number = next(self.numbers)
        text = {"id": number, "method": method, "params": params}
        if self.session:
            text["sessionId"] = self.session
        os.write(self.to, json.dumps(text).encode() + b"\0")
        while True:
            message = self.message(30)
            assert message is not None, f"no answer to {method}"
            if message.get("id") == number:
                assert "error" not in message, (method, message["error"])
                return message["result"]
            self.note(message)

    def watch(self, seconds):
        """Lets the page run."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            message = self.message(left)
            if message is not None:
                self.note(message)

    # ---- The page ----

    def look(self, width, height=800, dark=False):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, url, seconds=1):
        # The page before may still ask a worker that has ended, and then says so on its console.
        self.ask("Page.navigate", url="about:blank")
        self.watch(0.2)
        self.console, self.answered = [], 0
        self.ask("Page.navigate", url=url)
        self.watch(seconds)

    def value(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def picture(self):
        """PNG of all of it, however long."""
        width, height = self.value("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        answer = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(answer["data"])
