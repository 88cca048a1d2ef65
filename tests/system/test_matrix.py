"""What these tests run with, which tests/matrix.sh and the caller may have chosen."""
import os
import re
from pathlib import Path


def broker_jars(services):
    """The folder that the running broker's classes come from."""
    pid = (Path(services.folder) / "kafka/pid").read_text().strip()
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return Path(words[words.index("-cp") + 1]).parent


def test_the_servers_are_those_that_were_asked_for(services, stage, note):
    jars = broker_jars(services)
    with services.connect() as db:
        ((postgres, programs),) = db.execute(
            "SELECT current_setting('server_version'), setting FROM pg_config WHERE name = 'BINDIR'"
        ).fetchall()
    (kafka,) = {re.search(r"kafka-clients-(.*)\.jar", path.name)[1] for path in jars.glob("kafka-clients-*.jar")}
    note(f"PostgreSQL {postgres}, Kafka {kafka}, {', '.join(stage.must('version').stdout.splitlines())}")
    assert kafka == os.environ.get("KAFKA_VERSION", kafka)
    assert Path(os.environ.get("POSTGRES_BIN", programs)) == Path(programs)
