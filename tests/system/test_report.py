"""`report FILE`: one file for a ticket, which goes on where something cannot be had, and in which no secret stands."""
import json
import re
import subprocess
import time

import pytest

from deadline import until
from services import free_port
from stage import Stage, command, new_id, program

SECTIONS = ["version", "configuration", "check", "status", "last warnings", "topics", "tables", "metrics"]
NOWHERE = {"kafka.bootstrap.servers": "127.0.0.1:1", "postgres.conninfo": "host=127.0.0.1 port=1"}


def section(text, title):
    return text.partition(f"==== {title} ====\n\n")[2].partition("\n==== ")[0]


def left_out(done):
    return {each["section"]: each["left_out"] for each in json.loads(done.stdout)["sections"]}


def test_a_report_has_everything_of_a_worker_that_runs(stage, tmp_path):
    file, address = tmp_path / "report", f"127.0.0.1:{free_port()}"
    with stage.working(**{"http.listen": address}):
        stage.send_all([command(new_id()), command(group_id=9)], key=b"k")
        stage.await_drained()
        done = stage.must("report", str(file), "--json", **{"http.listen": address})
    text = file.read_text()
    assert re.findall("(?m)^==== (.*) ====$", text) == SECTIONS
    assert left_out(done) == dict.fromkeys(SECTIONS) and file.stat().st_mode & 0o777 == 0o600
    assert section(text, "version").startswith("sessiond ") and "librdkafka" in section(text, "version")
    assert f"group.id={stage.name}" in section(text, "configuration") and "# default" in section(text, "configuration")
    assert f"group {stage.name}" in section(text, "status") and '"source": "worker"' in section(text, "status")
    assert "0 errors" in section(text, "check") and "CHECK-" in section(text, "check")
    assert f"{stage.commands}: 4 partitions" in section(text, "topics")
    assert f"{stage.commands} cleanup.policy=delete  # of this topic" in section(text, "topics")
    tables = {line.split()[0] for line in section(text, "tables").splitlines()[3:] if line}
    assert tables == {"groups", "study_activities", "study_sessions", "command_outcomes"}
    assert "command_outcomes_pkey" in section(text, "tables")
    assert 'sessiond_rejected_total{code="GROUP_NOT_FOUND"} 1' in section(text, "metrics")


def test_the_last_warnings_of_the_worker_are_in_it(stage, tmp_path):
    file, address = tmp_path / "report", f"127.0.0.1:{free_port()}"
    with stage.working(**{"http.listen": address, "postgres.connections": 2}):
        stage.must("report", str(file), **{"http.listen": address})
    (line,) = [json.loads(line) for line in section(file.read_text(), "last warnings").splitlines() if "E-CONFIG-12" in line]
    assert line["level"] == "warning" and "postgres.connections" in line["message"] and line["time"].endswith("Z")


def test_without_a_worker_the_broker_is_asked_and_the_rest_says_why(stage, tmp_path):
    stage.send(command(new_id()))
    stage.drain()
    done = stage.must("report", str(tmp_path / "report"))
    text = (tmp_path / "report").read_text()
    assert f"group {stage.name}" in section(text, "status") and "asked: the broker" in section(text, "status")
    for title in ("last warnings", "metrics"):
        assert section(text, title) == "left out: http.listen is empty [E-HTTP-04]\n", title
        assert f"{title} left out: http.listen is empty" in done.stderr
    assert "command_outcomes" in section(text, "tables") and done.stdout == ""


def test_what_is_out_of_reach_is_left_out_and_the_file_is_written(stage, tmp_path):
    began = time.monotonic()
    done = stage.must("report", str(tmp_path / "report"), "--json", "--timeout", "1s", **NOWHERE)
    assert time.monotonic() - began < 15
    missing = {title for title, why in left_out(done).items() if why}
    assert missing == set(SECTIONS) - {"version", "configuration", "check"}
    text = (tmp_path / "report").read_text()
    assert "left out: " in section(text, "topics") and "127.0.0.1:1" in section(text, "topics")
    assert "left out: " in section(text, "tables") and "[E-" in section(text, "tables")


