"""What `sessiond prune` does to later commands, and what `sessiond status` says about the group."""
import json
import signal
import subprocess

import pytest
from confluent_kafka import Producer
from deadline import until
from judge import identity
from stage import command, new_id

AUTO = {"instance.id": "auto"}


def age(stage, days):
    stage.db.execute("UPDATE command_outcomes SET decided_at = decided_at - make_interval(days => %s)", (days,))


def prune(stage, *args, **settings):
    return json.loads(stage.must("prune", *args, "--json", **settings).stdout)


def assert_expired(stage, record, event, command_id):
    body = event.body
    assert (event.topic, body["code"], body["command_id"]) == (stage.rejected, "COMMAND_EXPIRED", command_id)
    assert body["event_id"] == event.text("ce_id") == identity.answer_id(record, "COMMAND_EXPIRED")
    assert not event.replayed


def test_a_command_with_a_pruned_id_is_expired_and_makes_no_second_session(stage):
    command_id = new_id()
    stage.send(command(command_id), key=b"k")
    stage.drain()
    age(stage, 100)
    assert prune(stage, "--older-than", "90d") == {"examined": 1, "pruned": 1, "dry_run": False}
    (row,) = stage.ledger()
    assert {name for name, value in row.items() if value is not None} == {"command_id"}

    same, other, fresh = stage.send_all([command(command_id), command(command_id, 99), command(new_id())], key=b"k")
    stage.drain()
    answers = stage.answers([same, other, fresh])
    assert_expired(stage, same, answers[0], command_id)
    assert_expired(stage, other, answers[1], command_id)
    assert (answers[0].body["group_id"], answers[1].body["group_id"]) == (1, 99)
    assert answers[2].topic == stage.created
    assert len(stage.sessions()) == 2 and len(stage.ledger()) == 2 and stage.dead_letters() == []
    stage.judge()


def test_after_a_rewind_a_pruned_command_is_expired_at_its_own_position_too_and_the_others_repeat(stage):
    old, young = new_id(), new_id()
    first = stage.send(command(old), key=b"k")
    stage.drain(**AUTO)
    age(stage, 100)
    second = stage.send(command(young), key=b"k")
    stage.drain(**AUTO)
    assert prune(stage, "--older-than", "2424h")["pruned"] == 0
    assert prune(stage, "--older-than", "90d")["pruned"] == 1

    stage.rewind()
    stage.drain(**AUTO)
    events = stage.events()
    created, expired = sorted((e for e in events if e.command_place == first.place), key=lambda e: e.topic)
    assert created.topic == stage.created
    assert_expired(stage, first, expired, old)
    again = [event.value for event in events if event.command_place == second.place]
    assert len(again) == 2 and again[0] == again[1]
    assert len(stage.sessions()) == 2 and stage.dead_letters() == []
    stage.judge(rewound=True)


def test_a_dry_run_counts_and_leaves_everything_as_it_was(stage):
    stage.send_all([command(new_id()) for _ in range(5)] + [command(group_id=99)], key=b"k")
    stage.drain()
    age(stage, 2)
    before = stage.ledger()
    assert prune(stage, "--older-than", "1d", "--dry-run") == {"examined": 6, "pruned": 6, "dry_run": True}
    assert prune(stage, "--older-than", "3d")["pruned"] == 0
    assert stage.ledger() == before
    stage.judge(verify=False)  # that the decisions were made older would be found


def test_a_worker_goes_on_beside_a_prune_and_none_of_its_young_outcomes_is_touched(stage):
    stage.db.execute(
        """INSERT INTO command_outcomes (command_id, outcome, session_id, topic, decided_at)
           SELECT gen_random_uuid(), 'created', -number, 'old', now() - interval '100 days'
           FROM generate_series(1, 25000) AS number"""
    )
    with stage.working():
        for i in range(3):
            stage.send_all([command(new_id(), i % 2 + 1) for _ in range(1000)], key=lambda i: b"%d" % (i % 7))
            pruned = prune(stage, "--older-than", "90d")["pruned"]
            assert pruned == (25000 if i == 0 else 0)
        stage.await_drained()
    stage.judge()


