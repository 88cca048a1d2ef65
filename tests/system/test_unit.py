"""The worker as systemd would run it: as a user with no privileges, under the restrictions of deploy/systemd/sessiond.service."""
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from deadline import until
from services import REPO
from stage import command, program
from worker import Worker

UNIT = REPO / "deploy/systemd/sessiond.service"


@pytest.fixture
def open_folder():
    """One that the user of the unit may enter, whatever the temporary folders of the tests may be."""
    folder = Path(tempfile.mkdtemp(prefix="sessiond-unit.", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


class Manager:
    """The end of the socket at which a service manager listens."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.setblocking(False)
        self.path.chmod(0o666)
        self.said = []

    def heard(self, word):
        while True:
            try:
                self.said += self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return word in self.said


@pytest.fixture
def confined(stage, open_folder):
    """A worker that runs as `nobody`, who needs a program and a configuration that he can read."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    if "address" in os.environ.get("BUILD", ""):
        pytest.skip("a sanitizer asks the system for more than the unit allows")
    shutil.copy(program(), open_folder / "sessiond")
    conf = open_folder / "sessiond.conf"
    conf.write_text("".join(f"{name}={value}\n" for name, value in stage.settings.items()))
    manager = Manager(open_folder)
    line = [sys.executable, REPO / "tests/deploy/confined.py", UNIT, "--user", "nobody"]
    line += ["--", open_folder / "sessiond", "-F", conf, "run"]
    worker = Worker(line, open_folder / "log", {**stage.environment(), "NOTIFY_SOCKET": str(manager.path)})
    stage.workers.append(worker)
    worker.manager = manager
    return worker


def await_ready(worker):
    def ready():
        assert worker.running, f"ended before it was ready\n{worker.log}"
        return worker.manager.heard("READY=1")

    until(ready, 30, lambda: f"ready\n{worker.log}")


def status_of(worker):
    return dict(line.partition(":\t")[::2] for line in Path(f"/proc/{worker.pid}/status").read_text().splitlines())


def test_the_worker_does_its_work_under_the_restrictions_of_its_unit(stage, confined):
    await_ready(confined)
    assert confined.manager.heard("WATCHDOG=1")
    status = status_of(confined)
    assert status["Uid"].split() == [str(pwd.getpwnam("nobody").pw_uid)] * 4
    assert (status["Seccomp"], status["CapBnd"], status["CapEff"]) == ("2", "0" * 16, "0" * 16), "it is under them"

    stage.send_all([command(), command(group_id=99), b"garbage"])
    stage.await_drained()
    confined.stop()
    assert confined.manager.heard("STOPPING=1")
    stage.judge()


def test_a_worker_keeps_its_memory_from_other_processes_of_its_user(confined):
    """What is in /proc/PID belongs to root where the process is not dumpable: proc(5)."""
    await_ready(confined)
    assert Path(f"/proc/{confined.pid}/mem").stat().st_uid == 0
    confined.stop()


def test_a_worker_gives_up_new_privileges_by_itself(stage):
    worker = stage.start().await_ready()
    assert status_of(worker)["NoNewPrivs"] == "1"
    worker.stop()


def test_what_the_unit_does_not_allow_is_refused(open_folder):
    """So the restrictions of the other tests are real ones."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    line = [sys.executable, REPO / "tests/deploy/confined.py", UNIT, "--user", "nobody", "--", "/usr/bin/python3", "-c",
            "import mmap, socket, sys\n"
            "for what in (lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),\n"
            "             lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),\n"
            "             lambda: __import__('os').nice(1), lambda: __import__('os').setuid(0)):\n"
            "    try:\n"
            "        what()\n"
            "    except PermissionError:\n"
            "        print('refused')\n"]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=open_folder)
    assert done.stdout.split() == ["refused"] * 4, done
