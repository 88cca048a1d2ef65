"""Where it is measured: a broker and a database that nobody else uses, with fsync and synchronous_commit on."""
import contextlib
import datetime
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "system"), str(Path(__file__).parents[1])]

from mix import ACTIVITIES, GROUPS  # noqa: E402
from paths import path_of  # noqa: E402
from services import Services  # noqa: E402
from standby import Pair  # noqa: E402
from stage import Stage, program  # noqa: E402

# A new group waits for all workers that are being started, so that no rebalance falls into the measurement.
BROKER = ("group.initial.rebalance.delay.ms=2000",)
DURABLE = ("fsync", "synchronous_commit", "synchronous_standby_names")
DATABASE = ("shared_buffers=512MB", "max_wal_size=4GB")


class Ground(Services):
    database = "sessiond"

    def conninfo(self, **other):
        return super().conninfo(**{"dbname": self.database, **other})

    @contextlib.contextmanager
    def synchronous_standby(self):
        pair = Pair(self, self.folder)
        try:
            pair.start()  # the primary runs already
            pair.start_standby()
            yield
        finally:
            pair.remove()

    @classmethod
    @contextlib.contextmanager
    def started(cls, standby=False):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the services are removed
        work = Path(tempfile.mkdtemp(prefix="sessiond-bench."))
        ground = cls(str(work / "services"))
        ground.work = work
        try:
            Path(ground.folder).mkdir()
            options = [("--kafka-config", each) for each in BROKER] + [("--postgres-config", each) for each in DATABASE]
            ground.do("start", *(word for option in options for word in option))
            ground.read_env()
            with ground.synchronous_standby() if standby else contextlib.nullcontext():
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
        for worker in self.workers:
            worker.clean_up()
        if self.admin is not None:  # it was opened
            for deleted in self.admin.delete_topics([self.commands, self.created, self.rejected, self.dlq]).values():
                deleted.result(30)
            self.drop_tables()
        super().close()

    def drop_tables(self):
        self.db.execute(f"DROP SCHEMA {self.schema} CASCADE")

    def fill(self, commands):
        """The topic, by a producer that does not keep what it has sent."""
        failed = []

        def delivered(error, _):
            if error is not None:
                failed.append(error)

        for number, command in enumerate(commands):
            self.producer.produce(self.commands, command.value, command.id, on_delivery=delivered)
            if number % 10000 == 9999:
                self.producer.flush(60)  # its queue has an end
        assert self.producer.flush(60) == 0 and not failed, failed[:1]


def settings(pairs):
    """KEY=VALUE of a command line."""
    return dict(pair.split("=", 1) for pair in pairs)


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()


def facts(ground):
    """What figures of another run must be compared with."""
    with ground.connect() as db:
        server = db.info.parameter_status("server_version").split()[0]
        durable = {name: db.execute(f"SHOW {name}").fetchone()[0] for name in DURABLE}
    versions = subprocess.run([program(), "version"], capture_output=True, text=True, check=True).stdout.splitlines()
    (broker,) = path_of("JARS").glob("kafka_2.13-*.jar")
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {processor()}, Linux {platform.release()}",
        "program": versions[0],
        "librdkafka": next(line.split()[1] for line in versions if line.startswith("librdkafka")),
        "postgresql": server,
        "kafka": broker.stem.rpartition("-")[2],
        **durable,
        "load_before": round(os.getloadavg()[0], 2),
    }


# ---- For people ------------------------------------------------------------------------------------------------------


def headline(facts):
    servers = ", ".join(f"{name} {facts[key]}" for name, key in (
        ("PostgreSQL", "postgresql"), ("Kafka", "kafka"), ("librdkafka", "librdkafka")))
    durable = ", ".join(f"{name} {facts[name]}" for name in DURABLE if facts[name])
    load = " and ".join(f"{facts[key]} {when}" for key, when in (("load_before", "before"), ("load_after", "after")) if key in facts)
    return f"{facts['date']}: {facts['machine']}; {facts['program']}, {servers}; {durable}; load average {load}"


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text + "\n")


def markdown(head, rows):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])
