"""One broker and one database for all tests, a stage of its own for each, and what a failure should show."""
import os
import random
import shutil
import tempfile

import pytest

from services import Services
from stage import Stage

NOTES = []  # what tests measured, shown at the end


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes longer; make check-all runs it")


@pytest.fixture(scope="session")
def services():
    # Given by tests/run.sh, which removes what is left there even if this process dies.
    folder = os.environ.get("SERVICES") or tempfile.mkdtemp(prefix="sessiond-system.")
    services = Services(folder)
    try:
        services.start()
        yield services
    finally:
        services.remove()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stage(services, request, tmp_path):
    stage = Stage(services, request.node.originalname, tmp_path)
    try:
        yield stage.open()
    finally:
        stage.close()


@pytest.fixture
def note(request):
    """Says something in the summary: a measurement that is not judged."""
    return lambda text: NOTES.append(f"{request.node.name}: {text}")


@pytest.fixture
def dice(note):
    """Chance that can be repeated: SEED=n pytest ..."""
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
    note(f"SEED={seed}")
    return random.Random(seed)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows its workers' last words."""
    outcome = yield
    report = outcome.get_result()
    stage = getattr(item, "funcargs", {}).get("stage")
    if report.failed and stage is not None:
        for worker in stage.workers:
            report.sections.append((worker.log_path.name, worker.log[-4000:]))


def pytest_terminal_summary(terminalreporter):
    for text in NOTES:
        terminalreporter.write_line(text)
