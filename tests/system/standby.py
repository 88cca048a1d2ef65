"""A PostgreSQL of a test's own, with a synchronous standby that can take its place."""
import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from deadline import until
from services import Services, free_port


def as_postgres(*command):
    """PostgreSQL refuses to run as root."""
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
    done = subprocess.run([*user, *map(str, command)], cwd="/", stdout=subprocess.DEVNULL, timeout=120, check=False)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}"


class Pair:
    """The broker of `services`, and two databases of which one is the primary; clients know both."""

    def __init__(self, services, folder):
        self._services = services
        self.primary = Services(folder)
        self._port = None

    def __getattr__(self, name):
        return getattr(self._services, name)

    def conninfo(self, **other):
        own = self.primary.conninfo(**other)
        if self._port is None:
            return own
        both = re.sub(r"host=(\S+)", r"host=\1,\1", re.sub(r"port=(\S+)", rf"port=\1,{self._port}", own))
        return f"{both} target_session_attrs=read-write"

    connect = Services.connect

    def start(self):
        self.primary.do("start-postgres", "--fsync", "off")
        self.primary.read_env()
        home = (Path(self.primary.folder) / "postgres").resolve()
        self._data, self._standby = home / "data", home / "standby"
        with self.connect() as db:
            ((version,),) = db.execute("SELECT current_setting('server_version_num')::int / 10000").fetchall()
        self._bin = Path(f"/usr/lib/postgresql/{version}/bin")

    def start_standby(self):
        """Synchronous: what the primary has committed the standby has."""
        primary, port = self.primary.conninfo(), free_port()
        as_postgres(self._bin / "pg_basebackup", "-d", f"{primary} application_name=standby", "-D", self._standby, "-R", "-c", "fast")
        as_postgres(
            self._bin / "pg_ctl", "-D", self._standby, "-l", self._standby / "log", "-o", f"-p {port}", "-t", "60", "-s", "-w", "start"
        )
        with self.connect() as db:
            db.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            db.execute("SELECT pg_reload_conf()")
            synchronous = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'"
            until(lambda: db.execute(synchronous).fetchall(), 20, "the standby is synchronous")
        self._port = port

    @contextlib.contextmanager
    def stopped_primary(self):
        self.primary.do("stop-postgres", "immediate")
        yield

    def promote(self):
        as_postgres(self._bin / "pg_ctl", "-D", self._standby, "-t", "60", "-s", "-w", "promote")

    def remove(self):
        with contextlib.suppress(AssertionError):
            as_postgres(self._bin / "pg_ctl", "-D", self._standby, "-m", "immediate", "-s", "stop")
        self.primary.remove()
        shutil.rmtree(self.primary.folder, ignore_errors=True)
