"""The judge: reads what is in the topics and tables and says which promises it breaks.

It knows the contract (README, "Guarantees") and nothing of the program. Every test that ran a worker to the end asks it;
test_judge.py shows that it finds what it should.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property

import identity


@dataclass
class Evidence:
    commands: list  # of records.Record, like the next two
    events: list
    dead_letters: list
    created_topic: str
    rejected_topic: str
    source: str  # events.source
    group: str
    committed: dict  # partition -> the group's offset, for the commands topic
    ends: dict  # partition -> end offset, trailing control records included
    ledger: list  # of dicts, a row each
    sessions: list
    max_bytes: int = 65536  # commands.max.bytes

    @cached_property
    def _commands_by_place(self):
        return {command.place: command for command in self.commands}

    def command_at(self, place):
        return self._commands_by_place.get(place)


def findings(evidence, duplicates="republish", rewound=False, drained=True):
    """Every broken promise as a line of text; none is the verdict all tests want.

    `rewound`: the group's offsets were set back, so records may be answered more than once, with the same bytes.
    `drained`: the worker had time to finish.
    """
    events = [event for event in evidence.events if event.topic in (evidence.created_topic, evidence.rejected_topic)]
    found = []
    found += _answers(evidence, events, duplicates, rewound, drained)
    for event in events:
        command = evidence.command_at(event.command_place)
        found += _envelope(evidence, event, command) if command else [f"{event} answers no command"]
    found += _repeats(events)
    found += _rows(evidence, events)
    found += _ledger(evidence, events)
    found += _order(evidence, events)
    found += _dead_letters(evidence, events)
    found += _offsets(evidence) if drained else []
    return found


def judge(evidence, **how):
    found = findings(evidence, **how)
    assert not found, "the judge:\n  " + "\n  ".join(found[:20]) + f"\n  {len(found)} findings"


# ---- One event for each command ----


def _answers(evidence, events, duplicates, rewound, drained):
    answers = Counter(event.command_place for event in events)
    decided_at = {str(row["command_id"]): (row["topic"], row["partition"], row["offset"]) for row in evidence.ledger}

    for command in evidence.commands:
        count = answers[command.place]
        if count > 1 and not rewound:
            yield f"command {command} is answered {count} times"
        if count == 0 and drained:
            decision = decided_at.get(identity.command_id(command))
            if duplicates != "suppress" or decision is None or decision == command.place:
                yield f"command {command} is not answered"


# ---- One event by itself ----


def _envelope(evidence, event, command):
    """Ids, times, type, source, subject and key, all worked out from the command and the event's own data."""
    body = event.body
    created = event.topic == evidence.created_topic and "session" in body
    code = body.get("code")
    expected = {
        "ce_specversion": "1.0",
        "ce_id": body["event_id"],
        "ce_source": evidence.source,
        "ce_type": "study-session.created.v1" if created else "study-session.rejected.v1",
        "ce_time": body["occurred_at"],
        "ce_subject": str(body["session"]["id"]) if created else body["command_id"],
    }
    for name, value in expected.items():
        if event.text(name) != value:
            yield f"{event}: {name} is {event.text(name)}, not {value}"

    brought = identity.command_id(command)
    if brought is not None and body["command_id"] != brought and code not in ("UNDECODABLE", "UNKNOWN_SCHEMA"):
        yield f"{event}: command_id {body['command_id']}, but {command} carries {brought}"
    if code in identity.ANSWERING:
        if body["event_id"] != identity.answer_id(command, code):
            yield f"{event}: event_id {body['event_id']}, not {identity.answer_id(command, code)}"
        if body["occurred_at"] != identity.time_text(command.timestamp_ms):
            yield f"{event}: an answer's occurred_at {body['occurred_at']} is not its record's timestamp"
    elif body["event_id"] != body["command_id"]:
        yield f"{event}: event_id {body['event_id']} of a decided outcome is not its command_id"

    bare = command.key is None or _envelope_size(command) > evidence.max_bytes
    if event.key != (body["command_id"].encode() if bare else command.key):
        yield f"{event}: key {event.key!r} is not that of {command}"


def _envelope_size(record):
    return len(record.key or b"") + sum(len(name) + len(value or b"") for name, value in record.headers)


def _repeats(events):
    """The same record again: the same bytes. The same id decided elsewhere: the stored value, and said so."""
    by_place, by_id = {}, {}
    for event in events:
        same = (event.topic, event.key, event.value, [h for h in event.headers if h[0].startswith("ce_")])
        if by_place.setdefault(event.command_place, same) != same:
            yield f"{event}: another event than before for {event.command_place}"

        event_id = event.text("ce_id")
        first = by_id.setdefault(event_id, event)
        if first.value != event.value:
            yield f"{event}: event_id {event_id} has two values"
        if first.command_place != event.command_place and first.replayed == event.replayed is False:
            yield f"{event}: event_id {event_id} is new twice, at {first} too"


