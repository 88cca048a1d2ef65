"""Where the settings come from, and what `sessiond config` says of them."""
import json
import shutil
import subprocess

import pytest

from stage import Stage, new_id, program

DEFAULTS = {
    "kafka.bootstrap.servers": "127.0.0.1:9092",
    "group.id": "sessiond",
    "commands.topic": "study-sessions.commands",
    "events.created.topic": "study-sessions.created",
    "events.rejected.topic": "study-sessions.rejected",
    "dlq.topic": "study-sessions.commands.dlq",
    "dlq.brake": 1000,
    "topics.partitions": 4,
    "topics.replication.factor": -1,
    "commands.format": "auto",
    "commands.max.bytes": 65536,
    "commands.id.required": False,
    "events.format": "json",
    "events.source": "/sessiond/study-sessions.commands",
    "events.echo.headers": "kafka_correlationId,correlation-id",
    "events.delivery": "exactly-once",
    "duplicates": "republish",
    "schemas.dir": "",
    "postgres.conninfo": "",
    "postgres.schema": "public",
    "postgres.reference.checks": "per-row",
    "batch.max.messages": 5000,
    "batch.max.bytes": 4194304,
    "startup.timeout.ms": 60000,
    "shutdown.timeout.ms": 10000,
    "http.listen": "127.0.0.1:9465",
    "log.format": "auto",
    "log.level": "info",
}


def sessiond(*args, folder=None, **variables):
    env = {**Stage.environment(), **variables}
    return subprocess.run([program(), *args], capture_output=True, text=True, timeout=90, env=env, cwd=folder, check=False)


def config(*args, **how):
    """Each key's value and origin."""
    done = sessiond("config", "--json", *args, **how)
    assert done.returncode == 0, done.stderr
    return {name: (entry["value"], entry["origin"]) for name, entry in json.loads(done.stdout).items()}


def test_the_defaults_are_the_promised_ones():
    found = config()
    assert {name: found[name] for name in DEFAULTS} == {name: (value, "default") for name, value in DEFAULTS.items()}
    host = subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip()
    assert found["instance.id"][0] == host


def test_later_wins_file_then_environment_then_command_line(tmp_path):
    (tmp_path / "main.conf").write_text("# ours\ngroup.id=file\ninclude=more.conf\n\nlog.level=error\ndlq.topic=file.dlq\n")
    (tmp_path / "more.conf").write_text("group.id=included\nkafka.client.id=included\n")
    found = config(
        "-F", str(tmp_path / "main.conf"), "-X", "log.level=debug",
        SESSIOND_LOG_LEVEL="warning", SESSIOND_DLQ_TOPIC="variable.dlq",
    )  # fmt: skip
    assert found["group.id"] == ("included", f"{tmp_path}/more.conf:1"), "where the include stands, it comes later"
    assert found["kafka.client.id"] == ("included", f"{tmp_path}/more.conf:2")
    assert found["dlq.topic"] == ("variable.dlq", "SESSIOND_DLQ_TOPIC")
    assert found["log.level"] == ("debug", "-X")
    assert found["commands.topic"][1] == "default"


def test_text_says_the_same_a_line_a_key():
    lines = sessiond("config", "-X", "group.id=night").stdout.splitlines()
    pairs = dict(line.split("#")[0].strip().split("=", 1) for line in lines)
    assert pairs["group.id"] == "night" and pairs.keys() == config().keys()
    assert [line.split("#")[1].strip() for line in lines if line.startswith("group.id=")] == ["-X"]


def test_the_file_in_etc_is_read_when_no_other_is_named(tmp_path):
    """In a mount namespace of its own, where /etc is empty but for that file."""
    etc = "mount -t tmpfs none /etc && mkdir /etc/sessiond && echo group.id=from-etc >/etc/sessiond/sessiond.conf && exec "
    probe = ["unshare", "-Umr", "true"]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no user namespaces here")
    (tmp_path / "other.conf").write_text("log.level=error\n")

    def group(args):
        line = ["unshare", "-Umr", "sh", "-c", f"{etc} {program()} config --json {args}"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=90, env=Stage.environment(), check=True)
        return json.loads(done.stdout)["group.id"]

    assert group("") == {"value": "from-etc", "origin": "/etc/sessiond/sessiond.conf:1"}
    assert group(f"-F {tmp_path}/other.conf")["value"] == "sessiond"


