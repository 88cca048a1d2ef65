"""The judge finds what it should: a small world in order, and each promise broken by hand."""
import copy
import datetime
import json

import pytest

import identity
from judge import Evidence, findings
from records import Record

NOW_MS = 1_700_000_000_000
START = "2026-11-22T05:00:00.123456Z"
START_TIME = datetime.datetime(2026, 11, 22, 5, 0, 0, 123456)
IDS = [f"00000000-0000-4000-8000-00000000000{i}" for i in range(5)]


def event(topic, offset, command, body, replayed=False):
    created = "session" in body
    headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", body["event_id"]),
        ("ce_source", "/sessiond/c"),
        ("ce_type", "study-session.created.v1" if created else "study-session.rejected.v1"),
        ("ce_time", body["occurred_at"]),
        ("ce_subject", str(body["session"]["id"]) if created else body["command_id"]),
        ("content-type", "application/json"),
        ("command-topic", command.topic),
        ("command-partition", str(command.partition)),
        ("command-offset", str(command.offset)),
    ]
    headers += [("idempotent-replayed", "true")] if replayed else []
    value = json.dumps(body).encode()
    return Record(topic, 0, offset, NOW_MS, command.key, value, [(name, text.encode()) for name, text in headers])


def created(command_id, session_id):
    session = {"id": session_id, "group_id": 1, "group_name": "G", "activity_id": 1, "activity_name": "A"}
    session.update(start_time=START, end_time=START)
    return {"event_id": command_id, "command_id": command_id, "occurred_at": START, "message": "m", "session": session}


def rejected(event_id, command_id, occurred_at, code):
    return {"event_id": event_id, "command_id": command_id, "occurred_at": occurred_at, "code": code, "violations": []}


def ledger_row(command_id, command, outcome, session_id=None, code=None):
    place = {"topic": command.topic, "partition": command.partition, "offset": command.offset}
    return {"command_id": command_id, "outcome": outcome, "session_id": session_id, "code": code, **place}


def world():
    """Created, created, a duplicate of the first, rejected, garbage; one key, in this order."""
    ids = [IDS[0], IDS[1], IDS[0], IDS[2]]
    values = [json.dumps({"command_id": id, "group_id": 1, "study_activity_id": 1}).encode() for id in ids] + [b"\xff"]
    commands = [Record("c", 0, i, NOW_MS + i, b"k", value, [("h", b"1")]) for i, value in enumerate(values)]
    garbage = commands[4]
    answer = rejected(
        identity.answer_id(garbage, "UNDECODABLE"), identity.derived_id(garbage), identity.time_text(NOW_MS + 4), "UNDECODABLE"
    )
    events = [
        event("created", 0, commands[0], created(IDS[0], 1)),
        event("created", 1, commands[1], created(IDS[1], 2)),
        event("created", 2, commands[2], created(IDS[0], 1), replayed=True),
        event("rejected", 0, commands[3], rejected(IDS[2], IDS[2], START, "GROUP_NOT_FOUND")),
        event("rejected", 1, garbage, answer),
    ]
    dlq = {"topic": "c", "partition": "0", "offset": "4", "group": "g", "code": "UNDECODABLE", "message": "why"}
    dlq_headers = [("h", b"1")] + [(f"__dlq.errors.{name}", text.encode()) for name, text in dlq.items()]
    rows = [{"id": i, "group_id": 1, "study_activity_id": 1, "created_at": START_TIME} for i in (1, 2)]
    return Evidence(
        commands=commands,
        events=events,
        dead_letters=[Record("dlq", 0, 0, NOW_MS, b"k", b"\xff", dlq_headers)],
        created_topic="created",
        rejected_topic="rejected",
        source="/sessiond/c",
        group="g",
        committed={0: 5},
        ends={0: 5, 1: 0},
        ledger=[
            ledger_row(IDS[0], commands[0], "created", 1),
            ledger_row(IDS[1], commands[1], "created", 2),
            ledger_row(IDS[2], commands[3], "rejected", None, "GROUP_NOT_FOUND"),
        ],
        sessions=rows,
    )


def change_body(record, **fields):
    record.value = json.dumps({**record.body, **fields}).encode()


def set_header(record, name, value):
    record.headers = [(other, value if other == name else old) for other, old in record.headers]


def repeat(evidence, index):
    evidence.events.append(copy.deepcopy(evidence.events[index]))
    evidence.events[-1].offset = 9


def swap_first_two(evidence):
    one, two = evidence.events[:2]
    one.offset, two.offset = two.offset, one.offset


