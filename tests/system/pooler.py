"""Connection poolers between the worker and PostgreSQL: the real PgBouncer, and one that does what its newer versions do."""
from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from deadline import until
from proxy import Postgres, deliver, end
from services import free_port


@contextlib.contextmanager
def pgbouncer(services, folder, mode):
    """Debian's, with its defaults but for the mode. Gives the connection string through it."""
    target, port = dict(pair.split("=", 1) for pair in services.conninfo().split()), free_port()
    config = Path(tempfile.mkdtemp(prefix="sessiond-pgbouncer.", dir="/var/tmp")) / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n{target['dbname']} = host={target['host']} port={target['port']} user={target['user']}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n"
    )
    config.parent.chmod(0o755)
    # It refuses to run as root.
    other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    with open(folder / "pgbouncer.log", "wb") as log:
        process = subprocess.Popen([*other, "/usr/sbin/pgbouncer", str(config)], stdout=log, stderr=log, cwd="/")
    try:
        until(lambda: answers(port), 20, "PgBouncer listens")
        yield services.conninfo(port=port)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(config.parent)


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Server:
    """One connection to PostgreSQL, opened with the client's own startup message."""

    def __init__(self, target, startup):
        self.socket = socket.create_connection(target)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.prepared = set()  # names of statements
        self.parsing = []  # for each ParseComplete to come: whether the client asked for it
        self.greeting = b""
        deliver(self.socket, startup)
        for answer in self.answers():
            self.greeting += answer

    def send(self, request, client_asked=True):
        if request[:1] == b"P":
            self.prepared.add(statement(request))
            self.parsing.append(client_asked)
        deliver(self.socket, request)

    def answers(self):
        """Up to ReadyForQuery, without what the client has not asked for."""
        while (answer := Postgres.answer(self.socket)) is not None:
            if answer[:1] != b"1" or self.parsing.pop(0):
                yield answer
            if Postgres.is_last(answer):
                self.parsing.clear()  # an error skips the rest
                return


def statement(request):
    """The name in Parse, or, after the portal's, in Bind."""
    return request[5:].split(b"\0", 2)[0 if request[:1] == b"P" else 1]


class Pooler:
    """Another server connection for each transaction, and prepared statements that follow: PgBouncer from 1.21 on.

    Each client has connections of its own: what it meets of others is not what this is for."""

    def __init__(self, services, connections=2):
        target = dict(pair.split("=", 1) for pair in services.conninfo().split())
        self._target, self._connections = (target["host"], int(target["port"])), connections
        self._services = services
        self.turn = 0  # whose turn it is from the transaction on that follows the one that is awaited now

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.conninfo = self._services.conninfo(port=port, sslmode="disable", gssencmode="disable")
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        end(self._listener)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        startup = Postgres.request(client, True)
        servers = [Server(self._target, startup) for _ in range(self._connections)]
        deliver(client, servers[0].greeting)
        parsed = {}  # the client's Parse messages by name
        with contextlib.suppress(OSError), client:
            while self._transaction(client, servers[self.turn % len(servers)], parsed):
                pass
        for server in servers:
            server.socket.close()

    @staticmethod
    def _transaction(client, server, parsed):
        """From one idle moment to the next. False: the client has gone."""
        state = b""
        while state != b"I":
            request = Postgres.request(client, False)
            if request is None or request[:1] == b"X":
                return False
            if request[:1] == b"P":
                parsed[statement(request)] = request
            if request[:1] == b"B" and statement(request) not in server.prepared:
                server.send(parsed[statement(request)], client_asked=False)
            server.send(request)
            if request[:1] in (b"S", b"Q"):
                for answer in server.answers():
                    deliver(client, answer)
                    state = answer[5:6]
        return True
