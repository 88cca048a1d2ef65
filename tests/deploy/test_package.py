"""The Debian package on fresh systems, and the image: package.sh and image.sh say the steps."""
import subprocess

import pytest

from paths import REPO


def carried_out(*line):
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=REPO)
    if done.returncode == 77:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_the_package_is_built_installed_used_upgraded_and_purged_on_a_fresh_debian(release):
    carried_out("tests/deploy/package.sh", release)


@pytest.mark.slow
def test_the_dockerfile_can_be_carried_out_and_what_comes_of_it_runs():
    carried_out("tests/deploy/image.sh")