def test_each_key_is_listed_with_its_type_default_and_meaning_and_has_a_variable():
    keys = json.loads(sessiond("config", "--list", "--json").stdout)
    text = sessiond("config", "--list").stdout
    assert DEFAULTS.keys() - keys.keys() == set()
    for name, key in keys.items():
        assert key["type"] and key["meaning"] and name in text, name
        if name in DEFAULTS and key["default"] is not None:
            assert key["default"] == str(DEFAULTS[name]).replace("False", "false"), name


def test_what_a_variable_is_called():
    found = config(
        SESSIOND_KAFKA_SOCKET_TIMEOUT_MS="5000", SESSIOND_KAFKA_LOG__LEVEL="6", SESSIOND_COMMANDS_ID_REQUIRED="true"
    )
    assert found["kafka.socket.timeout.ms"] == ("5000", "SESSIOND_KAFKA_SOCKET_TIMEOUT_MS")
    assert found["kafka.log_level"] == ("6", "SESSIOND_KAFKA_LOG__LEVEL")
    assert found["commands.id.required"] == (True, "SESSIOND_COMMANDS_ID_REQUIRED")


def test_an_unknown_variable_is_a_warning_and_an_unknown_key_is_refused_with_the_nearest(tmp_path):
    done = sessiond("config", SESSIOND_GROPU_ID="x", SESSIOND_PORT="tcp://10.0.0.1:9465")
    assert done.returncode == 0 and "SESSIOND_GROPU_ID" in done.stderr and "SESSIOND_PORT" in done.stderr
    assert "gropu" not in done.stdout and "10.0.0.1" not in done.stdout

    (tmp_path / "wrong.conf").write_text("\ngropu.id=x\n")
    for how, place in ((["-F", str(tmp_path / "wrong.conf")], "wrong.conf:2"), (["-X", "gropu.id=x"], "-X")):
        done = sessiond(*how, "config")
        assert (done.returncode, done.stdout) == (78, "")
        assert "gropu.id" in done.stderr and "did you mean group.id?" in done.stderr and place in done.stderr


def test_an_unknown_property_of_librdkafka_is_a_warning_from_a_variable_and_refused_from_elsewhere(tmp_path):
    (tmp_path / "empty").write_text("x\n")
    done = sessiond("config", SESSIOND_KAFKA_BOGUS="1", SESSIOND_KAFKA_BOGUS_FILE=str(tmp_path / "empty"))
    assert done.returncode == 0 and "bogus" not in done.stdout
    assert "E-CONFIG-10" in done.stderr and "SESSIOND_KAFKA_BOGUS_FILE" in done.stderr and "ignored" in done.stderr

    (tmp_path / "wrong.conf").write_text("\nkafka.boostrap.servers=x\n")
    wrong_file = ["-F", str(tmp_path / "wrong.conf")]
    for how, place in ((wrong_file, "wrong.conf:2"), (["-X", "kafka.boostrap.servers=x"], "-X")):
        said = {sessiond(*how, command).stderr for command in ("config", "run", "status")}
        assert len(said) == 1, "the same, whoever is asked"
        done = sessiond(*how, "config")
        assert (done.returncode, done.stdout) == (78, "") and {done.stderr} == said
        assert "unknown key kafka.boostrap.servers" in done.stderr and place in done.stderr
        assert "did you mean kafka.bootstrap.servers?" in done.stderr


def test_a_wrong_value_of_a_property_is_refused_whoever_is_asked():
    variable = {"SESSIOND_KAFKA_SOCKET_TIMEOUT_MS": "soon"}
    for how, variables in ((["-X", "kafka.socket.timeout.ms=soon"], {}), ([], variable)):
        for command in ("config", "run"):
            done = sessiond(*how, command, **variables)
            assert (done.returncode, done.stdout) == (78, "") and "E-KAFKA-CONFIG" in done.stderr, command
            assert "kafka.socket.timeout.ms" in done.stderr


