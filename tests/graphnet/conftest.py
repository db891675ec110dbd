"""Real subjects where there are some, and a CUDA device where there is one."""

import warnings
from pathlib import Path

import pytest
import torch

from graphnet.data.cohort import Cohort, merge
from graphnet.readers import from_table, read_table

with warnings.catch_warnings():
    # PyG compiles one of its own classes as it is imported, which torch now advises against.
    warnings.simplefilter("ignore", DeprecationWarning)
    import torch_geometric  # noqa: F401

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("The real cohorts are not here: they belong in ../shared/data.")
    return DATA


def read_site(folder: Path, site: str) -> Cohort:
    return merge([from_table(read_table(p), p.stem) for p in sorted(folder.glob(f"{site}_*.csv"))])


@pytest.fixture(scope="session")
def site_a(data: Path) -> Cohort:
    return read_site(data, "A")


@pytest.fixture(scope="session")
def site_b(data: Path) -> Cohort:
    return read_site(data, "B")


@pytest.fixture(scope="session")
def cuda() -> torch.device:
    if not torch.cuda.is_available():
        pytest.skip("There is no CUDA device on this machine.")
    return torch.device("cuda")
