"""`sessiond topics`, and that nothing else makes a topic."""
import json
from pathlib import Path

import pytest

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
