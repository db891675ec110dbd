"""Who may talk to whom, worked out from the NetworkPolicies as a network plugin does."""

from tests.deploy.rendered import Object, Objects, of_kind, pods, selects

NAMESPACE = "kubernetes.io/metadata.name"
Way = tuple[str, str, int]  # from, to, port


def ways(objects: Objects) -> set[Way]:
    """Every connection that is let through: between pods by both ends, else by ours.

    Ends are components of ours, ``namespace:NAME``, ``network:CIDR`` or ``any``.
    """
    labels = {pod.component: pod.labels for pod in pods(objects)}
    outgoing, incoming = (
        {way for name in labels for way in _of(objects, name, labels, kind)}
        for kind in ("egress", "ingress")
    )
    return {
        (first, second, port)
        for first, second, port in outgoing | incoming
        if (first not in labels or (first, second, port) in outgoing)
        and (second not in labels or (first, second, port) in incoming)
    }


def _of(objects: Objects, name: str, labels: dict[str, dict[str, str]], kind: str) -> set[Way]:
    """What the policies of one component let through, in one direction."""
    policies = [
        each["spec"]
        for each in of_kind(objects, "NetworkPolicy")
        if kind.title() in each["spec"]["policyTypes"]
        and selects(each["spec"]["podSelector"], labels[name])
    ]
    if not policies:  # nobody says anything, so everything goes
        return {(name, "any", 0)} if kind == "egress" else {("any", name, 0)}
    peers = {
        (peer, port)
        for policy in policies
        for rule in policy.get(kind, ())
        for peer in _peers(rule.get("to" if kind == "egress" else "from"), labels)
        for port in (each["port"] for each in rule.get("ports", [{"port": 0}]))
    }
    if kind == "egress":
        return {(name, peer, port) for peer, port in peers}
    return {(peer, name, port) for peer, port in peers}


def _peers(named: list[Object] | None, labels: dict[str, dict[str, str]]) -> set[str]:
    if not named:
        return {"any"}
    found: set[str] = set()
    for each in named:
        if "ipBlock" in each:
            found.add(f"network:{each['ipBlock']['cidr']}")
        elif "namespaceSelector" in each:
            found.add(f"namespace:{each['namespaceSelector']['matchLabels'][NAMESPACE]}")
        else:
            found |= {one for one, its in labels.items() if selects(each["podSelector"], its)}
    return found
