"""A Prometheus of the test's own, which scrapes one worker each half second under the alerts of deploy/prometheus."""
import contextlib
import json
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import yaml

from deadline import until
from services import REPO, free_port

RULES = REPO / "deploy/prometheus/sessiond.rules.yml"


class Prometheus:
    def __init__(self, folder, target):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "prometheus.log"
        rules = yaml.safe_load(RULES.read_text())
        for group in rules["groups"]:
            group["interval"] = "1s"
        (folder / "sessiond.rules.yml").write_text(yaml.safe_dump(rules))
        (folder / "prometheus.yml").write_text(yaml.safe_dump({
            "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"},
            "rule_files": ["sessiond.rules.yml"],
            "scrape_configs": [{"job_name": "sessiond", "static_configs": [{"targets": [target]}]}],
        }))
        line = [shutil.which("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address={self.url.removeprefix('http://')}"]
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(line, stdout=out, stderr=out, cwd=folder)
        until(self.is_ready, 60, lambda: f"Prometheus is ready\n{self.log.read_text()[-2000:]}")

    def get(self, path, **parameters):
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
            return json.load(answer)["data"]

    def is_ready(self):
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            return self.get("/api/v1/query", query="1")["result"] != []
        return False

    def query(self, query):
        """[(labels, value)]"""
        return [(each["metric"], float(each["value"][1])) for each in self.get("/api/v1/query", query=query)["result"]]

    def rules(self):
        return [rule for group in self.get("/api/v1/rules")["groups"] for rule in group["rules"]]

    def stop(self):
        self.process.terminate()
        self.process.wait()
