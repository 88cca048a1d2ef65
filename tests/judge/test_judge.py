"""The judge finds what it should: a small world in order, and each promise broken by hand."""

import base64
import contextlib
import copy
import json

import pytest

from . import FORM, Evidence, LedgerRow, SessionRow, avro, examine, identity
from .records import Record

NOW_MS = 1_700_000_000_000
START = "2026-11-22T05:00:00.123456Z"
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


def rejected(event_id, command_id, occurred_at, code, group_id=1):
    body = {"event_id": event_id, "command_id": command_id, "occurred_at": occurred_at, "message": "m", "code": code}
    return {
        **body,
        "violations": [],
        "group_id": group_id,
        "study_activity_id": None if group_id is None else 1,
        "sqlstate": None,
    }


def answer(command, code, command_id, group_id):
    return rejected(identity.answer_id(command, code), command_id, identity.time_text(command.timestamp_ms), code, group_id)


def ledger_row(command_id, command, outcome, session_id=None, code=None):
    return LedgerRow(command_id, outcome, session_id, code, 1, False, 1, False, *command.place)


def letter_headers(command, code, command_id, count=1):
    own = {
        "topic": command.topic,
        "partition": command.partition,
        "offset": command.offset,
        "timestamp": command.timestamp_ms,
        "group": "g",
        "code": code,
        "message": "why",
        "command.id": command_id,
        "delivery.count": count,
    }
    return [(f"__dlq.errors.{name}", str(value).encode()) for name, value in own.items()]


def redriven_world():
    """The same, and the dead letter is sent back: it fails again, and its letter still says where it stood at first."""
    evidence = world()
    first, (letter,) = evidence.commands[4], evidence.dead_letters
    again = Record("c", 0, 6, NOW_MS + 6, b"k", b"\xff", [*letter.headers[:-1], ("__dlq.errors.delivery.count", b"2")])
    command_id = identity.derived_id(first)
    evidence.commands.append(again)
    evidence.events.append(event("rejected", 3, again, answer(again, "UNDECODABLE", command_id, None)))
    headers = [("h", b"1"), *letter_headers(first, "UNDECODABLE", command_id, 2)]
    evidence.dead_letters.append(Record("dlq", 0, 1, NOW_MS, b"k", b"\xff", headers))
    evidence.committed[0] = evidence.ends[0] = 7
    return evidence


def former_world():
    """The same, and a record that an earlier version has decided under the nil UUID: its outcome stands."""
    evidence = world()
    nil = "00000000-0000-0000-0000-000000000000"
    value = json.dumps({"command_id": nil, "group_id": 1, "study_activity_id": 1}).encode()
    record = Record("c", 0, 6, NOW_MS + 6, b"k", value, [])
    evidence.commands.append(record)
    evidence.events.append(event("created", 6, record, created(nil, 3)))
    evidence.ledger.append(ledger_row(nil, record, "created", 3))
    evidence.sessions.append(SessionRow(3, 1, 1, START))
    evidence.committed[0] = evidence.ends[0] = 7
    return evidence


def world():
    """Created, created, a duplicate of the first, rejected, garbage, the second's id reused; one key, in this order."""
    asked = [(IDS[0], 1), (IDS[1], 1), (IDS[0], 1), (IDS[2], 1), None, (IDS[1], 2)]
    values = [
        json.dumps({"command_id": one[0], "group_id": one[1], "study_activity_id": 1}).encode() if one else b"\xff"
        for one in asked
    ]
    commands = [Record("c", 0, i, NOW_MS + i, b"k", value, [("h", b"1")]) for i, value in enumerate(values)]
    events = [
        event("created", 0, commands[0], created(IDS[0], 1)),
        event("created", 1, commands[1], created(IDS[1], 2)),
        event("created", 2, commands[2], created(IDS[0], 1), replayed=True),
        event("rejected", 0, commands[3], rejected(IDS[2], IDS[2], START, "GROUP_NOT_FOUND")),
        event("rejected", 1, commands[4], answer(commands[4], "UNDECODABLE", identity.derived_id(commands[4]), None)),
        event("rejected", 2, commands[5], answer(commands[5], "COMMAND_ID_REUSED", IDS[1], 2)),
    ]
    dlq_headers = [("h", b"1"), *letter_headers(commands[4], "UNDECODABLE", identity.derived_id(commands[4]))]
    return Evidence(
        commands=commands,
        events=events,
        dead_letters=[Record("dlq", 0, 0, NOW_MS, b"k", b"\xff", dlq_headers)],
        commands_topic="c",
        created_topic="created",
        rejected_topic="rejected",
        source="/sessiond/c",
        group="g",
        committed={0: 6},
        ends={0: 6, 1: 0},
        ledger=[
            ledger_row(IDS[0], commands[0], "created", 1),
            ledger_row(IDS[1], commands[1], "created", 2),
            ledger_row(IDS[2], commands[3], "rejected", None, "GROUP_NOT_FOUND"),
        ],
        sessions=[SessionRow(1, 1, 1, START), SessionRow(2, 1, 1, START)],
    )


