"""What keeps strangers and the pods themselves from harm. Each rule yields what breaks it."""

import re
from collections.abc import Iterator

from tests.deploy.rendered import Object, Objects, config, of_kind, pods

OURS = re.compile(r"nld-sgn/[^:@]+:\d+\.\d+\.\d+[\w.-]*")
THEIRS = re.compile(r"[^:@]+:[\w.-]*\d+[\w.-]*@sha256:[0-9a-f]{64}")
PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s@]+@|aws_secret_access_key|BEGIN [A-Z ]*PRIVATE KEY")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY|(DATABASE|REDIS)_URL$")
CONTAINER = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
ENFORCE = "pod-security.kubernetes.io/enforce"


def restricted(objects: Objects) -> Iterator[str]:
    """The Pod Security Standard ``restricted``, and a root file system nobody writes to."""
    for pod in pods(objects):
        for complaint in _loose(pod.spec):
            yield f"{pod} {complaint}"
    for namespace in of_kind(objects, "Namespace"):
        if namespace["metadata"]["labels"].get(ENFORCE) != "restricted":
            yield "the namespace does not enforce the standard restricted"


def _loose(spec: Object) -> Iterator[str]:
    whole = spec.get("securityContext", {})
    if whole.get("runAsNonRoot") is not True or not whole.get("runAsUser"):
        yield "may run as root"
    if whole.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "has no seccomp profile"
    if any(spec.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")):
        yield "shares what is the node's"
    if any("hostPath" in volume for volume in spec.get("volumes", ())):
        yield "mounts a folder of the node"
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        if container.get("securityContext") != CONTAINER:
            yield f"has the container {container['name']}, whose securityContext is not {CONTAINER}"


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


def pinned(objects: Objects) -> Iterator[str]:
    """Ours by a whole version, others' by a digest too: a tag may be moved."""
    for pod in pods(objects):
        for container in pod.containers:
            if not is_pinned(container["image"]):
                yield f"{pod} has the image {container['image']}, which is not pinned"


def is_pinned(image: str) -> bool:
    """Whether an image's name says which bytes it is."""
    return bool((OURS if image.startswith("nld-sgn/") else THEIRS).fullmatch(image))


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
            for complaint in _told(container):
                yield f"{pod} {complaint}; mount a file"


def _told(container: Object) -> Iterator[str]:
    for variable in container.get("env", ()):
        name = variable["name"]
        if "secretKeyRef" in variable.get("valueFrom", {}) or (
            SECRET_NAME.search(name) and not name.endswith("_FILE")
        ):
            yield f"has {name} in its environment"
    if any("secretRef" in source for source in container.get("envFrom", ())):
        yield "takes a whole Secret into its environment"


def guarded(objects: Objects) -> Iterator[str]:
    """Beyond loopback somebody is named who needs no token, and it is not everybody."""
    settings = config(objects)
    if settings.get("SGN_ALLOW_ANONYMOUS"):
        yield "SGN_ALLOW_ANONYMOUS lets in whoever comes"
    if not settings.get("SGN_HOST_NAMES"):
        yield "SGN_HOST_NAMES is missing, so any name will do"
    if not settings.get("SGN_TRUSTED_NETWORKS", "").endswith("/32"):
        yield "SGN_TRUSTED_NETWORKS is not one address"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
