"""Completion as a person has it: a real bash and a real zsh on a terminal, the line typed, Tab, and what stands there then."""
import os
import pty
import re
import select
import subprocess
import time

import pytest

from program import environment, run

# What is typed before Tab, and what stands there after it.
COMPLETED = [
    ("sessiond mig", "sessiond migrate "),
    ("sessiond comp", "sessiond completion "),
    ("sessiond --js", "sessiond --json "),
    ("sessiond --json stat", "sessiond --json status "),
    ("sessiond status --wa", "sessiond status --watch "),
    ("sessiond dlq sh", "sessiond dlq show "),
    ("sessiond offsets se", "sessiond offsets set "),
    ("sessiond schemas fing", "sessiond schemas fingerprint "),
    ("sessiond topics ap", "sessiond topics apply "),
    ("sessiond migrate sq", "sessiond migrate sql "),
    ("sessiond tail rej", "sessiond tail rejected "),
    ("sessiond health re", "sessiond health ready "),
    ("sessiond completion z", "sessiond completion zsh "),
    # Values of options, as the next word and behind =.
    ("sessiond send --format av", "sessiond send --format avro-single-object "),
    ("sessiond send --format=conf", "sessiond send --format=confluent "),
    ("sessiond dlq list --code ST", "sessiond dlq list --code STORE_REFUSED "),
    ("sessiond replay --from beg", "sessiond replay --from beginning "),
    # A value that looks like a command is none.
    ("sessiond -F run mig", "sessiond -F run migrate "),
    ("sessiond dlq --code list sh", "sessiond dlq --code list show "),
    # Only the options of the action that was typed.
    ("sessiond dlq redrive --app", "sessiond dlq redrive --apply "),
    ("sessiond dlq list --app", "sessiond dlq list --app"),
    ("sessiond dlq --partition 0 redrive --appl", "sessiond dlq --partition 0 redrive --apply "),
    # Keys, and what their values can be.
    ("sessiond -X batch.max.m", "sessiond -X batch.max.messages="),
    ("sessiond run -X events.deliv", "sessiond run -X events.delivery="),
    ("sessiond -X log.level=de", "sessiond -X log.level=debug "),
    ("sessiond -X commands.id.required=t", "sessiond -X commands.id.required=true "),
    ("sessiond run -X group.id=a -X duplicates=sup", "sessiond run -X group.id=a -X duplicates=suppress "),
    ("sessiond -X schema.registry.url=http://run:8081 mig", "sessiond -X schema.registry.url=http://run:8081 migrate "),
    # Files.
    ("sessiond -F one\\ f", "sessiond -F one\\ file.conf "),
    ("sessiond send comm", "sessiond send commands.jsonl "),
    ("sessiond schemas fingerprint ord", "sessiond schemas fingerprint order.avsc "),
    ("sessiond schemas ord", "sessiond schemas ord"),
    ("sessiond -X postgres.conninfo.file=one", "sessiond -X postgres.conninfo.file=one\\ file.conf "),
    # Nothing is known, nothing is made up.
    ("sessiond await x", "sessiond await x"),
    ("sessiond status --timeout 5", "sessiond status --timeout 5"),
    ("sessiond nothing --tim", "sessiond nothing --tim"),
]

# A key that says what stands on the line, and then forgets it.
SHELLS = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        "bind 'set bell-style none'; bind 'set completion-query-items 0'; bind 'set enable-bracketed-paste off'; "
        """bind -x '"\\C-g": printf "\\nLINE=[%s]\\n" "$READLINE_LINE"; READLINE_LINE='; """
        "source ./completion; PS1=; echo READY''",
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        "autoload -Uz compinit; compinit -D -u; setopt no_list_beep no_beep; source ./completion; PS1=; unsetopt prompt_cr prompt_sp; "
        "say() { printf '\\nLINE=[%s]\\n' \"$BUFFER\"; BUFFER=; }; zle -N say; bindkey '^G' say; echo READY''",
    ),
}


class Terminal:
    """A shell on a terminal of its own."""

    def __init__(self, line, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(TERM="dumb", HOME=str(folder), PATH=os.environ["PATH"], LC_ALL="C.UTF-8")
            os.execvp(line[0], line)
        self.seen = ""

    def type(self, text):
        os.write(self.fd, text.encode())

    def read_until(self, pattern, seconds=20):
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.seen)):
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.fd], [], [], left)[0], f"waited for {pattern}, saw {self.seen[-2000:]}"
            self.seen += os.read(self.fd, 65536).decode(errors="replace").replace("\r", "")
        self.seen = self.seen[found.end():]
        return found

    def complete(self, typed):
        self.type(typed + "\t\x07")
        return self.read_until(r"LINE=\[(.*)\]\n")[1]

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


@pytest.fixture(scope="module", params=SHELLS)
def terminal(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "completion").write_text(run("completion", request.param))
    for name in ("one file.conf", "commands.jsonl", "order.avsc"):
        (folder / name).touch()
    line, setup = SHELLS[request.param]
    terminal = Terminal(line, folder)
    terminal.type(setup + "\n")
    terminal.read_until(r"(?m)^READY$")
    yield terminal
    terminal.close()


@pytest.mark.parametrize("typed, becomes", COMPLETED)
def test_a_real_shell_completes_the_line(terminal, typed, becomes):
    assert terminal.complete(typed) == becomes


def offered(*words, line=None):
    """What bash offers for the last of the words: its own function, called as bash calls it."""
    line = line or " ".join(words)
    script = 'source ./completion; COMP_LINE=$1; COMP_POINT=${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sessiond; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", script.replace("./completion", "<(printf %s \"$COMPLETION\")"), "bash", line, *words],
        capture_output=True, text=True, check=True, env={**environment(), "COMPLETION": run("completion", "bash")},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


def test_every_command_option_and_key_of_the_tables_is_offered():
    commands = re.findall(r"(?m)^  ([a-z]+)  +[A-Z]", run("--help"))
    assert sorted(offered("sessiond", "")) == sorted(commands) and len(commands) > 15
    for name in commands:
        options = set(re.findall(r"(?m)^  (--[a-z-]+)", run(name, "--help").partition("\nOptions:\n")[2].partition("\n\n")[0]))
        assert options | {"--json", "--help"} <= set(offered("sessiond", name, "--")), name
    keys = set(re.findall(r"(?m)^([a-z][a-z.]*)(?:\*)?  ", run("config", "--list")))
    assert {f"{key}=" for key in keys if not key.endswith(".")} <= set(offered("sessiond", "-X", ""))
    assert {"kafka.", "kafka.consumer.", "postgres.conninfo.file="} <= set(offered("sessiond", "-X", ""))


def test_the_scripts_have_no_fault_that_a_linter_knows(tmp_path):
    (tmp_path / "bash").write_text(run("completion", "bash"))
    (tmp_path / "zsh").write_text(run("completion", "zsh"))
    for line in (["bash", "-n", "bash"], ["shellcheck", "-s", "bash", "bash"], ["zsh", "-n", "zsh"]):
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
