"""The commands of the runbook (deploy/README.md), as they stand there: each answers, and ends by itself."""
import os
import re
import shlex
import subprocess

import pytest

from services import REPO, free_port
from stage import command

RUNBOOK = (REPO / "deploy/README.md").read_text().partition("\n## Runbook\n")[2].partition("\n## ")[0]
# Those for systemd, Kubernetes and Kafka's own tools need what is not here.
COMMANDS = [
    part.strip()
    for line in re.findall(r"(?m)^    ((?:sessiond|psql) .*)$", RUNBOOK)
    for part in re.sub(r" +#.*", "", line).split(";")
]


def test_it_is_the_commands_that_are_meant():
    assert len(COMMANDS) > 10 and len({each.split()[1] for each in COMMANDS}) > 5


@pytest.fixture
def shell(stage, tmp_path):
    """Runs a command where `sessiond` is the program with this stage's configuration, and psql finds its database."""
    stage.settings["http.listen"] = f"127.0.0.1:{free_port()}"
    wrapper = tmp_path / "sessiond"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, stage.command_line()))} "$@"\n')
    wrapper.chmod(0o755)
    environment = {**stage.environment(), "PATH": f"{tmp_path}:{os.environ['PATH']}", "PAGER": "cat"}
    environment |= {f"PG{name.upper()}": value for name, value in re.findall(r"(host|port|user)=(\S+)", stage.services.conninfo())}
    environment["PGDATABASE"] = re.search(r"dbname=(\S+)", stage.services.conninfo())[1]

    def run(line):
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=60, env=environment, check=False
        )

    return run


def test_every_command_of_the_runbook_answers_and_ends(stage, shell):
    with stage.working():
        stage.send_all([command() for _ in range(3)] + [command(group_id=99), b"garbage"], key=b"k")
        stage.await_drained()
        (letter,) = stage.dead_letters()
        for line in COMMANDS:
            done = shell(line.replace("P@O", f"{letter.partition}@{letter.offset}"))
            assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
            assert done.stdout, line
    stage.judge()
