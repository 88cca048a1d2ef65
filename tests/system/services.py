"""The private broker and database that deploy/services.sh runs."""
import subprocess
from pathlib import Path

import psycopg

REPO = Path(__file__).resolve().parents[2]


class Services:
    """Both in one folder. Ports stay the same through stops and starts."""

    def __init__(self, folder):
        self.folder = folder
        self._env = {}

    def do(self, verb, *how):
        done = subprocess.run(
            ["deploy/services.sh", verb, self.folder, *how], cwd=REPO, text=True, capture_output=True, timeout=120
        )
        assert done.returncode == 0, f"services.sh {verb}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self):
        self.do("start", "--fsync", "off", "--sasl", "--proxied")
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

    def conninfo(self, **other):
        """A libpq connection string; `other` replaces or adds parameters."""
        env = self._env
        fields = {"host": env["PGHOST"], "port": env["PGPORT"], "user": env["PGUSER"], "dbname": env["PGDATABASE"]}
        return " ".join(f"{name}={value}" for name, value in {**fields, **other}.items())

    def connect(self, **other):
        return psycopg.connect(self.conninfo(**other), autocommit=True)
