"""Each rule is broken on purpose, and finds it: a rule that nothing breaks proves nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.deploy import rules, security
from tests.deploy.references import whole
from tests.deploy.rendered import Object, config, named, of_kind, pod, render
from tests.deploy.rules import RULES, Rule

Break = Callable[[list[Object]], object]


def container(name: str, **changes: Any) -> Break:
    """Change the first container of a pod; None takes a field away."""

    def apply(objects: list[Object]) -> None:
        found = pod(objects, name).containers[0]
        found.update(changes)
        for field in [field for field, value in changes.items() if value is None]:
            del found[field]

    return apply


def spec(name: str, **changes: Any) -> Break:
    return lambda objects: pod(objects, name).spec.update(changes)


def env(name: str, **variables: str) -> Break:
    given = [{"name": key, "value": value} for key, value in variables.items()]
    return lambda objects: pod(objects, name).containers[0].setdefault("env", []).extend(given)


def scaled(**changes: Any) -> Break:
    return lambda objects: named(objects, "ScaledJob", "worker-cpu")["spec"].update(changes)


def without(kind: str, name: str) -> Break:
    return lambda objects: objects.remove(named(objects, kind, name))


def settings(**changes: str) -> Break:
    return lambda objects: config(objects).update(changes)


def secret(objects: list[Object]) -> None:
    objects.append({"kind": "Secret", "metadata": {"name": "sgn-database"}})


def unbounded(objects: list[Object]) -> None:
    pod(objects, "worker-cpu").spec["volumes"][-1]["emptyDir"] = {}


def open_namespace(objects: list[Object]) -> None:
    of_kind(objects, "Namespace")[0]["metadata"]["labels"].clear()


def giving_account(objects: list[Object]) -> None:
    named(objects, "ServiceAccount", "worker")["automountServiceAccountToken"] = True


def deadline(objects: list[Object]) -> None:
    named(objects, "ScaledJob", "worker-cpu")["spec"]["jobTargetRef"]["activeDeadlineSeconds"] = 1


def queue_only(objects: list[Object]) -> None:
    trigger = named(objects, "ScaledJob", "worker-cpu")["spec"]["triggers"][0]
    trigger["metadata"]["query"] = "SELECT COUNT(*) FROM sgn_runs WHERE state = 'Submitted'"


def budget_for_jobs(objects: list[Object]) -> None:
    budget = named(objects, "PodDisruptionBudget", "service")
    labels = {"matchLabels": {"app.kubernetes.io/component": "worker"}}
    objects.append({**budget, "spec": {"maxUnavailable": 1, "selector": labels}})


def elsewhere(objects: list[Object]) -> None:
    named(objects, "Service", "sgn")["metadata"]["namespace"] = "default"


def stale_config(objects: list[Object]) -> None:
    source = pod(objects, "worker-cpu").containers[0]["envFrom"][0]["configMapRef"]
    source["name"] = "sgn-config"


def other_selector(objects: list[Object]) -> None:
    named(objects, "Service", "sgn")["spec"]["selector"] = {"app.kubernetes.io/component": "web"}


def other_backend(objects: list[Object]) -> None:
    (backend,) = named(objects, "HTTPRoute", "sgn")["spec"]["rules"][0]["backendRefs"]
    backend["port"] = 80


def other_gateway(objects: list[Object]) -> None:
    named(objects, "Gateway", "sgn")["metadata"]["name"] = "another"


def unrouted_listener(objects: list[Object]) -> None:
    named(objects, "HTTPRoute", "sgn-to-https")["spec"]["parentRefs"][0]["sectionName"] = "https"


def other_backend_of_ingress(objects: list[Object]) -> None:
    objects += of_kind(render("alternatives"), "Ingress")
    path = of_kind(objects, "Ingress")[0]["spec"]["rules"][0]["http"]["paths"][0]
    path["backend"]["service"]["name"] = "service"


def other_endpoint(objects: list[Object]) -> None:
    named(objects, "ServiceMonitor", "worker")["spec"]["endpoints"][0]["port"] = "http"


BREAKS: tuple[tuple[Rule, Break], ...] = (
    (security.restricted, spec("service", securityContext={})),
    (security.restricted, container("service", securityContext=None)),
    (security.restricted, spec("redis", hostNetwork=True)),
    (security.restricted, spec("redis", volumes=[{"name": "x", "hostPath": {"path": "/"}}])),
    (security.restricted, open_namespace),
    (security.no_tokens, giving_account),
    (security.no_tokens, spec("worker-cpu", automountServiceAccountToken=True)),
    (security.no_tokens, spec("worker-cpu", serviceAccountName="default")),
    (rules.probed, container("worker-cuda", livenessProbe=None)),
    (rules.probed, container("service", readinessProbe=None)),
    (rules.probed, container("redis", readinessProbe=None)),
    (rules.probed, container("service", livenessProbe={"httpGet": {"path": "/readyz"}})),
    (rules.resources, container("worker-cpu", resources=None)),
    (rules.resources, container("service", resources={"requests": {"cpu": 1, "memory": "1Gi"}})),
    (security.pinned, container("service", image="nld-sgn/service")),
    (security.pinned, container("service", image="nld-sgn/service:latest")),
    (security.pinned, container("redis", image="valkey/valkey:8.1.9")),
    (security.pinned, container("redis", image=f"valkey/valkey@sha256:{64 * '0'}")),
    (security.no_secrets, secret),
    (security.no_secrets, env("service", SGN_DATABASE_URL="sqlite:////tmp/x")),
    (security.no_secrets, env("service", X="mysql://sgn:hidden@db/neurolearn")),
    (security.no_secrets, container("service", envFrom=[{"secretRef": {"name": "sgn-database"}}])),
    (rules.graceful, spec("worker-cuda", terminationGracePeriodSeconds=30)),
    (rules.bounded_volumes, unbounded),
    (rules.bounded_volumes, env("worker-cpu", SGN_SPOOL="/spool")),
    (rules.spread, spec("service", topologySpreadConstraints=[])),
    (rules.spread, without("PodDisruptionBudget", "service")),
    (rules.spread, budget_for_jobs),
    (rules.on_gpus, spec("worker-cuda", tolerations=[])),
    (rules.on_gpus, spec("worker-cuda", nodeSelector={})),
    (rules.on_gpus, container("worker-cpu", image="nld-sgn/worker:0.1.0-cuda")),
    (rules.never_kills, scaled(minReplicaCount=1)),
    (rules.never_kills, scaled(rollout={})),
    (rules.never_kills, scaled(scalingStrategy={"strategy": "accurate"})),
    (rules.never_kills, deadline),
    (rules.never_kills, queue_only),
    (rules.never_kills, container("worker-cpu", env=[])),
    (rules.in_one_namespace, elsewhere),
    (security.guarded, settings(SGN_ALLOW_ANONYMOUS="1")),
    (security.guarded, settings(SGN_TRUSTED_NETWORKS="10.0.0.0/8")),
    (security.guarded, settings(SGN_HOST_NAMES="")),
    (whole, stale_config),
    (whole, other_selector),
    (whole, other_backend),
    (whole, other_gateway),
    (whole, unrouted_listener),
    (whole, other_backend_of_ingress),
    (whole, other_endpoint),
    (whole, container("worker-cpu", ports=[])),
    (whole, container("redis", volumeMounts=[])),
)


@pytest.mark.parametrize(("rule", "broken"), BREAKS)
def test_what_is_broken_is_found(kubectl: None, rule: Rule, broken: Break) -> None:  # noqa: ARG001
    objects = render("production")
    broken(objects)
    assert list(rule(objects))


def test_every_rule_was_broken() -> None:
    assert {rule for rule, _ in BREAKS} == set(RULES)


@pytest.mark.parametrize(
    ("kind", "name", "path", "value"),
    [
        ("Deployment", "service", ("replica",), 2),
        ("Deployment", "service", ("replicas",), "two"),
        ("NetworkPolicy", "default-deny", ("policyType",), ["Ingress"]),
        ("ScaledJob", "worker-cpu", ("maxReplicas",), 4),
        ("ScaledJob", "worker-cpu", ("jobTargetRef", "backOffLimit"), 4),
        ("ScaledJob", "worker-cpu", ("jobTargetRef", "template", "spec", "restart"), "Never"),
        ("Gateway", "sgn", ("listener",), []),
        ("Gateway", "sgn", ("listeners", 0, "protocol"), "https"),
        ("HTTPRoute", "sgn", ("rules", 0, "timeouts", "backend"), "0s"),
        ("HTTPRoute", "sgn", ("rules", 0, "timeouts", "request"), "0"),
        ("HTTPRoute", "sgn", ("rules", 0, "backendRefs", 0, "port"), "http"),
        ("TriggerAuthentication", "sgn-database", ("secretTargetRef",), []),
        ("ServiceMonitor", "worker", ("endpoint",), []),
        ("PrometheusRule", "sgn", ("groups",), [{"name": "sgn", "rules": [{"alert": "X"}]}]),
    ],
)
def test_what_is_misspelt_is_found(
    production: list[Object], kind: str, name: str, path: tuple[str | int, ...], value: object
) -> None:
    pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed.")
    from tests.deploy.schemas import complaint

    found = named(production, kind, name)
    assert complaint(found) == ""
    place = found["spec"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert complaint(found)
