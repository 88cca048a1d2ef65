"""`sessiond verify`: finds every discrepancy that is planted, under its guarantee, and none where there is none."""

import json
import os
import subprocess
import time
import uuid

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, Producer, TopicPartition
from deadline import until
from judge.records import read_all
from stage import command, new_id


def ask(stage, **settings):
    done = stage.run("verify", "--json", **settings)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    report = json.loads(done.stdout)
    found = {
        guarantee["guarantee"]: [discrepancy["code"] for discrepancy in guarantee["discrepancies"]]
        for guarantee in report["guarantees"]
    }
    assert report["clean"] == (done.returncode == 0) == (not any(found.values())), done.stdout
    assert all(guarantee["holds"] == (not guarantee["discrepancies"]) for guarantee in report["guarantees"])
    return report, {number: codes for number, codes in found.items() if codes}


def must_be_clean(stage, **settings):
    report, found = ask(stage, **settings)
    assert found == {}, json.dumps(report, indent=1)
    return report


def must_find(stage, expected, maybe=(), **settings):
    """{guarantee: codes}, and nothing else but what may be; every discrepancy names records."""
    report, found = ask(stage, **settings)
    found = {number: set(codes) - set(maybe) for number, codes in found.items()}
    assert {number: codes for number, codes in found.items() if codes} == expected, json.dumps(report, indent=1)
    for guarantee in report["guarantees"]:
        assert all(each["records"] and each["text"] for each in guarantee["discrepancies"])
    return report


@pytest.fixture
def worked(stage):
    """Each kind of command, several of a key, and nothing left to do."""
    value = command(new_id())
    more = [command(new_id(), 1 + i % 2) for i in range(6)]
    stage.commands_sent = stage.send_all(
        [value, value, command(new_id(), 99), b"garbage", *more, b"more garbage", command(None, 1, None)], key=b"k", partition=1
    )
    stage.send_all([command(new_id()) for _ in range(40)], key=lambda i: f"key {i % 7}".encode())
    stage.drain(**{"instance.id": "auto"})
    return stage


# ---- Nothing to find -------------------------------------------------------------------------------------------------


def test_where_all_is_well_every_guarantee_holds_and_the_exit_status_is_0(worked):
    report = must_be_clean(worked)
    assert report["counts"]["commands"] == report["counts"]["events"] == 52
    text = worked.run("verify")
    assert (text.returncode, text.stderr) == (0, "")
    assert [line.split()[0] for line in text.stdout.splitlines() if line.endswith(" holds")] == list("12345")


SMALL = {"batch.max.messages": 100}


def some(count):
    """Commands of every kind, some of them twice."""
    values = [command(new_id(), 1 + i % 2) for i in range(count)]
    for i in range(0, count - 8, 9):
        values[i : i + 4] = [command(new_id(), 99), command(None, 1, None), b"garbage", values[i + 7]]
    return values


def key(i):
    return f"key {i % 50}".encode() if i % 3 else None


def test_while_workers_run_and_are_killed_nothing_is_found(stage):
    """What is in flight is none: verify is asked again and again while two workers have work."""
    stage.send_all(some(3000), key=key)
    first, second = stage.start(**SMALL), stage.start(**SMALL, **{"instance.id": "two"})
    in_flight = []
    for round_ in range(4):
        stage.send_all(some(500), key=key)
        in_flight.append(must_be_clean(stage)["counts"]["in_flight"])
        if round_ == 1:
            first.kill()
            first = stage.start(**SMALL)
    stage.await_drained(40)
    report = must_be_clean(stage)
    assert report["counts"]["in_flight"] == 0 and report["counts"]["events"] == report["counts"]["commands"] == 5000
    assert any(in_flight), "it was asked while there was work"
    first.stop()
    second.stop()
    stage.judge()


def test_rewinds_are_none_also_while_they_are_worked_on(stage):
    auto = {"instance.id": "auto", **SMALL}
    stage.send_all(some(800), key=key)
    stage.drain(**auto)
    stage.rewind(offset=70)
    must_be_clean(stage)
    stage.start(**auto)
    stage.send_all(some(400), key=key)
    must_be_clean(stage)
    stage.await_drained()
    stage.workers[-1].stop()
    stage.rewind(offset=150, partition=1)
    worker = stage.start(**auto)
    until(lambda: must_be_clean(stage)["counts"]["answered_again"] > 0, 20, "the second rewind is worked on")
    worker.kill()
    must_be_clean(stage)
    stage.drain(**auto)
    must_be_clean(stage)