def test_a_configuration_that_cannot_be_used_is_what_the_report_is_about(stage, tmp_path):
    done = stage.must("report", str(tmp_path / "report"), **{"no.such.key": "planted"})
    text = (tmp_path / "report").read_text()
    assert "left out: unknown key no.such.key" in section(text, "configuration") and "[E-CONFIG-01]" in text
    assert "no configuration that can be used" in section(text, "tables") and "planted" not in text
    assert "configuration left out" in done.stderr


def test_a_file_that_holds_something_is_written_over_only_when_asked(stage, tmp_path):
    file = tmp_path / "report"
    file.write_text("mine")
    done = stage.run("report", str(file), **NOWHERE)
    assert done.returncode == 64 and "--force" in done.stderr and file.read_text() == "mine"
    stage.must("report", str(file), "--force", "--timeout", "1s", **NOWHERE)
    assert file.read_text().startswith("# sessiond report\n") and "mine" not in file.read_text()
    (tmp_path / "empty").touch()
    stage.must("report", str(tmp_path / "empty"), "--timeout", "1s", **NOWHERE)


def test_a_file_that_cannot_be_written_is_66_or_70(stage, tmp_path):
    done = stage.run("report", str(tmp_path / "no/such/folder"), **NOWHERE)
    assert done.returncode == 66 and "[E-REPORT-01]" in done.stderr and "no/such/folder" in done.stderr
    done = stage.run("report", "/dev/full", "--timeout", "1s", **NOWHERE)
    assert done.returncode == 70 and "[E-REPORT-01]" in done.stderr


# ---- Secrets ----

