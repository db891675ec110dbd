"""Where kubectl is."""

import shutil

import pytest

from tests.deploy.rendered import OVERLAYS, Object, render


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