def test_a_pruned_ledger_is_clean_before_and_after_a_rewind(stage):
    auto = {"instance.id": "auto", **SMALL}
    stage.send_all(some(800), key=key)
    stage.drain(**auto)
    stage.db.execute("SELECT pg_sleep(1.1)")
    assert json.loads(stage.must("prune", "--older-than", "1s", "--json").stdout)["pruned"] > 500
    assert must_be_clean(stage)["counts"]["pruned"] > 500
    stage.send_all(some(100), key=key)
    stage.drain(**auto)
    must_be_clean(stage)
    stage.rewind(offset=50)
    stage.drain(**auto)
    must_be_clean(stage)


def test_suppressed_duplicates_are_none(stage):
    how = {"duplicates": "suppress", "instance.id": "auto"}
    values = [command(new_id()) for _ in range(50)]
    stage.send_all(values + values[::2] + values[::5], key=key)
    stage.drain(**how)
    assert must_be_clean(stage, **how)["counts"]["suppressed"] == 35
    must_find(stage, {1: {"UNANSWERED"}})  # by the rules of duplicates=republish they would be missing
    stage.rewind()
    stage.drain(**how)
    must_be_clean(stage, **how)


def test_at_least_once_repeats_are_none(stage):
    how = {"events.delivery": "at-least-once", **SMALL}
    stage.send_all(some(3000), key=key)
    worker = stage.start(**how)
    until(lambda: sum(stage.committed().values()) > 500, 20, "it works")
    worker.kill()
    stage.drain(40, **how)
    must_be_clean(stage, **how)


def test_a_dead_letter_that_is_sent_back_and_a_rewind_over_both_are_none(stage):
    """As `dlq redrive` does it: to its first partition, with what the dead letter says of it, counted once more."""
    auto = {"instance.id": "auto"}
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")
    stage.send_all([command(None, 2), command(None, 1), b"garbage", command(new_id(), 2)], key=b"k", partition=1)
    stage.drain(**auto)
    must_be_clean(stage)
    for again in (False, True):
        for letter in stage.dead_letters():
            counted = [("__dlq.errors.delivery.count", b"2") if name == "__dlq.errors.delivery.count" else (name, value)
                       for name, value in letter.headers]
            if letter.text("__dlq.errors.delivery.count") == "1":
                stage.send(letter.value, letter.key, counted, partition=1)
        stage.drain(**auto)
        must_be_clean(stage)
        if not again:
            stage.db.execute("ALTER TABLE study_sessions DROP CONSTRAINT not_two")
    stage.rewind()
    stage.drain(**auto)
    must_be_clean(stage)


def test_replays_are_none(stage):
    auto = {"instance.id": "auto", **SMALL}
    stage.send_all(some(600), key=key)
    stage.drain(**auto)
    stage.must("replay", "--from", "10", "--to", "30", "--partition", "1", "--apply")
    assert must_be_clean(stage)["counts"]["answered_again"] == 20
    stage.must("replay", "--from", "beginning", "--apply")
    assert must_be_clean(stage)["counts"]["answered_again"] == 600
    stage.rewind(offset=20)
    stage.drain(**auto)
    must_be_clean(stage)


def test_a_redrive_and_a_rewind_over_it_are_none(stage):
    auto = {"instance.id": "auto"}
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")
    stage.send_all([command(None, 2), command(None, 1), b"garbage", command(new_id(), 2)], key=b"k", partition=1)
    stage.drain(**auto)
    for _ in range(2):
        stage.must("dlq", "redrive", "--apply")
        must_be_clean(stage)
        stage.drain(**auto)
        must_be_clean(stage)
        stage.db.execute("ALTER TABLE study_sessions DROP CONSTRAINT IF EXISTS not_two")
    stage.rewind()
    stage.drain(**auto)
    must_be_clean(stage)