def pruned_world():
    """The same, then the first id is pruned and comes once more."""
    evidence = world()
    evidence.ledger[0] = LedgerRow(IDS[0], None, *[None] * 9)
    late = Record("c", 0, 6, NOW_MS + 6, b"k", evidence.commands[0].value, [])
    evidence.commands.append(late)
    evidence.events.append(event("rejected", 3, late, answer(late, "COMMAND_EXPIRED", IDS[0], 1)))
    evidence.committed[0] = evidence.ends[0] = 7
    return evidence


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


def session_of(number, **fields):
    def damage(evidence):
        body = evidence.events[number].body
        change_body(evidence.events[number], session={**body["session"], **fields})

    return damage


def another_session_for_the_first_id(evidence):
    """A second decision: a row and an event of its own, and no word of a repeat."""
    evidence.events[2] = event("created", 2, evidence.commands[2], created(IDS[0], 3))
    evidence.sessions.append(SessionRow(3, 1, 1, START))


def a_decision_for_the_other_values(evidence):
    evidence.events[5] = event("created", 5, evidence.commands[5], created(IDS[1], 2), replayed=True)


def reused_for_the_same_values(evidence):
    evidence.events[2] = event(
        "rejected", 4, evidence.commands[2], answer(evidence.commands[2], "COMMAND_ID_REUSED", IDS[0], 1)
    )


def reused_by_nobody(evidence):
    evidence.commands[5].value = evidence.commands[5].value.replace(IDS[1].encode(), IDS[4].encode())
    evidence.events[5] = event(
        "rejected", 2, evidence.commands[5], answer(evidence.commands[5], "COMMAND_ID_REUSED", IDS[4], 2)
    )


def expired_while_kept(evidence):
    evidence.events[2] = event(
        "rejected", 4, evidence.commands[2], answer(evidence.commands[2], "COMMAND_EXPIRED", IDS[0], 1)
    )


