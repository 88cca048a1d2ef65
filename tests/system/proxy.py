"""A TCP proxy that knows as much of Kafka's and PostgreSQL's protocols as it takes to break one chosen request.

    with Proxy(listen, target, Kafka) as proxy:
        fault = proxy.next(END_TXN, "lose answer")

It cuts between a request and its answer, which no signal to a process can aim at: the other side has done what was asked,
and the one who asked does not know it.
"""
from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
import time
from dataclasses import dataclass

# Kafka protocol guide, "API keys".
PRODUCE, FETCH, OFFSET_FETCH, JOIN_GROUP, HEARTBEAT = 0, 1, 9, 11, 12
DESCRIBE_CONFIGS = 32
INIT_PRODUCER_ID, ADD_PARTITIONS, ADD_OFFSETS, END_TXN, TXN_OFFSET_COMMIT = 22, 24, 25, 26, 28


def exactly(connection, count):
    """So many bytes; None: the connection has ended."""
    data = bytearray()
    with contextlib.suppress(OSError):
        while len(data) < count and (more := connection.recv(count - len(data))):
            data += more
    return bytes(data) if len(data) == count else None


def deliver(connection, data):
    with contextlib.suppress(OSError):  # nobody waits for it any more
        connection.sendall(data)


class Line:
    """One direction of a connection, which takes its time; what follows does not wait for what went before."""

    def __init__(self, connection, seconds):
        self._connection, self._seconds, self._queue = connection, seconds, queue.Queue()
        if seconds:
            threading.Thread(target=self._run, daemon=True).start()

    def deliver(self, data):
        if self._seconds:
            self._queue.put((time.monotonic() + self._seconds, data))
        else:
            deliver(self._connection, data)

    def end(self, how=socket.SHUT_RDWR):
        if self._seconds:
            self._queue.put((time.monotonic() + self._seconds, how))
        else:
            end(self._connection, how)

    def _run(self):
        """To the end of the process, or of this direction."""
        while True:
            moment, what = self._queue.get()
            time.sleep(max(0, moment - time.monotonic()))
            if not isinstance(what, bytes):
                end(self._connection, what)
                return
            deliver(self._connection, what)


def end(connection, how=socket.SHUT_RDWR):
    with contextlib.suppress(OSError):
        connection.shutdown(how)


class Kafka:
    """Requests by API key; an answer carries its request's correlation id."""

    @staticmethod
    def request(connection, _first):
        size = exactly(connection, 4)
        rest = size and exactly(connection, struct.unpack(">i", size)[0])
        return rest and size + rest

    @classmethod
    def answer(cls, connection):
        return cls.request(connection, False)

    @staticmethod
    def kind(request):
        return struct.unpack_from(">h", request, 4)[0]

    @staticmethod
    def is_answer(answer, request):
        return answer[4:8] == request[8:12]

    @staticmethod
    def is_last(_answer):
        return True

    @staticmethod
    def end_txn_answer(request, code):
        """EndTxn response, version 0 to 2: the correlation id, a throttle time, an error code."""
        return struct.pack(">i4sih", 10, request[8:12], 0, code)


class Postgres:
    """Executions by the name of their prepared statement; the answer is all up to ReadyForQuery. Without TLS."""

    @staticmethod
    def request(connection, first):
        head = exactly(connection, 4 if first else 5)
        size = head and struct.unpack(">i", head[-4:])[0] - 4
        return head + exactly(connection, size) if head else None

    @classmethod
    def answer(cls, connection):
        return cls.request(connection, False)

    @staticmethod
    def kind(request):
        is_bind = request[:1] == b"B"
        return request[5:].split(b"\0", 2)[1].decode() if is_bind else None

    @staticmethod
    def is_answer(_answer, _request):
        return True

    @staticmethod
    def is_last(answer):
        return answer[:1] == b"Z"


@dataclass
class Fault:
    """`what`: "lose request" and "lose answer", and the connection with it; "late request" and "late answer", by `seconds`,
    and even when nobody waits for it any more; of EndTxn "wrong answer", `code` instead of the other side's, and "refuse", `code`
    without asking the other side."""

    kind: object
    what: str
    left: int
    seconds: float
    code: int = 0
    happened: int = 0  # lost, or answered by the other side


class Proxy:
    def __init__(self, listen, target, protocol):
        self._listen, self._target, self._protocol = listen, target, protocol
        self.latency = 0.0  # seconds, one way, of connections that are made from now on
        self._faults, self._lock, self._sides = [], threading.Lock(), set()
        self._open = threading.Event()
        self._open.set()

    def __enter__(self):
        self._listener = socket.create_server(self._listen)
        self._listen = self._listener.getsockname()
        self.port = self._listen[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._open.set()
        end(self._listener)
        self._listener.close()

    # ---- Faults ----

    def next(self, kind, what, times=1, seconds=0.0, code=0):
        """For the next `times` requests of that kind."""
        fault = Fault(kind, what, times, seconds, code)
        with self._lock:
            self._faults.append(fault)
        return fault

    @contextlib.contextmanager
    def black_hole(self):
        """Nothing passes and nothing is refused, either way; afterwards all of it arrives."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    @contextlib.contextmanager
    def refusing(self):
        """All connections are cut, and nobody listens."""
        self.__exit__()
        with self._lock:
            cut = set(self._sides)
        for side in cut:
            end(side)
        try:
            yield
        finally:
            self.__enter__()

    def _fault_of(self, request):
        kind = self._protocol.kind(request)
        with self._lock:
            for fault in self._faults:
                if fault.kind == kind and fault.left > 0:
                    fault.left -= 1
                    return fault
        return None

    # ---- Connections: one thread for each direction ----

    def _accept(self):
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, socket.create_connection(self._target) as server:
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sides |= {client, server}
            awaited = []  # (request, fault): whose answers are to be lost or late
            there, back = Line(server, self.latency), Line(client, self.latency)
            answers = threading.Thread(target=self._answers, args=(server, client, back, awaited), daemon=True)
            answers.start()
            self._requests(client, there, back, awaited)
            there.end(socket.SHUT_WR)
            answers.join()
            with self._lock:
                self._sides -= {client, server}

    def _requests(self, client, there, back, awaited):
        first = True
        while request := self._protocol.request(client, first):
            fault = None if first else self._fault_of(request)
            first = False
            if fault and fault.what == "lose request":
                fault.happened += 1
                end(client)
                return
            if fault and fault.what == "refuse":
                back.deliver(self._protocol.end_txn_answer(request, fault.code))
                fault.happened += 1
                continue
            if fault and fault.what == "late request":
                time.sleep(fault.seconds)
            if fault:
                awaited.append((request, fault))
            self._open.wait()
            there.deliver(request)

    def _answers(self, server, client, back, awaited):
        while answer := self._protocol.answer(server):
            self._open.wait()
            met = next((each for each in awaited if self._protocol.is_answer(answer, each[0])), None)
            fault = met and met[1]
            if fault and fault.what == "late answer":
                time.sleep(fault.seconds)
            if fault and fault.what == "wrong answer":
                answer = self._protocol.end_txn_answer(met[0], fault.code)
            if not fault or fault.what != "lose answer":
                back.deliver(answer)
            if fault and self._protocol.is_last(answer):
                awaited.remove(met)
                fault.happened += 1
                if fault.what == "lose answer":
                    end(client)
        back.end()