def test_what_retention_has_taken_from_either_side_is_none(stage):
    auto = {"instance.id": "auto", **SMALL}
    stage.send_all(some(1000), key=key)
    stage.drain(**auto)

    def delete(topic, offsets):
        for answer in stage.admin.delete_records([TopicPartition(topic, *each) for each in offsets.items()]).values():
            answer.result(10)

    delete(stage.created, {0: 20, 2: 40})
    delete(stage.rejected, {1: 30})
    report = must_be_clean(stage)
    assert report["counts"]["events_gone"] > 0
    stage.rewind(offset=30)
    stage.drain(**auto)
    must_be_clean(stage)
    delete(stage.commands, {0: 60, 1: 50})
    assert must_be_clean(stage)["counts"]["commands_gone"] > 0
    delete(stage.dlq, {0: 5, 1: 5, 2: 5, 3: 5})
    must_be_clean(stage)


def test_two_commands_topics_may_share_the_ledger_and_the_event_topics(stage):
    other = {"commands.topic": f"{stage.name}.other", "group.id": f"{stage.name}-other"}
    stage.must("topics", "apply", **other)
    values = [command(new_id()) for _ in range(30)]
    stage.send_all(values, key=key)
    stage.drain()
    for topic, source in ((other["commands.topic"], values[:10] + [command(new_id(), 99), b"garbage"]),):
        stage.send_all(source, key=key, topic=topic)
    with stage.working(**other):
        until(lambda: len(stage.events()) == 42, 20, "the other topic is answered")
    assert must_be_clean(stage)["counts"]["other_topics"] == 12
    assert must_be_clean(stage, **other)["counts"]["other_topics"] == 30


@pytest.mark.slow
def test_a_million_commands_take_a_minute_at_most_and_64_mib(stage, note):
    count = 1_000_000
    lines = stage.folder / "commands.jsonl"
    with open(lines, "wb") as out:
        out.writelines(command(new_id(), 99 if i % 100 == 0 else 1 + i % 2) + b"\n" for i in range(count))
    stage.must("send", str(lines), timeout=300)
    stage.drain(300)
    started = time.monotonic()
    with open(stage.folder / "report.json", "wb") as out:
        process = subprocess.Popen(stage.command_line("verify", "--json"), stdout=out, env=stage.environment())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    report = json.loads((stage.folder / "report.json").read_bytes())
    busy = usage.ru_utime + usage.ru_stime
    note(f"{report['counts']['events']} events in {seconds:.1f} s, {busy:.1f} s of them busy, peak {usage.ru_maxrss // 1024} MiB")
    assert process.returncode == 0 and report["counts"]["commands"] == report["counts"]["events"] == count
    assert usage.ru_maxrss < 64 * 1024
    assert busy < 60, "what other processes take of the machine is not its own"


# ---- Planted ---------------------------------------------------------------------------------------------------------

IN_TABLES = {
    "a row deleted": (
        "DELETE FROM study_sessions WHERE id = (SELECT min(id) FROM study_sessions)",
        {4: {"SESSION_LOST"}},
    ),
    "a row changed": (
        "UPDATE study_sessions SET group_id = 3 - group_id WHERE id = (SELECT max(id) FROM study_sessions)",
        {4: {"SESSION_ALTERED"}},
    ),
    "a row's time changed": (
        "UPDATE study_sessions SET created_at = created_at + interval '1 microsecond'",
        {4: {"SESSION_ALTERED"}},
    ),
    "a row of nobody's": (
        "INSERT INTO study_sessions (group_id, study_activity_id) VALUES (1, 1)",
        {4: {"SESSION_OF_NOBODY"}},
    ),
    "a decision forgotten": (
        "DELETE FROM command_outcomes WHERE code = 'GROUP_NOT_FOUND'",
        {2: {"EVENT_WITHOUT_OUTCOME"}},
    ),
    "a decision rewritten": (
        "UPDATE command_outcomes SET code = 'INVALID_FIELD', violations = 'group_id:INVALID_FIELD' WHERE code = 'GROUP_NOT_FOUND'",
        {2: {"OTHER_OUTCOME"}},
    ),
    "a code that contradicts its violations": (
        "UPDATE command_outcomes SET code = 'MISSING_FIELD' WHERE code = 'GROUP_NOT_FOUND'",
        {2: {"ALTERED_OUTCOME"}},
    ),
    "other values remembered": (
        "UPDATE command_outcomes SET group_id = 7 WHERE code = 'GROUP_NOT_FOUND'",
        {2: {"ALTERED_EVENT"}},
    ),
    "a name changed": (
        "UPDATE command_outcomes SET group_name = 'Another' WHERE session_id = (SELECT min(id) FROM study_sessions)",
        {2: {"ALTERED_EVENT"}},
    ),
    "another place remembered": (
        """UPDATE command_outcomes SET "offset" = "offset" + 1 WHERE code = 'GROUP_NOT_FOUND'""",
        {2: {"DECIDED_ELSEWHERE"}},
    ),
    "an id decided twice": (
        """ALTER TABLE command_outcomes DROP CONSTRAINT command_outcomes_pkey;
           INSERT INTO command_outcomes SELECT * FROM command_outcomes WHERE code = 'GROUP_NOT_FOUND'""",
        {2: {"DOUBLED_OUTCOME"}},
    ),
}


