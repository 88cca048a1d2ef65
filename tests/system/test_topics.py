"""`sessiond topics`, and that nothing else makes a topic."""
import json
from pathlib import Path

import pytest
from confluent_kafka.admin import NewTopic

from deadline import until
from stage import command


def fresh(stage):
    """Names of topics that are not there yet."""
    names = [f"{stage.name}.fresh.{what}" for what in ("commands", "created", "rejected", "dlq")]
    keys = ("commands.topic", "events.created.topic", "events.rejected.topic", "dlq.topic")
    return names, dict(zip(keys, names))


def topics(stage, verb, **settings):
    done = stage.must("topics", verb, "--json", **settings)
    return {each["topic"]: (each["state"], each["partitions"]) for each in json.loads(done.stdout)["topics"]}


def on_broker(stage, names):
    """Partitions of those that exist."""
    known = stage.admin.list_topics(timeout=10).topics
    return {name: len(known[name].partitions) for name in names if name in known}


def test_plan_tells_and_apply_makes_the_four_topics_with_four_partitions(stage):
    names, keys = fresh(stage)
    assert topics(stage, "plan", **keys) == {name: ("missing", 4) for name in names}
    assert on_broker(stage, names) == {}, "a plan makes nothing"
    text = stage.must("topics", "plan", **keys).stdout
    assert all(name in text for name in names) and text.count("create, 4 partitions") == 4

    assert topics(stage, "apply", **keys) == {name: ("created", 4) for name in names}
    assert on_broker(stage, names) == dict.fromkeys(names, 4)
    assert topics(stage, "plan", **keys) == topics(stage, "apply", **keys) == {name: ("exists", 4) for name in names}


def test_the_number_of_partitions_is_a_setting_and_changes_no_topic_that_exists(stage):
    names, keys = fresh(stage)
    keys["commands.topic"] = stage.commands
    done = stage.must("topics", "apply", "--json", **keys, **{"topics.partitions": 2})
    assert on_broker(stage, [stage.commands, *names]) == {stage.commands: 4, **dict.fromkeys(names[1:], 2)}
    assert "[E-TOPIC-06]" in done.stderr and stage.commands in done.stderr


def test_one_topic_for_both_events_and_no_dead_letter_topic_are_two_topics(stage):
    names, keys = fresh(stage)
    keys.update({"events.rejected.topic": names[1], "dlq.topic": ""})
    assert topics(stage, "apply", **keys) == {names[0]: ("created", 4), names[1]: ("created", 4)}


def test_the_replication_factor_is_the_brokers_or_the_one_that_is_set(stage):
    names, keys = fresh(stage)
    done = stage.run("topics", "apply", **keys, **{"topics.replication.factor": 3})
    assert done.returncode == 78 and "[E-TOPIC-" in done.stderr, "one broker cannot hold three replicas"
    assert on_broker(stage, names) == {}
    stage.must("topics", "apply", **keys, **{"topics.replication.factor": 1})
    known = stage.admin.list_topics(timeout=10).topics
    assert [len(known[stage.commands].partitions[0].replicas), len(known[names[0]].partitions[0].replicas)] == [1, 1]


# ---- Settings that break a promise ----


def warnings(worker, code):
    return [line["message"] for line in worker.lines() if line["log.level"] == "warn" and line.get("event.code") == code]


def compacted(stage, verb, **settings):
    done = stage.run("topics", verb, "--json", **settings)
    return done, {each["topic"]: each["compacted"] for each in json.loads(done.stdout)["topics"]}


@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
@pytest.mark.parametrize("key", ["commands.topic", "dlq.topic"])
def test_compacted_commands_and_dead_letters_stop_run_and_are_told_by_the_tool_which_alters_nothing(stage, key, policy):
    name = stage.settings[key]
    sent = stage.send_all([command(), command(), command()], key=b"user")
    stage.configure_topic(name, cleanup_policy=policy)
    worker = stage.start()
    assert worker.await_exit() == 78
    (error,) = [line for line in worker.lines() if line["log.level"] == "error"]
    assert error["event.code"] == "E-TOPIC-07" and f"{key} = {name}" in error["message"]
    assert "cleanup.policy=delete" in error["message"]
    assert stage.ledger() == [] and stage.events() == []

    for verb in ("plan", "apply"):
        done, topics = compacted(stage, verb)
        assert done.returncode == 78 and "[E-TOPIC-07]" in done.stderr and name in done.stderr
        assert topics == {each: each == name for each in (stage.commands, stage.created, stage.rejected, stage.dlq)}
    assert f"{name:40} exists, 4 partitions, compacted" in stage.run("topics", "plan").stdout

    stage.configure_topic(name, cleanup_policy="delete")
    assert compacted(stage, "plan")[0].returncode == 0
    stage.drain()
    assert len(stage.answers(sent)) == 3
    stage.judge()


