"""What an event takes over from its command's headers."""
from stage import command, new_id

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def values(event, name):
    return [value for other, value in event.headers if other == name]


def test_correlation_and_causation_come_from_the_command_and_else_are_its_id(stage):
    command_id = new_id()
    told = stage.send(command(new_id()), key=b"k", headers=[("ce_id", b"cause"), ("ce_correlationid", b"chain")])
    untold = stage.send(command(command_id), key=b"k")
    stage.drain()

    told, untold = stage.answers([told, untold])
    assert (told.text("ce_correlationid"), told.text("ce_causationid")) == ("chain", "cause")
    assert (untold.text("ce_correlationid"), untold.text("ce_causationid")) == (command_id, command_id)
    stage.judge()


def test_echoed_headers_come_back_byte_for_byte_and_no_others_do(stage):
    headers = [
        ("kafka_correlationId", b"\x00\xff\x10"),
        ("correlation-id", b"one"),
        ("correlation-id", b""),
        ("correlation-id", None),
        ("Correlation-Id", b"not this one"),
        ("secret", b"nor this"),
    ]
    created = stage.send(command(new_id()), key=b"k", headers=headers)
    rejected = stage.send(b"garbage", key=b"k", headers=headers)
    stage.drain()

    for event in stage.answers([created, rejected]):
        assert values(event, "kafka_correlationId") == [b"\x00\xff\x10"]
        assert values(event, "correlation-id") == [b"one", b"", None]
        assert values(event, "Correlation-Id") == values(event, "secret") == []
    stage.judge()


def test_which_headers_are_echoed_and_the_source_are_settings(stage):
    stage.settings.update({"events.echo.headers": "x-tenant,x-user", "events.source": "//studies.example/sessions"})
    sent = stage.send(command(new_id()), headers=[("x-user", b"u"), ("correlation-id", b"c"), ("x-tenant", b"t")])
    stage.drain()

    event = stage.event_of(sent)
    assert (event.header("x-tenant"), event.header("x-user"), event.header("correlation-id")) == (b"t", b"u", None)
    assert event.text("ce_source") == "//studies.example/sessions"
    stage.judge()


def test_a_trace_goes_on_with_a_span_of_its_own(stage):
    headers = [("traceparent", PARENT.encode()), ("tracestate", b"vendor=1")]
    sent = stage.send(command(new_id()), key=b"k", headers=headers)
    broken = stage.send(command(new_id()), key=b"k", headers=[("traceparent", b"00-nonsense"), ("tracestate", b"vendor=1")])
    stage.drain()

    event, without = stage.answers([sent, broken])
    version, trace, span, flags = event.text("traceparent").split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert len(span) == 16 and int(span, 16) != 0 and span not in PARENT
    assert event.header("tracestate") == b"vendor=1"
    assert without.header("traceparent") is None and without.header("tracestate") is None
    stage.judge()