# Story: (what is done to the world, what the judge says, under which guarantee)
BROKEN = {
    "a command without an event": (lambda e: e.events.pop(1), "is not answered, but the group's offset is past it", 1),
    "a last command that nobody read": (lambda e: (e.events.pop(), e.committed.update({0: 5})), "c[0]@5 is not answered", 1),
    "offsets short of the end": (lambda e: e.committed.update({0: 5}), "the end is 6", 1),
    "offsets past the end": (lambda e: e.committed.update({0: 7}), "the end is 6", 1),
    "no offsets at all": (lambda e: e.committed.clear(), "the end is 6", 1),
    "an offset in a partition without commands": (lambda e: e.committed.update({1: 1}), "partition 1: committed 1", 1),
    "the rejected half of a transaction only": (lambda e: e.events.__delitem__(slice(0, 3)), "is not answered, but", 1),
    "a duplicate with a value of its own": (lambda e: change_body(e.events[2], message="other"), "has two values", 2),
    "a duplicate that says it is new": (lambda e: e.events[2].headers.pop(), "is new twice", 2),
    "a first decision that says it is a repeat": (
        lambda e: e.events[1].headers.append(("idempotent-replayed", b"true")),
        "is called a repeat",
        2,
    ),
    "a second decision of an id": (another_session_for_the_first_id, "is new, but its id was decided at", 2),
    "an outcome for other values": (a_decision_for_the_other_values, "is answered with the outcome of (1, 1)", 2),
    "an id called reused for its own values": (reused_for_the_same_values, "but the values are the same", 2),
    "an id called reused that nobody used": (reused_by_nobody, "nobody has decided it", 2),
    "an id called expired that is kept": (expired_while_kept, "has its outcome still", 2),
    "a decision without a ledger row": (lambda e: e.ledger.pop(), "but no ledger row", 2),
    "a ledger row without an event": (
        lambda e: e.ledger.append(ledger_row(IDS[3], e.commands[0], "rejected")),
        "no event says so",
        2,
    ),
    "two ledger rows for an id": (lambda e: e.ledger.append(e.ledger[0]), "has 2 ledger rows", 2),
    "a ledger that says otherwise": (lambda e: setattr(e.ledger[2], "code", "MISSING_FIELD"), "the ledger", 2),
    "two events for a command": (lambda e: repeat(e, 1), "is answered 2 times", 3),
    "two answers for a command": (lambda e: repeat(e, 5), "is answered 2 times", 3),
    "an event for no command": (lambda e: set_header(e.events[1], "command-offset", b"77"), "answers no command", 3),
    "an event that does not say for what": (lambda e: set_header(e.events[1], "command-offset", None), "can be read", 3),
    "an event cut short": (lambda e: setattr(e.events[1], "value", e.events[1].value[:-1]), "can be read", 3),
    "an event without a value": (lambda e: setattr(e.events[1], "value", None), "can be read", 3),
    "events without their offsets": (lambda e: e.committed.update({0: 3}), "is not past its command: torn", 3),
    "a foreign command id": (lambda e: change_body(e.events[3], command_id=IDS[4]), "carries", 3),
    "another group than asked for": (session_of(1, group_id=2), "is about (2, 1), but", 3),
    "a rejection of another group than asked for": (
        lambda e: change_body(e.events[3], group_id=7),
        "is about (7, 1), but",
        3,
    ),
    "garbage without a dead letter": (lambda e: e.dead_letters.clear(), "1 events, 0 dead letters", 3),
    "a dead letter without its event": (lambda e: e.events.pop(4), "0 events, 1 dead letters", 3),
    "two dead letters": (lambda e: e.dead_letters.append(e.dead_letters[0]), "1 events, 2 dead letters", 3),
    "an event without a row": (lambda e: e.sessions.pop(), "no row for session", 4),
    "a row without an event": (lambda e: e.sessions.append(SessionRow(3, 1, 1, START)), "has no created event", 4),
    "a row that the ledger does not know": (
        lambda e: e.sessions.append(SessionRow(3, 1, 1, START)),
        "but not in the ledger",
        4,
    ),
    "a ledger row without its session": (lambda e: e.sessions.pop(), "but not in study_sessions", 4),
    "a row for another group": (lambda e: setattr(e.sessions[0], "group_id", 2), "differs from its row", 4),
    "a row of another moment": (lambda e: setattr(e.sessions[0], "created_at", "2020"), "differs from its row", 4),
    "one session for two ids": (lambda e: setattr(e.ledger[1], "session_id", 1), "belongs to 2 command ids", 4),
    "one session announced for two ids": (session_of(1, id=1), "is another command id's", 4),
    "events out of order": (swap_first_two, "is answered after", 5),
    "a key in two partitions": (lambda e: setattr(e.events[1], "partition", 3), "are in partitions", 5),
    "another key": (lambda e: setattr(e.events[1], "key", b"other"), "is not that of", 5),
    "no key": (lambda e: setattr(e.events[1], "key", None), "is not that of", 5),
    "another ce_id": (lambda e: set_header(e.events[1], "ce_id", IDS[4].encode()), "ce_id is", FORM),
    "another type": (lambda e: set_header(e.events[1], "ce_type", b"x"), "ce_type is", FORM),
    "another source": (lambda e: set_header(e.events[1], "ce_source", b"x"), "ce_source is", FORM),
    "another time": (lambda e: set_header(e.events[1], "ce_time", b"x"), "ce_time is", FORM),
    "another subject": (lambda e: set_header(e.events[1], "ce_subject", b"1"), "ce_subject is", FORM),
    "an event in the other topic": (lambda e: setattr(e.events[3], "topic", "created"), "in the other topic", FORM),
    "an end before any end": (session_of(1, end_time="later"), "end_time is not start_time", FORM),
    "an event id of its own for a decision": (
        lambda e: change_body(e.events[3], event_id=IDS[4]),
        "is not its command_id",
        FORM,
    ),
    "a random event id for an answer": (lambda e: change_body(e.events[4], event_id=IDS[4]), f"{IDS[4]}, not ", FORM),
    "an answer with the clock's time": (
        lambda e: change_body(e.events[4], occurred_at=START),
        "not its record's timestamp",
        FORM,
    ),
    "an event without its moment": (
        lambda e: change_body(e.events[4], occurred_at=None),
        "not its record's timestamp",
        FORM,
    ),
    "a dead letter that does not say of what": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.offset", b"x"),
        "does not say of what it is a copy",
        FORM,
    ),
    "a dead letter of nothing": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.offset", b"77"),
        "a copy of nothing",
        FORM,
    ),
    "a dead letter with another value": (
        lambda e: setattr(e.dead_letters[0], "value", b"\xfe"),
        "differs from c[0]@4",
        FORM,
    ),
    "a dead letter without its key": (lambda e: setattr(e.dead_letters[0], "key", None), "differs from c[0]@4", FORM),
    "a dead letter that lost a header": (lambda e: e.dead_letters[0].headers.pop(0), "differs from c[0]@4", FORM),
    "a dead letter cut at the wrong end": (
        lambda e: (
            setattr(e.dead_letters[0], "value", b"x"),
            e.dead_letters[0].headers.append(("__dlq.errors.truncated", b"value")),
        ),
        "is not the beginning of c[0]@4",
        FORM,
    ),
    "a dead letter without its timestamp": (
        lambda e: e.dead_letters[0].headers.pop(4),
        "has __dlq.errors.timestamp 0 times",
        FORM,
    ),
    "a dead letter with another timestamp": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.timestamp", b"1"),
        "has another timestamp than c[0]@4",
        FORM,
    ),
    "a dead letter with another command id": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.command.id", IDS[0].encode()),
        "has another command id than the event of c[0]@4",
        FORM,
    ),
    "a dead letter that counts": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.delivery.count", b"2"),
        "counts 2",
        FORM,
    ),
    "a dead letter that says it twice": (
        lambda e: e.dead_letters[0].headers.append(("__dlq.errors.code", b"UNDECODABLE")),
        "has __dlq.errors.code 2 times",
        FORM,
    ),
    "a dead letter of another group": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.group", b"x"),
        "names the group",
        FORM,
    ),
    "a dead letter without a reason": (
        lambda e: set_header(e.dead_letters[0], "__dlq.errors.message", b""),
        "does not say why",
        FORM,
    ),
}


