"""One broker and one database for all tests, a stage of its own for each, and what a failure should show."""
import os
import random
import shutil
import subprocess
import tempfile

import pytest

from proxy import Postgres, Proxy
from services import REPO, Services
from stage import Stage


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes longer; make check-all runs it")
    config.addinivalue_line("markers", "lengthy: half a minute and more, most of which it waits; begun before the others")


def pytest_collection_modifyitems(items):
    """Each of xdist's processes begins with its share of the lengthy ones, so that none of these is left to run alone at the end."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    lengthy = [item for item in items if item.get_closest_marker("lengthy")]
    others = [item for item in items if not item.get_closest_marker("lengthy")]
    share = -(-len(others) // count)
    items[:] = [item for i in range(count) for item in lengthy[i::count] + others[i * share : (i + 1) * share]]


# A broker of the tests lives for minutes, in which the second compiler of its machine would cost more than it gives.
os.environ.setdefault("KAFKA_OPTS", "-Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1")


@pytest.fixture(scope="session")
def services():
    given = os.environ.get("SERVICES")  # whoever gives a folder removes what runs there
    folder = given or tempfile.mkdtemp(prefix="sessiond-system.")
    services = Services(folder)
    try:
        services.start()
        yield services
    finally:
        if not given:
            services.remove()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_findings(tmp_path, monkeypatch):
    """What a sanitizer says about any process of the test fails it, whatever was expected of that process; 99 is no code of ours."""
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
        monkeypatch.setenv(name, f"exitcode=99:print_stacktrace=1:log_path={tmp_path}/sanitizer")
    yield
    findings = "".join(path.read_text(errors="replace") for path in sorted(tmp_path.glob("sanitizer.*")))
    assert not findings, findings


@pytest.fixture
def stage(no_findings, services, request, tmp_path):
    with Stage.opened(services, request.node.originalname, tmp_path) as stage:
        yield stage


@pytest.fixture
def database(stage):
    """Between every worker of this stage and the database."""
    info = stage.db.info
    with Proxy(("127.0.0.1", 0), (info.host, info.port), Postgres) as proxy:
        unencrypted = {"sslmode": "disable", "gssencmode": "disable"}
        stage.settings["postgres.conninfo"] = stage.services.conninfo(host="127.0.0.1", port=proxy.port, **unencrypted)
        yield proxy


@pytest.fixture
def note(request):
    """Says something in the summary: a measurement that is not judged."""
    return lambda text: request.node.user_properties.append(("note", text))


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
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, text in report.user_properties:
                if report.when == "call" and name == "note":
                    terminalreporter.write_line(f"note: {report.location[2]}: {text}")


@pytest.fixture(scope="session")
def java():
    """Runs a program of tests/java from its source; what it prints, a line each."""
    folder = subprocess.run(
        ["bash", "-c", ". deploy/paths.sh; echo $JAVA_CLIENTS"], cwd=REPO, capture_output=True, text=True, check=True
    ).stdout.strip()

    def run(name, *args, lines=()):
        quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-XX:-UsePerfData"]
        line = ["java", *quick, "-cp", f"{folder}/*", f"tests/java/{name}.java", *map(str, args)]
        text = "".join(f"{each}\n" for each in lines)
        done = subprocess.run(line, cwd=REPO, input=text, capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.splitlines()

    return run
