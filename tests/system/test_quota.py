"""A broker that lets little through: a quota of the operator's for this client."""
import contextlib
import subprocess

import pytest

from deadline import until
from services import REPO
from test_kill import mixed


def jars():
    line = ". deploy/paths.sh && echo $JARS"
    return subprocess.run(["bash", "-c", line], cwd=REPO, text=True, capture_output=True, check=True).stdout.strip()


@contextlib.contextmanager
def quota(stage, client, **rates):
    """For all that this client.id does."""
    entity = ["--bootstrap-server", stage.services.kafka, "--alter", "--entity-type", "clients", "--entity-name", client]
    tool = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars()}/*", "kafka.admin.ConfigCommand", *entity]

    def alter(*what):
        done = subprocess.run([*tool, *what], text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr

    alter("--add-config", ",".join(f"{name}={rate}" for name, rate in rates.items()))
    try:
        yield
    finally:
        alter("--delete-config", ",".join(rates))


@pytest.mark.lengthy
def test_a_quota_too_small_for_a_batch_slows_it_down_and_is_named(stage):
    stage.send_all(mixed(4000), key=lambda i: b"%d" % (i % 20))
    client = {"kafka.client.id": stage.name}
    with quota(stage, stage.name, producer_byte_rate=4096):
        worker = stage.start(**client).await_ready()
        until(lambda: "E-KAFKA-QUOTA" in worker.log, 60, lambda: f"the quota is named\n{worker.log[-3000:]}")
        until(lambda: sum(stage.committed().values()) > 0, 90, lambda: f"something gets through\n{worker.log[-3000:]}")
        assert worker.running
    stage.await_drained(60)
    worker.stop()
    assert len(stage.events()) == 4000
    stage.judge()
