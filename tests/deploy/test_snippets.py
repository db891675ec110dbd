"""What docs/kubernetes.md says to add to an overlay renders, and does what it is for."""

import re
import shutil

import pytest
import yaml

from tests.deploy.rendered import KUSTOMIZE, Object, named, objects_in, pod, rendered

PAGE = KUSTOMIZE.parent / "docs" / "kubernetes.md"
SNIPPETS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def added(kubectl: None, tmp_path_factory: pytest.TempPathFactory) -> list[Object]:  # noqa: ARG001
    """production with all of them."""
    folder = tmp_path_factory.mktemp("snippets") / "kustomize"
    shutil.copytree(KUSTOMIZE, folder)
    path = folder / "overlays" / "production" / "kustomization.yaml"
    content = yaml.safe_load(path.read_text())
    for snippet in SNIPPETS:
        for key, more in yaml.safe_load(snippet).items():
            content[key] = content.get(key, []) + more
    path.write_text(yaml.safe_dump(content))
    return objects_in(rendered(path.parent))


def test_images_come_from_a_registry_of_one_s_own(added: list[Object]) -> None:
    images = {pod(added, name).containers[0]["image"] for name in ("service", "worker-cuda")}
    assert images == {
        "registry.example.org/nld-sgn/service:0.1.0",
        "registry.example.org/nld-sgn/worker:0.1.0-cuda",
    }


def test_a_pool_may_be_larger(added: list[Object]) -> None:
    assert named(added, "ScaledJob", "worker-cuda")["spec"]["maxReplicaCount"] == 8
    assert named(added, "ScaledJob", "worker-cpu")["spec"]["maxReplicaCount"] == 4


def test_the_stack_of_prometheus_takes_monitors_and_rules(added: list[Object]) -> None:
    found = [each for each in added if each["apiVersion"].startswith("monitoring.coreos.com/")]
    assert {each["kind"] for each in found} == {"ServiceMonitor", "PrometheusRule"}
    assert all(each["metadata"]["labels"]["release"] for each in found)


def test_no_snippet_was_overlooked() -> None:
    assert len(SNIPPETS) == PAGE.read_text().count("```yaml") == 3
