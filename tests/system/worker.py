"""One process of `sessiond run`."""
import ctypes
import json
import os
import signal
import subprocess
from pathlib import Path

from deadline import until


def die_with_parent():
    """A worker does not outlive tests that crash: prctl(PR_SET_PDEATHSIG, SIGKILL)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Worker:
    def __init__(self, command, log, env):
        self.log_path = log
        with open(log, "ab") as out:
            self._process = subprocess.Popen(
                command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env, preexec_fn=die_with_parent
            )

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def lines(self):
        """The log, one dict a line."""
        whole = self.log.rpartition("\n")[0]  # the last one may be half written
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    @property
    def pid(self):
        return self._process.pid

    @property
    def running(self):
        return self._process.poll() is None

    def signal(self, number):
        os.kill(self._process.pid, number)

    def await_ready(self, seconds=20):
        def ready():
            assert self.running, f"ended with {self._process.returncode} before it was ready\n{self.log}"
            return any(line["message"] == "ready" for line in self.lines())

        until(ready, seconds, "the worker is ready")
        return self

    def await_exit(self, seconds=20):
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s\n{self.log}") from None

    def await_held(self, seconds=20):
        """Stopped by its failpoint, all threads of it: state T of proc(5)."""

        def held():
            assert self.running, f"ended with {self._process.returncode} before it was held\n{self.log}"
            stat = Path(f"/proc/{self._process.pid}/stat").read_text()
            return stat.rpartition(")")[2].split()[0] == "T"

        until(held, seconds, lambda: f"held at a failpoint\n{self.log[-3000:]}")
        assert any(line["message"].startswith("held at ") for line in self.lines()), self.log
        return self

    def stop(self):
        """As a supervisor does; a clean stop is 0."""
        if self.running:
            self.signal(signal.SIGTERM)
        status = self.await_exit()
        assert status == 0, f"stopped with {status}\n{self.log}"

    def kill(self):
        """kill -9: no chance to say anything."""
        self.signal(signal.SIGKILL)
        assert self.await_exit() == -signal.SIGKILL

    def clean_up(self):
        if self.running:
            self._process.kill()
        self._process.wait()
