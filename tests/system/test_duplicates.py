"""A command id is decided once."""
from judge import identity
from stage import command, new_id


def ce_headers(event, *names):
    return [event.header(name) for name in names]


def test_a_duplicate_elsewhere_gets_the_stored_event_and_says_so(stage):
    value = command(new_id())
    first = stage.send(value, key=b"a", partition=0, headers=[("ce_correlationid", b"c1"), ("correlation-id", b"e1")])
    stage.drain()
    again = stage.send(value, key=b"b", partition=2, headers=[("ce_correlationid", b"c2"), ("correlation-id", b"e2")])
    stage.drain()

    one, two = stage.answers([first, again])
    stored = ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
    assert two.value == one.value and ce_headers(two, *stored) == ce_headers(one, *stored)
    assert (one.replayed, two.replayed) == (False, True)
    assert (two.key, two.text("ce_correlationid"), two.text("correlation-id")) == (b"b", "c2", "e2")
    assert two.command_place == again.place
    assert len(stage.sessions()) == 1
    stage.judge()


def test_duplicates_in_one_batch_are_one_decision(stage):
    value = command(new_id())
    sent = stage.send_all([value] * 5, key=b"k")
    stage.drain()

    events = stage.answers(sent)
    assert len({event.value for event in events}) == 1
    assert [event.replayed for event in events] == [False, True, True, True, True]
    assert len(stage.sessions()) == 1
    stage.judge()


def test_a_duplicate_of_a_rejected_command_gets_its_rejection_even_if_it_would_succeed_now(stage):
    value = command(new_id(), group_id=7)
    first = stage.send(value, key=b"k")
    stage.drain()
    stage.db.execute("INSERT INTO groups (id, name) VALUES (7, 'Too late')")
    again = stage.send(value, key=b"k")
    stage.drain()

    one, two = stage.answers([first, again])
    assert one.body["code"] == "GROUP_NOT_FOUND" and two.value == one.value and two.replayed
    stage.judge()


def test_suppressed_duplicates_get_no_event(stage):
    value = command(new_id())
    first, *copies = stage.send_all([value] * 3, key=b"k")
    stage.drain(duplicates="suppress")
    copies.append(stage.send(value, key=b"k"))
    stage.drain(duplicates="suppress")

    (event,) = stage.events()
    assert event.command_place == first.place and not event.replayed
    stage.judge(duplicates="suppress")


def test_an_id_with_other_values_is_reused_and_the_first_decision_stands(stage):
    command_id = new_id()
    first, other = stage.send_all([command(command_id, 1), command(command_id, 2)], key=b"k")
    stage.drain()
    later = stage.send(command(command_id, None), key=b"k")
    stage.drain()

    created, reused, missing = stage.answers([first, other, later])
    assert created.topic == stage.created
    for record, event, group in ((other, reused, 2), (later, missing, None)):
        body = event.body
        assert (event.topic, body["code"], body["command_id"]) == (stage.rejected, "COMMAND_ID_REUSED", command_id)
        assert body["event_id"] == event.text("ce_id") == identity.answer_id(record, "COMMAND_ID_REUSED")
        assert (body["group_id"], body["study_activity_id"]) == (group, 1)
        assert [violation["code"] for violation in body["violations"]] == ["COMMAND_ID_REUSED"]
        assert not event.replayed
    assert len(stage.sessions()) == 1
    stage.judge()


def test_all_invalid_values_are_the_same_value(stage):
    command_id = new_id()
    sent = stage.send_all([command(command_id, "one"), command(command_id, 1.0), command(command_id, True)], key=b"k")
    stage.drain()

    assert {event.body["code"] for event in stage.answers(sent)} == {"INVALID_FIELD"}
    stage.judge()