def found(evidence, expected, guarantee, **how):
    """That the judge says it, under that guarantee, at the first finding or later."""
    report = examine(evidence, **how)
    return any(expected in finding.text for finding in report.of(guarantee)) or f"not among {report.findings}"


def test_a_world_in_order_breaks_no_guarantee():
    assert examine(world()).findings == []


@pytest.mark.parametrize("story", BROKEN)
def test_the_judge_finds(story):
    damage, expected, guarantee = BROKEN[story]
    evidence = world()
    damage(evidence)
    assert found(evidence, expected, guarantee) is True


def test_a_dead_letter_that_was_sent_back_is_a_copy_of_its_first_position():
    assert examine(redriven_world()).findings == []
    evidence = redriven_world()
    set_header(evidence.dead_letters[1], "__dlq.errors.offset", b"6")
    assert found(evidence, "0 events, 1 dead letters", 3) is True
    evidence = redriven_world()
    set_header(evidence.dead_letters[1], "__dlq.errors.delivery.count", b"1")
    evidence.dead_letters[1].value = b"\xfe"
    assert found(evidence, "differs from c[0]@4", FORM) is True
    evidence = redriven_world()
    change_body(evidence.events[-1], command_id=identity.derived_id(evidence.commands[-1]))
    assert found(evidence, "counts 2", FORM) is True, "it is no copy of what was sent back, then"


def test_what_an_earlier_version_decided_stands_at_its_own_position_only():
    assert examine(former_world()).findings == []
    evidence = former_world()
    evidence.ledger[-1].offset = 5
    assert found(evidence, "command_id 00000000-0000-0000-0000-000000000000, but c[0]@6 carries", 3) is True
    evidence = former_world()
    evidence.commands[-1].value = evidence.commands[-1].value.replace(b"00000000-0000-0000", b"00000000-0000-0001")
    assert found(evidence, "carries 00000000-0000-0001-0000-000000000000", 3) is True