# Where a secret can stand: settings of -X, lines of the file, variables, files beside it ("{dir}" is their folder), and how it may look elsewhere.
# Every secret in them begins with "pLant", and so do its pieces.
PLACES = {
    "keyword": {"X": ["postgres.conninfo=host=127.0.0.1 port=1 password=pLant1"]},
    "keyword in quotes": {"X": [r"postgres.conninfo=host=127.0.0.1 port=1 password='pLant1 \'pLant2\' \\pLant3'"]},
    "keyword never closed": {"X": ["postgres.conninfo=host=127.0.0.1 port=1 password='pLant1"]},
    "keyword with a blank": {"X": ["postgres.conninfo=host=127.0.0.1 port=1 password=pLant1 pLant2"]},
    "keyword sslpassword": {"X": ["postgres.conninfo=host=127.0.0.1 port=1 sslpassword=pLant1"]},
    "a password and nothing else": {"X": ["postgres.conninfo=pLant1"]},
    "URI": {"X": ["postgres.conninfo=postgresql://me:pLant1@127.0.0.1:1/db"]},
    "URI with escapes": {"X": ["postgres.conninfo=postgresql://me:pLant1%40pLant2%2F%70Lant3@127.0.0.1:1/db"]},
    "URI with a wrong escape": {"X": ["postgres.conninfo=postgresql://me:pLant1%zzpLant2@127.0.0.1:1/db"]},
    "URI with an @": {"X": ["postgres.conninfo=postgresql://me:pLant1@pLant2@127.0.0.1:1/db"]},
    "URI with a slash": {"X": ["postgres.conninfo=postgresql://me:pLant1/pLant2@127.0.0.1:1/db"]},
    "URI with a question mark": {"X": ["postgres.conninfo=postgresql://me:pLant1?pLant2@127.0.0.1:1/db"]},
    "URI with a colon": {"X": ["postgres.conninfo=postgresql://me:pLant1:pLant2@127.0.0.1:1/db"]},
    "URI as a parameter": {"X": ["postgres.conninfo=postgresql://127.0.0.1:1/db?user=me&password=pLant1"]},
    "URI as a parameter with an @": {"X": ["postgres.conninfo=postgresql://127.0.0.1:1/db?password=pLant1@pLant2"]},
    "URI as an escaped parameter": {"X": ["postgres.conninfo=postgresql://127.0.0.1:1/db?pass%77ord=pLant1"]},
    "URI as a database": {"X": ["postgres.conninfo=host=127.0.0.1 port=1 dbname=postgres://me:pLant1@db/x"]},
    "PGPASSWORD": {"env": {"PGPASSWORD": "pLant1", "PGHOST": "127.0.0.1", "PGPORT": "1"}},
    "passfile": {"files": {"pass": "*:*:*:*:pLant1\n"}, "env": {"PGPASSFILE": "{dir}/pass", "PGHOST": "127.0.0.1", "PGPORT": "1"}},
    "service file": {
        "files": {"service": "[mine]\nhost=127.0.0.1\nport=1\npassword=pLant1\n"},
        "env": {"PGSERVICEFILE": "{dir}/service"}, "X": ["postgres.conninfo=service=mine"],
    },
    "service file with a fault": {
        "files": {"service": "[mine]\nhost=127.0.0.1\npassword pLant1\n"},
        "env": {"PGSERVICEFILE": "{dir}/service"}, "X": ["postgres.conninfo=service=mine"],
    },
    ".file": {
        "files": {"conninfo": "host=127.0.0.1 port=1 password=pLant1\n", "password": "pLant2\n"},
        "X": ["postgres.conninfo.file={dir}/conninfo", "kafka.sasl.password.file={dir}/password"],
    },
    "folder of credentials": {
        "files": {"postgres.conninfo": "postgresql://me:pLant1@127.0.0.1:1/db", "kafka.sasl.password": "pLant2"},
        "env": {"CREDENTIALS_DIRECTORY": "{dir}"},
    },
    "Kafka": {"X": ["kafka.sasl.password=pLant1", "kafka.sasl.username=me", "kafka.sasl.mechanism=PLAIN", "kafka.security.protocol=sasl_plaintext"]},
    "Kafka with quotes": {"X": ['kafka.sasl.password="pLant1\\" \'pLant2\'"']},
    "Kafka's consumer": {"X": ["kafka.consumer.sasl.password=pLant1", "kafka.producer.sasl.password=pLant2"]},
    "Kafka's keys": {"X": ["kafka.ssl.key.password=pLant1", "kafka.ssl.keystore.password=pLant2"]},
    "Kafka's key itself": {"X": ["kafka.ssl.key.pem=-----BEGIN PRIVATE KEY----- pLant1 -----END PRIVATE KEY-----", "kafka.security.protocol=ssl"]},
    "Kafka's OAuth": {"X": ["kafka.sasl.oauthbearer.client.secret=pLant1", "kafka.sasl.oauthbearer.config=principal=me scope=x"]},
    "Java's JAAS": {"X": ['kafka.sasl.jaas.config=org.apache.kafka.Login required username="me" password="pLant1";']},
    "misspelt": {"X": ["kafka.sasl.passwrd=pLant1"]},
    "misspelt in the file": {"file": ["sasl.password=pLant1"]},
    "misspelt variable": {"env": {"SESSIOND_KAFKA_SASL_PASSWRD": "pLant1", "SESSIOND_PASSWORD": "pLant2"}},
    "file": {"file": ["kafka.sasl.password=pLant1", "postgres.conninfo=host=127.0.0.1 port=1 password=pLant2"]},
    "file and -X": {"file": ["kafka.sasl.password=pLant1"], "X": ["kafka.sasl.password=pLant2"]},
    "environment": {"env": {"SESSIOND_KAFKA_SASL_PASSWORD": "pLant1", "SESSIOND_POSTGRES_CONNINFO": "host=127.0.0.1 port=1 password=pLant2"}},
    "registry's URL": {"X": ["schema.registry.url=http://me:pLant1@127.0.0.1:1,https://me:pLant2%40pLant3@127.0.0.1:1/x"]},
    "registry's URL with a comma": {"X": ["schema.registry.url=http://me:pLant1,pLant2@127.0.0.1:1"]},
    "registry's user": {"X": ["schema.registry.url=http://127.0.0.1:1", "schema.registry.basic.auth.user.info=me:pLant1"]},
    "registry's user, other name": {"X": ["schema.registry.url=http://127.0.0.1:1", "basic.auth.user.info=pLant1:pLant2"]},
    "registry's token": {"X": ["schema.registry.url=http://127.0.0.1:1", "schema.registry.bearer.auth.token=pLant1.pLant2-_"]},
}  # fmt: skip


