"""What is not the command's fault is waited for, and nothing is answered meanwhile."""
from deadline import until
from stage import command, new_id
from test_outages import terminate_backends


def warned(worker, words=""):
    return any(line["log.level"] == "warn" and words in line["message"] for line in worker.lines())


def set_for_all(stage, setting, value):
    stage.db.execute(f"ALTER SYSTEM {'RESET ' + setting if value is None else f'SET {setting} = {value}'}")
    stage.db.execute("SELECT pg_reload_conf()")


def test_a_database_that_takes_no_writes_is_waited_for(stage):
    with stage.working() as worker:
        stage.send(command(new_id()))
        stage.await_drained()
        set_for_all(stage, "default_transaction_read_only", "on")
        try:
            terminate_backends(stage)
            stage.send(command(new_id()))
            until(lambda: warned(worker, "takes no writes"), 20, "it says what it waits for")
            assert len(stage.events()) == 1 and worker.running
        finally:
            stage.db.execute("SET default_transaction_read_only = off")
            set_for_all(stage, "default_transaction_read_only", None)
        stage.await_drained()
    stage.judge()


def test_a_row_that_somebody_holds_makes_the_command_wait_and_is_no_verdict(stage):
    with stage.services.connect() as other, stage.working() as worker:
        other.execute(f"SET search_path = {stage.schema}")
        with other.transaction():
            other.execute("LOCK TABLE study_sessions IN EXCLUSIVE MODE")
            stage.send(command(new_id()))
            waiting = "SELECT FROM pg_stat_activity WHERE application_name LIKE 'sessiond%%' AND wait_event_type = 'Lock'"
            until(lambda: stage.rows(waiting), 20, "it waits for the lock")
            assert stage.events() == [] and worker.running
        stage.await_drained()
    stage.judge()
