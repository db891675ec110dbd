"""Every overlay renders to what the rules demand, and each rule finds what breaks it."""

import ipaddress
import tomllib
from pathlib import Path

import pytest

from tests.deploy import rules
from tests.deploy.references import secret_keys
from tests.deploy.rendered import Object, config, named, of_kind, pod, pods, text_of
from tests.deploy.traffic import ways


@pytest.mark.nightly(but=("production",))
def test_every_object_is_valid(objects: list[Object]) -> None:
    pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed.")
    from tests.deploy.schemas import complaint

    assert not [found for each in objects if (found := complaint(each))]


@pytest.mark.parametrize("folder", ["base", "worker"])
def test_the_parts_render_by_themselves(kubectl: None, folder: str) -> None:  # noqa: ARG001
    assert "kind: Deployment" in text_of(folder)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_overlay_keeps_every_rule(objects: list[Object], rule: rules.Rule) -> None:
    assert not list(rule(objects))


def test_what_is_ours_has_the_version_of_the_project(objects: list[Object]) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    version = project["project"]["version"]
    ours = [each for each in pods(objects) if each.containers[0]["image"].startswith("nld-sgn/")]
    assert {each.containers[0]["image"].partition(":")[2] for each in ours} <= {
        version,
        f"{version}-cpu",
        f"{version}-cuda",
    }
    assert named(objects, "Job", f"migration-{version}")
    assert all(each["metadata"]["name"].endswith(version) for each in of_kind(objects, "Job"))
    assert {each.labels["app.kubernetes.io/version"] for each in ours} == {version}


def test_no_job_changes_with_a_setting(objects: list[Object]) -> None:
    """The name of a ConfigMap with a hash would change a template, which cannot be changed."""
    for job in of_kind(objects, "Job"):
        (one,) = pods([job])
        assert all("envFrom" not in each for each in one.containers)
        maps = [each["configMap"]["name"] for each in one.spec["volumes"] if "configMap" in each]
        assert set(maps) <= {"bucket-script"}


def test_the_bucket_is_the_one_that_is_used(dev: list[Object]) -> None:
    (job,) = (each for each in pods(dev) if each.component == "bucket")
    given = {each["name"]: each["value"] for each in job.containers[0]["env"]}
    assert given == {name: config(dev)[name] for name in given}
    assert {"SGN_REGISTRY_URL", "SGN_S3_ENDPOINT_URL"} <= set(given)


def test_the_migration_has_a_database_url_of_its_own(objects: list[Object]) -> None:
    found = {
        key
        for each in pods(objects)
        for name, key in secret_keys([named(objects, each.kind, each.name)])
        if each.component == "migration"
    }
    assert found == {"migrate-url"}


def test_only_these_connections_are_let_through_in_dev(dev: list[Object]) -> None:
    everybody = {each.component for each in pods(dev)}
    assert ways(dev) == {
        *((name, "namespace:kube-system", 53) for name in everybody),
        *((name, "redis", 6379) for name in ("service", "worker")),
        *((name, "mariadb", 3306) for name in ("service", "worker", "migration")),
        *((name, "storage", 9000) for name in ("service", "worker", "bucket")),
    }


def test_the_alternatives_differ_in_their_way_in_alone(
    dev: list[Object], alternatives: list[Object]
) -> None:
    assert ways(alternatives) - ways(dev) == {("namespace:traefik", "service", 7014)}
    assert ways(dev) <= ways(alternatives)


def test_only_these_connections_are_let_through_in_production(production: list[Object]) -> None:
    everybody = {each.component for each in pods(production)}
    assert ways(production) == {
        *((name, "namespace:kube-system", 53) for name in everybody),
        ("namespace:envoy-gateway-system", "service", 7014),
        ("network:10.20.0.5/32", "service", 7014),
        ("namespace:monitoring", "service", 9714),
        ("namespace:monitoring", "worker", 9714),
        *((name, "redis", 6379) for name in ("service", "worker", "namespace:keda")),
        *((name, "network:10.20.0.10/32", 3306) for name in ("service", "worker", "migration")),
        *((name, "network:10.20.0.20/32", 443) for name in ("service", "worker")),
    }


def test_without_the_first_policy_everything_would_go(dev: list[Object]) -> None:
    dev.remove(named(dev, "NetworkPolicy", "default-deny"))
    assert ("any", "mariadb", 0) not in ways(dev), "another policy selects it"
    assert ("any", "worker", 0) in ways(dev)


def test_production_speaks_tls_and_sends_plain_http_there(production: list[Object]) -> None:
    secure, plain = named(production, "Gateway", "sgn")["spec"]["listeners"]
    assert secure["protocol"] == "HTTPS"
    assert secure["tls"]["certificateRefs"]
    assert secure["hostname"] == plain["hostname"] == "sgn.example.org"
    (rule,) = named(production, "HTTPRoute", "sgn-to-https")["spec"]["rules"]
    assert "backendRefs" not in rule
    assert rule["filters"][0]["requestRedirect"]["scheme"] == "https"
    assert config(production)["SGN_S3_ENDPOINT_URL"].startswith("https://")


def test_an_ingress_speaks_tls_on_every_name(alternatives: list[Object]) -> None:
    (ingress,) = of_kind(alternatives, "Ingress")
    hosts = {rule["host"] for rule in ingress["spec"]["rules"]}
    assert hosts == {host for each in ingress["spec"]["tls"] for host in each["hosts"]}
    assert all(each["secretName"] for each in ingress["spec"]["tls"])


def test_events_are_not_cut_off_by_the_gateway(production: list[Object]) -> None:
    (rule,) = named(production, "HTTPRoute", "sgn")["spec"]["rules"]
    assert rule["timeouts"] == {"request": "0s", "backendRequest": "0s"}


def test_django_s_address_is_let_in_and_no_other(production: list[Object]) -> None:
    trusted = config(production)["SGN_TRUSTED_NETWORKS"]
    assert ipaddress.ip_network(trusted).num_addresses == 1
    way_in = named(production, "Service", "neuro-learn")["spec"]
    assert way_in["loadBalancerSourceRanges"] == [trusted]
    assert way_in["externalTrafficPolicy"] == "Local", "else the address seen is a node's"


def test_there_are_both_pools_in_production_and_processors_only_in_dev(
    dev: list[Object], production: list[Object]
) -> None:
    def pools(objects: list[Object]) -> set[str]:
        return {f"{each.kind} {each.name}" for each in pods(objects) if each.component == "worker"}

    assert pools(dev) == {"Deployment worker-cpu"}
    assert pools(production) == {"ScaledJob worker-cpu", "ScaledJob worker-cuda"}
    assert pod(production, "worker-cuda").containers[0]["image"].endswith("-cuda")
