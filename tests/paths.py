"""Where setup.sh has put what it downloads: deploy/paths.sh."""

import subprocess
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]


def path_of(name):
    """`path_of("ASYNCAPI")`; there is no question whether anything is there."""
    command = ["bash", "-c", f'. deploy/paths.sh && echo "${name}"']
    return Path(subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True).stdout.strip())
