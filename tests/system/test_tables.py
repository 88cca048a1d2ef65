"""Tables, roles and databases as operators have them. What stops a worker at its start: test_mistakes.py."""
import uuid

import pytest

from stage import Stage, command, new_id


def test_a_column_that_nothing_fills_stops_a_running_worker_without_an_answer(stage):
    worker = stage.start().await_ready()
    stage.send(command(new_id()), key=b"k")
    stage.await_drained()
    stage.db.execute("ALTER TABLE study_sessions ADD rating integer NOT NULL DEFAULT 3")
    stage.db.execute("ALTER TABLE study_sessions ALTER rating DROP DEFAULT")
    stage.send_all([command(new_id()) for _ in range(20)], key=b"k")
    assert worker.await_exit() == 78
    assert len(stage.events()) == 1 and stage.dead_letters() == [] and len(stage.ledger()) == 1
    (line,) = [line for line in worker.lines() if line["log.level"] == "error"]
    assert line["event.code"] == "E-PG-23502" and "study_sessions, column rating" in line["message"]

    stage.db.execute("ALTER TABLE study_sessions ALTER rating DROP NOT NULL")
    stage.drain()
    assert len(stage.sessions()) == 21
    stage.judge()


class Elsewhere:
    """The same services, another database."""

    def __init__(self, services, database):
        self._services, self._database = services, database

    def __getattr__(self, name):
        return getattr(self._services, name)

    def conninfo(self, **other):
        return self._services.conninfo(**{"dbname": self._database, **other})

    def connect(self, **other):
        return self._services.connect(**{"dbname": self._database, **other})


NAMES = {
    "LATIN1": {1: "Ändern & Fügen", 2: "Façade ½"},
    "LATIN2": {1: "Žluťoučký kůň", 2: "Źdźbło"},
    "EUC_JP": {1: "動詞", 2: "辞書カード"},
    "SQL_ASCII": {1: "Ändern 動詞", 2: "𝄞"},
}


@pytest.mark.parametrize("encoding", NAMES)
def test_a_database_of_another_encoding_works_and_names_in_events_are_utf8(services, tmp_path, monkeypatch, encoding):
    database = f"db_{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("PGCLIENTENCODING", "UTF8")  # ours and the judge's; the program gets nothing of it
    with services.connect() as outside:
        outside.execute(f"CREATE DATABASE {database} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        stage = Stage(Elsewhere(services, database), f"encoding-{encoding}", tmp_path)
        stage.groups = stage.activities = NAMES[encoding]
        try:
            value = command(new_id(), 1, 2)
            sent = stage.open().send_all([value, value, command(new_id(), 2, 1), command(new_id(), 99)], key=b"k")
            stage.drain()
            bodies = [event.body for event in stage.answers(sent)]
            names = [(body["session"]["group_name"], body["session"]["activity_name"]) for body in bodies[:3]]
            one, two = NAMES[encoding].values()
            assert names == [(one, two), (one, two), (two, one)] and bodies[3]["code"] == "GROUP_NOT_FOUND"
            stage.judge()
        finally:
            stage.close()
            outside.execute(f"DROP DATABASE {database} WITH (FORCE)")
