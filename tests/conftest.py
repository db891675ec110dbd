"""What more than one room's tests need."""

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from graphnet.messages import ENGLISH, LANGUAGE_VARIABLES
from tests.installations import REAL_DATA, Installation, sgn_up
from tests.service.forms import add_datasets

pytest_plugins = ("tests.forks",)

T = TypeVar("T")
WILD = REAL_DATA.with_name("wild")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nightly",
        default="all",
        metavar="all|none|K/N",
        help="of the files of tests marked nightly: all, none, or the K-th of N shares",
    )


def pytest_configure() -> None:
    """Sentences are looked at in English, whatever the language of this machine is."""
    os.environ[LANGUAGE_VARIABLES[0]] = ENGLISH
    # Nor is a loaded machine a failure, nor chance: RANDOM_EXAMPLES=N looks for new ones.
    settings.register_profile(
        "sgn",
        deadline=None,
        derandomize="RANDOM_EXAMPLES" not in os.environ,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("sgn")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever needs the installation is slow; files without slow tests come first.

    These soon say what is wrong; the tests of a file, which share what they start, stay together.
    """
    nightly = [item for item in items if is_nightly(item)]
    files = [list(tests) for _, tests in groupby(nightly, key=lambda item: item.path)]
    wanted = share(files, config.getoption("--nightly"))
    left_out = set(nightly).difference(*wanted)
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if "installation" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path in slow)


def is_nightly(item: pytest.Item) -> bool:
    """Whether it is marked so, and not among the parametrizations that the mark leaves out."""
    mark = item.get_closest_marker("nightly")
    return mark is not None and parameters(item) not in mark.kwargs.get("but", ())


def parameters(item: pytest.Item) -> str:
    """What stands in brackets in its name, as in ``test_model[SGN-2]``."""
    return item.name.partition("[")[2].removesuffix("]")


def share(nightly: Sequence[T], wanted: str) -> Sequence[T]:
    """Those of the nightly files that are wanted: "all", "none", or a share, such as "3/8".

    The tests of a file share what they start, so a share has all of them.
    Raises UsageError: it is none of these.
    """
    if wanted in {"all", "none"}:
        return nightly if wanted == "all" else ()
    part, _, parts = wanted.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and int(parts)):
        raise pytest.UsageError(f"--nightly takes all, none or K/N, such as 3/8, not {wanted!r}")
    return nightly[int(part) % int(parts) :: int(parts)]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the real cohorts, which never becomes part of the project."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"The real cohorts are not on this machine ({REAL_DATA.name} is absent).")
    return REAL_DATA


@pytest.fixture(scope="session")
def wild() -> Path:
    """The folder of files as people have them, which never becomes part of the project."""
    if not WILD.is_dir():
        pytest.skip(f"Files as people have them are not on this machine ({WILD.name} is absent).")
    return WILD


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One running installation for all tests that leave it as it was."""
    with sgn_up(tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture(scope="session")
def small(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """That installation with the two small datasets."""
    add_datasets(installation, tmp_path_factory.mktemp("small"))
    return installation
