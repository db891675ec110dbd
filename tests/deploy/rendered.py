"""The manifests as ``kubectl kustomize`` renders them, and the pods that they come to."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]
Objects = Sequence[Object]

KUSTOMIZE = Path(__file__).resolve().parents[2] / "kustomize"
OVERLAYS = ("dev", "production", "alternatives")
TEMPLATES = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "ScaledJob": ("spec", "jobTargetRef", "template"),
}
COMPONENT = "app.kubernetes.io/component"


@dataclass(frozen=True)
class Pod:
    """A pod's template, by the kind and name of what makes the pods."""

    kind: str
    name: str
    labels: dict[str, str]
    spec: Object

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def component(self) -> str:
        return self.labels[COMPONENT]

    @property
    def containers(self) -> list[Object]:
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]


@cache
def text_of(folder: str) -> str:
    """What a folder below kustomize/ renders to."""
    return rendered(KUSTOMIZE / folder)


def rendered(folder: Path) -> str:
    """What a folder renders to."""
    done = subprocess.run(
        ["kubectl", "kustomize", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def render(overlay: str) -> list[Object]:
    """The objects of an overlay, the caller's own to change."""
    return objects_in(text_of(f"overlays/{overlay}"))


def objects_in(text: str) -> list[Object]:
    # The loader in C is ten times as fast, where PyYAML was built with it.
    return list(yaml.load_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def of_kind(objects: Objects, kind: str) -> list[Object]:
    return [each for each in objects if each["kind"] == kind]


def named(objects: Objects, kind: str, name: str) -> Object:
    (found,) = (each for each in of_kind(objects, kind) if each["metadata"]["name"] == name)
    return found


def pods(objects: Objects) -> list[Pod]:
    return [
        Pod(
            each["kind"], each["metadata"]["name"], template["metadata"]["labels"], template["spec"]
        )
        for each in objects
        for template in _templates(each)
    ]


def pod(objects: Objects, name: str) -> Pod:
    (found,) = (each for each in pods(objects) if each.name == name)
    return found


def config(objects: Objects) -> dict[str, str]:
    """The data of the ConfigMap that all of our processes share."""
    (found,) = (
        each
        for each in of_kind(objects, "ConfigMap")
        if each["metadata"]["name"].startswith("sgn-config")
    )
    data: dict[str, str] = found["data"]
    return data


def environment(objects: list[Object], name: str, folder: Path, **files: str) -> dict[str, str]:
    """What a process in this pod reads, with its secrets in a folder of ours."""
    variables = config(objects) | {
        each["name"]: each["value"] for each in pod(objects, name).containers[0].get("env", ())
    }
    for file, content in files.items():
        (folder / file.replace("_", "-")).write_text(content)
    return {key: value.replace("/run/secrets/sgn", str(folder)) for key, value in variables.items()}


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Whether a label selector matches; an empty one matches everything."""
    wanted = selector.get("matchLabels", {}).items()
    among = selector.get("matchExpressions", ())
    assert all(each["operator"] == "In" for each in among)
    return all(labels.get(key) == value for key, value in wanted) and all(
        labels.get(each["key"]) in each["values"] for each in among
    )


def _templates(each: Object) -> Iterator[Object]:
    path = TEMPLATES.get(each["kind"])
    if path is None:
        return
    found: Any = each
    for key in path:
        found = found[key]
    yield found
