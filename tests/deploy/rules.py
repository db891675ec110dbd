"""What must be true of every rendered overlay. Each rule yields a sentence on what breaks it."""

import re
from collections.abc import Callable, Iterable, Iterator

from service.worker_process import COMMAND
from tests.deploy.references import whole
from tests.deploy.rendered import Objects, Pod, config, of_kind, pods, selects

Rule = Callable[[Objects], Iterable[str]]

SERVERS = {"Deployment", "StatefulSet"}
MARGIN_SECONDS = 15
LEASE_SECONDS = 30  # SGN_LEASE_MS
PINNED = re.compile(r"[^:@]+:(v?\d+\.\d+\.\d+[\w.-]*|RELEASE\.\d{4}-[\w-]+)|.+@sha256:[0-9a-f]{64}")
PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s@]+@|aws_secret_access_key|BEGIN [A-Z ]*PRIVATE KEY")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY|_URL$")


def restricted(objects: Objects) -> Iterator[str]:
    """The Pod Security Standard ``restricted``, and a root file system nobody writes to."""
    for pod in pods(objects):
        whole = pod.spec.get("securityContext", {})
        if whole.get("runAsNonRoot") is not True or not whole.get("runAsUser"):
            yield f"{pod} may run as root"
        if whole.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{pod} has no seccomp profile"
        if any(pod.spec.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{pod} shares what is the node's"
        if any("hostPath" in volume for volume in pod.spec.get("volumes", ())):
            yield f"{pod} mounts a folder of the node"
        for container in pod.containers:
            wanted = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            if container.get("securityContext") != wanted:
                yield f"{pod}, {container['name']}: its securityContext is not {wanted}"
    for namespace in of_kind(objects, "Namespace"):
        if (
            namespace["metadata"]["labels"].get("pod-security.kubernetes.io/enforce")
            != "restricted"
        ):
            yield "the namespace does not enforce the standard restricted"


def no_tokens(objects: Objects) -> Iterator[str]:
    accounts = {each["metadata"]["name"]: each for each in of_kind(objects, "ServiceAccount")}
    for account in accounts.values():
        if account.get("automountServiceAccountToken") is not False:
            yield f"the ServiceAccount {account['metadata']['name']} gives out a token"
    for pod in pods(objects):
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod} asks for a token"
        if pod.spec.get("serviceAccountName") not in accounts:
            yield f"{pod} has no ServiceAccount of its own"


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


def pinned(objects: Objects) -> Iterator[str]:
    for pod in pods(objects):
        for container in pod.containers:
            if not PINNED.fullmatch(container["image"]):
                yield f"{pod} has the image {container['image']}, whose tag is no whole version"


def no_secrets(objects: Objects) -> Iterator[str]:
    """No value of a secret, and none that ends up in an environment."""
    for each in of_kind(objects, "Secret"):
        yield f"the Secret {each['metadata']['name']} is in the tree"
    for each in objects:
        for text in _texts(each):
            if PASSWORD.search(text):
                yield f"{each['kind']} {each['metadata']['name']} holds what looks like a password"
    for pod in pods(objects):
        for container in pod.containers:
            for variable in container.get("env", ()):
                name = variable["name"]
                if not name.endswith("_FILE") and (
                    SECRET_NAME.search(name) or "secretKeyRef" in variable.get("valueFrom", {})
                ):
                    yield f"{pod} has {name} in its environment; mount a file"
            if any("secretRef" in source for source in container.get("envFrom", ())):
                yield f"{pod} takes a whole Secret into its environment"


def graceful(objects: Objects) -> Iterator[str]:
    """A worker has time for its checkpoint, and more."""
    (option,) = (each for each in COMMAND if each.startswith("--worker-shutdown-timeout="))
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
        spec, name = each["spec"], each["metadata"]["name"]
        job = spec["jobTargetRef"]
        if spec.get("minReplicaCount") != 0:
            yield f"{name} does not scale to zero"
        if spec.get("rollout", {}).get("strategy") != "gradual":
            yield f"{name}: a new version deletes the Jobs that run"
        if "activeDeadlineSeconds" in job:
            yield f"{name} ends Jobs after a time"
        if spec.get("scalingStrategy", {}).get("strategy") != "default":
            yield f"{name}: only the default strategy takes the Jobs that run from the tasks"
        variables = {v["name"]: v["value"] for v in job["template"]["spec"]["containers"][0]["env"]}
        if int(variables.get("SGN_IDLE_EXIT_SECONDS", 0)) <= LEASE_SECONDS:
            yield f"{name}: its worker never ends, or before a dead one's task comes back"
        for trigger in spec["triggers"]:
            query = trigger["metadata"]["query"]
            if "'Submitted'" not in query or "'Running'" not in query:
                yield f"{name} does not count what waits and what runs"


def in_one_namespace(objects: Objects) -> Iterator[str]:
    (namespace,) = of_kind(objects, "Namespace")
    for each in objects:
        if each is not namespace and (
            each["metadata"].get("namespace") != namespace["metadata"]["name"]
        ):
            yield f"{each['kind']} {each['metadata']['name']} is in another namespace"


def guarded(objects: Objects) -> Iterator[str]:
    """Beyond loopback somebody is named who needs no token, and it is not everybody."""
    settings = config(objects)
    if settings.get("SGN_ALLOW_ANONYMOUS"):
        yield "SGN_ALLOW_ANONYMOUS lets in whoever comes"
    if not settings.get("SGN_HOST_NAMES"):
        yield "SGN_HOST_NAMES is missing, so any name will do"
    if not settings.get("SGN_TRUSTED_NETWORKS", "").endswith("/32"):
        yield "SGN_TRUSTED_NETWORKS is not one address"


def _lasting(objects: Objects) -> list[Pod]:
    return [pod for pod in pods(objects) if pod.kind in SERVERS or pod.component == "worker"]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


RULES: tuple[Rule, ...] = (
    restricted,
    no_tokens,
    probed,
    resources,
    pinned,
    no_secrets,
    graceful,
    bounded_volumes,
    spread,
    on_gpus,
    never_kills,
    in_one_namespace,
    guarded,
    whole,
)