def test_what_is_decided_when_it_is_read_again_comes_late_and_nothing_else_does():
    evidence = world()
    first = Record("c", 0, -1, NOW_MS - 1, b"k", evidence.commands[0].value.replace(IDS[0].encode(), IDS[3].encode()), [])
    evidence.commands.append(first)
    evidence.events.append(event("created", 7, first, created(IDS[3], 3)))
    evidence.ledger.append(ledger_row(IDS[3], first, "created", 3))
    evidence.sessions.append(SessionRow(3, 1, 1, START))
    assert found(evidence, "is answered after", 5, rewound=True) is True
    evidence.events.append(event("rejected", 7, first, answer(first, "COMMAND_ID_REUSED", IDS[3], 1)))
    assert not examine(evidence, rewound=True).of(5)
    assert found(evidence, "is answered after", 5) is True


NIL, MAX, OTHER = "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", IDS[0]


def test_ids_are_those_of_the_contract():
    """Story: (value, headers, the id; None is the derived one)."""
    both = {"group_id": 1, "study_activity_id": 1}
    in_base64 = base64.b64encode(json.dumps({**both, "command_id": OTHER}).encode()).decode()
    redriven = [("__dlq.errors.command.id", IDS[1].upper().encode())]
    stories = [
        ({"command_id": NIL, **both}, [], None),
        ({"command_id": MAX, **both}, redriven, IDS[1]),
        ({"command_id": OTHER, **both}, redriven, OTHER),
        ({"command_id": "none", **both}, [("ce_id", b"x")], None),
        (both, redriven, IDS[1]),
        (both, [("__dlq.errors.command.id", NIL.encode())], None),
        (both, [("ce_id", MAX.encode())], None),
        (both, [("ce_id", NIL.encode()), *redriven], IDS[1]),
        (both, [("ce_id", OTHER.encode()), *redriven], OTHER),
        ({"specversion": "1.0", "id": MAX, "data": both}, [("ce_id", OTHER.encode())], None),
        ({"specversion": "1.0", "id": IDS[2], "data_base64": in_base64}, [], OTHER),
    ]
    for value, headers, due in stories:
        record = Record("c", 0, 0, NOW_MS, None, b"\xef\xbb\xbf" + json.dumps(value).encode(), headers)
        read = identity.read(record)
        assert (read.id, read.values) == (due or identity.derived_id(record), (1, 1)), (value, headers)


def test_a_rewind_may_repeat_events_but_not_change_them():
    evidence = world()
    repeat(evidence, 1)
    assert examine(evidence, rewound=True).findings == []
    change_body(evidence.events[-1], message="other")
    assert found(evidence, "another event than before", 3, rewound=True) is True


def test_a_replay_repeats_events_without_their_dead_letters_but_the_first_has_one():
    evidence = world()
    repeat(evidence, 4)
    assert found(evidence, "2 events, 1 dead letters", 3, rewound=True) is True
    assert examine(evidence, replayed=True).findings == []
    evidence.dead_letters.clear()
    assert found(evidence, "2 events, 0 dead letters", 3, replayed=True) is True


def test_a_repeat_with_another_header_of_the_envelope_is_another_event():
    evidence = world()
    repeat(evidence, 1)
    evidence.events[-1].headers.append(("ce_more", b"1"))
    assert found(evidence, "another event than before", 3, rewound=True) is True


def test_suppression_covers_duplicates_and_nothing_else():
    evidence = world()
    assert found(evidence, "is answered, not suppressed", 3, duplicates="suppress") is True
    del evidence.events[2]
    assert examine(evidence, duplicates="suppress").findings == []
    assert found(evidence, "is not answered", 1) is True
    for number, offset in ((1, 1), (-1, 5)):  # a first record; one with a known id and other values
        evidence = world()
        del evidence.events[2]
        del evidence.events[number]
        assert found(evidence, f"c[0]@{offset} is not answered", 1, duplicates="suppress") is True


@pytest.mark.parametrize("precision, kept", [(0, "00.000000"), (1, "00.100000"), (3, "00.123000"), (5, "00.123460"), (6, "00.123456")])
def test_times_are_compared_at_the_precision_of_their_column(precision, kept):
    evidence = world()
    evidence.precision = precision
    for row in evidence.sessions:
        row.created_at = START.replace("00.123456", kept)
    examine(evidence).must_hold()

    evidence.sessions[0].created_at = START.replace("00.123456", "02.000000")
    assert found(evidence, "differs from its row", 4) is True


