"""Files of published toolboxes with their real names of regions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.dataset import NO_CLASS
from tests.wild.cases import (
    REFUSE,
    alternating,
    columns,
    equal,
    labels,
    one_measure,
    outcome,
    settled,
)

GLOBAL = {"LThickness", "RThickness", "LSurfArea", "RSurfArea", "ICV"}


@pytest.fixture(scope="module")
def real(wild: Path) -> Path:
    return wild / "real"


def test_thickness_of_enigma_joined_with_its_classes(real: Path) -> None:
    path = real / "r01_enigma_joined.csv"
    table = pd.read_csv(path)
    measured = [name for name in columns(table) if name.endswith("_thickavg")]
    dataset = outcome(path).dataset
    assert dataset.subjects.ids == tuple(table["ID"])
    assert labels(dataset) == table["LABEL"].tolist()
    assert dataset.regions == tuple(name.removesuffix("_thickavg") for name in measured)
    assert len(dataset.regions) == 68
    equal(one_measure(dataset), table[measured].to_numpy())
    assert one_measure(dataset)[0, 0] == 2.564
    known = {each.name for each in dataset.subjects.covariates}
    known |= {str(each.what) for each in dataset.interpretation.left_alone}
    assert known >= GLOBAL


def test_thickness_and_area_numbered_by_hand(real: Path) -> None:
    path = real / "r02_enigma_numbered_by_hand.csv"
    table = pd.read_csv(path)
    dataset = outcome(path).dataset
    assert dataset.regions == tuple(str(number) for number in range(1, 69))
    assert sorted(dataset.measures) == ["area", "thickness"]
    assert dataset.values is not None
    for place, measure in enumerate(dataset.measures):
        wanted = table[[f"{measure}_{number}" for number in range(1, 69)]].to_numpy(dtype=float)
        equal(dataset.values[:, :, place], wanted)
    assert labels(dataset) == table["LABEL"].tolist()


@pytest.mark.parametrize(
    ("name", "suffix"), [("metr2_CortThick.csv", "_thickavg"), ("metr3_CortSurf.csv", "_surfavg")]
)
def test_a_table_of_enigma_without_classes(real: Path, name: str, suffix: str) -> None:
    table = pd.read_csv(real / name)
    measured = [name for name in columns(table) if name.endswith(suffix)]
    found = outcome(real / name)
    if found.kind == REFUSE:
        assert "class" in found.refusal
        return
    dataset = settled(real / name).dataset
    assert dataset.subjects.ids == tuple(table["SubjID"])
    assert labels(dataset) == [NO_CLASS] * 20
    assert dataset.regions == tuple(name.removesuffix(suffix) for name in measured)
    equal(one_measure(dataset), table[measured].to_numpy(dtype=np.float64))


def test_covariates_alone_are_no_brains(real: Path) -> None:
    refusal = outcome(real / "cov.csv").refusal
    assert "measure" in refusal or "region" in refusal
    assert "Age" in refusal


def test_weights_of_tvb_are_not_symmetric(real: Path) -> None:
    first = np.loadtxt(real / "r04_tvb76_weights" / "ROICorrelation_FisherZ_S0.txt")
    assert first.shape == (76, 76)
    assert not np.allclose(first, first.T)
    refusal = outcome(real / "r04_tvb76_weights").refusal
    assert "symmetric" in refusal
    assert "S0" in refusal


def test_names_of_schaefer_are_a_hundred_regions_of_one_measure(real: Path) -> None:
    path = real / "r05_schaefer100_names.csv"
    table = pd.read_csv(path)
    dataset = settled(path).dataset
    assert dataset.regions == tuple(table.columns[2:])
    assert len(dataset.regions) == 100
    assert len(dataset.measures) == 1
    equal(one_measure(dataset), table.iloc[:, 2:].to_numpy(dtype=np.float64))
    assert labels(dataset) == alternating(20)
