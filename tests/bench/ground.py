"""Where it is measured: a broker and a database that nobody else uses, with fsync and synchronous_commit on."""
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "system"), str(Path(__file__).parents[1])]

from mix import ACTIVITIES, GROUPS  # noqa: E402
from services import REPO, Services  # noqa: E402
from stage import Stage, program  # noqa: E402

# A new group waits for all workers that are being started, so that no rebalance falls into the measurement.
BROKER = ("group.initial.rebalance.delay.ms=2000",)
DATABASE = ("shared_buffers=512MB", "max_wal_size=4GB")


class Ground(Services):
    database = "sessiond"

    def conninfo(self, **other):
        return super().conninfo(**{"dbname": self.database, **other})

    @classmethod
    @contextlib.contextmanager
    def started(cls):
        work = Path(tempfile.mkdtemp(prefix="sessiond-bench."))
        ground = cls(str(work / "services"))
        ground.work = work
        try:
            Path(ground.folder).mkdir()
            options = [("--kafka-config", each) for each in BROKER] + [("--postgres-config", each) for each in DATABASE]
            ground.do("start", *(word for option in options for word in option))
            ground.read_env()
            yield ground
        finally:
            ground.remove()
            shutil.rmtree(work, ignore_errors=True)


class BenchStage(Stage):
    """With many parents, and workers that leave their group at once, so that it can be rewound."""

    groups, activities = GROUPS, ACTIVITIES

    def __init__(self, services, work, **settings):
        super().__init__(services, "bench", work)
        self.settings.update({"instance.id": "auto", **settings})

    def close(self):
        topics = [self.commands, self.created, self.rejected, self.dlq]
        for deleted in self.admin.delete_topics(topics).values():
            deleted.result(30)
        self.drop_tables()
        super().close()

    def drop_tables(self):
        self.db.execute(f"DROP SCHEMA {self.schema} CASCADE")

    def fill(self, commands):
        """The topic, by a producer that does not keep what it has sent."""
        failed = []
        for command in commands:
            while True:
                try:
                    self.producer.produce(self.commands, command.value, command.id, on_delivery=lambda error, _: error and failed.append(error))
                    break
                except BufferError:
                    self.producer.poll(0.1)
            self.producer.poll(0)
        assert self.producer.flush(60) == 0 and not failed, failed[:1]


def settings(pairs):
    """KEY=VALUE of a command line."""
    return dict(pair.split("=", 1) for pair in pairs)


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, cwd=REPO, check=False).stdout.partition("\n")[0]


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()


def facts(ground):
    """What figures of another run must be compared with."""
    with ground.connect() as db:
        server = db.info.parameter_status("server_version").split()[0]
        durable = {name: db.execute(f"SHOW {name}").fetchone()[0] for name in ("fsync", "synchronous_commit")}
    versions = subprocess.run([program(), "version"], capture_output=True, text=True, check=True).stdout.splitlines()
    jars = first_line("bash", "-c", ". deploy/paths.sh; ls $JARS | sed -n 's/^kafka_2.13-\\(.*\\)[.]jar$/\\1/p'")
    return {
        "machine": f"{os.cpu_count()} cores, {processor()}, Linux {platform.release()}",
        "program": versions[0],
        "librdkafka": next(line.split()[1] for line in versions if line.startswith("librdkafka")),
        "postgresql": server,
        "kafka": jars,
        **durable,
        "load_before": round(os.getloadavg()[0], 2),
    }


# ---- For people ------------------------------------------------------------------------------------------------------


def headline(facts):
    servers = ", ".join(f"{name} {facts[key]}" for name, key in (
        ("PostgreSQL", "postgresql"), ("Kafka", "kafka"), ("librdkafka", "librdkafka")))
    durable = f"fsync {facts['fsync']}, synchronous_commit {facts['synchronous_commit']}"
    load = " and ".join(f"{facts[key]} {when}" for key, when in (("load_before", "before"), ("load_after", "after")) if key in facts)
    return f"{facts['machine']}; {facts['program']}, {servers}; {durable}; load average {load}"


def markdown(head, rows):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])
