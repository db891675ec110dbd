"""Where kubectl is, and what several tests look at."""

import shutil
import subprocess

import pytest

from tests.deploy.rendered import KUSTOMIZE, OVERLAYS, Object, objects_in, render


@pytest.fixture(scope="session")
def kubectl() -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("The program kubectl is not on this machine; it renders the manifests.")


@pytest.fixture(params=OVERLAYS)
def overlay(kubectl: None, request: pytest.FixtureRequest) -> str:  # noqa: ARG001
    name: str = request.param
    return name


@pytest.fixture
def objects(overlay: str) -> list[Object]:
    """All objects of an overlay; a test may change them."""
    return render(overlay)


@pytest.fixture
def dev(kubectl: None) -> list[Object]:  # noqa: ARG001
    return render("dev")


@pytest.fixture
def production(kubectl: None) -> list[Object]:  # noqa: ARG001
    return render("production")


@pytest.fixture
def alternatives(kubectl: None) -> list[Object]:  # noqa: ARG001
    return render("alternatives")


@pytest.fixture(scope="session")
def secrets() -> dict[str, dict[str, str]]:
    """What the script of the overlay dev makes, by name and key."""
    script = KUSTOMIZE / "overlays" / "dev" / "secrets.sh"
    done = subprocess.run([script], capture_output=True, text=True, check=True)
    return {
        each["metadata"]["name"]: each["stringData"]
        for each in objects_in(done.stdout)
        if each["metadata"]["namespace"] == "sgn-dev"
    }