def test_a_compacted_topic_of_events_is_a_warning(stage):
    stage.configure_topic(stage.rejected, cleanup_policy="compact")
    stage.send(command(), key=b"user")
    with stage.working() as worker:
        stage.await_drained()
        (warning,) = warnings(worker, "E-TOPIC-07")
    assert f"events.rejected.topic = {stage.rejected}" in warning
    done, topics = compacted(stage, "plan")
    assert done.returncode == 0 and "[E-TOPIC-07]" in done.stderr and topics[stage.rejected]
    stage.judge()


def test_topics_that_apply_creates_are_not_compacted_where_that_is_the_brokers_default(stage):
    names, keys = fresh(stage)
    stage.configure_broker(log_cleanup_policy="compact")
    try:
        for created in stage.admin.create_topics([NewTopic(names[1], 4)]).values():
            created.result(10)
        done, topics = compacted(stage, "apply", **keys)
        assert topics == {**dict.fromkeys(names, False), names[1]: True}, "of these it created all but one"
        assert done.returncode == 0 and "[E-TOPIC-07]" in done.stderr
    finally:
        stage.configure_broker(log_cleanup_policy="delete")


def test_settings_that_may_not_be_read_are_one_warning_and_with_the_right_to_they_are_read(stage):
    topics = (stage.commands, stage.created, stage.rejected, stage.dlq)
    group = stage.settings["group.id"]
    rights = [("TOPIC", stage.commands, "READ"), *(("TOPIC", topic, "WRITE") for topic in topics[1:])]
    stage.allow("worker", *rights, ("GROUP", group, "READ"), ("TRANSACTIONAL_ID", f"{group}/one", "WRITE"))
    stage.configure_topic(stage.commands, cleanup_policy="compact")
    stage.send(command(), key=b"user")
    with stage.working(**stage.sasl()) as worker:
        stage.await_drained()
        (warning,) = warnings(worker, "E-TOPIC-08")
        assert all(topic in warning for topic in topics) and "DESCRIBE_CONFIGS" in warning
        assert warnings(worker, "E-TOPIC-07") == []
    done, seen = compacted(stage, "plan", **stage.sasl())
    assert done.returncode == 0 and "[E-TOPIC-08]" in done.stderr and seen == dict.fromkeys(topics)

    stage.allow("worker", ("TOPIC", stage.commands, "DESCRIBE_CONFIGS"))
    until(lambda: compacted(stage, "plan", **stage.sasl())[0].returncode == 78, 20, "the ACL is in force")
    worker = stage.start(**stage.sasl())
    assert worker.await_exit() == 78
    stage.judge()


@pytest.mark.slow
def test_no_topic_is_made_by_running_or_reading_where_the_broker_would_make_them(stage, services):
    """The broker of these tests makes none by itself; here it is told to, as brokers are by default."""
    properties = Path(services.folder) / "kafka" / "server.properties"
    before = properties.read_text()
    assert "auto.create.topics.enable=false" in before
    names, keys = fresh(stage)

    def restart(text):
        services.do("stop-kafka", "TERM")
        properties.write_text(text)
        services.do("start-kafka")

    restart(before.replace("auto.create.topics.enable=false", "auto.create.topics.enable=true"))
    try:
        send = ["send", "--group-id", "1", "--study-activity-id", "1"]
        for args in (["run"], ["status"], ["tail", "all"], ["topics", "plan"], send):
            done = stage.run(*args, **keys)
            assert done.returncode == (0 if args[0] == "topics" else 78), done.stderr
        assert on_broker(stage, names) == {}
        stage.send(command(), topic=names[0])
        assert on_broker(stage, names) == {names[0]: 1}, "this broker does make topics, for those who let it"
    finally:
        restart(before)
