"""A row that PostgreSQL refuses and its neighbours that it does not."""
import pytest

from deadline import until
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


# ---- Systemic or the row's own: decided by trying rows that should pass, never by counting refusals ----


def refuse_group_two(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")


def some_refused(good, refused):
    """Commands for group 1, and among them some for group 2."""
    values = [command(new_id()) for _ in range(good)]
    for i in range(refused):
        values.insert(i * (good // refused + 1) + 7, command(new_id(), 2))
    return values


def assert_refused_and_created(stage, sent, refused):
    codes = [event.body.get("code") for event in stage.answers(sent)]
    assert codes.count("STORE_REFUSED") == refused and codes.count(None) == len(sent) - refused
    assert len(stage.sessions()) == len(sent) - refused


@pytest.mark.parametrize("step", ["decided", "flushed"])
def test_refused_rows_whose_neighbours_were_stored_before_a_kill_are_answered_at_the_restart(stage, step):
    refuse_group_two(stage)
    sent = stage.send_all(some_refused(290, 10), partition=0)
    stage.start(step).await_held().kill()
    assert len(stage.sessions()) == 290, "PostgreSQL's commit was before the kill"
    assert stage.events() == [], "Kafka's was not"
    stage.drain()

    assert_refused_and_created(stage, sent, 10)
    assert len(stage.dead_letters()) == 10
    stage.judge()


def test_refused_rows_are_answered_again_after_a_rewind(stage):
    refuse_group_two(stage)
    sent = stage.send_all(some_refused(290, 10), partition=0)
    stage.drain()
    assert_refused_and_created(stage, sent, 10)
    stage.rewind()
    stage.drain()

    events = stage.events()
    assert len(events) == 600
    by_place = {}
    for event in events:
        by_place.setdefault(event.command_place, set()).add(event.value)
    assert all(len(values) == 1 for values in by_place.values()), "the same event each time"
    assert len(stage.sessions()) == 290
    stage.judge(rewound=True)


@pytest.mark.parametrize("refused", [20, 300])
def test_refused_commands_that_a_producer_puts_first_do_not_stop_the_worker(stage, refused):
    refuse_group_two(stage)
    first = [command(f"00000000-0000-4000-8000-{i:012x}", 2) for i in range(refused)]
    sent = stage.send_all(first + [command(f"ffffffff-ffff-4fff-8fff-{i:012x}") for i in range(30)], partition=0)
    stage.drain()

    assert_refused_and_created(stage, sent, refused)
    stage.judge()


def test_whatever_refuses_everything_is_answered_until_the_brake_stops_the_reading(stage):
    stage.db.execute(
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'nobody'; END $$;
           CREATE TRIGGER refuse BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION refuse()"""
    )
    sent = stage.send_all([command(new_id(), i % 2 + 1) for i in range(40)], partition=0)
    worker = stage.start(**{"dlq.brake": 10}).await_ready()
    until(lambda: any(line.get("event.code") == "E-DLQ-BRAKE" for line in worker.lines()), 20, "the brake engages")
    until(lambda: stage.committed().get(0) == 10, 20, "what was read before it is committed")
    assert worker.running and len(stage.dead_letters()) == 10
    assert [event.body["sqlstate"] for event in stage.answers(sent[:10])] == ["P0001"] * 10
    assert "no session would be stored: all 4 pairs of a group and an activity that were tried are refused" in worker.log
    worker.stop()

    stage.db.execute("DROP TRIGGER refuse ON study_sessions")
    stage.drain()
    assert_refused_and_created(stage, sent, 10)
    stage.judge()


def test_a_policy_that_refuses_all_of_a_batch_and_not_others_refuses_its_rows(stage, services):
    with services.locked_role("right") as role:
        stage.db.execute(stage.must("migrate", "sql", "--role", role).stdout)
        stage.db.execute("ALTER TABLE study_sessions ENABLE ROW LEVEL SECURITY")
        stage.db.execute("CREATE POLICY seen ON study_sessions FOR SELECT USING (true)")
        stage.db.execute("CREATE POLICY ones ON study_sessions FOR INSERT WITH CHECK (group_id = 1)")
        sent = stage.send_all([command(new_id(), 2) for _ in range(50)], partition=0)
        stage.drain(**{"postgres.conninfo": services.conninfo(user=role, password="right")})
    assert [event.body["sqlstate"] for event in stage.answers(sent)] == ["42501"] * 50
    assert stage.sessions() == stage.ledger() == []
    stage.judge()


@pytest.mark.parametrize("table", ["study_sessions", "command_outcomes"])
def test_a_grant_that_is_revoked_while_it_runs_ends_it_with_77_and_nothing_is_answered(stage, services, table):
    with services.locked_role("right") as role:
        mine = {"postgres.conninfo": services.conninfo(user=role, password="right")}
        stage.db.execute(stage.must("migrate", "sql", "--role", role).stdout)
        worker = stage.start(**mine).await_ready()
        first = stage.send(command(new_id()), partition=0)
        stage.await_drained()
        stage.db.execute(f"REVOKE INSERT ON {table} FROM {role}")
        sent = stage.send_all([command(new_id(), i % 2 + 1) for i in range(100)], partition=0)
        assert worker.await_exit() == 77, worker.log
        assert "E-PG-42501" in worker.log and f"permission denied for table {table}" in worker.log
        assert len(stage.events()) == 1 and stage.dead_letters() == []

        stage.db.execute(f"GRANT INSERT ON {table} TO {role}")
        stage.drain(**mine)
    assert_refused_and_created(stage, [first, *sent], 0)
    stage.judge()


def test_a_sequence_that_an_import_left_behind_ends_it_with_78_also_behind_refused_rows(stage):
    refuse_group_two(stage)
    stage.db.execute("INSERT INTO study_sessions (id, group_id, study_activity_id) SELECT n, 1, 1 FROM generate_series(1, 5000) AS n")
    sent = stage.send_all([command(new_id(), 2) for _ in range(100)], partition=0)
    worker = stage.start()
    assert worker.await_exit() == 78, worker.log
    assert "setval" in worker.log and stage.events() == stage.dead_letters() == []

    stage.db.execute("DELETE FROM study_sessions")
    stage.db.execute("SELECT setval(pg_get_serial_sequence('study_sessions', 'id'), 5000)")
    stage.drain()
    assert_refused_and_created(stage, sent, 100)
    stage.judge()


def test_while_nothing_can_be_stored_refused_rows_wait_too(stage):
    """What passes by itself: here a full disk, raised as PostgreSQL does, but for the group that a constraint refuses."""
    refuse_group_two(stage)
    stage.db.execute(
        """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.group_id <> 2 THEN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$;
           CREATE TRIGGER full_disk BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION full_disk()"""
    )
    sent = stage.send_all([command(new_id(), 2) for _ in range(100)], partition=0)
    with stage.working() as worker:
        until(lambda: worker.log.count("E-PG-53100") >= 2, 20, "it waits and tries again")
        assert stage.events() == [] and stage.committed().get(0, 0) <= 0
        stage.db.execute("DROP TRIGGER full_disk ON study_sessions")
        stage.await_drained()
    assert_refused_and_created(stage, sent, 100)
    stage.judge()
