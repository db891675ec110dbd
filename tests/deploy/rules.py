"""What must be true of every rendered overlay. Each rule yields a sentence on what breaks it."""

from collections.abc import Callable, Iterable, Iterator

from service.local.processes import ARGUMENTS
from tests.deploy import security
from tests.deploy.references import whole
from tests.deploy.rendered import Object, Objects, Pod, of_kind, pods, selects

Rule = Callable[[Objects], Iterable[str]]

SERVERS = {"Deployment", "StatefulSet"}
MARGIN_SECONDS = 15
LEASE_SECONDS = 30  # SGN_LEASE_MS


def probed(objects: Objects) -> Iterator[str]:
    for pod in _lasting(objects):
        for container in pod.containers:
            # Nobody calls a worker, so nobody asks whether it is ready.
            needed = {"startupProbe", "livenessProbe"}
            needed |= set() if pod.component == "worker" else {"readinessProbe"}
            for name in sorted(needed - container.keys()):
                yield f"{pod}, {container['name']} has no {name}"
    for pod in pods(objects):
        liveness = pod.containers[0].get("livenessProbe", {}).get("httpGet")
        readiness = pod.containers[0].get("readinessProbe", {}).get("httpGet")
        if pod.component == "worker" and liveness != {"path": "/healthz", "port": "metrics"}:
            yield f"{pod} is not asked at /healthz of its metrics port"
        if pod.component == "service" and (
            liveness != {"path": "/healthz", "port": "http"}
            or readiness != {"path": "/readyz", "port": "http"}
        ):
            yield f"{pod} is not asked at /healthz and /readyz"


def resources(objects: Objects) -> Iterator[str]:
    for pod in pods(objects):
        for container in pod.containers:
            given = container.get("resources", {})
            if not {"cpu", "memory"} <= given.get("requests", {}).keys():
                yield f"{pod}, {container['name']} requests no cpu or memory"
            if "memory" not in given.get("limits", {}):
                yield f"{pod}, {container['name']} has no limit of memory"


def graceful(objects: Objects) -> Iterator[str]:
    """A worker has time for its checkpoint, and more."""
    (option,) = (each for each in ARGUMENTS if each.startswith("--worker-shutdown-timeout="))
    needed = int(option.partition("=")[2]) / 1000 + MARGIN_SECONDS
    for pod in pods(objects):
        if pod.component == "worker" and pod.spec.get("terminationGracePeriodSeconds", 30) < needed:
            yield f"{pod} is killed before it could write a checkpoint; it needs {needed:g} s"


def bounded_volumes(objects: Objects) -> Iterator[str]:
    for pod in pods(objects):
        for volume in pod.spec.get("volumes", ()):
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield f"{pod}: the volume {volume['name']} may fill its node"
        if pod.component != "worker":
            continue
        empty = {each["name"] for each in pod.spec["volumes"] if "emptyDir" in each}
        (container,) = pod.containers
        writable = {
            each["mountPath"] for each in container["volumeMounts"] if each["name"] in empty
        }
        spool = {each["value"] for each in container["env"] if each["name"] == "SGN_SPOOL"}
        if not spool or writable != {"/tmp"} | spool:
            yield f"{pod} may write to {sorted(writable)}, not to /tmp and SGN_SPOOL"


def spread(objects: Objects) -> Iterator[str]:
    """What runs more than once is spread over nodes, and never wholly evicted."""
    budgets = [each["spec"] for each in of_kind(objects, "PodDisruptionBudget")]
    for pod in pods(objects):
        if pod.kind not in {"Deployment", "ScaledJob"}:
            continue
        topology = pod.spec.get("topologySpreadConstraints", ())
        if not any(
            each["topologyKey"] == "kubernetes.io/hostname"
            and selects(each["labelSelector"], pod.labels)
            for each in topology
        ):
            yield f"{pod} is not spread over nodes"
        found = [each for each in budgets if selects(each["selector"], pod.labels)]
        # A Job has no scale; a budget that selects its pods would block every drain.
        if len(found) != (1 if pod.kind == "Deployment" else 0):
            yield f"{pod} has {len(found)} PodDisruptionBudgets"
        if any(each.get("maxUnavailable") != 1 for each in found):
            yield f"{pod}: its budget lets no node be drained, or too many at once"


def on_gpus(objects: Objects) -> Iterator[str]:
    """A pool is on GPUs wholly, or not at all."""
    for pod in pods(objects):
        (container,) = pod.containers
        device = {each["name"]: each.get("value") for each in container.get("env", ())}
        cuda = container["image"].endswith("-cuda")
        signs = (
            device.get("SGN_DEVICE") == "cuda",
            "nvidia.com/gpu" in container.get("resources", {}).get("limits", {}),
            "nvidia.com/gpu.present" in pod.spec.get("nodeSelector", {}),
            any(each.get("key") == "nvidia.com/gpu" for each in pod.spec.get("tolerations", ())),
        )
        if any(sign != cuda for sign in signs):
            yield f"{pod}: image, SGN_DEVICE, limit, node selector, toleration do not agree"


def never_kills(objects: Objects) -> Iterator[str]:
    """A ScaledJob starts Jobs, and nothing but the Job itself ends one."""
    for each in of_kind(objects, "ScaledJob"):
        for complaint in _kills(each["spec"]):
            yield f"{each['metadata']['name']} {complaint}"


def _kills(spec: Object) -> Iterator[str]:
    job = spec["jobTargetRef"]
    if spec.get("minReplicaCount") != 0:
        yield "does not scale to zero"
    if spec.get("rollout", {}).get("strategy") != "gradual":
        yield "deletes the Jobs that run when a new version comes"
    if "activeDeadlineSeconds" in job:
        yield "ends Jobs after a time"
    if spec.get("scalingStrategy", {}).get("strategy") != "default":
        yield "has another strategy than the one that takes Jobs that run from tasks"
    variables = {v["name"]: v["value"] for v in job["template"]["spec"]["containers"][0]["env"]}
    if int(variables.get("SGN_IDLE_EXIT_SECONDS", 0)) <= LEASE_SECONDS:
        yield "has a worker that never ends, or ends before a dead one's task comes back"
    queries = [each["metadata"]["query"] for each in spec["triggers"] if each["type"] == "mysql"]
    if len(queries) != 1 or not all(
        "'Submitted'" in query and "'Running'" in query for query in queries
    ):
        yield "does not count what waits and what runs"


def in_one_namespace(objects: Objects) -> Iterator[str]:
    (namespace,) = of_kind(objects, "Namespace")
    for each in objects:
        if each is not namespace and (
            each["metadata"].get("namespace") != namespace["metadata"]["name"]
        ):
            yield f"{each['kind']} {each['metadata']['name']} is in another namespace"


def _lasting(objects: Objects) -> list[Pod]:
    return [pod for pod in pods(objects) if pod.kind in SERVERS or pod.component == "worker"]


RULES: tuple[Rule, ...] = (
    security.restricted,
    security.no_tokens,
    security.pinned,
    security.no_secrets,
    security.guarded,
    probed,
    resources,
    graceful,
    bounded_volumes,
    spread,
    on_gpus,
    never_kills,
    in_one_namespace,
    whole,
)
