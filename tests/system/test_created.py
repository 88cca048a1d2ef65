"""Valid commands become rows and created events."""
import json

from stage import ACTIVITIES, GROUPS, command, new_id


def test_a_valid_command_becomes_a_row_and_an_event_with_every_field_and_header(stage):
    command_id, key = new_id(), b"\x00\xff any bytes \xf0"
    sent = stage.send(command(command_id, 2, 2), key=key, headers=[("not-ours", b"1")], partition=3)
    stage.drain()

    (row,) = stage.sessions()
    event = stage.event_of(sent)
    start = row["created_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert (row["group_id"], row["study_activity_id"]) == (2, 2)
    assert event.topic == stage.created and event.key == key
    assert json.loads(event.value) == {
        "event_id": command_id,
        "command_id": command_id,
        "occurred_at": start,
        "message": "Study session created successfully",
        "session": {
            "id": row["id"],
            "group_id": 2,
            "group_name": GROUPS[2],
            "activity_id": 2,
            "activity_name": ACTIVITIES[2],
            "start_time": start,
            "end_time": start,
        },
    }
    assert sorted(event.headers) == [
        ("ce_causationid", command_id.encode()),
        ("ce_correlationid", command_id.encode()),
        ("ce_id", command_id.encode()),
        ("ce_source", f"/sessiond/{stage.commands}".encode()),
        ("ce_specversion", b"1.0"),
        ("ce_subject", str(row["id"]).encode()),
        ("ce_time", start.encode()),
        ("ce_type", b"study-session.created.v1"),
        ("command-offset", str(sent.offset).encode()),
        ("command-partition", b"3"),
        ("command-topic", stage.commands.encode()),
        ("content-type", b"application/json"),
    ]
    stage.judge()


def test_without_a_key_the_event_is_keyed_by_the_command_id_and_an_empty_key_stays_empty(stage):
    command_id = new_id()
    unkeyed = stage.send(command(command_id))
    emptily_keyed = stage.send(command(new_id()), key=b"")
    stage.drain()

    assert [event.key for event in stage.answers([unkeyed, emptily_keyed])] == [command_id.encode(), b""]
    stage.judge()


def test_an_event_lies_in_the_partition_where_java_clients_look_for_its_key(stage):
    """The commands were placed by murmur2, the topics have equally many partitions."""
    sent = stage.send_all([command(new_id()) for _ in range(40)], key=lambda i: b"user-%d" % i)
    stage.drain()

    assert [event.partition for event in stage.answers(sent)] == [record.partition for record in sent]
    assert {record.partition for record in sent} == {0, 1, 2, 3}
    stage.judge()


def test_a_command_id_is_a_value_and_not_its_spelling(stage):
    command_id = new_id()
    first, again = stage.send_all([command(command_id.upper()), command(command_id)], key=b"k")
    stage.drain()

    assert [event.body["command_id"] for event in stage.answers([first, again])] == [command_id, command_id]
    assert len(stage.sessions()) == 1
    stage.judge()


def test_unknown_fields_are_ignored_whatever_they_hold(stage):
    oddities = b'"n": 1e999, "big": 123456789012345678901234567890, "deep": ' + b"[" * 60 + b"]" * 60
    oddities += ', "text": "\\ud834\\udd1e \\" 動詞", "": {}, "group_ID": "x", "nothing": null'.encode()
    sent = stage.send(b'{"command_id": "%s", %s, "group_id": 1, "study_activity_id": 1}' % (new_id().encode(), oddities))
    padded = stage.send(b' \t\r\n{ "group_id" :1 , "study_activity_id":2}\n ')
    stage.drain()

    assert [event.topic for event in stage.answers([sent, padded])] == [stage.created, stage.created]
    stage.judge()


def test_escapes_that_are_no_text_do_not_matter_where_nobody_reads_them(stage):
    """JavaScript cuts an emoji in half, C leaves its NUL in; the record beside it is as good as any."""
    oddities = [
        b'"name": "cut \\ud83d"',
        b'"name": "\\udc00 \\ud83d\\ud83d\\ude00 \\ud83d\\n"',
        b'"name": "a\\u0000"',
        b'"\\ud83d": 1, "\\ude00": 2, "a\\u0000": 3, "a": 4',
        b'"deep": {"x": ["\\ud83d", {"\\u0000": 1, "\\u0000": 2}]}',
    ]
    ids = [new_id() for _ in oddities]
    fields = b'{"command_id": "%s", %s, "group_id": 1, "study_activity_id": 1}'
    sent = stage.send_all([fields % (each.encode(), oddity) for each, oddity in zip(ids, oddities)], key=b"k")
    stage.drain()

    events = stage.answers(sent)
    assert [(event.topic, event.body["command_id"]) for event in events] == [(stage.created, each) for each in ids]
    stage.judge()


def test_one_byte_order_mark_before_json_is_skipped(stage):
    mark = b"\xef\xbb\xbf"
    values = [mark + command(new_id()), mark + b"\r\n" + command(None), mark * 2 + command(None), mark]
    sent = stage.send_all(values, key=b"k")
    typed = stage.send(mark + command(new_id()), key=b"k", headers=[("content-type", b"application/json")])
    stage.drain()

    assert [event.body.get("code") for event in stage.answers([*sent, typed])] == [None, None, *["UNDECODABLE"] * 2, None]
    stage.judge()


def test_the_largest_ids_are_taken(stage):
    largest = 2**63 - 1
    stage.db.execute("INSERT INTO groups (id, name) VALUES (%s, 'Last')", (largest,))
    sent = stage.send(command(new_id(), group_id=largest))
    stage.drain()

    assert stage.event_of(sent).body["session"]["group_id"] == largest
    stage.judge()


def test_two_thousand_commands_are_answered_once_and_in_the_order_of_their_keys(stage):
    stage.send_all([command(new_id(), group_id=i % 3 + 1) for i in range(2000)], key=lambda i: b"%d" % (i % 17))
    stage.drain()

    assert len(stage.events()) == 2000
    stage.judge()


def test_one_topic_may_carry_both_kinds_of_events(stage):
    stage.settings["events.rejected.topic"] = stage.rejected = stage.created
    sent = stage.send_all([command(new_id()), command(new_id(), group_id=99)], key=b"k")
    stage.drain()

    types = [event.text("ce_type") for event in stage.answers(sent)]
    assert types == ["study-session.created.v1", "study-session.rejected.v1"]
    stage.judge()
