"""What an event takes from the decision and what from the record that it answers."""
import json

from stage import command, new_id

TRACE = "0af7651916cd43dd8448eb211c80319c"


def time_text(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_a_decided_event_occurred_at_the_moment_that_the_ledger_keeps(stage):
    sent = stage.send_all([command(new_id()), command(new_id(), 99), command(new_id(), None)], key=b"k", timestamp_ms=1)
    stage.drain()
    kept = stage.rows("SELECT command_id::text, decided_at AT TIME ZONE 'UTC' AS at FROM command_outcomes")
    decided = {row["command_id"]: time_text(row["at"]) for row in kept}
    for event in stage.answers(sent):
        assert event.body["occurred_at"] == event.text("ce_time") == decided[event.body["command_id"]]
    stage.judge()


def test_an_answer_occurred_when_its_record_was_written(stage):
    sent = stage.send(b"garbage", timestamp_ms=1_700_000_000_123)
    stage.drain()
    event = stage.event_of(sent)
    assert event.body["occurred_at"] == event.text("ce_time") == "2023-11-14T22:13:20.123000Z"
    stage.judge()


def test_a_violation_has_a_field_a_code_and_a_message_for_people(stage):
    sent = stage.send_all([command(new_id(), "x", None), command(new_id(), 98, 99), b"garbage"], key=b"k")
    stage.drain()
    for event in stage.answers(sent):
        for violation in event.body["violations"]:
            assert list(violation) == ["field", "code", "message"] and violation["message"]
        assert event.body["message"] == event.body["violations"][0]["message"]


def test_a_duplicate_has_its_own_causation_trace_and_place_and_a_rejection_too(stage):
    for value in (command(new_id()), command(new_id(), 99)):
        first = stage.send(value, key=b"a", headers=[("ce_id", b"one")])
        stage.drain()
        trace = [("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode()), ("tracestate", b"v=1")]
        again = stage.send(value, key=b"b", headers=[("ce_id", b"two"), *trace])
        stage.drain()

        one, two = stage.answers([first, again])
        assert (one.text("ce_causationid"), two.text("ce_causationid")) == ("one", "two")
        assert one.header("traceparent") is None and two.text("traceparent").split("-")[1] == TRACE
        assert (two.text("tracestate"), two.key, two.value) == ("v=1", b"b", one.value)
        assert two.command_place == again.place and two.header("idempotent-replayed") == b"true"
    stage.judge()


def test_a_copy_of_a_command_without_an_id_is_another_command(stage):
    value = json.dumps({"group_id": 1, "study_activity_id": 1})
    one, two = stage.send_all([value, value], key=b"k")
    stage.drain()
    ids = [event.body["session"]["id"] for event in stage.answers([one, two])]
    assert len(set(ids)) == 2
