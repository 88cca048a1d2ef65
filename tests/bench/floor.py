"""The floor: the same rows, in the same transactions, into the same tables by COPY, which decides and answers nothing.

All rows of a batch bear its moment of decision, so the ledger tells which rows were one transaction. The binary format
takes the server a tenth less than text.
"""
import struct
import time

from drain import TABLES
from process import thread_seconds

MOMENT = {"study_sessions": "created_at", "command_outcomes": "decided_at"}
ORDER = {"study_sessions": "id", "command_outcomes": "command_id"}
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = struct.pack(">h", -1)


def rows_by_moment(db, table):
    """(moment, row) for each row, as COPY writes it: the number of fields, then each one after its length."""
    query = f"COPY (SELECT {MOMENT[table]}, * FROM {table} ORDER BY {MOMENT[table]}, {ORDER[table]}) TO STDOUT (FORMAT binary)"
    with db.cursor().copy(query) as messages:
        for message in map(bytes, messages):
            row = message.removeprefix(HEADER)
            if row != TRAILER:
                (fields,) = struct.unpack_from(">h", row)
                yield row[6:14], struct.pack(">h", fields - 1) + row[14:]


def transactions(stage):
    """[{table: what COPY reads}], in the order in which they were committed."""
    made = {}
    for table in TABLES:
        for moment, row in rows_by_moment(stage.db, table):
            made.setdefault(moment, {}).setdefault(table, [HEADER]).append(row)
    return [{table: b"".join([*rows, TRAILER]) for table, rows in made[moment].items()} for moment in sorted(made)]


def same_rows(db, one, other):
    for table in TABLES:
        sums = [
            db.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {schema}.{table} t").fetchone() for schema in (one, other)
        ]
        assert sums[0] == sums[1], f"{table} differs: {sums}"


def copy_floor(stage):
    """In a schema of its own, made by `migrate up` like the first and with the same parents."""
    copied, work = stage.schema + "_copied", transactions(stage)
    stage.db.execute(f"CREATE SCHEMA {copied}")
    stage.must("migrate", "up", **{"postgres.schema": copied})
    for parent in ("groups", "study_activities"):
        stage.db.execute(f"INSERT INTO {copied}.{parent} SELECT * FROM {parent}")
    with stage.services.connect() as db:
        db.execute("CHECKPOINT")
        before, started = thread_seconds(db.info.backend_pid), time.monotonic()
        for rows in work:
            with db.transaction():
                for table in TABLES:
                    if table in rows:
                        with db.cursor().copy(f"COPY {copied}.{table} FROM STDIN (FORMAT binary)") as target:
                            target.write(rows[table])
        seconds, used = time.monotonic() - started, thread_seconds(db.info.backend_pid) - before
        same_rows(db, stage.schema, copied)
        db.execute(f"DROP SCHEMA {copied} CASCADE")
    return {"seconds": seconds, "backend_s": used, "transactions": len(work)}