def test_a_time_is_rounded_as_postgresql_does():
    for text, digits, expected in (
        ("2026-11-22T05:00:00.500000Z", 0, "2026-11-22T05:00:01.000000Z"),
        ("2026-11-22T05:00:00.499999Z", 0, "2026-11-22T05:00:00.000000Z"),
        ("2026-12-31T23:59:59.999950Z", 4, "2027-01-01T00:00:00.000000Z"),
        ("1999-12-31T23:59:59.500000Z", 0, "1999-12-31T23:59:59.000000Z"),
        ("9999-12-31T23:59:59.999999Z", 0, "9999-12-31T23:59:59.999999Z"),
    ):
        assert identity.rounded(text, digits) == expected, text


def test_what_is_not_done_yet_is_no_finding_and_what_is_lost_is_one():
    evidence = world()
    del evidence.events[5]
    evidence.committed[0] = 5
    assert examine(evidence, drained=False).findings == []
    evidence.committed[0] = 6
    assert found(evidence, "but the group's offset is past it", 1, drained=False) is True


def test_without_a_dead_letter_topic_no_copies_are_asked_for():
    evidence = world()
    evidence.dead_letters = None
    assert examine(evidence).findings == []


# ---- Pruned ids ----


def test_a_pruned_id_may_have_its_session_its_event_and_later_records_that_are_expired():
    assert examine(pruned_world()).findings == []


def test_an_id_pruned_before_anything_that_is_read_is_no_finding():
    evidence = world()
    evidence.ledger.append(LedgerRow(IDS[4], None, *[None] * 9))
    assert examine(evidence).findings == []


def test_a_pruned_record_that_is_read_again_is_answered_anew():
    evidence = pruned_world()
    evidence.events.append(
        event("rejected", 4, evidence.commands[0], answer(evidence.commands[0], "COMMAND_EXPIRED", IDS[0], 1))
    )
    assert examine(evidence, rewound=True).findings == []
    assert found(evidence, "c[0]@0 is answered 2 times", 3) is True


def test_a_duplicate_suppressed_before_its_id_was_pruned_is_no_finding():
    evidence = pruned_world()
    del evidence.events[2]
    assert examine(evidence, duplicates="suppress").findings == []
    del evidence.events[0]
    assert found(evidence, "c[0]@0 is not answered", 1, duplicates="suppress") is True


def second_session(replayed):
    evidence = pruned_world()
    evidence.events[6] = event("created", 3, evidence.commands[6], created(IDS[0], 3), replayed)
    evidence.sessions.append(SessionRow(3, 1, 1, START))
    return evidence


@pytest.mark.parametrize("replayed", [True, False])
def test_a_second_session_for_a_pruned_id_is_a_second_decision(replayed):
    assert found(second_session(replayed), "has two values", 2) is True


def test_an_expired_id_that_is_decided_again_is_a_second_decision():
    evidence = pruned_world()
    again = Record("c", 0, 7, NOW_MS + 7, b"k", evidence.commands[0].value, [])
    evidence.commands.append(again)
    evidence.events.append(event("created", 3, again, created(IDS[0], 1), replayed=True))
    evidence.committed[0] = evidence.ends[0] = 8
    assert found(evidence, "then decided again", 2) is True


def test_an_expired_id_that_the_ledger_has_forgotten_could_be_decided_again():
    evidence = pruned_world()
    del evidence.ledger[0]
    assert found(evidence, "called expired, but the ledger does not know it", 2) is True


def test_a_session_that_neither_ledger_nor_event_of_a_pruned_id_explains_is_an_orphan():
    evidence = pruned_world()
    evidence.sessions.append(SessionRow(3, 1, 1, START))
    assert found(evidence, "session 3 is in study_sessions, but not in the ledger", 4) is True


# ---- Other ways to send and to write ----


def as_avro(record, schema):
    """An event in Avro; its body as it was."""
    record.value = avro.write(avro.load(schema), in_time(record.body))
    record.headers = [h for h in record.headers if h[0] != "content-type"] + [("content-type", b"application/avro")]


def in_time(value):
    """Times as fastavro takes them."""
    if isinstance(value, dict):
        return {name: in_time(member) for name, member in value.items()}
    with contextlib.suppress(TypeError, ValueError):
        return avro.moment(value)
    return value


def avro_world():
    evidence = world()
    for command in evidence.commands:
        with contextlib.suppress(ValueError):
            command.value = avro.write(avro.COMMAND, json.loads(command.value))
    for one in evidence.events:
        as_avro(one, "study-session-created.v1" if one.topic == "created" else "study-session-rejected.v1")
    return evidence


