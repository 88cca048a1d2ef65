"""Manifests: what Kubernetes, KEDA and Compose publish as their schemas, and what the two ways of running have to differ in."""
import subprocess

import pytest
import yaml

from paths import REPO, path_of
from program import run

KUBERNETES = REPO / "deploy/kubernetes"
COMMON, STATEFULSET, DEPLOYMENT = (KUBERNETES / f"{name}.yaml" for name in ("common", "statefulset", "deployment"))
COMPOSE = REPO / "deploy/compose/compose.yaml"


def problems(what, *files):
    python = path_of("VALIDATORS") / "bin/python"
    done = subprocess.run([python, REPO / "tests/deploy/validate.py", what, *files], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def documents(path):
    return {document["kind"]: document for document in yaml.safe_load_all(path.read_text())}


def test_every_manifest_is_valid():
    assert problems("kubernetes", COMMON, STATEFULSET, DEPLOYMENT) == ""


def test_the_compose_file_is_valid():
    assert problems("compose", COMPOSE) == ""


@pytest.mark.parametrize("path, old, new, said", [
    (STATEFULSET, "podManagementPolicy: Parallel", "podManagementPolicies: Parallel", "StatefulSet"),
    (STATEFULSET, "periodSeconds: 5", "periodSeconds: five", "StatefulSet"),
    (DEPLOYMENT, "maxSurge: 0", "maximalSurge: 0", "Deployment"),
    (DEPLOYMENT, "minReplicaCount: 1", "minReplicas: 1", "ScaledObject"),
    (DEPLOYMENT, 'lagThreshold: "5000"', "lagThreshold: 5000", "ScaledObject"),
    (COMMON, "maxUnavailable: 1", "maxUnavailable: [1]", "PodDisruptionBudget"),
    (COMMON, "policyTypes", "policyKinds", "NetworkPolicy"),
    (COMPOSE, "healthcheck:", "health_check:", "compose"),
])
def test_a_mistake_in_a_manifest_would_be_found(path, old, new, said, tmp_path):
    text = path.read_text()
    assert old in text
    copy = tmp_path / path.name
    copy.write_text(text.replace(old, new))
    assert said in problems("compose" if path == COMPOSE else "kubernetes", copy)


def pod(kind, path):
    return documents(path)[kind]["spec"]["template"]["spec"]


def environment(container):
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def test_a_fixed_worker_is_named_by_its_pod_and_keeps_nothing():
    spec = documents(STATEFULSET)["StatefulSet"]["spec"]
    assert spec["podManagementPolicy"] == "Parallel"
    assert "volumeClaimTemplates" not in spec
    (container,) = pod("StatefulSet", STATEFULSET)["containers"]
    assert environment(container)["SESSIOND_INSTANCE_ID"] == {"fieldRef": {"fieldPath": "metadata.name"}}


def test_a_scaled_worker_has_no_name_and_none_is_added_before_one_goes():
    spec = documents(DEPLOYMENT)["Deployment"]["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    assert "replicas" not in spec, "KEDA has the number"
    (container,) = pod("Deployment", DEPLOYMENT)["containers"]
    assert environment(container)["SESSIOND_INSTANCE_ID"] == "auto"


def test_the_scaler_reads_the_lag_as_the_worker_means_it():
    scaled = documents(DEPLOYMENT)["ScaledObject"]["spec"]
    (trigger,) = scaled["triggers"]
    defaults = dict(line.split("=", 1) for line in run("-F", "/dev/null", "config").splitlines())
    assert scaled["minReplicaCount"] == 1
    assert str(scaled["maxReplicaCount"]) == defaults["topics.partitions"].split()[0]
    assert trigger["metadata"] == {
        "bootstrapServers": "kafka:9092",
        "consumerGroup": defaults["group.id"].split()[0],
        "topic": defaults["commands.topic"].split()[0],
        "lagThreshold": "5000",
        "offsetResetPolicy": "earliest",
        "excludePersistentLag": "true",
        "ensureEvenDistributionOfPartitions": "true",
        "allowIdleConsumers": "false",
    }


@pytest.mark.parametrize("kind, path", [("StatefulSet", STATEFULSET), ("Deployment", DEPLOYMENT)])
def test_both_are_probed_and_confined_alike(kind, path):
    spec = pod(kind, path)
    (container,) = spec["containers"]
    assert container["livenessProbe"]["exec"]["command"] == ["sessiond", "health", "live"]
    assert container["readinessProbe"]["exec"]["command"] == ["sessiond", "health", "ready"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }
    assert {"secret", "configMap"} == {kind for volume in spec["volumes"] for kind in volume if kind != "name"}


@pytest.mark.parametrize("kind, path", [("StatefulSet", STATEFULSET), ("Deployment", DEPLOYMENT)])
def test_the_image_is_of_this_version(kind, path):
    (container,) = pod(kind, path)["containers"]
    version = run("version").split()[1]
    assert container["image"].rpartition(":")[2] == version


def test_nodes_can_be_drained_while_the_database_is_away():
    budget = documents(COMMON)["PodDisruptionBudget"]["spec"]
    assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")


def test_what_selects_pods_selects_ours():
    common = documents(COMMON)
    labels = {"app.kubernetes.io/name": "sessiond"}
    for path, kind in ((STATEFULSET, "StatefulSet"), (DEPLOYMENT, "Deployment")):
        assert documents(path)[kind]["spec"]["template"]["metadata"]["labels"] == labels
    assert common["Service"]["spec"]["selector"] == labels
    assert common["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert common["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels


def test_the_configurations_in_the_manifests_are_legal(tmp_path):
    conf = tmp_path / "sessiond.conf"
    conf.write_text(documents(COMMON)["ConfigMap"]["data"]["sessiond.conf"])
    run("-F", str(conf), "config")
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    variables = {name: value for name, value in services["sessiond"]["environment"].items() if name.startswith("SESSIOND")}
    variables["SESSIOND_SCHEMA_REGISTRY_URL"] = ""
    shown = run("config", **variables, CREDENTIALS_DIRECTORY=str(COMPOSE.parent))
    for name in variables:
        assert name in shown, "it is a key"
    assert "postgres.conninfo=host=postgres" in shown


def test_files_that_the_compose_file_mounts_are_there():
    document = yaml.safe_load(COMPOSE.read_text())
    for service in document["services"].values():
        for volume in service.get("volumes", []):
            assert (COMPOSE.parent / volume.split(":")[0]).exists(), volume
    assert (COMPOSE.parent / document["services"]["sessiond"]["build"]["context"] / "deploy/docker/Dockerfile").is_file()
    for secret in document["secrets"].values():
        assert (COMPOSE.parent / secret["file"]).is_file()