def planted(place, tmp_path):
    """The command line and the environment."""
    for name, text in place.get("files", {}).items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    (tmp_path / "sessiond.conf").write_text("\n".join(["kafka.bootstrap.servers=127.0.0.1:1", "http.listen=", *place.get("file", [])]) + "\n")
    line = [program(), "-F", str(tmp_path / "sessiond.conf")]
    for setting in place.get("X", []):
        line += ["-X", setting.replace("{dir}", str(tmp_path))]
    return line, {name: value.replace("{dir}", str(tmp_path)) for name, value in place.get("env", {}).items()}


@pytest.mark.parametrize("name", PLACES)
def test_no_secret_is_in_a_report_wherever_it_stood(name, tmp_path):
    line, variables = planted(PLACES[name], tmp_path)
    line += ["report", str(tmp_path / "report"), "--timeout", "300ms"]
    done = subprocess.run(line, env={**Stage.environment(), **variables}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "report").read_text()
    assert "plant" not in text.lower(), [line for line in text.splitlines() if "plant" in line.lower()]
    assert "plant" not in (done.stdout + done.stderr).lower(), done.stderr
    assert re.findall("(?m)^==== (.*) ====$", text) == SECTIONS


def test_no_secret_that_is_used_is_in_a_report(stage, services, tmp_path):
    """A worker and a report that log in with them."""
    password, address = 'it\'s "pLant" \\ %41', f"127.0.0.1:{free_port()}"
    with services.locked_role(password.replace("'", "''")) as role:
        stage.db.execute(f"GRANT USAGE ON SCHEMA {stage.schema} TO {role}")
        stage.db.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {stage.schema} TO {role}")
        stage.db.execute(f"GRANT INSERT ON study_sessions, command_outcomes TO {role}")
        stage.db.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {stage.schema} TO {role}")
        escaped = password.replace("\\", r"\\").replace("'", r"\'")
        stage.allow("worker", *[("TOPIC", topic, "ALL") for topic in (stage.commands, stage.created, stage.rejected, stage.dlq)],
                    ("GROUP", stage.name, "ALL"), ("TRANSACTIONAL_ID", f"{stage.name}/one", "ALL"))
        secrets = {**stage.sasl(), "postgres.conninfo": services.conninfo(user=role, password=f"'{escaped}'"), "http.listen": address}
        with stage.working(**secrets):
            done = stage.must("report", str(tmp_path / "report"), "--json", **secrets)
    text = (tmp_path / "report").read_text()
    assert left_out(done) == dict.fromkeys(SECTIONS), done.stderr
    assert "pLant" not in text and secrets["kafka.sasl.password"] not in text and text.count("********") >= 2


def test_an_interrupt_ends_it_with_what_it_has(stage, tmp_path):
    line = stage.command_line("report", str(tmp_path / "report"), "--timeout", "60s", **NOWHERE)
    process = subprocess.Popen(line, env=stage.environment(), stderr=subprocess.PIPE, text=True)
    until(lambda: (tmp_path / "report").exists(), 10, "it has begun")
    time.sleep(0.3)
    process.terminate()
    assert process.wait(20) == 75
    assert "left out: interrupted" in (tmp_path / "report").read_text()