def test_a_world_in_avro_breaks_no_guarantee():
    assert examine(avro_world()).findings == []


def test_events_in_confluents_wire_format_are_read_without_a_registry():
    evidence = avro_world()
    for one in evidence.events:
        one.value = b"\x00" + (7).to_bytes(4, "big") + one.value[avro.MAGIC_SIZE :]
    assert examine(evidence).findings == []
    change = evidence.events[1]
    change.value = change.value[:-1]
    assert found(evidence, "can be read", 3) is True


def test_an_avro_event_cut_short_or_with_more_behind_it_is_found():
    for change in (
        lambda value: value[:-1],
        lambda value: value + b"\x00",
        lambda value: b"\xc3\x01" + bytes(8) + value[10:],
    ):
        evidence = avro_world()
        evidence.events[1].value = change(evidence.events[1].value)
        assert found(evidence, "can be read", 3) is True


def test_an_avro_command_carries_its_id_and_values():
    evidence = avro_world()
    evidence.commands[3].value = avro.write(avro.COMMAND, {"command_id": IDS[4], "group_id": 5, "study_activity_id": 1})
    assert found(evidence, f"carries {IDS[4]}", 3) is True
    assert found(evidence, "asks for (5, 1)", 3) is True


@pytest.mark.parametrize("nearly", [f"{IDS[4][:-1]} ", IDS[4].replace("-", "_"), f"{IDS[4][:23]}{IDS[4][24:]}-", IDS[4][1:]])
def test_what_is_nearly_a_uuid_is_no_id(nearly):
    fields = {"command_id": nearly, "group_id": 1, "study_activity_id": 1}
    for value in (avro.write(avro.COMMAND, fields), json.dumps(fields).encode()):
        record = Record("c", 0, 0, NOW_MS, None, value)
        assert identity.command_id(record) == identity.derived_id(record)


@pytest.mark.parametrize("content_type", [[], [("content-type", b"application/cloudevents+json; charset=utf-8")]])
def test_a_structured_cloudevent_carries_the_command_in_its_data(content_type):
    envelope = {"specversion": "1.0", "id": IDS[4], "source": "s", "type": "t"}
    data = {"group_id": 3, "study_activity_id": "x"}
    record = Record("c", 0, 0, NOW_MS, None, json.dumps({**envelope, "data": data}).encode(), content_type)
    read = identity.read(record)
    assert (read.id, read.values) == (IDS[4], (3, identity.INVALID))
    record.value = json.dumps({**envelope, "data": {**data, "command_id": IDS[3]}}).encode()
    assert identity.command_id(record) == IDS[3]


def test_another_commands_topic_may_share_the_ledger():
    evidence = world()
    evidence.ledger.append(LedgerRow(IDS[4], "created", 3, None, 1, False, 1, False, "another", 0, 0))
    evidence.sessions.append(SessionRow(3, 1, 1, START))
    assert examine(evidence).findings == []


# ---- The report ----


def test_the_report_says_which_guarantees_hold_and_shows_the_first_violation_of_the_others():
    evidence = world()
    repeat(evidence, 1)
    repeat(evidence, 0)
    report = examine(evidence)
    assert report.broken() == [3]
    with pytest.raises(AssertionError, match="c\\[0\\]@0 is answered 2 times"):
        report.must_hold()
    text = str(report).splitlines()
    assert "commands 6" in text[0] and "events 8" in text[0]
    assert [line.split()[-1] for line in text if line[:1] in {*"1245f"}] == ["holds"] * 5
    (line,) = [i for i, line in enumerate(text) if line.startswith("3")]
    assert "BROKEN, 2 times" in text[line] and "c[0]@0 is answered 2 times" in text[line + 1]
    assert text[line + 2].strip().startswith("c[0]@0: key b'k', value b'{") and "created[0]@9" in text[line + 4]
    assert "and 1 more" in text[line + 5]
    assert "not judged" in text[line + 8]


def test_a_report_on_a_ruin_is_not_as_long_as_the_ruin():
    evidence = world()
    evidence.commands = [Record("c", 0, i, NOW_MS, b"k", b"{}", []) for i in range(5000)]
    report = examine(evidence)
    assert report.totals[1] > 4000 and len(report.findings) < 1000 and len(str(report)) < 10000