def test_the_role_of_run_may_not_prune_and_is_told_the_grant(stage):
    role = f"role_{stage.schema}"
    stage.db.execute(f"CREATE ROLE {role} LOGIN")
    stage.db.execute(stage.must("migrate", "sql", "--role", role).stdout)
    done = stage.run("prune", "--older-than", "90d", **{"postgres.conninfo": stage.services.conninfo(user=role)})
    stage.db.execute(f"DROP OWNED BY {role}")
    stage.db.execute(f"DROP ROLE {role}")
    assert (done.returncode, done.stdout) == (77, ""), "nothing was pruned, nothing is counted"
    assert "GRANT SELECT, UPDATE" in done.stderr and "E-PRUNE-GRANT" in done.stderr


@pytest.mark.parametrize("args", [[], ["--older-than", "0d"], ["--older-than", "90"], ["--older-than", "1d", "more"]])
def test_prune_wants_to_know_how_old(stage, args):
    done = stage.run("prune", *args)
    assert done.returncode == 64 and "--help" in done.stderr


def status(stage, *args, **settings):
    return json.loads(stage.must("status", *args, "--json", **settings).stdout)


def test_status_counts_from_the_beginning_until_the_group_commits_and_says_who_has_each_partition(stage):
    sent = stage.send_all([command(new_id()) for _ in range(5)], partition=1)
    before = status(stage)
    assert (before["group"], before["topic"], before["lag"]) == (stage.name, stage.commands, len(sent))
    assert [p["committed"] for p in before["partitions"]] == [None] * 4
    assert [p["lag"] for p in before["partitions"]] == [0, 5, 0, 0]
    assert before["members"] == [] and before["group_state"] == "Dead" and before["source"] == "broker" and before["state"] is None

    with stage.working():
        stage.await_drained()
        working = status(stage)
        assert working["group_state"] == "Stable" and [m["instance"] for m in working["members"]] == ["one"]
        assert [p["owner"] for p in working["partitions"]] == ["one"] * 4
        one = working["partitions"][1]
        assert (one["beginning"], one["committed"], one["stable"], one["end"], one["lag"]) == (0, 5, 5, 5, 0)
    stage.send(command(new_id()), partition=1)
    after = status(stage)
    assert (after["lag"], after["partitions"][1]["committed"], after["partitions"][1]["end"]) == (1, 5, 6)


def test_status_tells_the_end_from_what_an_open_transaction_holds_back(stage):
    stage.send(command(new_id()), partition=0)
    producer = Producer({"bootstrap.servers": stage.services.kafka, "transactional.id": stage.name})
    producer.init_transactions(10)
    producer.begin_transaction()
    producer.produce(stage.commands, command(new_id()), partition=0)
    producer.flush(10)
    first = status(stage)["partitions"][0]
    producer.abort_transaction(10)
    assert (first["stable"], first["end"], first["lag"]) == (1, 2, 2)
    assert until(lambda: status(stage)["partitions"][0]["stable"] == 3, 10, "the marker is readable")


def test_status_as_text_is_a_table_with_a_row_for_each_partition(stage):
    head, _, titles, *rows, _, asked = stage.must("status").stdout.splitlines()
    assert stage.name in head and stage.commands in head and "0 behind" in head
    assert asked == "asked: the broker; http.listen is empty"
    assert titles.split() == ["PARTITION", "COMMITTED", "STABLE", "END", "LAG", "OWNER"]
    assert [row.split() for row in rows] == [[str(i), "-", "0", "0", "0", "-"] for i in range(4)]


@pytest.mark.parametrize("how", [["--json"], []])
def test_a_watch_adds_a_line_each_interval_and_an_interrupt_ends_it_with_0(stage, how):
    watch = subprocess.Popen(
        stage.command_line("status", "--watch", *how), stdout=subprocess.PIPE, text=True, env=stage.environment()
    )
    try:
        first = watch.stdout.readline()
        stage.send(command(new_id()))
        second = watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        assert watch.wait(10) == 0
    finally:
        watch.kill()
        watch.wait()
        watch.stdout.close()
    if how:
        assert (json.loads(first)["lag"], json.loads(second)["lag"]) == (0, 1)
    else:
        assert "0 behind" in first and "1 behind" in second


def test_status_without_a_broker_is_69_and_without_the_topic_78(stage):
    nowhere = {"kafka.bootstrap.servers": "127.0.0.1:9"}
    done = stage.run("status", "--timeout", "1s", **nowhere)
    assert done.returncode == 69 and "127.0.0.1:9" in done.stderr
    done = stage.run("status", **{"commands.topic": "no-such-topic"})
    assert done.returncode == 78 and "no-such-topic" in done.stderr and "topics apply" in done.stderr
