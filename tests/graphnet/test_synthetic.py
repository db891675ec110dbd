"""A made-up cohort has the real format and the effects that it says it has."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from pandas.testing import assert_frame_equal

from graphnet.data.atlas import tables
from graphnet.data.cohort import Cohort
from graphnet.data.synthetic import (
    EXAMPLE_EFFECT,
    MEASURES,
    Recipe,
    cohort_table,
    example_cohort,
    example_recipe,
)
from graphnet.readers import from_table, read_table
from tests.graphnet.people import same

PLAIN = Recipe(corrupt=0, site_shift=0.0, effect=0.5)
SUBJECTS = 400


def people(site: str = "A", label: int = 0, *, seed: int = 0, recipe: Recipe = PLAIN) -> Cohort:
    return from_table(cohort_table(site, label, SUBJECTS, seed=seed, recipe=recipe), site)


def standardised(cohort: Cohort) -> NDArray[np.float64]:
    centre, spread = np.array(list(MEASURES.values())).T
    return np.asarray((cohort.features - centre) / spread)


def test_the_format_is_that_of_the_real_files() -> None:
    table = cohort_table("A", 1, 5, seed=0)
    assert list(table.columns[:5]) == ["ID", "LABEL_GROUP", "LABEL_SCORE", "ALFF_1", "ALFF_10"]
    assert table.shape == (5, 3 + 4 * 90)
    cohort = from_table(table, "A")
    assert cohort.measures == ("ALFF", "DC", "GMV", "ReHo")
    assert cohort.regions == tuple(str(region) for region in range(1, 91))
    assert cohort.notes == ()


def test_the_same_arguments_give_the_same_table() -> None:
    first, again = (cohort_table("A", 1, 8, seed=3) for _ in range(2))
    assert_frame_equal(first, again)
    for other in (cohort_table("A", 1, 8, seed=4), cohort_table("B", 1, 8, seed=3)):
        assert not np.allclose(first["GMV_1"], other["GMV_1"], equal_nan=True)


def test_ids_tell_site_group_and_number() -> None:
    assert list(cohort_table("A", 0, 2, seed=0)["ID"]) == ["A_NC_0001", "A_NC_0002"]
    assert list(cohort_table("B", 1, 2, seed=0, first=31)["ID"]) == ["B_SZ_0031", "B_SZ_0032"]


def test_a_table_survives_its_csv_file() -> None:
    table = cohort_table("A", 1, 20, seed=0)
    again = read_table(BytesIO(table.to_csv(index=False).encode()))
    assert same(from_table(again, "A"), from_table(table, "A"))


def test_patients_differ_where_and_as_much_as_planned() -> None:
    difference = standardised(people(label=1)).mean(axis=0) - standardised(people()).mean(axis=0)
    affected = np.isin(np.arange(1, 91), PLAIN.affected)
    error = 4.5 * np.sqrt(2 / SUBJECTS)  # of a difference of means; 360 of them are looked at
    np.testing.assert_allclose(difference[affected], -PLAIN.effect, atol=error)
    np.testing.assert_allclose(difference[~affected], 0, atol=error)


def test_networks_share_half_of_their_variance() -> None:
    values = standardised(people())[:, :, 2]
    correlation = np.atleast_2d(np.corrcoef(values.T))
    network = np.arange(90) % PLAIN.networks
    within = network[:, None] == network
    off_diagonal = ~np.eye(90, dtype=bool)
    assert correlation[within & off_diagonal].mean() == pytest.approx(0.5, abs=0.05)
    assert correlation[~within].mean() == pytest.approx(0, abs=0.02)
    assert values.std() == pytest.approx(1, abs=0.05)


def test_a_site_is_shifted_alike_in_every_file() -> None:
    recipe = replace(PLAIN, site_shift=0.4, effect=0.0)
    controls, patients, elsewhere = (
        standardised(people(site, label, seed=seed, recipe=recipe)).mean(axis=(0, 1))
        for site, label, seed in (("A", 0, 0), ("A", 1, 5), ("B", 0, 0))
    )
    np.testing.assert_allclose(controls, patients, atol=0.1)
    assert np.abs(controls - elsewhere).max() > 0.3
    np.testing.assert_allclose(standardised(people()).mean(axis=(0, 1)), 0, atol=0.1)


@pytest.mark.parametrize("count", [0, 1, 6])
def test_corrupt_cells_are_as_many_as_planned_and_are_found(count: int) -> None:
    found = people(recipe=replace(PLAIN, corrupt=count)).findings
    assert sum(one.count for one in found) == count
    rules = [one.rule for one in found for _ in range(one.count)]
    assert rules.count("missing") == (count + 1) // 2
    assert rules.count("absurd") == count // 2


def test_a_small_brain_has_only_its_own_regions() -> None:
    table = cohort_table("A", 1, 3, seed=0, recipe=Recipe(regions=5, networks=2))
    assert isinstance(table, pd.DataFrame)
    assert from_table(table, "A").regions == ("1", "2", "3", "4", "5")


def test_the_example_cohort_has_known_effects_and_fair_covariates() -> None:
    table = example_cohort()
    assert_frame_equal(table, example_cohort())
    assert table["ID"].is_unique
    patients = table["LABEL_GROUP"] == "SZ"
    assert set(table.loc[~patients, "LABEL_GROUP"]) == {"HC"}
    for site in ("North", "South"):
        assert 0 < patients[table["SITE"] == site].mean() < 0.5
    age = table["AGE"]
    error = age.std() * np.sqrt(1 / patients.sum() + 1 / (~patients).sum())
    assert abs(age[patients].mean() - age[~patients].mean()) < 2 * error
    grey = table.filter(like="GMV_").where(lambda values: values < 10).mean(axis=1)
    assert np.corrcoef(age, grey)[0, 1] < -0.15  # it declines with age


def test_patients_of_the_example_differ_in_a_network_of_neighbours() -> None:
    recipe, table = example_recipe(), example_cohort()
    regions = tables()["aal90"].regions
    affected = [region for region in regions if region.index in recipe.affected]
    names = {region.name.rpartition("_")[0] for region in affected}
    assert {"Insula", "Frontal_Inf_Oper", "Temporal_Pole_Sup"} <= names
    assert len(names) == len(affected) / 2  # both sides of each
    assert len(recipe.network_of) == len(regions) == recipe.regions
    patients = table["LABEL_GROUP"] == "SZ"
    values = table.filter(regex="_[0-9]+$").where(lambda cells: cells < 1000)
    for site in ("North", "South"):
        here = table["SITE"] == site
        sizes = _cohens_d(values[here & patients], values[here & ~patients])
        numbers = sizes.index.str.rpartition("_").get_level_values(2).astype(int)
        inside = numbers.isin(recipe.affected)
        assert -sizes[inside].mean() == pytest.approx(EXAMPLE_EFFECT, abs=0.15)
        assert sizes[~inside].mean() == pytest.approx(0, abs=0.15)


def _cohens_d(patients: pd.DataFrame, controls: pd.DataFrame) -> "pd.Series[float]":
    spread = np.sqrt((patients.var() + controls.var()) / 2)
    sizes: pd.Series[float] = (patients.mean() - controls.mean()) / spread
    return sizes
