"""What deploy/prometheus and deploy/grafana ask for, asked of a Prometheus that scrapes a worker that works."""
import json
import re

import pytest
import yaml

from deadline import until
from prometheus import RULES, Prometheus
from services import REPO, free_port
from stage import command

DASHBOARD = json.loads((REPO / "deploy/grafana/sessiond.json").read_text())
# What a worker of some seconds has not: a day before, and more than a sample of what has just come to be.
NOT_YET = {"sessiond:rejected:ratio1d"}


def metrics_of(query):
    return set(re.findall(r"\b(?:sessiond|process)[_:][a-z_:0-9]+", query))


@pytest.fixture
def scraped(stage, tmp_path):
    if stage.run("health", "live", **{"http.listen": ""}).returncode == 64:
        pytest.skip("this version serves nothing over HTTP")
    address = f"127.0.0.1:{free_port()}"
    worker = stage.start(**{"http.listen": address}).await_ready()
    stage.send_all([command() for _ in range(20)] + [command(group_id=99), b"garbage"], key=b"k")
    stage.await_drained()
    # A connection that is lost is an error of a class, of which there is no series before the first.
    stage.db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query ~ %s",
                     [stage.schema])
    stage.send(command(), key=b"k")
    stage.await_drained()
    prometheus = Prometheus(tmp_path, address)
    try:
        until(lambda: len(prometheus.query("count_over_time(sessiond_build_info[1m]) > 4")) == 1, 60, "it is scraped")
        yield prometheus
    finally:
        prometheus.stop()
    worker.stop()


def with_variables(query):
    for variable, value in (("$job", "sessiond"), ("$__rate_interval", "5s"), ("$__interval", "5s")):
        query = query.replace(variable, value)
    return query


def test_every_panel_and_every_rule_is_answered(scraped):
    """Each query gives something, but for what needs a past; and no metric in one is unknown to the worker."""
    asked = [target for panel in DASHBOARD["panels"] for target in panel.get("targets", [])] + DASHBOARD["annotations"]["list"]
    queries = {with_variables(each["expr"]) for each in asked}
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    recorded = {rule["record"]: rule["expr"] for rule in group["rules"] if "record" in rule}
    unanswered = []

    def all_answered():
        unanswered[:] = [q for q in sorted(queries) if not metrics_of(q) & NOT_YET and not scraped.query(q)]
        return not unanswered

    until(all_answered, 60, lambda: f"each query is answered; not {unanswered}")
    known = {labels["__name__"] for labels, _ in scraped.query('{__name__=~".+"}')} | set(recorded)
    for query in queries | {rule["expr"] for rule in group["rules"]}:
        assert metrics_of(query) <= known, query


def test_the_rules_are_evaluated_without_an_error_and_a_healthy_worker_fires_none(scraped):
    until(lambda: all(rule["lastEvaluation"] > "2000" for rule in scraped.rules()), 60, "each rule was evaluated")
    for rule in scraped.rules():
        assert rule["health"] == "ok", rule
    firing = {rule["name"] for rule in scraped.rules() if rule["type"] == "alerting" and rule["state"] == "firing"}
    assert firing == set() or firing == {"SessiondDeadLetters"}, "the garbage above is one"
    assert scraped.query("sessiond:drain_seconds") == [({"__name__": "sessiond:drain_seconds", "job": "sessiond"}, 0.0)]
