"""The program that is tested: $BUILD/sessiond."""
import os
import subprocess

from paths import REPO

PROGRAM = (REPO / os.environ.get("BUILD", "build") / "sessiond").resolve()


def environment():
    """Nothing of the caller's configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "SESSIOND", "CREDENTIALS"))}


def run(*arguments, status=0, **variables):
    done = subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, check=False, env={**environment(), **variables}
    )
    assert done.returncode == status, done
    return done.stdout