@pytest.mark.parametrize("wrong", ["ssl.ca.location=/nowhere", "ssl.key.pem=no PEM", "sasl.mechanism=NONE"])
def test_settings_of_which_no_client_can_be_made_are_refused_whoever_is_asked(wrong):
    protocol = "ssl" if wrong.startswith("ssl") else "sasl_plaintext"
    for command in (["run"], ["topics", "plan"], ["tail"], ["status"], ["send", "--group-id", "1", "--study-activity-id", "1"]):
        done = sessiond("-X", f"kafka.{wrong}", "-X", f"kafka.security.protocol={protocol}", "-X", "http.listen=", *command)
        assert (done.returncode, done.stdout) == (78, "") and "E-KAFKA-CONFIG" in done.stderr, command


def test_secrets_are_never_shown(tmp_path):
    secret = "hunter-and-gatherer"
    (tmp_path / "secret").write_text(secret + "\n")
    (tmp_path / "conninfo").write_text(f"host=db password={secret}\n")
    (tmp_path / "main.conf").write_text("kafka.sasl.password.file=secret\nkafka.sasl.username=me\n")
    for how in (["config"], ["config", "--json"]):
        done = sessiond(
            *how, "-F", "main.conf", "-X", "postgres.conninfo.file=conninfo", "-X", f"kafka.ssl.key.password={secret}",
            folder=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert secret not in done.stdout + done.stderr
        assert "me" in done.stdout and "host=db" in done.stdout and done.stdout.count("****") >= 3


def test_a_file_named_on_the_command_line_must_exist(tmp_path):
    for command in ("config", "run", "migrate", "send", "tail"):
        args = {"migrate": ["status"], "send": ["-"]}.get(command, [])
        done = sessiond("-F", str(tmp_path / "none.conf"), command, *args)
        assert (done.returncode, done.stdout) == (66, "") and "none.conf" in done.stderr, command


def test_a_connection_string_may_come_from_a_file(stage, tmp_path):
    (tmp_path / "conninfo").write_text(stage.settings.pop("postgres.conninfo") + "\n")
    assert stage.run("get", new_id(), **{"postgres.conninfo.file": tmp_path / "conninfo"}).returncode == 1
    env = {**stage.environment(), "SESSIOND_POSTGRES_CONNINFO_FILE": str(tmp_path / "conninfo")}
    done = subprocess.run(stage.command_line("get", new_id()), capture_output=True, timeout=90, env=env, check=False)
    assert done.returncode == 1, done.stderr


def test_libpqs_own_variables_and_service_files_work_untouched(stage, tmp_path):
    fields = dict(word.split("=", 1) for word in stage.settings["postgres.conninfo"].split())
    (tmp_path / "services").write_text("[here]\n" + "".join(f"{name}={value}\n" for name, value in fields.items()))
    by_variables = {f"PG{name.upper()}".replace("DBNAME", "DATABASE"): value for name, value in fields.items()}
    service_file = {"PGSERVICEFILE": str(tmp_path / "services")}

    def status(conninfo, variables):
        line = stage.command_line("migrate", "status", **{"postgres.conninfo": conninfo})
        env = {**stage.environment(), **variables}
        return subprocess.run(line, capture_output=True, text=True, timeout=90, env=env, check=False)

    for conninfo, variables in (
        (None, by_variables),
        ("", by_variables),
        ("service=here", service_file),
        (None, {**service_file, "PGSERVICE": "here"}),
    ):
        done = status(conninfo, variables)
        assert done.returncode == 0, done.stderr
    assert status(None, {**by_variables, "PGPORT": "1"}).returncode == 69


# ---- What editors and shells leave behind ----


def test_a_byte_order_mark_is_no_part_of_a_secret_or_of_a_key_and_utf_16_is_refused(tmp_path):
    def shown(secret, main=b"group.id=g\n"):
        (tmp_path / "secret").write_bytes(secret)
        (tmp_path / "main.conf").write_bytes(main)
        return sessiond("-F", str(tmp_path / "main.conf"), "-X", f"postgres.conninfo.file={tmp_path}/secret", "config", "--json")

    for secret in (b"\xef\xbb\xbfhost=h user=u\r\n", b"host=h user=u"):
        done = shown(secret, b"\xef\xbb\xbfgroup.id=g\n")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["postgres.conninfo"]["value"] == "host=h user=u" and found["group.id"]["value"] == "g"
    for encoding in ("utf-16", "utf-16-be", "utf-16-le"):
        done = shown("host=h".encode(encoding))
        assert done.returncode == 78 and "UTF-16" in done.stderr and f"{tmp_path}/secret" in done.stderr, done.stderr
        done = shown(b"", "group.id=g\n".encode(encoding))
        assert done.returncode == 78 and "UTF-16" in done.stderr and "main.conf:1" in done.stderr, done.stderr
    done = shown("\ufeff秘密".encode("utf-16-le"))
    assert done.returncode == 78 and "UTF-16" in done.stderr, "a text of which no byte is NUL"


def test_quotes_and_a_trailing_comment_stand_in_the_value_and_are_warned_of(tmp_path):
    lines = ['group.id="x"', "kafka.client.rack=r # ours", "kafka.sasl.password='s3cret'", "kafka.client.id=a#b", "events.source=/it's"]
    (tmp_path / "main.conf").write_text("\n".join(lines) + "\n")
    done = sessiond("-F", str(tmp_path / "main.conf"), "config", "--json", SESSIOND_INSTANCE_ID="'one'")
    assert done.returncode == 0, done.stderr
    found = {name: entry["value"] for name, entry in json.loads(done.stdout).items()}
    assert (found["group.id"], found["kafka.client.rack"], found["instance.id"]) == ('"x"', "r # ours", "'one'")
    warnings = [line for line in done.stderr.splitlines() if "E-CONFIG-11" in line]
    places = [("main.conf:1", "group.id"), ("main.conf:2", "kafka.client.rack"), ("main.conf:3", "kafka.sasl.password")]
    places.append(("SESSIOND_INSTANCE_ID", "instance.id"))
    assert len(warnings) == len(places), done.stderr
    for warning, (place, key) in zip(warnings, places):
        assert place in warning and key in warning and "s3cret" not in warning


def test_a_key_that_does_nothing_any_more_is_taken_with_a_warning(tmp_path):
    (tmp_path / "main.conf").write_text("postgres.connections=4\n")
    done = sessiond("-F", str(tmp_path / "main.conf"), "config", "--json", SESSIOND_POSTGRES_CONNECTIONS="x")
    assert done.returncode == 0 and "postgres.connections" not in json.loads(done.stdout)
    warnings = [line for line in done.stderr.splitlines() if "E-CONFIG-12" in line]
    assert len(warnings) == 2 and all("postgres.connections does nothing" in line for line in warnings), done.stderr
    assert "main.conf:1" in warnings[0] and "SESSIOND_POSTGRES_CONNECTIONS" in warnings[1]
    assert "postgres.connections" not in sessiond("config", "--list").stdout


def test_oauthbearer_with_a_librdkafka_that_cannot_renew_its_token_is_refused(stage):
    version = json.loads(stage.must("version", "--json").stdout)["librdkafka"]
    settings = {
        "kafka.bootstrap.servers": "127.0.0.1:1",
        "kafka.security.protocol": "SASL_PLAINTEXT",
        "kafka.sasl.mechanism": "OAUTHBEARER",
        "kafka.enable.sasl.oauthbearer.unsecure.jwt": "true",
        "kafka.sasl.oauthbearer.config": "principal=admin lifeSeconds=2",
        "startup.timeout.ms": 5000,
    }
    old = tuple(int(part) for part in version.split(".")[:2]) < (2, 2)
    for args in (["run"], ["tail", "--timeout", "5s"], ["send", "--group-id", "1", "--study-activity-id", "1", "--timeout", "5s"]):
        done = stage.run(*args, **settings)
        assert done.returncode == (78 if old else 69), done.stderr
        assert ("needs librdkafka 2.2.0" in done.stderr) == old, done.stderr
