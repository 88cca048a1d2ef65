"""A server that has no transaction ids left until somebody vacuums it; and the names in its errors by which that is known."""
import contextlib
import re
import subprocess
from pathlib import Path

import pytest

from deadline import until
from services import REPO, Services
from stage import command, new_id

OLD = 2146484000  # less than 1,000,000 before the end: the server gives out no more of them, from 3,000,000 before it on
COUNTERS = {  # what pg_resetwal is told, and where the file belongs that it leaves to be made
    "GetNewTransactionId": (["-x", f"{OLD}"], f"pg_xact/{OLD // 1048576:04X}"),
    "GetNewMultiXactId": (["-m", f"{OLD},1"], f"pg_multixact/offsets/{OLD // 65536:04X}"),
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
    try:
        server.do("start-postgres", "--fsync", "off", "--postgres-config", "max_prepared_transactions=1")
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
    options, file = COUNTERS[counter]
    owner = Path(data).stat()
    as_owner = {"user": owner.st_uid, "group": owner.st_gid, "cwd": "/"}
    subprocess.run([tool, *options, data], check=True, capture_output=True, **as_owner)
    subprocess.run(["sh", "-c", f"head -c 262144 /dev/zero > {data}/{file}"], check=True, **as_owner)
    server.do("start-postgres")


@pytest.mark.parametrize("counter", COUNTERS)
def test_without_transaction_ids_it_says_what_to_do_and_waits_until_they_are_there(stage, tmp_path, counter):
    with own_server(tmp_path) as server:
        there = {"postgres.conninfo": server.conninfo(), "postgres.schema": "public"}
        stage.must("migrate", "up", **there)
        with server.connect() as db:
            db.execute("INSERT INTO groups (id, name) VALUES (1, 'Core Verbs')")
            db.execute("INSERT INTO study_activities (id, name) VALUES (1, 'Typing Tutor')")
            # Forgotten by somebody: it keeps VACUUM from freeing ids, and who locks the same row needs a multixact id.
            db.execute("BEGIN")
            db.execute("SELECT FROM groups FOR KEY SHARE")
            db.execute("PREPARE TRANSACTION 'forgotten'")
        exhaust(server, counter)

        sent = stage.send(command(new_id()))
        worker = stage.start(**there)
        until(lambda: "E-PG-54000" in worker.log, 20, lambda: f"it says that there are no ids\n{worker.log}")
        assert "VACUUM" in worker.log and not stage.events()
        with server.connect() as db, server.connect(dbname="postgres") as other:
            db.execute("ROLLBACK PREPARED 'forgotten'")
            db.execute("VACUUM FREEZE")
            other.execute("VACUUM FREEZE")
        stage.await_drained()
        assert stage.event_of(sent).topic == stage.created
        worker.stop()
