"""`sessiond bench`: real commands at a rate, and how long their events take."""
import json
import os
import pty
import re
import signal
import subprocess
import threading
import time

from deadline import until
from stage import command, new_id

PERCENTILES = ["p50", "p90", "p99", "p99.9", "max"]
WHO = ("--group-id", "1", "--study-activity-id", "2")


def bench(stage, *args, status=0, **settings):
    done = stage.run("bench", *WHO, "--json", *args, **settings)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout), done.stderr


def test_it_says_that_it_makes_real_rows_makes_them_and_prints_rate_and_percentiles(stage):
    with stage.working():
        result, said = bench(stage, "--count", "200", "--rate", "100")
    assert said.startswith(f"bench makes 200 real sessions of group 1 and activity 2, by commands on {stage.commands}, 100 a second\n")
    assert {name: result[name] for name in ("topic", "sent", "created", "rejected", "missing")} == {
        "topic": stage.commands, "sent": 200, "created": 200, "rejected": 0, "missing": 0}
    assert 90 < result["sent_per_second"] < 110 and 80 < result["answered_per_second"] < 110
    latencies = [result["latency_seconds"][name] for name in PERCENTILES]
    assert list(result["latency_seconds"]) == PERCENTILES and latencies == sorted(latencies)
    assert 0 < latencies[0] and latencies[-1] < 10
    assert [(row["group_id"], row["study_activity_id"]) for row in stage.sessions()] == [(1, 2)] * 200
    stage.judge()


def test_for_a_person_it_is_three_lines(stage):
    with stage.working():
        done = stage.must("bench", *WHO, "--duration", "500ms", "--rate", "40")
    number = r"\d+\.\d"
    assert re.fullmatch(
        rf"sent 20 commands in {number} s, {number} a second: 20 created, 0 rejected, 0 without an event\n"
        rf"answered {number} a second\n"
        rf"latency  p50 {number} ms  p90 {number} ms  p99 {number} ms  p99\.9 {number} ms  max {number} ms\n", done.stdout)


def test_rejected_commands_are_counted_apart(stage):
    with stage.working():
        result, _ = bench(stage, "--group-id", "99", "--count", "30", "--rate", "300")
    assert (result["sent"], result["created"], result["rejected"], result["missing"]) == (30, 0, 30, 0)
    assert result["latency_seconds"]["max"] > 0


def test_what_others_send_and_are_answered_is_not_counted(stage):
    with stage.working():
        over = threading.Event()

        def others():
            while not over.is_set():
                stage.send_all([command(new_id()), command(new_id(), 99), b"garbage"], key=b"k")

        thread = threading.Thread(target=others)
        thread.start()
        try:
            result, _ = bench(stage, "--count", "100", "--rate", "100")
        finally:
            over.set()
            thread.join()
        stage.await_drained()
    assert (result["created"], result["rejected"], result["missing"]) == (100, 0, 0)
    assert len(stage.sessions()) > 100
    stage.judge()


def test_events_that_do_not_come_are_75_and_counted(stage):
    result, said = bench(stage, "--count", "5", "--rate", "50", "--timeout", "2s", status=75)
    assert "5 of 5 commands have no event within --timeout; they are sent\n  fix: " in said and "[E-AWAIT-01]" in said
    assert (result["sent"], result["missing"], result["answered_per_second"]) == (5, 5, None)
    assert result["latency_seconds"] == dict.fromkeys(PERCENTILES)
    stage.drain()
    assert len(stage.sessions()) == 5, "they are real"


def test_a_worker_that_stands_still_is_charged_for_every_command_that_was_due_meanwhile(stage):
    """No coordinated omission: it sends on, and what waits has waited since it was due."""
    with stage.working() as worker:
        bench(stage, "--count", "20")  # all is warm
        line = stage.command_line("bench", *WHO, "--json", "--rate", "100", "--duration", "6s")
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=stage.environment())
        until(lambda: len(stage.sessions()) > 40, 20, "it is under way")
        worker.signal(signal.SIGSTOP)
        time.sleep(2)
        worker.signal(signal.SIGCONT)
        out, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    result = json.loads(out)
    assert result["sent"] == result["created"] == 600 and 95 < result["sent_per_second"] < 105, "it did not wait for answers"
    latency = result["latency_seconds"]
    assert latency["max"] > 1.9, latency
    assert latency["p90"] > 1.0, "a third of the commands was due while it stood still, and waited 1 s on average"


def test_an_interrupt_ends_it_with_what_it_has(stage):
    with stage.working():
        line = stage.command_line("bench", *WHO, "--json", "--rate", "50", "--duration", "1h")
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=stage.environment())
        until(lambda: len(stage.sessions()) >= 50, 30, "it is under way")
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=20)
    result = json.loads(out)
    # A row is there before its event can be read, so some of the 50 may be missing.
    assert 1 <= result["created"] <= result["sent"] < 5000 and result["sent"] >= 50 and result["latency_seconds"]["p50"] > 0
    assert result["missing"] == result["sent"] - result["created"]
    assert process.returncode == (75 if result["missing"] else 0), said
    assert ("interrupted; " in said) == (result["missing"] > 0)


def test_it_takes_the_place_of_no_worker(stage):
    """The worker goes on under its own group, instance and transactional id, and no group is left behind."""
    with stage.working() as worker:
        bench(stage, "--count", "50", "--rate", "100")
        assert worker.running and not [line for line in worker.lines() if "revoked" in line["message"]]
        groups = [group.group_id for group in stage.admin.list_consumer_groups().result(10).valid]
        assert [group for group in groups if stage.name in group] == [stage.name]


def test_on_a_terminal_it_says_how_far_it_is(stage):
    with stage.working():
        parent, child = pty.openpty()
        line = stage.command_line("bench", *WHO, "--rate", "50", "--duration", "1s")
        done = subprocess.run(line, stdout=subprocess.PIPE, stderr=child, env=stage.environment(), timeout=60, check=False)
        os.close(child)
        talk = os.read(parent, 65536).decode()
        os.close(parent)
    assert done.returncode == 0
    assert re.search(r"\r\d+ of 50 commands answered, \d+/s, .* left", talk) and talk.endswith("\r\x1b[K")


def test_wrong_calls_are_64_and_a_wrong_topic_is_78(stage):
    for args, why in (
        ((), "both --group-id and --study-activity-id are needed"),
        (("--group-id", "1"), "both --group-id and --study-activity-id are needed"),
        ((*WHO, "--count", "5", "--duration", "5s"), "either --duration or --count"),
        ((*WHO, "--rate", "0"), "rate"),
        ((*WHO, "--count", "0"), "count"),
        ((*WHO, "--group-id", "-1"), "group-id"),
        ((*WHO, "--rate", "1000000", "--duration", "1h"), "is the most"),
    ):
        done = stage.run("bench", *args)
        assert done.returncode == 64 and why in done.stderr and "real" not in done.stdout, (args, done.stderr)
    done = stage.run("bench", *WHO, "--timeout", "5s", **{"commands.topic": stage.name + ".none"})
    assert done.returncode == 78 and "real sessions" not in done.stderr, "nothing is announced that does not happen"
