"""What the judge remembers of a record: enough to compare it with all others, for hundreds of thousands of them."""

from __future__ import annotations

from dataclasses import dataclass

from . import identity
from .records import Record


@dataclass(slots=True)
class Command:
    record: Record
    id: str | None  # None: not readable here
    values: tuple | None  # (group_id, study_activity_id), each absent, an integer or invalid
    former_id: str | None  # an outcome that an earlier version has stored under it, for this very record, stands
    former_values: tuple | None

    @classmethod
    def of(cls, record):
        read = identity.read(record)
        return cls(record, read.id, read.values, read.former_id, read.former_values)


@dataclass(slots=True)
class Event:
    """What has to be remembered of an event when its headers are gone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    command_place: tuple
    event_id: str
    command_id: str
    code: str | None  # None: created
    session: tuple | None  # of a created one: id, group_id, activity_id, start_time
    replayed: bool
    ce_headers: int  # their hash

    @classmethod
    def of(cls, record, body):
        """An exception when it is no event that can be read."""
        session = body.get("session")
        return cls(
            record.topic,
            record.partition,
            record.offset,
            record.key,
            record.value,
            record.command_place,
            body["event_id"],
            body["command_id"],
            None if session else body["code"],
            (session["id"], session["group_id"], session["activity_id"], session["start_time"]) if session else None,
            record.replayed,
            hash(tuple(header for header in record.headers if header[0].startswith("ce_"))),
        )

    def __str__(self):
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def place(self):
        return self.topic, self.partition, self.offset

    @property
    def decided(self):
        return self.code not in identity.ANSWERING

    @property
    def said(self):
        """What the ledger should say."""
        return ("created", self.session[0], None) if self.session else ("rejected", None, self.code)

    @property
    def written(self):
        """What has to be the same when the same record is answered again."""
        return self.topic, self.key, self.value, self.ce_headers
