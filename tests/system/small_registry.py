"""A schema registry in a thread: as much of Confluent's API as tools use, all in memory, with no rules of its own."""
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SmallRegistry:
    def __init__(self):
        self.subjects = {}  # by name: [(id, type, text)]; versions count from 1
        self.ids = {}  # by (type, text)
        self.requests = []  # "METHOD /path", in order
        self.refuse = {}  # by the start of a request: (status, error code, message)
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, answer = registry.answer(f"{self.command} {self.path}", json.loads(body) if body else None)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/vnd.schemaregistry.v1+json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
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

    def answer(self, request, body):
        self.requests.append(request)
        for start, (status, code, message) in self.refuse.items():
            if request.startswith(start):
                return status, {"error_code": code, "message": message}
        if request.startswith("GET /config/"):
            return 200, {"compatibilityLevel": "BACKWARD"}
        method, subject, rest = re.fullmatch(r"(\w+) /subjects/([^/?]+)([^?]*).*", request).groups()
        if method == "POST" and rest == "/versions":
            return 200, {"id": self.register(subject, body["schema"])}
        if method == "POST":
            return self.find(subject, body["schema"])
        if subject not in self.subjects:
            return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
        if rest == "/versions":
            return 200, list(range(1, len(self.subjects[subject]) + 1))
        return self.version(subject, int(rest.removeprefix("/versions/")))
