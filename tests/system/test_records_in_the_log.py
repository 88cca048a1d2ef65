"""Every line of a worker's log that is about a record says which one and under which command id, in its text and as fields."""
import re

from deadline import until
from stage import command, new_id

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PAYLOAD = "Wombat"


def lines_about(stage, worker):
    """Whatever names a place in the commands topic, by any of the ways."""
    place = re.escape(stage.commands) + r"\[\d+\]@\d+"
    return [line for line in worker.lines() if re.search(place, line["message"]) or "kafka.offset" in line]


def check_line(stage, line):
    match = re.match(rf"{re.escape(stage.commands)}\[(\d+)\]@(\d+) \(command ({UUID})\): .+", line["message"], re.S)
    assert match, line
    partition, offset, command_id = match.groups()
    assert line["messaging.destination.name"] == stage.commands, line
    assert (line["messaging.destination.partition.id"], line["kafka.offset"]) == (partition, int(offset)), line
    assert line["command.id"] == command_id, line
    return int(offset)


def send_one_of_each(stage):
    """Rejected, dead-lettered, reused, repeated and refused records in one partition; what each is answered with, by its offset."""
    same, refused = new_id(), new_id()
    values = {
        command(new_id(), note=PAYLOAD): None,
        command(same): None,
        command(same, study_activity_id=2): "COMMAND_ID_REUSED",
        command(new_id(), 99): "GROUP_NOT_FOUND",
        command(new_id(), "1"): "INVALID_FIELD",
        b'{"groupId": 1, "' + PAYLOAD.encode() + b'": 1}': "MISSING_FIELD",
        PAYLOAD.encode(): "UNDECODABLE",
        b"\xc3\x01notknown" + PAYLOAD.encode(): "UNKNOWN_SCHEMA",
        command(refused, 2): "STORE_REFUSED",
    }
    records = stage.send_all(list(values), key=b"secret-key", partition=0)
    return {record.offset: code for record, code in zip(records, values.values())}


def test_every_line_about_a_record_names_its_place_and_its_command(stage):
    stage.db.execute("ALTER TABLE study_sessions ADD CONSTRAINT not_two CHECK (group_id <> 2)")
    answers = send_one_of_each(stage)
    worker = stage.start(**{"log.level": "debug"}).await_ready()
    stage.await_drained()
    rejected = {offset: code for offset, code in answers.items() if code is not None}

    def told():
        return {line["kafka.offset"]: line["event.code"] for line in lines_about(stage, worker) if ": rejected" in line["message"]}

    until(lambda: told() == rejected, 10, lambda: f"{told()} of {rejected}")
    for line in lines_about(stage, worker):
        assert check_line(stage, line) in rejected
    (refused,) = [line for line in worker.lines() if line.get("event.code", "").startswith("E-PG-23514")]
    assert rejected[refused["kafka.offset"]] == "STORE_REFUSED", "which constraint it was, only the log says"
    assert PAYLOAD not in worker.log and "secret-key" not in worker.log
    events = {event.command_place[2]: event.body["command_id"] for event in stage.events()}
    assert all(line["command.id"] == events[line["kafka.offset"]] for line in lines_about(stage, worker))
    worker.stop()


def test_dead_letters_are_a_warning_that_is_limited_and_other_rejections_are_for_who_asks(stage):
    stage.send_all([b"no json"] * 50 + [command(new_id(), 99)] * 50, key=b"k", partition=0)
    worker = stage.start().await_ready()
    stage.await_drained()
    until(lambda: lines_about(stage, worker), 10, "a line")
    worker.stop()
    (line,) = lines_about(stage, worker)
    check_line(stage, line)
    assert (line["log.level"], line["event.code"]) == ("warn", "UNDECODABLE")
    assert f"rejected, with a copy in {stage.dlq}" in line["message"]
