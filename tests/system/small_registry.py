"""A schema registry in a thread: as much of Confluent's API as its clients use, all in memory, with no rules of its own."""
import contextlib
import json
import re
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from services import free_port


class Reply(NamedTuple):
    """What goes over the wire, well-formed or not."""

    status: int
    body: bytes
    missing: int = 0  # bytes of it that never come
    headers: tuple = ()


class SmallRegistry:
    def __init__(self, port=None, context=None):
        """On any free port, or one that it had before; with a context by TLS."""
        self.subjects = {}  # by name: [(id, type, text)]; versions count from 1
        self.ids = {}  # by (type, text)
        self.requests = []  # "METHOD /path", in order
        self.refuse = {}  # by the start of a request: (status, error code, message)
        self.script = {}  # by the start of a request: an iterator of Reply; at its end the registry answers itself
        self.awake = threading.Event()  # while cleared, every request waits
        self.awake.set()
        self.level = "BACKWARD"  # that it says it compares by
        self.not_compatible = {}  # by (subject, version): the reasons that it gives
        self.authorization = None  # the header that every request must have
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                reply = registry.reply(f"{self.command} {self.path}", self.headers, body)
                self.send_response(reply.status)
                self.send_header("content-type", "application/vnd.schemaregistry.v1+json")
                self.send_header("content-length", str(len(reply.body) + reply.missing))
                for header in reply.headers:
                    self.send_header(*header)
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # whoever asked had no patience
                    self.wfile.write(reply.body)
                self.close_connection = self.close_connection or reply.missing > 0

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port or free_port()), Handler)
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'' if context is None else 's'}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.awake.set()
        self.server.shutdown()
        self.server.server_close()

    def register(self, subject, text, type_="AVRO"):
        versions = self.subjects.setdefault(subject, [])
        number = self.ids.setdefault((type_, text), len(self.ids) + 1)
        if (number, type_, text) not in versions:
            versions.append((number, type_, text))
        return number

    def find(self, subject, text):
        if subject not in self.subjects:
            return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
        for version, (number, _, known) in enumerate(self.subjects[subject], 1):
            if known == text:
                return 200, {"subject": subject, "version": version, "id": number, "schema": text}
        return 404, {"error_code": 40403, "message": "Schema not found"}

    def version(self, subject, version):
        number, type_, text = self.subjects[subject][version - 1]
        named = {} if type_ == "AVRO" else {"schemaType": type_}
        return 200, {"subject": subject, "version": version, "id": number, "schema": text, **named}

    @staticmethod
    def guid_of(number):
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))

    def by_id(self, kind, wanted):
        for (type_, text), number in self.ids.items():
            if wanted == (str(number) if kind == "ids" else self.guid_of(number)):
                return 200, {"schema": text, **({} if type_ == "AVRO" else {"schemaType": type_})}
        return 404, {"error_code": 40403, "message": f"Schema {wanted} not found"}

    def compare(self, subject, version):
        if version > len(self.subjects.get(subject, ())):
            return 404, {"error_code": 40402, "message": f"Version {version} not found."}
        reasons = self.not_compatible.get((subject, version), [])
        return 200, {"is_compatible": not reasons, "messages": reasons}

    def reply(self, request, headers, body):
        self.awake.wait(60)
        if self.authorization not in (None, headers.get("authorization")):
            return Reply(401, b'{"error_code": 401, "message": "Unauthorized"}')
        scripted = [replies for start, replies in list(self.script.items()) if request.startswith(start)]
        for reply in (each for replies in scripted for each in replies):
            self.requests.append(request)
            return reply
        status, answer = self.answer(request, json.loads(body) if body else None)
        return Reply(status, json.dumps(answer).encode())

    def answer(self, request, body):
        self.requests.append(request)
        for start, (status, code, message) in self.refuse.items():
            if request.startswith(start):
                return status, {"error_code": code, "message": message}
        if request.startswith("GET /config/"):
            return 200, {"compatibilityLevel": self.level}
        compared = re.match(r"POST /compatibility/subjects/([^/?]+)/versions/(\d+)", request)
        if compared:
            return self.compare(compared[1], int(compared[2]))
        by_id = re.match(r"GET /schemas/(ids|guids)/([^/?]+)", request)
        if by_id:
            return self.by_id(*by_id.groups())
        of_subject = re.fullmatch(r"(\w+) /subjects/([^/?]+)([^?]*).*", request)
        if of_subject is None:
            return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}
        method, subject, rest = of_subject.groups()
        if method == "POST" and rest == "/versions":
            number = self.register(subject, body["schema"], body.get("schemaType", "AVRO"))
            return 200, {"id": number, "guid": self.guid_of(number)}
        if method == "POST":
            return self.find(subject, body["schema"])
        if subject not in self.subjects:
            return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
        if rest == "/versions":
            return 200, list(range(1, len(self.subjects[subject]) + 1))
        return self.version(subject, int(rest.removeprefix("/versions/")))
