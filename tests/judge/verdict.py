"""Goes through the evidence and names every guarantee that is broken, with the records that show it.

It knows the promises (README, "What is promised") and nothing of the program.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from . import identity
from .digest import Command, Event
from .report import FORM, Finding, Report

# What a dead letter says of itself, each once; `truncated` only where something is cut.
OWN = {
    f"__dlq.errors.{name}"
    for name in "topic partition offset timestamp group code message command.id delivery.count truncated".split()
}


def judge(evidence, **how):
    """For a test: the report, when all holds."""
    report = examine(evidence, **how)
    report.must_hold()
    return report


def examine(evidence, duplicates="republish", rewound=False, drained=True, replayed=False):
    """A Report.

    `rewound`: the group's offsets were set back (or events are delivered at least once), so records may be answered more
    than once, with the same bytes. `drained`: the worker had time to finish. `replayed`: `sessiond replay` has repeated events, which
    sends no dead letters; implies `rewound`.
    """
    return _Case(evidence, duplicates, rewound or replayed, drained, replayed).report()


class _Case:
    def __init__(self, evidence, duplicates, rewound, drained, replayed):
        self.evidence, self.duplicates, self.rewound, self.drained = evidence, duplicates, rewound, drained
        self.replayed = replayed
        self.early = []  # found while reading
        self.letters = None if evidence.dead_letters is None else list(evidence.dead_letters)
        self.commands = {}  # by place
        for record in evidence.commands:
            self.commands[record.place] = Command.of(record)
        self.ledger, self.copies = {}, Counter()
        for row in evidence.ledger:
            self.ledger[row.command_id] = row
            self.copies[row.command_id] += 1
        self.events = sorted(self._events(), key=lambda event: event.place)
        self.answers = defaultdict(list)  # events by the command's place
        for event in self.events:
            self.answers[event.command_place].append(event)
        self.told = {event.command_id for event in self.events if event.decided}  # ids whose decision is published
        self.sessions = {row.id: row for row in evidence.sessions}

    def report(self):
        report = Report(self._counts())
        for check in (
            self._answered,
            self._decided_once,
            self._repeats,
            self._pruned,
            self._rows,
            self._order,
            self._offsets,
        ):
            for finding in check():
                report.add(finding)
        for finding in [*self.early, *self._dead_letters()]:
            report.add(finding)
        return report

    def _counts(self):
        return {
            "commands": len(self.commands),
            "events": len(self.events),
            "created": sum(event.session is not None for event in self.events),
            "replayed": sum(event.replayed for event in self.events),
            "dead letters": len(self.letters or ()),
            "ids decided": len(self.ledger),
            "of them pruned": sum(row.pruned for row in self.ledger.values()),
            "sessions": len(self.sessions),
        }

    # ---- One event by itself ----

    def _events(self):
        for record in self.evidence.events:
            try:
                body = record.body
                event = Event.of(record, body)
            except Exception as error:  # whatever is there
                self.early.append(Finding(3, f"{record} is no event that can be read: {error!r}", (record,)))
                continue
            yield event
            command = self.commands.get(event.command_place)
            if command is None:
                self.early.append(Finding(3, f"{event} answers no command", (event,)))
                continue
            self.early += self._envelope(record, event, body, command.record)
            self.early += self._content(event, body, command)
            if event.key != (event.command_id.encode() if self._is_bare(command.record) else command.record.key):
                text = f"{event}: key {event.key!r} is not that of {command.record}"
                self.early.append(Finding(5, text, (command.record, event)))

    def _is_bare(self, record):
        """Answered under its command id: it has no key, or its key and headers are too large to be carried."""
        size = len(record.key or b"") + sum(len(name) + len(value or b"") + 16 for name, value in record.headers)
        return record.key is None or size > self.evidence.max_bytes

    def _envelope(self, record, event, body, command):
        """Ids, times, type, source, subject and topic, all worked out from the command and the event's own data."""
        created = event.session is not None
        expected = {
            "ce_specversion": "1.0",
            "ce_id": event.event_id,
            "ce_source": self.evidence.source,
            "ce_type": "study-session.created.v1" if created else "study-session.rejected.v1",
            "ce_time": body.get("occurred_at"),
            "ce_subject": str(event.session[0]) if created else event.command_id,
        }
        headers = dict(record.headers)
        for name, value in expected.items():
            if headers.get(name) != str(value).encode():
                yield Finding(FORM, f"{event}: {name} is {headers.get(name)}, not {value}", (event,))
        if event.topic != (self.evidence.created_topic if created else self.evidence.rejected_topic):
            yield Finding(FORM, f"{event}: a {'created' if created else 'rejected'} event in the other topic", (event,))
        if created and body["session"].get("end_time") != event.session[3]:
            yield Finding(FORM, f"{event}: end_time is not start_time", (event,))

        if event.decided and event.event_id != event.command_id:
            yield Finding(FORM, f"{event}: event_id {event.event_id} of a decided outcome is not its command_id", (event,))
        if not event.decided:
            due = identity.answer_id(command, event.code)
            if event.event_id != due:
                yield Finding(FORM, f"{event}: event_id {event.event_id}, not {due}", (command, event))
            if body.get("occurred_at") != identity.time_text(max(command.timestamp_ms, 0)):
                text = f"{event}: an answer's occurred_at {body.get('occurred_at')} is not its record's timestamp"
                yield Finding(FORM, text, (command, event))

    def _stands(self, event, command):
        """An earlier version has decided this very record, by what it thought its id: that is stored, and repeated."""
        row = self.ledger.get(event.command_id)
        kept = row is not None and not row.pruned and row.place == command.record.place
        return event.decided and kept and (command.former_id, command.former_values) == (row.command_id, _values(row))

    def _content(self, event, body, command):
        """It speaks of the command that it answers."""
        if command.id is None or event.code in identity.UNREAD:
            return
        shown = (command.record, event)
        stands = self._stands(event, command)
        if event.command_id != command.id and not stands:
            yield Finding(3, f"{event}: command_id {event.command_id}, but {command.record} carries {command.id}", shown)
        said = event.session[1:3] if event.session else (body.get("group_id"), body.get("study_activity_id"))
        values = command.former_values if stands else command.values
        asked = tuple(None if value is identity.INVALID else value for value in values)
        if said != asked and not event.replayed:
            yield Finding(3, f"{event}: is about {said}, but {command.record} asks for {asked}", shown)

    # ---- Every command has its event, and one only ----

    def _answered(self):
        for place, command in self.commands.items():
            answers = self.answers.get(place, ())
            record = command.record
            if len(answers) > 1 and not self.rewound:
                yield Finding(3, f"command {record} is answered {len(answers)} times", (record, *answers))
            if self.duplicates == "suppress" and any(event.replayed for event in answers):
                yield Finding(3, f"duplicate {record} is answered, not suppressed", (record, *answers))
            if answers or self._is_suppressed(command):
                continue
            passed = record.offset < self.evidence.committed.get(record.partition, 0)
            if passed:
                yield Finding(1, f"command {record} is not answered, but the group's offset is past it", (record,))
            elif self.drained:
                yield Finding(1, f"command {record} is not answered", (record,))

    def _is_suppressed(self, command):
        row = self.ledger.get(command.id)
        if self.duplicates != "suppress" or row is None:
            return False
        if row.pruned:  # which record was decided is no longer known
            return command.id in self.told
        return row.place != command.record.place and command.values == _values(row)

    def _offsets(self):
        """An event is visible if and only if its command's offset is committed: one transaction has both."""
        committed = self.evidence.committed
        for place, answers in self.answers.items():
            _, partition, offset = place
            stands = committed.get(partition, 0)
            if place in self.commands and offset >= stands and not self.rewound:
                text = f"{answers[0]} is visible, but the group's offset {stands} is not past its command: torn"
                yield Finding(3, text, (self.commands[place].record, answers[0]))
        for partition, end in self.evidence.ends.items() if self.drained else ():
            if committed.get(partition, 0) != end:
                yield Finding(1, f"partition {partition}: committed {committed.get(partition, 0)}, the end is {end}")

    # ---- The same record, the same id again ----

    def _repeats(self):
        """The same record again: the same bytes. The same id decided elsewhere: the stored value, and said so."""
        by_place, by_id = {}, {}
        for event in self.events:
            # An answer decides nothing and may be another one when the record is read again; a decision may not.
            reading = (event.command_place, None if event.decided else event.code)
            first = by_place.setdefault(reading, event)
            if first.written != event.written:
                yield Finding(3, f"{event}: another event than before for {event.command_place}", (first, event))

            number = 2 if event.decided else 3
            first = by_id.setdefault(event.event_id, event)
            if first.value != event.value:
                yield Finding(number, f"{event}: event_id {event.event_id} has two values", (first, event))
            if first.command_place != event.command_place and not first.replayed and not event.replayed:
                yield Finding(number, f"{event}: event_id {event.event_id} is new twice, at {first} too", (first, event))

    # ---- The ledger ----

    def _decided_once(self):
        """One ledger row for each decided id, saying what the events say."""
        for command_id, count in self.copies.items():
            if count > 1:
                yield Finding(2, f"command id {command_id} has {count} ledger rows")
        for event in self.events:
            row = self.ledger.get(event.command_id)
            if event.decided:
                yield from self._kept(event, row)
            elif event.code == "COMMAND_ID_REUSED":
                yield from self._reused(event, row)
        for command_id, row in self.ledger.items():
            if command_id not in self.told and self._is_ours(row) and self.drained:
                yield Finding(2, f"command id {command_id} is in the ledger, but no event says so")

    def _is_ours(self, row):
        """Another commands topic may share the ledger: its events are elsewhere."""
        return not row.pruned and row.topic == self.evidence.commands_topic

    def _kept(self, event, row):
        if row is None:
            yield Finding(2, f"command id {event.command_id} has an event, but no ledger row", (event,))
            return
        if row.pruned:
            return
        kept = (row.outcome, row.session_id, row.code)
        if event.said != kept:
            yield Finding(2, f"command id {event.command_id}: events say {event.said}, the ledger {kept}", (event,))
        here = row.place == event.command_place
        if here == event.replayed:
            text = (
                "is called a repeat, but its id was decided there"
                if here
                else f"is new, but its id was decided at {row.place}"
            )
            yield Finding(2, f"{event} for {event.command_place} {text}", (event,))
        command = self.commands.get(event.command_place)
        stands = command is not None and self._stands(event, command)
        if command is not None and not stands and command.values not in (None, _values(row)):
            text = f"{event}: {command.values} is answered with the outcome of {_values(row)}"
            yield Finding(2, text, (command.record, event))

    def _reused(self, event, row):
        command = self.commands.get(event.command_place)
        if row is None:
            yield Finding(2, f"{event}: command id {event.command_id} is called reused, but nobody has decided it", (event,))
        elif not row.pruned and command is not None and command.values == _values(row):
            text = f"{event}: command id {event.command_id} is called reused, but the values are the same"
            yield Finding(2, text, (command.record, event))

    def _pruned(self):
        """Of a pruned id is known that it was decided. Later records with it are expired, for ever."""
        expired = {}  # the first such event, by id and partition of the commands
        for event in sorted(self.events, key=lambda event: event.command_place):
            if event.code != "COMMAND_EXPIRED" and not event.decided:
                continue
            stream = (event.command_id, event.command_place[:2])
            if event.decided:
                if stream in expired and not self.rewound:
                    text = f"{event}: command id {event.command_id} is expired at {expired[stream]}, then decided again"
                    yield Finding(2, text, (expired[stream], event))
                continue
            expired.setdefault(stream, event)
            row = self.ledger.get(event.command_id)
            if row is None or not row.pruned:
                said = "has its outcome still" if row else "does not know it"
                yield Finding(
                    2, f"{event}: command id {event.command_id} is called expired, but the ledger {said}", (event,)
                )

    # ---- Created event <=> session row ----

    def _as_stored(self, session):
        """What an event says, with its time as the column keeps it: that may have been made coarser since."""
        *ids, start = session
        if self.evidence.precision < 6:
            start = identity.rounded(start, self.evidence.precision)
        return (*ids, start)

    def _rows(self):
        announced = {}  # session id -> the first event
        for event in self.events:
            if event.session is None:
                continue
            row = self.sessions.get(event.session[0])
            first = announced.setdefault(event.session[0], event)
            if first.command_id != event.command_id:
                yield Finding(4, f"{event}: session {event.session[0]} is another command id's, at {first}", (first, event))
            if row is None:
                yield Finding(4, f"{event}: no row for session {event.session[0]}", (event,))
            elif self._as_stored(event.session) != (row.id, row.group_id, row.study_activity_id, row.created_at):
                yield Finding(4, f"{event}: {event.session} differs from its row {row}", (event,))

        owners = Counter(row.session_id for row in self.ledger.values() if row.session_id is not None)
        elsewhere = {row.session_id for row in self.ledger.values() if not self._is_ours(row)}
        for session_id, count in owners.items():
            if count > 1:
                yield Finding(4, f"session {session_id} belongs to {count} command ids")
            if session_id not in self.sessions:
                yield Finding(4, f"session {session_id} is in the ledger, but not in study_sessions")
        for session_id in self.sessions.keys() - announced.keys() - elsewhere if self.drained else ():
            yield Finding(4, f"session row {session_id} has no created event: {self.sessions[session_id]}")
        for session_id in self.sessions.keys() - owners.keys():
            # A pruned id no longer says which session was its own; the event does.
            event = announced.get(session_id)
            row = self.ledger.get(event.command_id) if event else None
            if row is None or not row.pruned:
                yield Finding(4, f"session {session_id} is in study_sessions, but not in the ledger")

    # ---- Order ----

    def _read_again(self, place):
        """A rewind may find that what was only answered is decided by now: its event comes late, and in the other topic."""
        answers = self.answers[place]
        return self.rewound and any(event.decided for event in answers) and not all(event.decided for event in answers)

    def _order(self):
        """Per key and event topic: one partition, and the order of the commands. Repeats may come again later."""
        seen, latest, partitions = set(), {}, {}
        for event in self.events:
            first = partitions.setdefault((event.topic, event.key), event)
            if first.partition != event.partition:
                both = f"{first.partition} and {event.partition} of {event.topic}"
                text = f"events with key {event.key!r} are in partitions {both}"
                yield Finding(5, text, (first, event))
            if event.command_place in seen or self._read_again(event.command_place):
                continue
            seen.add(event.command_place)
            _, partition, offset = event.command_place
            before = latest.setdefault((event.topic, event.key, partition), event)
            if before.command_place[2] > offset:
                yield Finding(
                    5, f"{event}: command {offset} of key {event.key!r} is answered after {before}", (before, event)
                )
            latest[event.topic, event.key, partition] = event

    # ---- Dead letters ----

    def _dead_letters(self):
        """A raw copy for each event whose code asks for one, in its transaction, and no other."""
        if self.letters is None:
            return
        topic = self.evidence.commands_topic
        places = {place: identity.letter_place(command.record, topic) for place, command in self.commands.items()}
        due = Counter(
            (places.get(event.command_place, event.command_place), event.code)
            for event in self.events
            if event.code in identity.TO_DLQ
        )
        originals = defaultdict(list)  # the records of which a letter with this place may be a copy
        for place, first in places.items():
            originals[first].append(self.commands[place])
        copies = Counter()
        for letter in self.letters:
            try:
                place = _copied_from(letter)
            except Exception as error:  # whatever is there
                yield Finding(FORM, f"dead letter {letter} does not say of what it is a copy: {error!r}", (letter,))
                continue
            copies[place, letter.text("__dlq.errors.code")] += 1
            yield from self._dead_letter(letter, originals.get(place, ()))
        for which in due.keys() | copies.keys():
            fewer = self.replayed and 0 < copies[which] < due[which]
            if due[which] != copies[which] and not fewer:
                answers = self.answers.get(which[0], ())
                yield Finding(3, f"{which}: {due[which]} events, {copies[which]} dead letters", tuple(answers))

    def _dead_letter(self, letter, originals):
        """A copy of one of them: of the first, or of what was sent back of it. What is found wrong is said of the first."""
        found = [list(self._copy(letter, command)) for command in originals or (None,)]
        yield from () if [] in found else found[0]
        times = Counter(name for name, _ in letter.headers)
        for name in sorted(OWN):
            if times[name] not in ((0, 1) if name == "__dlq.errors.truncated" else (1,)):
                yield Finding(FORM, f"dead letter {letter} has {name} {times[name]} times", (letter,))
        if letter.text("__dlq.errors.group") != self.evidence.group:
            yield Finding(FORM, f"dead letter {letter} names the group {letter.text('__dlq.errors.group')}", (letter,))
        if not letter.text("__dlq.errors.message"):
            yield Finding(FORM, f"dead letter {letter} does not say why", (letter,))

    def _copy(self, letter, command):
        shown = (command.record, letter) if command else (letter,)
        if command is None:
            yield Finding(FORM, f"dead letter {letter} is a copy of nothing", shown)
            return
        record = command.record
        raw = [header for header in letter.headers if header[0] not in OWN]
        sent = [header for header in record.headers if header[0] not in OWN]
        if letter.header("__dlq.errors.truncated"):
            if not (record.value or b"").startswith(letter.value or b""):
                yield Finding(FORM, f"dead letter {letter} is not the beginning of {record}", shown)
        elif (letter.key, letter.value, raw) != (record.key, record.value, sent):
            yield Finding(FORM, f"dead letter {letter} differs from {record}", shown)
        if letter.text("__dlq.errors.command.id") not in {event.command_id for event in self.answers.get(record.place, ())}:
            yield Finding(FORM, f"dead letter {letter} has another command id than the event of {record}", shown)
        count = record.text("__dlq.errors.delivery.count") or "1"
        if letter.text("__dlq.errors.delivery.count") != (count if re.fullmatch("[1-9][0-9]{0,8}", count) else "1"):
            yield Finding(FORM, f"dead letter {letter} counts {letter.text('__dlq.errors.delivery.count')}", shown)
        if identity.letter_place(record, self.evidence.commands_topic) == record.place:
            if letter.text("__dlq.errors.timestamp") != str(record.timestamp_ms):
                yield Finding(FORM, f"dead letter {letter} has another timestamp than {record}", shown)


def _copied_from(letter):
    topic, partition, offset = (letter.text(f"__dlq.errors.{name}") for name in ("topic", "partition", "offset"))
    return topic, int(partition), int(offset)


def _values(row):
    """What was asked for when the id was decided."""
    group = identity.INVALID if row.group_id_invalid else row.group_id
    activity = identity.INVALID if row.study_activity_id_invalid else row.study_activity_id
    return group, activity