@pytest.mark.parametrize("what", IN_TABLES)
def test_damage_in_the_tables_is_found_under_its_guarantee(worked, what):
    statement, expected = IN_TABLES[what]
    worked.db.execute(statement)
    must_find(worked, expected)


def test_an_outcome_without_an_event_is_found(worked):
    """The place of a command that has another id: of a restored topic, or of a worker that skipped."""
    for outcome, session, violations in (("created", "1", "NULL"), ("rejected", "NULL", "'group_id:MISSING_FIELD'")):
        code = "''" if outcome == "created" else "'MISSING_FIELD'"
        worked.db.execute(
            f"""INSERT INTO command_outcomes (command_id, outcome, session_id, code, violations, group_id, group_id_invalid,
                study_activity_id, study_activity_id_invalid, group_name, activity_name, topic, partition, "offset", timestamp_ms,
                decided_at)
                VALUES (gen_random_uuid(), '{outcome}', {session}, {code}, {violations}, 1, false, 1, false, 'a', 'b',
                '{worked.commands}', 1, 0, 1, now())"""
        )
    must_find(worked, {1: {"OUTCOME_WITHOUT_EVENT"}, 4: {"OUTCOME_WITHOUT_EVENT", "SESSION_ALTERED", "SESSION_SHARED"}})


class Copied:
    """The stage's events and dead letters once more, in topics of their own, as `change` leaves them."""

    def __init__(self, stage):
        self.stage = stage
        self.records = read_all(stage.services.kafka, *sorted({stage.created, stage.rejected, stage.dlq}))
        self.records.sort(key=lambda record: record.place)
        self.loose = []  # written behind them, and by no transaction

    def events(self, code=None):
        return [record for record in self.records if record.topic != self.stage.dlq and record.body.get("code") == code]

    def letters(self):
        return [record for record in self.records if record.topic == self.stage.dlq]

    def written(self):
        """Settings under which the copies are read."""
        names = {topic: f"{topic}.{uuid.uuid4().hex[:6]}" for topic in (self.stage.created, self.stage.rejected, self.stage.dlq)}
        settings = {
            "events.created.topic": names[self.stage.created],
            "events.rejected.topic": names[self.stage.rejected],
            "dlq.topic": names[self.stage.dlq],
        }
        self.stage.must("topics", "apply", **settings)
        client = {"bootstrap.servers": self.stage.services.kafka, "transactional.id": str(uuid.uuid4())}
        producer = Producer(client)
        producer.init_transactions(30)
        for i in range(0, len(self.records), 10):
            producer.begin_transaction()
            for record in self.records[i : i + 10]:
                producer.produce(
                    names[record.topic],
                    record.value,
                    record.key,
                    record.partition,
                    headers=record.headers,
                    timestamp=record.timestamp_ms,
                )
            producer.commit_transaction(30)
        for record in self.loose:
            place = record.partition, record.timestamp_ms
            self.stage.send(record.value, record.key, record.headers, *place, topic=names[record.topic])
        return settings


def with_header(record, name, value):
    record.headers = [(each, value if each == name else old) for each, old in record.headers]


def test_copies_of_all_records_are_as_good_as_the_records(worked):
    must_be_clean(worked, **Copied(worked).written())


def drop_an_event(copied):
    copied.records.remove(copied.events()[2])


def double_an_event(copied):
    event = copied.events()[2]
    copied.records.insert(copied.records.index(event), event)


def double_an_event_later(copied):
    copied.records.append(copied.events()[2])


def double_the_last_event(copied):
    """As a rewind would have done it, but for the transaction."""
    last = max((event for event in copied.events() if event.key == b"k"), key=lambda event: int(event.header("command-offset")))
    copied.loose.append(last)


