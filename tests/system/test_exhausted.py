"""A server that has no transaction ids left until somebody vacuums it; and the names in its errors by which that is known."""
import contextlib
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from deadline import until
from services import REPO, Services
from stage import command, new_id

NEXT = 2146484000  # less than 1,000,000 before the end: the server gives out no more of them, from 3,000,000 before it on


class Counter(NamedTuple):
    options: list  # of pg_resetwal
    file: str  # that pg_resetwal leaves to be made
    hold: list  # what somebody forgot, which keeps VACUUM from freeing ids
    release: str


COUNTERS = {
    "GetNewTransactionId": Counter(
        ["-x", f"{NEXT}"],
        f"pg_xact/{NEXT // 1048576:04X}",
        ["SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')"],
        "SELECT pg_drop_replication_slot('forgotten')",
    ),
    # Needed by whoever locks a row that somebody else has locked.
    "GetNewMultiXactId": Counter(
        ["-m", f"{NEXT},1"],
        f"pg_multixact/offsets/{NEXT // 65536:04X}",
        ["BEGIN", "SELECT FROM groups FOR KEY SHARE", "PREPARE TRANSACTION 'forgotten'"],
        "ROLLBACK PREPARED 'forgotten'",
    ),
}


def setting(db, name):
    ((value,),) = db.execute("SELECT setting FROM pg_config WHERE name = %s", (name,)).fetchall()
    return Path(value)


def functions():
    """Of the server: what the sources compare the function of an error or a notice with."""
    text = "".join((REPO / "src/postgres" / file).read_text() for file in ("pg_error.c", "connection.c"))
    found = re.findall(r'^#define RAISE "(\w+)"|^    \{"(\w{6,})", *\{"|strcmp\(function, "(\w+)"\)', text, re.M)
    return {"".join(names) for names in found}


def test_the_server_has_the_functions_by_which_its_errors_are_told_apart(services):
    """All servers: those that nothing here can bring to say so, too."""
    names = functions()
    assert {"exec_stmt_raise", "ExecWithCheckOptions", "SyncRepWaitForLSN", *COUNTERS} <= names
    with services.connect() as db:
        server = setting(db, "BINDIR") / "postgres"
        code = server.read_bytes() + (setting(db, "PKGLIBDIR") / "plpgsql.so").read_bytes()
    assert [name for name in sorted(names) if name.encode() + b"\0" not in code] == []


@contextlib.contextmanager
def own_server(folder):
    server = Services(str(folder / "own"))
    options = ("max_prepared_transactions=1", "wal_level=logical")
    try:
        server.do("start-postgres", "--fsync", "off", *(word for each in options for word in ("--postgres-config", each)))
        server.read_env()
        with server.connect(dbname="postgres") as db:  # each of them would be one more to vacuum
            db.execute("UPDATE pg_database SET datistemplate = false")
            db.execute("DROP DATABASE template0")
            db.execute("DROP DATABASE template1")
        yield server
    finally:
        server.remove()


def exhaust(server, counter):
    """Stops it, turns the counter forward and starts it again."""
    with server.connect() as db:
        ((data,),) = db.execute("SHOW data_directory").fetchall()
        tool = setting(db, "BINDIR") / "pg_resetwal"
    if not tool.exists():
        pytest.skip("this server came without pg_resetwal")
    server.do("stop-postgres")
    owner = Path(data).stat()
    as_owner = {"user": owner.st_uid, "group": owner.st_gid, "cwd": "/"}
    subprocess.run([tool, *counter.options, data], check=True, capture_output=True, **as_owner)
    subprocess.run(["sh", "-c", f"head -c 262144 /dev/zero > {data}/{counter.file}"], check=True, **as_owner)
    server.do("start-postgres")


@pytest.mark.parametrize("counter", COUNTERS.values(), ids=COUNTERS.keys())
def test_without_transaction_ids_it_says_what_to_do_and_waits_until_they_are_there(stage, tmp_path, counter):
    with own_server(tmp_path) as server:
        there = {"postgres.conninfo": server.conninfo(), "postgres.schema": "public"}
        stage.must("migrate", "up", **there)
        with server.connect() as db:
            db.execute("INSERT INTO groups (id, name) VALUES (1, 'Core Verbs')")
            db.execute("INSERT INTO study_activities (id, name) VALUES (1, 'Typing Tutor')")
            for statement in counter.hold:
                db.execute(statement)
        exhaust(server, counter)

        sent = stage.send(command(new_id()))
        worker = stage.start(**there)
        until(lambda: "E-PG-54000" in worker.log, 20, lambda: f"it says that there are no ids\n{worker.log}")
        assert "VACUUM" in worker.log and not stage.events()
        with server.connect() as db, server.connect(dbname="postgres") as other:
            db.execute(counter.release)
            db.execute("VACUUM FREEZE")
            other.execute("VACUUM FREEZE")
        stage.await_drained()
        assert stage.event_of(sent).topic == stage.created
        worker.stop()
