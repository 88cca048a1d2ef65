"""A group set back to the beginning."""
from stage import command, new_id

# A static member keeps its place in a stopped group until its session times out; an automatic one leaves at once.
AUTO = {"instance.id": "auto"}


def sequence(stage):
    ((value,),) = stage.db.execute(
        "SELECT last_value FROM pg_sequences WHERE schemaname = %s AND sequencename = 'study_sessions_id_seq'", (stage.schema,)
    ).fetchall()
    return value


def mixed_commands(stage, garbage=b"garbage"):
    command_id = new_id()
    values = [command(new_id(), i % 2 + 1) for i in range(20)]
    values += [command(command_id), command(command_id), command(command_id, 2), command(None), garbage, command(new_id(), 99)]
    return stage.send_all(values, key=lambda i: b"%d" % (i % 5))


def test_a_rewind_repeats_every_event_byte_for_byte_and_burns_no_id(stage):
    sent = mixed_commands(stage)
    stage.drain(**AUTO)
    before, burnt, first = sequence(stage), len(stage.sessions()), stage.answers(sent)

    stage.db.execute("UPDATE groups SET name = 'Renamed'")
    stage.rewind()
    stage.drain(**AUTO)

    events = stage.events()
    again = [[event for event in events if event.command_place == record.place] for record in sent]
    for one, copies in zip(first, again):
        assert len(copies) == 2
        assert [(copy.key, copy.value, copy.headers) for copy in copies] == [(one.key, one.value, one.headers)] * 2
    assert (sequence(stage), len(stage.sessions())) == (before, burnt)
    assert not any(b"Renamed" in event.value for event in events)
    stage.judge(rewound=True)


def test_after_a_rename_new_sessions_carry_the_new_name_and_duplicates_the_old(stage):
    value = command(new_id())
    first = stage.send(value, key=b"k")
    stage.drain()
    stage.db.execute("UPDATE groups SET name = 'Renamed' WHERE id = 1")
    copy, fresh = stage.send_all([value, command(new_id())], key=b"k")
    stage.drain()

    names = [event.body["session"]["group_name"] for event in stage.answers([first, copy, fresh])]
    assert names == ["Core Verbs", "Core Verbs", "Renamed"]
    stage.judge()


def test_a_rewound_group_still_suppresses_duplicates_and_repeats_the_first(stage):
    value = command(new_id())
    first, _ = stage.send_all([value, value], key=b"k")
    settings = {**AUTO, "duplicates": "suppress"}
    stage.drain(**settings)
    stage.rewind()
    stage.drain(**settings)

    events = stage.events()
    assert [event.command_place for event in events] == [first.place] * 2
    assert events[0].value == events[1].value and not events[1].replayed
    stage.judge(rewound=True, duplicates="suppress")


def test_two_groups_answer_each_for_itself_from_one_ledger(stage):
    """Another group reads the same positions: the same decisions, not duplicates."""
    sent = mixed_commands(stage)
    stage.drain()
    first = stage.answers(sent)
    stage.settings["group.id"] += ".second"
    stage.drain()

    events = stage.events()
    for one in first:
        assert [event.value for event in events if event.command_place == one.command_place] == [one.value] * 2
    assert len(stage.sessions()) == sum("session" in event.body and not event.replayed for event in first)