def alter_a_name(copied):
    event = copied.events()[2]
    event.value = event.value.replace(b"Typing Tutor", b"Typing Teacher")


def alter_a_message(copied):
    event = copied.events("GROUP_NOT_FOUND")[0]
    event.value = event.value.replace(b"does not exist", b"does not like you")


def alter_a_session(copied):
    event = copied.events()[2]
    event.value = event.value.replace(b'"session":{"id":', b'"session":{"id":10')
    with_header(event, "ce_subject", str(event.body["session"]["id"]).encode())


def alter_a_subject(copied):
    with_header(copied.events()[2], "ce_subject", b"17")


def alter_a_correlation(copied):
    with_header(copied.events()[2], "ce_correlationid", b"another")


def alter_an_event_id(copied):
    event = copied.events("UNDECODABLE")[0]
    other = new_id()
    event.value = event.value.replace(event.body["event_id"].encode(), other.encode(), 1)
    with_header(event, "ce_id", other.encode())


def destroy_an_event(copied):
    copied.events()[2].value = b"what is this?"


def answer_no_command(copied):
    with_header(copied.events()[2], "command-offset", b"4711")


def swap_two_answers(copied):
    first, second = copied.events()[2:4]
    first_offset, second_offset = first.header("command-offset"), second.header("command-offset")
    with_header(first, "command-offset", second_offset)
    with_header(second, "command-offset", first_offset)


def add_a_foreign_event(copied):
    event = copied.events()[2]
    body = event.body
    ids = {name: new_id() for name in ("event_id", "command_id")}
    ids["command_id"] = ids["event_id"]
    value = json.dumps({**body, **ids}).encode()
    record = type(event)(event.topic, event.partition, 0, event.timestamp_ms, event.key, value, list(event.headers))
    with_header(record, "ce_id", ids["event_id"].encode())
    copied.records.append(record)


def exchange_two_events(copied):
    same_key = [event for event in copied.events() if event.key == b"k"]
    first, second = copied.records.index(same_key[2]), copied.records.index(same_key[4])
    copied.records[first], copied.records[second] = copied.records[second], copied.records[first]


def move_to_another_partition(copied):
    """The youngest: what is older than anything in other partitions may be from a time when there were fewer."""
    event = max(copied.events(), key=lambda record: record.timestamp_ms)
    event.partition = (event.partition + 1) % 4


def give_another_key(copied):
    keys = {}
    for event in copied.events():
        key = keys.setdefault(event.partition, event.key)
        if key != event.key:
            event.key = key
            return
    raise AssertionError("eight keys in four partitions, and no two of them in one")


def move_to_the_other_topic(copied):
    """There it may come before others with its key."""
    copied.events()[2].topic = copied.stage.rejected


def call_it_a_repeat(copied):
    copied.events()[2].headers.append(("idempotent-replayed", b"true"))


def call_a_repeat_new(copied):
    event = next(event for event in copied.events() if event.replayed)
    event.headers = [header for header in event.headers if header[0] != "idempotent-replayed"]


def drop_a_dead_letter(copied):
    copied.records.remove(copied.letters()[0])


def double_a_dead_letter(copied):
    copied.records.append(copied.letters()[0])


def alter_a_dead_letter(copied):
    copied.letters()[0].value += b"!"


def add_a_foreign_dead_letter(copied):
    letter = copied.letters()[0]
    copied.records.append(type(letter)(letter.topic, 0, 0, 1, None, b"from somebody else", []))


