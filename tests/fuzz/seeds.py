#!/usr/bin/env python3
"""The first inputs of a fuzz target, made from the tables that the Check programs read.

    tests/fuzz/seeds.py TARGET FOLDER

Runs from the top of the tree. A file is named after its content: the same seed again is the same file.
"""
import hashlib
import pathlib
import re
import struct
import sys

CODEC = pathlib.Path("tests/codec")
FORMATS = {"auto": 0, "json": 1, "avro-single-object": 2, "confluent": 3}
HEADERS = ["content-type", "__value_schema_id", "ce_id", "ce_source", "traceparent", "__dlq.errors.command.id"]


def table(path):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield [cell.strip() for cell in line.split(" | ")]


def raw(text):
    """Bytes as the tables write them: <C3> is the byte C3, - is nothing."""
    if text == "-":
        return b""
    return re.sub(rb"<([0-9A-F]{2})>", lambda match: bytes.fromhex(match[1].decode()), text.encode())


def json_seeds():
    for path in ("json_command.table", "json_refused.table"):
        for cells in table(CODEC / path):
            yield b"\0" + raw(cells[0])
    for cells in table(CODEC / "misspelling.table"):
        yield b"\0" + raw(cells[0])
    for depth in (63, 64, 65):
        yield b'\0{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
        yield b"\0" + b'{"a":' * depth + b"1" + b"}" * depth
    for format_, header, value, *_ in table(CODEC / "decode.table"):
        name, _, content = header.partition("=")
        head = b""
        if name in HEADERS:
            content = raw(content or "-")
            head = bytes([HEADERS.index(name), len(content)]) + content
        shape = FORMATS.get(format_, 0) | (4 if head else 0)
        yield bytes([shape]) + head + raw(value)


def avro_seeds():
    around = '{"type":"record","name":"C","fields":[%s{"name":"study_activity_id","type":"long"}]}'
    for kind, message, *_ in table(CODEC / "avro_values.table"):
        fields = '{"name":"x","type":%s},{"name":"group_id","type":"long"},' % kind
        yield (around % fields).encode() + b"\0" + bytes.fromhex(message.replace("-", "")) + b"\x02\x04"
    for field, kind, message, *_ in table(CODEC / "avro_fields.table"):
        fields = '{"name":"%s","type":%s},' % (field, kind)
        yield (around % fields).encode() + b"\0" + bytes.fromhex(message.replace("-", "")) + b"\x04"
    for _, schema, message, *_ in table(CODEC / "avro_tops.table"):
        yield schema.encode() + b"\0" + bytes.fromhex(message.replace("-", ""))
    for schema, message in golden():
        yield schema.encode() + b"\0" + message[10:]


def schema_files():
    """The built-in ones first, then those of the folder: in the order in which the program numbers them."""
    return [*sorted(pathlib.Path("schemas").glob("*.avsc")), *sorted(pathlib.Path("tests/data/writers").glob("*.avsc"))]


def golden():
    texts = {path.stem: path.read_text() for path in schema_files()}
    for name, message, *_ in table("tests/data/avro_golden.table"):
        yield texts[name], bytes.fromhex(message)


def framed_seeds():
    numbers = {path.stem: number for number, path in enumerate(schema_files())}
    for name, message, *_ in table("tests/data/avro_golden.table"):
        for shape in range(4):
            yield bytes([numbers[name], shape]) + bytes.fromhex(message)[10:]
    yield b"\0\4" + b"\xc3\x01" + bytes(8)


def trace_seeds():
    for path in ("trace_parent.table", "trace_state.table"):
        for cells in table(CODEC / path):
            yield raw(cells[0])


def answer_seeds():
    statuses = [200, 404, 409, 422, 401, 403, 500, 301, 204]
    for status, body, *_ in table("tests/registry/answer.table"):
        for expected in range(5):
            yield bytes([statuses.index(int(status)) if int(status) in statuses else 9, expected]) + raw(body)


def schema_seeds():
    for text, *_ in table(CODEC / "canonical.table"):
        yield text.encode()
    for path in schema_files():
        yield path.read_bytes()


def config_seeds():
    for line in pathlib.Path("tests/config/config-files.table").read_text().splitlines():
        if not line.startswith("#") and "main.conf:" in line:
            files = [re.sub(r"^\S+: ?", "", cell.strip()) for cell in line.split(" | ")[:-1]]
            yield b"\0".join(text.replace("\\n", "\n").replace("\\r", "\r").encode() for text in files)
    yield "\ufeff# comment\n\n! comment\n group.id =  a b \r\ninstance.id=\u00e9\ngroup.id\t= c".encode()
    for cells in table("tests/config/config-values.table"):
        yield ("%s=%s\n" % (cells[0], cells[1] if len(cells) > 1 else "")).encode()


def request_seeds():
    for method, path, host, body, loopback, *_ in table("tests/http/request.table"):
        how = (loopback == "yes") | (body == "yes") << 1 | (host == "-") << 2
        for accept in ("text/html,*/*;q=0.8", "*/*"):
            yield bytes([how]) + b"\0".join(text.encode() for text in (method, path, host, accept))
    for address, *_ in table("tests/http/addresses.table"):
        yield b"\1GET\0/\0" + address.encode() + b"\0"


def event_seeds():
    for line, (name, outcome, *cells) in enumerate(table("tests/data/event_cases.table")):
        numbers = struct.pack("<BBqqq", line % 8, line, line * 1000003, line + 1, 1795313585123456)
        yield numbers + cells[-1].encode() + b"\0" + "Core Verbs\0Typing Tutor – «ä» 🎓\0".encode()
    yield struct.pack("<BBqqq", 0, 0, -1, 2**63 - 1, -(2**63)) + bytes(range(1, 128)) + b"\0" + "\u2028é".encode()


def main(target, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for seed in globals()[target + "_seeds"]():
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
