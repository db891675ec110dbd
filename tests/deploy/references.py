"""Whatever an object names must be there."""

from collections.abc import Iterator

from tests.deploy.rendered import Object, Objects, Pod, named, of_kind, pods, selects


def whole(objects: Objects) -> Iterator[str]:
    """Every volume, ConfigMap, Service and port that is named is there."""
    maps = {each["metadata"]["name"] for each in of_kind(objects, "ConfigMap")}
    for pod in pods(objects):
        yield from _mounts(pod, _volumes(objects, pod))
        yield from _probes(pod)
        for name in sorted(_config_maps(pod) - maps):
            yield f"{pod} names the ConfigMap {name}, which is not there"
    for each in objects:
        check = CHECKS.get(each["kind"])
        if check is not None:
            yield from check(objects, each)


def secret_keys(objects: Objects) -> set[tuple[str, str]]:
    """The name and key of every secret that a pod mounts; key "" where it mounts all."""
    found = set()
    for pod in pods(objects):
        for volume in pod.spec.get("volumes", ()):
            sources = [
                each.get("secret") for each in volume.get("projected", {}).get("sources", ())
            ]
            for secret in (volume.get("secret"), *sources):
                if secret is None:
                    continue
                name = secret.get("secretName") or secret["name"]
                found |= {(name, item["key"]) for item in secret.get("items", [{"key": ""}])}
    return found


def _volumes(objects: Objects, pod: Pod) -> set[str]:
    volumes = {each["name"] for each in pod.spec.get("volumes", ())}
    if pod.kind == "StatefulSet":
        claims = named(objects, pod.kind, pod.name)["spec"]["volumeClaimTemplates"]
        volumes |= {each["metadata"]["name"] for each in claims}
    return volumes


def _mounts(pod: Pod, volumes: set[str]) -> Iterator[str]:
    mounted = {each["name"] for one in pod.containers for each in one.get("volumeMounts", ())}
    if mounted != volumes:
        yield f"{pod} mounts {sorted(mounted)} and has the volumes {sorted(volumes)}"


def _config_maps(pod: Pod) -> set[str]:
    volumes = pod.spec.get("volumes", ())
    sources = [source for container in pod.containers for source in container.get("envFrom", ())]
    return {each["configMap"]["name"] for each in volumes if "configMap" in each} | {
        each["configMapRef"]["name"] for each in sources
    }


def _ports(pod: Pod) -> dict[str, int]:
    ports = [port for container in pod.containers for port in container.get("ports", ())]
    return {port["name"]: port["containerPort"] for port in ports}


def _probes(pod: Pod) -> Iterator[str]:
    for container in pod.containers:
        for name in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = container.get(name, {})
            port = (probe.get("httpGet") or probe.get("tcpSocket") or {}).get("port")
            if port is not None and port not in _ports(pod):
                yield f"{pod} has no port {port}, which its {name} asks"


def _service(objects: Objects, service: Object) -> Iterator[str]:
    name, labels = service["metadata"]["name"], {"matchLabels": service["spec"]["selector"]}
    behind = [pod for pod in pods(objects) if selects(labels, pod.labels)]
    if not behind:
        yield f"the Service {name} selects no pods"
    for pod in behind:
        for port in service["spec"]["ports"]:
            if _ports(pod).get(port["targetPort"]) != port["port"]:
                yield f"{pod} has no port {port['targetPort']} for the Service {name}"


def _ingress(objects: Objects, ingress: Object) -> Iterator[str]:
    services = {each["metadata"]["name"]: each["spec"] for each in of_kind(objects, "Service")}
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            ports = services.get(backend["name"], {}).get("ports", ())
            if backend["port"]["name"] not in {each["name"] for each in ports}:
                yield f"the Ingress names {backend}, which is no Service's port"


def _gateway(objects: Objects, gateway: Object) -> Iterator[str]:
    name = gateway["metadata"]["name"]
    listeners = {each["name"] for each in gateway["spec"]["listeners"]}
    parents = [
        parent for each in of_kind(objects, "HTTPRoute") for parent in each["spec"]["parentRefs"]
    ]
    routed = {parent["sectionName"] for parent in parents if parent["name"] == name}
    if routed != listeners:
        yield f"the Gateway {name} listens as {sorted(listeners)}, routes are for {sorted(routed)}"


def _route(objects: Objects, route: Object) -> Iterator[str]:
    name = route["metadata"]["name"]
    services = {each["metadata"]["name"]: each["spec"] for each in of_kind(objects, "Service")}
    gateways = {each["metadata"]["name"] for each in of_kind(objects, "Gateway")}
    if not {each["name"] for each in route["spec"]["parentRefs"]} <= gateways:
        yield f"the HTTPRoute {name} is for a Gateway that is not there"
    for rule in route["spec"]["rules"]:
        for backend in rule.get("backendRefs", ()):
            ports = services.get(backend["name"], {}).get("ports", ())
            if backend["port"] not in {each["port"] for each in ports}:
                yield f"the HTTPRoute {name} names {backend}, which is no Service's port"


def _monitor(objects: Objects, monitor: Object) -> Iterator[str]:
    name = monitor["metadata"]["name"]
    found = [
        each
        for each in of_kind(objects, "Service")
        if selects(monitor["spec"]["selector"], each["metadata"].get("labels", {}))
    ]
    if len(found) != 1:
        yield f"the ServiceMonitor {name} selects {len(found)} Services"
    for service in found:
        ports = {each["name"] for each in service["spec"]["ports"]}
        if not {each["port"] for each in monitor["spec"]["endpoints"]} <= ports:
            yield f"the ServiceMonitor {name} names a port that its Service lacks"


def _selector(_: Objects, each: Object) -> Iterator[str]:
    (pod,) = pods([each])
    if not selects(each["spec"]["selector"], pod.labels):
        yield f"{pod} does not select its own pods"


CHECKS = {
    "Service": _service,
    "Ingress": _ingress,
    "Gateway": _gateway,
    "HTTPRoute": _route,
    "ServiceMonitor": _monitor,
    "Deployment": _selector,
    "StatefulSet": _selector,
}
