"""The alerts: their cases run, none is without them, and each has its section of the runbook."""
import re
import subprocess

import pytest
import yaml

from metrics import METRICS, LABELS, names_in, labels_in
from paths import REPO

RULES = REPO / "deploy/prometheus/sessiond.rules.yml"
CASES = REPO / "tests/deploy/alerts.test.yml"
RUNBOOK = REPO / "deploy/README.md"

(group,) = yaml.safe_load(RULES.read_text())["groups"]
alerts = [rule for rule in group["rules"] if "alert" in rule]
recorded = {rule["record"] for rule in group["rules"] if "record" in rule}


def promtool(*arguments, cwd=REPO):
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, cwd=cwd)


def test_prometheus_accepts_the_rules_and_its_configuration():
    for what, path in (("rules", RULES), ("config", REPO / "deploy/prometheus/prometheus.yml")):
        done = promtool("check", what, path)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_and_is_silent_as_its_cases_say():
    done = promtool("test", "rules", CASES.name, cwd=CASES.parent)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", [rule["alert"] for rule in alerts])
def test_an_alert_has_cases_of_firing_and_of_silence(alert):
    cases = [case for test in yaml.safe_load(CASES.read_text())["tests"] for case in test["alert_rule_test"]]
    fires = {bool(case.get("exp_alerts")) for case in cases if case["alertname"] == alert}
    assert fires == {True, False}


def test_a_replay_a_rolling_update_and_an_idle_night_are_asked_of_every_alert():
    tests = {test["name"]: test for test in yaml.safe_load(CASES.read_text())["tests"]}
    for name in ("A replay of commands", "A rolling update", "An idle night"):
        (test,) = [test for title, test in tests.items() if title.startswith(name)]
        asked = {case["alertname"]: case.get("exp_alerts", []) for case in test["alert_rule_test"]}
        assert asked == {rule["alert"]: [] for rule in alerts}


@pytest.mark.parametrize("rule", group["rules"], ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_for_what_the_program_has(rule):
    assert names_in(rule["expr"]) <= set(METRICS) | recorded
    assert labels_in(rule["expr"]) <= LABELS


@pytest.mark.parametrize("rule", alerts, ids=lambda rule: rule["alert"])
def test_an_alert_has_a_section_of_the_runbook_that_says_what_to_do(rule):
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["runbook_url"] == f"deploy/README.md#{rule['alert'].lower()}"
    section = re.search(rf"(?ms)^### {rule['alert']}\n(.*?)(?=^##|\Z)", RUNBOOK.read_text())
    assert section, "no section"
    for part in ("**It means**", "**Look at**", "**Do**", "    "):
        assert part in section[1], part


def test_the_runbook_has_no_section_of_an_alert_that_is_not_there():
    sections = re.findall(r"(?m)^### (Sessiond\w+)$", RUNBOOK.read_text())
    assert sections == [rule["alert"] for rule in alerts]
