"""The private broker and database that deploy/services.sh runs."""
import contextlib
import re
import subprocess
import uuid
from pathlib import Path

import psycopg

REPO = Path(__file__).resolve().parents[2]


def free_port():
    """One that no other test is given, and no outgoing connection: it stays free."""
    return int(subprocess.check_output(["deploy/services.sh", "free-port", "."], cwd=REPO))


class Services:
    """Both in one folder. Ports stay the same through stops and starts."""

    def __init__(self, folder):
        self.folder = folder
        self._env = {}

    def do(self, verb, *how):
        done = subprocess.run(
            ["deploy/services.sh", verb, self.folder, *how], cwd=REPO, text=True, capture_output=True, timeout=240
        )
        assert done.returncode == 0, f"services.sh {verb}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self):
        # So that sessions and transactions may be shorter than tests: a session has 6 s at least by default, and only every
        # 10 s the broker looks for transactions that are over their time.
        sessions = ("--kafka-config", "group.min.session.timeout.ms=1000")
        transactions = ("--kafka-config", "transaction.abort.timed.out.transaction.cleanup.interval.ms=500")
        self.do("start", "--fsync", "off", "--sasl", "--proxied", *sessions, *transactions)
        self.read_env()

    def read_env(self):
        self._env = dict(line.split("=", 1) for line in self.do("env").splitlines())

    def remove(self):
        self.do("remove")

    @property
    def kafka(self):
        return self._env["KAFKA"]

    @property
    def kafka_sasl(self):
        """The same broker, for users of its own who may do what ACLs allow."""
        return self._env["KAFKA_SASL"]

    @property
    def kafka_proxied(self):
        """Where a proxy finds the broker ..."""
        return self._env["KAFKA_PROXIED"]

    @property
    def kafka_proxy(self):
        """... and where the broker's clients look for the proxy."""
        return self._env["KAFKA_PROXY"]

    @property
    def registry(self):
        """The base URL of a schema registry that is started when the first test asks for it."""
        if "REGISTRY" not in self._env:
            self.do("start-registry")
            self.read_env()
        return self._env["REGISTRY"]

    def conninfo(self, **other):
        """A libpq connection string; `other` replaces or adds parameters."""
        env = self._env
        fields = {"host": env["PGHOST"], "port": env["PGPORT"], "user": env["PGUSER"], "dbname": env["PGDATABASE"]}
        return " ".join(f"{name}={value}" for name, value in {**fields, **other}.items())

    def kafka_password(self, user):
        """Of one of the listener's users, from the broker's own configuration."""
        text = (Path(self.folder) / "kafka/server.properties").read_text()
        return re.search(f'user_{user}="([^"]*)"', text)[1]

    def change_kafka_password(self, user):
        """To a new one, in force after the broker's next start."""
        old, new = self.kafka_password(user), f"s3cret-{uuid.uuid4().hex}"
        path = Path(self.folder) / "kafka/server.properties"
        path.write_text(path.read_text().replace(f'user_{user}="{old}"', f'user_{user}="{new}"'))
        return new

    @contextlib.contextmanager
    def locked_role(self, password):
        """A role that needs a password, in a cluster that trusts everyone else."""
        role = f"role_{uuid.uuid4().hex[:8]}"
        with self.connect() as db:
            ((hba_file,),) = db.execute("SHOW hba_file").fetchall()
            ((text,),) = db.execute("SELECT pg_read_file(%s)", (hba_file,)).fetchall()
            rules = [line for line in text.splitlines() if line and not line.startswith("#")]

            def write(lines):
                db.execute("CREATE TEMP TABLE hba AS SELECT unnest(%s::text[]) AS line", (lines,))
                db.execute(f"COPY hba TO '{hba_file}'")
                db.execute("DROP TABLE hba")
                db.execute("SELECT pg_reload_conf()")

            db.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
            write([f"host all {role} 127.0.0.1/32 scram-sha-256", *rules])
            try:
                yield role
            finally:
                write(rules)
                db.execute(f"DROP OWNED BY {role}")
                db.execute(f"DROP ROLE {role}")

    def connect(self, **other):
        return psycopg.connect(self.conninfo(**other), autocommit=True)
