"""A row that PostgreSQL refuses and its neighbours that it does not."""
from judge import identity
from stage import command, new_id


def test_a_row_that_an_operators_constraint_refuses_is_answered_and_its_neighbours_are_carried_out(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")
    sent = stage.send_all([command(new_id(), 2 if i in (3, 17) else 1) for i in range(30)], key=b"k")
    stage.drain()

    for i, (record, event) in enumerate(zip(sent, stage.answers(sent))):
        if i not in (3, 17):
            assert event.topic == stage.created
            continue
        body = event.body
        assert (body["code"], body["sqlstate"]) == ("STORE_REFUSED", "23514")
        assert body["event_id"] == identity.answer_id(record, "STORE_REFUSED")
        assert (body["group_id"], body["study_activity_id"]) == (2, 1)
    assert len(stage.dead_letters()) == 2 and len(stage.ledger()) == 28
    stage.judge()


def test_a_refusal_decides_nothing_so_the_same_command_may_succeed_later(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")
    value = command(new_id(), 2)
    refused, neighbour = stage.send_all([value, command(new_id())], key=b"k")
    stage.drain()
    stage.db.execute("ALTER TABLE study_sessions DROP CONSTRAINT not_two")
    again = stage.send(value, key=b"k")
    stage.drain()

    events = stage.answers([refused, neighbour, again])
    assert [event.body.get("code") for event in events] == ["STORE_REFUSED", None, None]
    assert not events[2].replayed
    stage.judge()


def test_a_trigger_that_raises_refuses_its_row_only(stage):
    stage.db.execute(
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN IF NEW.group_id = 2 THEN RAISE EXCEPTION 'no twos'; END IF; RETURN NEW; END $$;
           CREATE TRIGGER refuse BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION refuse()"""
    )
    sent = stage.send_all([command(new_id(), i % 2 + 1) for i in range(6)], key=b"k")
    stage.drain()

    assert [event.body.get("sqlstate") for event in stage.answers(sent)] == [None, "P0001"] * 3
    stage.judge()


def test_when_every_row_is_refused_alike_it_is_the_operators_fault_and_nothing_is_answered(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT none CHECK (group_id < 0)")
    stage.send_all([command(new_id()) for _ in range(10)], key=b"k")
    worker = stage.start()
    assert worker.await_exit(30) == 78, worker.log
    assert stage.events() == stage.dead_letters() == []

    stage.db.execute("ALTER TABLE study_sessions DROP CONSTRAINT none")
    stage.drain()
    stage.judge()
