"""The units: what systemd itself says of them, and that their times fit those of the program."""
import json
import re
import subprocess

import pytest

from paths import REPO
from program import run
from unit_file import one, settings

UNITS = [REPO / "deploy/systemd/sessiond.service", REPO / "deploy/systemd/sessiond@.service"]
MOST_EXPOSED = 2.0


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(params=UNITS, ids=lambda path: path.name)
def unit(request):
    return request.param


def with_other(unit, folder, old, new):
    """The unit with something else in it, under its own name."""
    text = unit.read_text()
    assert old in text
    copy = folder / unit.name
    copy.write_text(text.replace(old, new))
    return copy


def verified(unit, folder):
    """What `systemd-analyze verify` says, with a program that is there."""
    return analyze("verify", "--man=no", str(with_other(unit, folder, "/usr/bin/sessiond", "/bin/true"))).stderr


def test_systemd_finds_nothing_wrong_in_a_unit(unit, tmp_path):
    assert verified(unit, tmp_path) == ""


def test_a_setting_that_systemd_does_not_know_would_be_found(unit, tmp_path):
    assert "Unknown key" in verified(with_other(unit, tmp_path, "UMask=", "Umask="), tmp_path)


def exposure(unit):
    out = analyze("security", "--offline=yes", "--no-pager", str(unit)).stdout
    return float(re.search(r"Overall exposure level for .*: ([0-9.]+)", out)[1])


def test_a_unit_is_exposed_no_more_than_its_limit(unit, tmp_path):
    assert exposure(unit) <= MOST_EXPOSED
    assert exposure(with_other(unit, tmp_path, "User=sessiond", "User=root")) > exposure(unit), "it would be seen"


def test_the_template_is_the_unit_with_a_name_in_it():
    unit, template = (settings(path) for path in UNITS)
    for found in (unit, template):
        del found["Description"]
    assert template.pop("Environment") == ["SESSIOND_INSTANCE_ID=%H.%i"]
    assert template.pop("EnvironmentFile") == ["-/etc/sessiond/%i.env"]
    assert unit == template


def test_systemd_waits_longer_than_the_program_itself(unit):
    found = settings(unit)
    defaults = {name: key["default"] for name, key in json.loads(run("config", "--list", "--json")).items()}
    assert int(one(found, "TimeoutStartSec")) > int(defaults["startup.timeout.ms"]) / 1000
    assert int(one(found, "TimeoutStopSec")) > int(defaults["shutdown.timeout.ms"]) / 1000
    own = int(re.search(r"#define WATCHDOG_MS (\d+)", (REPO / "src/cli/run.c").read_text())[1]) / 1000
    quarter = int(one(found, "WatchdogSec")) / 4
    assert own + quarter < int(one(found, "WatchdogSec"))


def test_what_needs_a_person_is_not_restarted(unit):
    """README's exit codes: what waiting cannot heal; 69, 70 and 75 it can."""
    assert one(settings(unit), "RestartPreventExitStatus").split() == ["64", "65", "66", "76", "77", "78"]
