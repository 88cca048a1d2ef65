"""The dashboard: what it asks for is there, Grafana knows what it is made of, and it fits together. That it is drawn, only Grafana shows."""
import json
import re
import subprocess

import pytest
import yaml

from metrics import LABELS, METRICS, labels_in, names_in
from paths import REPO
from test_alerts import recorded
from test_manifests import problems

FILE = REPO / "deploy/grafana/sessiond.json"
DASHBOARD = json.loads(FILE.read_text())
panels = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
queries = [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
queries += [(f"annotation: {each['name']}", each["expr"]) for each in DASHBOARD["annotations"]["list"]]


def test_grafana_knows_everything_that_the_dashboard_is_made_of():
    assert problems("grafana", FILE) == ""


@pytest.mark.parametrize("old, new, said", [
    ('"type": "state-timeline"', '"type": "statetimeline"', "no panel statetimeline"),
    ('"reduceOptions"', '"reducerOptions"', "reducerOptions is unknown"),
    ('"legendFormat"', '"legend_format"', "legend_format is unknown"),
    ('"gridPos"', '"grid"', "grid is unknown"),
    ('"refresh": 2', '"refreshed": 2', "refreshed is unknown"),
])
def test_a_mistake_in_the_dashboard_would_be_found(old, new, said, tmp_path):
    text = FILE.read_text()
    assert old in text
    copy = tmp_path / FILE.name
    copy.write_text(text.replace(old, new))
    assert said in problems("grafana", copy)


@pytest.mark.parametrize("title, query", queries)
def test_a_panel_asks_for_what_the_program_has(title, query):
    assert names_in(query) <= set(METRICS) | recorded
    assert labels_in(query) <= LABELS
    assert "$job" in query, "it is of the job that was chosen"


def test_every_metric_is_shown_by_some_panel():
    shown = set().union(*(names_in(query) for _, query in queries))
    whole = {re.sub("_(bucket|sum|count)$", "", name) for name in shown}
    missing = {re.sub("_(bucket|sum|count)$", "", name) for name in METRICS} - whole
    assert missing == {"process_virtual_memory_bytes", "process_max_fds"}, "what each process has, and tells nothing of ours"


def test_prometheus_can_parse_every_query(tmp_path):
    """As the rules of a group, since promtool checks no queries; variables as Grafana would fill them in."""
    rules = []
    for number, (_, query) in enumerate(queries):
        for variable, value in (("$job", "sessiond"), ("$__rate_interval", "1m"), ("$__interval", "1m")):
            query = query.replace(variable, value)
        assert "$" not in query
        rules.append({"record": f"query:{number}", "expr": query})
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_panel_lies_on_another_or_beyond_the_edge():
    taken = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies on {taken.get((x, y))}"
                taken[x, y] = panel["title"]


def test_every_panel_says_what_it_shows_and_takes_the_chosen_prometheus():
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for panel in panels:
        assert panel["description"].endswith(".")
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource", "job"]
    assert DASHBOARD["uid"] == "sessiond"


def test_provisioning_finds_it():
    provisioning = REPO / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((provisioning / "dashboards/sessiond.yml").read_text())["providers"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    grafana = yaml.safe_load((REPO / "deploy/compose/compose.yaml").read_text())["services"]["grafana"]
    assert f"../grafana/sessiond.json:{provider['options']['path']}/sessiond.json:ro" in grafana["volumes"]
    assert "../grafana/provisioning:/etc/grafana/provisioning:ro" in grafana["volumes"]