IN_TOPICS = [
    (drop_an_event, {1: {"UNANSWERED"}}),
    (double_an_event, {3: {"DOUBLED_EVENT"}}),
    (double_an_event_later, {3: {"DOUBLED_EVENT"}}),
    (double_the_last_event, {3: {"DOUBLED_EVENT"}}),
    (alter_a_name, {2: {"ALTERED_EVENT"}}),
    (alter_a_message, {2: {"ALTERED_EVENT"}}),
    (alter_a_session, {2: {"OTHER_OUTCOME"}, 4: {"SESSION_LOST"}}),
    (alter_a_subject, {3: {"ALTERED_EVENT"}}),
    (alter_a_correlation, {3: {"ALTERED_EVENT"}}),
    (alter_an_event_id, {3: {"ALTERED_EVENT"}}),
    (destroy_an_event, {1: {"UNANSWERED"}, 3: {"UNREADABLE_EVENT"}}),
    (answer_no_command, {1: {"UNANSWERED"}, 2: {"DECIDED_ELSEWHERE"}, 3: {"FOREIGN_EVENT"}}),
    (swap_two_answers, {2: {"DECIDED_ELSEWHERE"}, 3: {"EVENT_OF_ANOTHER"}}),
    (add_a_foreign_event, {2: {"EVENT_WITHOUT_OUTCOME"}, 3: {"EVENT_OF_ANOTHER"}, 4: {"SESSION_SHARED"}}),
    (exchange_two_events, {5: {"OUT_OF_ORDER"}}),
    (move_to_another_partition, {5: {"WRONG_PARTITION"}}),
    (give_another_key, {5: {"WRONG_KEY"}}),
    (move_to_the_other_topic, {3: {"ALTERED_EVENT"}}),
    (call_it_a_repeat, {2: {"DECIDED_ELSEWHERE"}}),
    (call_a_repeat_new, {2: {"DECIDED_ELSEWHERE"}}),
    (drop_a_dead_letter, {3: {"NO_DEAD_LETTER"}}),
    (double_a_dead_letter, {3: {"DEAD_LETTER_WITHOUT_EVENT"}}),
    (alter_a_dead_letter, {3: {"ALTERED_DEAD_LETTER"}}),
    (add_a_foreign_dead_letter, {3: {"FOREIGN_DEAD_LETTER"}}),
]


@pytest.mark.parametrize("plant, expected", IN_TOPICS, ids=[plant.__name__ for plant, _ in IN_TOPICS])
def test_what_is_planted_in_the_topics_is_found_under_its_guarantee(worked, plant, expected):
    copied = Copied(worked)
    plant(copied)
    maybe = {"OUT_OF_ORDER"} if plant in (move_to_the_other_topic, move_to_another_partition) else ()
    must_find(worked, expected, maybe, **copied.written())


# ---- Offsets, and events ahead of them -------------------------------------------------------------------------------


def set_offset(stage, offset, partition):
    request = [ConsumerGroupTopicPartitions(stage.settings["group.id"], [TopicPartition(stage.commands, partition, offset)])]
    (answer,) = stage.admin.alter_consumer_group_offsets(request).values()
    assert all(place.error is None for place in answer.result(10).topic_partitions)


def test_an_offset_past_a_command_without_an_event_is_found_and_one_past_the_end(worked):
    worked.send_all([command(new_id()), command(new_id())], key=b"k", partition=1)
    end = worked.ends()[1]
    report = must_be_clean(worked)
    assert report["counts"]["in_flight"] == 2, "they wait for a worker"
    set_offset(worked, end - 1, 1)
    report = must_find(worked, {1: {"UNANSWERED"}})
    assert report["discrepancies"] == 1
    set_offset(worked, end + 1, 1)
    report = must_find(worked, {1: {"UNANSWERED", "OFFSET_PAST_END"}})
    assert report["discrepancies"] == 3


def test_records_deleted_before_they_were_answered_are_found(worked):
    worked.send_all([command(new_id()), command(new_id())], key=b"k", partition=1)
    (answer,) = worked.admin.delete_records([TopicPartition(worked.commands, 1, worked.ends()[1] - 1)]).values()
    answer.result(10)
    must_find(worked, {1: {"LOST_INPUT"}})


def test_events_ahead_of_the_offset_are_a_rewinds_unless_one_before_them_is_missing(worked):
    copied = Copied(worked)
    event = next(each for each in copied.events() if each.command_place[1:] == (1, 4))
    worked.rewind(offset=4, partition=1)
    must_be_clean(worked)
    copied.records.remove(event)
    settings = copied.written()
    must_find(worked, {3: {"TORN"}}, **settings)
    worked.rewind(offset=5, partition=1)
    must_find(worked, {1: {"UNANSWERED"}}, **settings)


def test_an_event_ahead_of_the_offset_that_no_transaction_wrote_is_torn(worked):
    event = worked.event_of(worked.commands_sent[-1])
    worked.rewind(offset=worked.commands_sent[-1].offset, partition=1)
    must_be_clean(worked)
    copied = Copied(worked)
    copied.loose += [record for record in copied.records if record.place == event.place]
    copied.records = [record for record in copied.records if record.place != event.place]
    must_find(worked, {3: {"TORN"}}, **copied.written())