# ---- Events, rows, ledger ----


def _rows(evidence, events):
    """Created event <=> session row, field by field."""
    rows = {row["id"]: row for row in evidence.sessions}
    published = set()

    for event in events:
        if event.topic != evidence.created_topic or "session" not in event.body:
            continue
        session = event.body["session"]
        row = rows.get(session["id"])
        published.add(session["id"])
        if row is None:
            yield f"{event}: no row for session {session['id']}"
            continue
        start = row["created_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        expected = (row["group_id"], row["study_activity_id"], start, start)
        if (session["group_id"], session["activity_id"], session["start_time"], session["end_time"]) != expected:
            yield f"{event}: {session} differs from its row {expected}"
    for session_id in rows.keys() - published:
        yield f"session row {session_id} has no created event"


def _ledger(evidence, events):
    """One ledger row for each decided id, saying what the events say; one session row for each that says created."""
    copies = Counter(str(row["command_id"]) for row in evidence.ledger)
    ledger = {str(row["command_id"]): row for row in evidence.ledger}
    decided = {}

    for event in events:
        body = event.body
        if body.get("code") not in identity.ANSWERING:
            decided[body["command_id"]] = body
    for command_id, count in copies.items():
        if count > 1:
            yield f"command id {command_id} has {count} ledger rows"
        if command_id not in decided:
            yield f"command id {command_id} is in the ledger, but no event says so"
    for command_id, body in decided.items():
        row = ledger.get(command_id)
        if row is None:
            yield f"command id {command_id} has an event, but no ledger row"
            continue
        said = ("created", body["session"]["id"], None) if "session" in body else ("rejected", None, body["code"])
        kept = (row["outcome"], row["session_id"], row["code"] or None)
        if said != kept:
            yield f"command id {command_id}: events say {said}, the ledger {kept}"

    sessions = Counter(row["session_id"] for row in evidence.ledger if row["session_id"] is not None)
    for session_id, count in sessions.items():
        if count > 1:
            yield f"session {session_id} belongs to {count} command ids"
    for session_id in {row["id"] for row in evidence.sessions} ^ sessions.keys():
        yield f"session {session_id} is in the ledger or in study_sessions, not in both"


# ---- Order, dead letters, offsets ----


def _order(evidence, events):
    """Per key and event topic: one partition, and the order of the commands. Repeats may come again later."""
    seen, latest, partitions = set(), {}, defaultdict(set)

    for event in sorted(events, key=lambda event: event.place):
        if event.command_place in seen:
            continue
        seen.add(event.command_place)
        _, partition, offset = event.command_place
        stream = (event.topic, event.key, partition)
        if latest.get(stream, -1) > offset:
            yield f"{event}: command {offset} of key {event.key!r} is answered after {latest[stream]}"
        latest[stream] = offset
        partitions[event.topic, event.key].add(event.partition)
    for (topic, key), where in partitions.items():
        if len(where) > 1:
            yield f"events with key {key!r} are in partitions {sorted(where)} of {topic}"


def _dead_letters(evidence, events):
    """A raw copy for each event whose code asks for one, and no other."""
    due = Counter((event.command_place, event.body["code"]) for event in events if event.body.get("code") in identity.TO_DLQ)
    copies = Counter()

    for letter in evidence.dead_letters:
        place = tuple(letter.text(f"__dlq.errors.{name}") for name in ("topic", "partition", "offset"))
        place = (place[0], int(place[1]), int(place[2]))
        copies[place, letter.text("__dlq.errors.code")] += 1
        command = evidence.command_at(place)
        raw = [header for header in letter.headers if not header[0].startswith("__dlq.")]
        if command is None:
            yield f"dead letter {letter} is a copy of nothing"
        elif letter.header("__dlq.errors.truncated"):
            if not (command.value or b"").startswith(letter.value or b""):
                yield f"dead letter {letter} is not the beginning of {command}"
        elif (letter.key, letter.value, raw) != (command.key, command.value, command.headers):
            yield f"dead letter {letter} differs from {command}"
        if letter.text("__dlq.errors.group") != evidence.group:
            yield f"dead letter {letter} names the group {letter.text('__dlq.errors.group')}"
        if not letter.text("__dlq.errors.message"):
            yield f"dead letter {letter} does not say why"
    for which in due.keys() | copies.keys():
        if due[which] != copies[which]:
            yield f"{which}: {due[which]} events, {copies[which]} dead letters"


def _offsets(evidence):
    for partition, end in evidence.ends.items():
        if evidence.committed.get(partition, 0) != end:
            yield f"partition {partition}: committed {evidence.committed.get(partition, 0)}, the end is {end}"