BROKEN = {
    "a command without an event": (lambda e: e.events.pop(1), "is not answered"),
    "two events for a command": (lambda e: repeat(e, 1), "is answered 2 times"),
    "an event for no command": (lambda e: set_header(e.events[1], "command-offset", b"77"), "answers no command"),
    "another key": (lambda e: setattr(e.events[1], "key", b"other"), "is not that of"),
    "no key": (lambda e: setattr(e.events[1], "key", None), "is not that of"),
    "another ce_id": (lambda e: set_header(e.events[1], "ce_id", IDS[4].encode()), "ce_id is"),
    "another type": (lambda e: set_header(e.events[1], "ce_type", b"x"), "ce_type is"),
    "another source": (lambda e: set_header(e.events[1], "ce_source", b"x"), "ce_source is"),
    "another time": (lambda e: set_header(e.events[1], "ce_time", b"x"), "ce_time is"),
    "another subject": (lambda e: set_header(e.events[1], "ce_subject", b"1"), "ce_subject is"),
    "a foreign command id": (lambda e: change_body(e.events[3], command_id=IDS[4]), "carries"),
    "an event id of its own for a decision": (lambda e: change_body(e.events[3], event_id=IDS[4]), "is not its command_id"),
    "a random event id for an answer": (lambda e: change_body(e.events[4], event_id=IDS[4]), "not "),
    "an answer with the clock's time": (lambda e: change_body(e.events[4], occurred_at=START), "not its record's timestamp"),
    "a duplicate with a value of its own": (lambda e: change_body(e.events[2], message="other"), "has two values"),
    "a duplicate that says it is new": (lambda e: e.events[2].headers.pop(), "is new twice"),
    "an event without a row": (lambda e: e.sessions.pop(), "no row for session"),
    "a row without an event": (lambda e: e.sessions.append({**e.sessions[0], "id": 3}), "has no created event"),
    "a row for another group": (lambda e: e.sessions[0].update(group_id=2), "differs from its row"),
    "a row of another moment": (lambda e: e.sessions[0].update(created_at=datetime.datetime(2020, 1, 1)), "differs from its row"),
    "a decision without a ledger row": (lambda e: e.ledger.pop(), "but no ledger row"),
    "a ledger row without an event": (lambda e: e.ledger.append({**e.ledger[2], "command_id": IDS[3]}), "no event says so"),
    "two ledger rows for an id": (lambda e: e.ledger.append(e.ledger[0]), "has 2 ledger rows"),
    "a ledger that says otherwise": (lambda e: e.ledger[2].update(code="MISSING_FIELD"), "the ledger"),
    "one session for two ids": (lambda e: e.ledger[1].update(session_id=1), "belongs to 2 command ids"),
    "events out of order": (swap_first_two, "is answered after"),
    "a key in two partitions": (lambda e: setattr(e.events[1], "partition", 3), "are in partitions"),
    "garbage without a dead letter": (lambda e: e.dead_letters.clear(), "1 events, 0 dead letters"),
    "two dead letters": (lambda e: e.dead_letters.append(e.dead_letters[0]), "1 events, 2 dead letters"),
    "a dead letter with another value": (lambda e: setattr(e.dead_letters[0], "value", b"\xfe"), "differs from c[0]@4"),
    "a dead letter without its key": (lambda e: setattr(e.dead_letters[0], "key", None), "differs from c[0]@4"),
    "a dead letter that lost a header": (lambda e: e.dead_letters[0].headers.pop(0), "differs from c[0]@4"),
    "a dead letter of another group": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.group", b"x"),
        "names the group",
    ),
    "offsets short of the end": (lambda e: e.committed.update({0: 4}), "the end is 5"),
    "no offsets at all": (lambda e: e.committed.clear(), "the end is 5"),
}


def test_a_world_in_order_has_no_findings():
    assert findings(world()) == []


@pytest.mark.parametrize("story", BROKEN)
def test_the_judge_finds(story):
    damage, expected = BROKEN[story]
    evidence = world()
    damage(evidence)
    assert any(expected in finding for finding in findings(evidence)), findings(evidence)


def test_a_rewind_may_repeat_events_but_not_change_them():
    evidence = world()
    repeat(evidence, 1)
    assert findings(evidence, rewound=True) == []
    change_body(evidence.events[-1], message="other")
    assert any("another event than before" in finding for finding in findings(evidence, rewound=True))


def test_suppression_covers_duplicates_and_nothing_else():
    evidence = world()
    del evidence.events[2]
    assert findings(evidence, duplicates="suppress") == []
    assert any("is not answered" in finding for finding in findings(evidence))
    del evidence.events[1]
    assert any("is not answered" in finding for finding in findings(evidence, duplicates="suppress"))
