"""ComBat: what it takes out, for whom, and that it is the published one."""

import json
import sys
from dataclasses import replace

import neuroCombat
import numpy as np
import pandas as pd
import pytest

from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate
from graphnet.errors import CohortError, ModelError
from graphnet.preprocessing.harmonise import Harmoniser, sites_of_one_class
from graphnet.preprocessing.pipeline import Preprocessing
from tests.graphnet import people

SITES = ["A"] * 60 + ["B"] * 80 + ["C"] * 40


def scanned(seed: int = 0) -> FloatArray:
    """(180, 5, 2): three sites with shifts and stretches of their own."""
    random = np.random.default_rng(seed)
    x = 10 + random.standard_normal((180, 5, 2))
    x[60:140] = x[60:140] * 2 + 5
    x[140:] -= 3
    return x


FITTED = Harmoniser.fit(scanned(), SITES)


@pytest.mark.parametrize("sizes", [(60, 80, 40), (4, 5, 6), (3, 200)])
@pytest.mark.parametrize("columns", [2, 10, 300])
def test_it_is_the_published_estimator(
    sizes: tuple[int, ...], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Theirs stops early where estimates are negative; carried on, both end at the same values."""
    random = np.random.default_rng(columns)
    sites = [name for name, size in zip("ABC", sizes, strict=False) for _ in range(size)]
    x = 10 + random.standard_normal((len(sites), columns)) * random.uniform(0.5, 3, columns)
    for name in set(sites):
        rows = np.array(sites) == name
        shift = random.normal(0, 2) + random.normal(0, 0.5, columns)
        x[rows] = x[rows] * random.uniform(0.6, 1.6) + shift
    ours = Harmoniser.fit(x[:, :, None], sites).transform(x[:, :, None], sites)[:, :, 0]
    batches = pd.DataFrame({"site": sites})
    np.testing.assert_allclose(ours, published(x, batches), atol=5e-4)
    monkeypatch.setattr(IT_SOL, "__defaults__", (1e-13,))
    np.testing.assert_allclose(ours, published(x, batches), atol=1e-8)


IT_SOL = vars(sys.modules["neuroCombat.neuroCombat"])[
    "it_sol"
]  # the function has its module's name


def published(x: FloatArray, batches: pd.DataFrame) -> FloatArray:
    """What the authors' own package makes of ``x`` (S, columns)."""
    return np.asarray(neuroCombat.neuroCombat(x.T.copy(), batches, "site")["data"].T)


def test_one_column_has_no_other_to_learn_from() -> None:
    """So its sites get the same mean and variance."""
    x = scanned()[:, :1, :1]
    moved = Harmoniser.fit(x, SITES).transform(x, SITES)[:, 0, 0]
    parts = [moved[:60], moved[60:140], moved[140:]]
    assert np.ptp([part.mean() for part in parts]) < 1e-9
    assert np.ptp([part.std(ddof=1) for part in parts]) < 1e-9


def test_missing_values_take_no_part() -> None:
    x = scanned()
    x[5:9, 2, 1] = np.nan
    gap = Harmoniser.fit(x, SITES)
    others = np.ones(10, dtype=bool)
    others[5] = False
    assert not np.allclose(gap.slope.reshape(3, 10)[0, 5], FITTED.slope.reshape(3, 10)[0, 5])
    np.testing.assert_allclose(
        gap.slope.reshape(3, 10)[:, others], FITTED.slope.reshape(3, 10)[:, others], rtol=0.02
    )
    complete = np.delete(x[:, 2, 1], range(5, 9))
    mean = gap.slope[0, 2, 1] * complete[:56].mean() + gap.intercept[0, 2, 1]
    assert mean == pytest.approx(FITTED.transform(scanned(), SITES)[60:140, 2, 1].mean(), abs=0.2)


def test_sites_become_alike_also_for_subjects_never_seen() -> None:
    for seed in (0, 7):
        moved = FITTED.transform(scanned(seed), SITES)
        parts = [moved[:60], moved[60:140], moved[140:]]
        assert np.ptp([part.mean() for part in parts]) < 0.3
        assert np.ptp([part.std() for part in parts]) < 0.4
        before = scanned(seed)
        assert np.ptp([before[:60].mean(), before[60:140].mean()]) > 10


def test_each_subject_is_treated_alone_and_an_unseen_site_is_left_alone() -> None:
    x = scanned(3)
    together = FITTED.transform(x, SITES)
    for row in (0, 100, 170):
        alone = FITTED.transform(x[row : row + 1], [SITES[row]])
        np.testing.assert_array_equal(alone[0], together[row])
    np.testing.assert_array_equal(FITTED.transform(x[:4], ["Z"] * 4), x[:4])
    assert FITTED.unseen(["A", "Z", "Z"]) == {"Z": 2}


def test_missing_values_stay_missing_and_constant_columns_as_they_are() -> None:
    x = scanned()
    x[3, 1, 0] = x[:60, 2, 0] = np.nan
    x[:, 4, 1] = 7.0
    fitted = Harmoniser.fit(x, SITES)
    moved = fitted.transform(x, SITES)
    assert np.isnan(moved[3, 1, 0])
    assert np.isnan(moved).sum() == np.isnan(x).sum()
    assert (moved[:, 4, 1] == 7.0).all()
    assert (moved[60:, 2, 0] == x[60:, 2, 0]).all()  # nothing is known of site A there


def test_it_is_stored_to_the_last_bit() -> None:
    again = Harmoniser.from_dict(json.loads(json.dumps(FITTED.as_dict())))
    np.testing.assert_array_equal(
        again.transform(scanned(5), SITES), FITTED.transform(scanned(5), SITES)
    )


@pytest.mark.parametrize(
    "damage",
    [{"sites": ["A"]}, {"slope": [1.0]}, {"intercept": None}, {"slope": "x"},
     {"slope": np.full((3, 5, 2), np.inf).tolist()}],
)  # fmt: skip
def test_a_damaged_one_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(ModelError) as caught:
        Harmoniser.from_dict(FITTED.as_dict() | damage)
    assert caught.value.codes == ("model.harmoniser-damaged",)


def test_what_cannot_be_harmonised_is_refused_in_a_sentence() -> None:
    with pytest.raises(CohortError, match=r"at least two sites, but train_data has only site A\."):
        Harmoniser.fit(scanned()[:60], SITES[:60])
    with pytest.raises(CohortError, match=r"at least 3 training subjects per site; B has 2\."):
        Harmoniser.fit(scanned()[:62], SITES[:62])


def test_a_site_of_one_class_is_pointed_out() -> None:
    assert sites_of_one_class(["A", "A", "B", "B"], np.array([0, 1, 0, 1])) == []
    assert sites_of_one_class(["A", "A", "B", "B"], np.array([0, 1, 1, 1])) == ["B"]


KEPT = ("AGE", "SEX")


def aged(sizes: tuple[int, ...], columns: int, seed: int = 0) -> Cohort:
    """Sites that differ in age, with measures that age and sex change, and the site shifts."""
    random = np.random.default_rng(seed)
    sites = np.repeat(list("ABC"[: len(sizes)]), sizes)
    place = np.searchsorted(np.unique(sites), sites)
    age = random.uniform(20, 50, len(sites)) + 8 * place
    sex = np.where(random.random(len(sites)) < 0.4, "F", "M")
    x = random.standard_normal((len(sites), columns)) * random.uniform(0.5, 2, columns)
    x += 0.1 * age[:, None] + 0.8 * (sex == "F")[:, None]
    x = x * np.array([1.0, 1.4, 0.8])[place][:, None] + random.normal(0, 3, (3, columns))[place]
    base = people.cohort(controls=1, patients=1)
    measures = tuple(f"M{column}" for column in range(columns))
    return Cohort(
        ids=tuple(f"S{row}" for row in range(len(sites))),
        datasets=("one",) * len(sites),
        sites=tuple(sites.tolist()),
        labels=np.arange(len(sites)) % 2,
        scores=np.full(len(sites), np.nan),
        features=x[:, None, :],
        connectomes=None,
        regions=base.regions[:1],
        measures=measures,
        covariates=(Covariate("AGE", NUMERIC, age), Covariate("SEX", CATEGORICAL, tuple(sex))),
        confounds=KEPT,
    )


SETTINGS = TrainingSettings.for_model("SGN", adjust="combat", graph="none")


@pytest.mark.parametrize("sizes", [(60, 80, 40), (9, 8, 12)])
def test_with_covariates_it_is_the_published_estimator(
    sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    train = aged(sizes, 20)
    age, sex = train.covariates
    batches = pd.DataFrame({"site": train.sites, "AGE": age.values, "SEX": sex.values})
    monkeypatch.setattr(IT_SOL, "__defaults__", (1e-13,))
    theirs = neuroCombat.neuroCombat(
        train.features[:, 0].T.copy(),
        batches,
        "site",
        categorical_cols=["SEX"],
        continuous_cols=["AGE"],
    )["data"].T
    ours = Preprocessing.fit(train, SETTINGS).features(train)[:, 0]
    np.testing.assert_allclose(ours, theirs, atol=1e-6)  # steps grow small, not 0


def test_a_kept_covariate_is_kept_and_a_site_effect_goes() -> None:
    """Plain ComBat takes a part of the effect of age away with the sites, which differ in age."""
    train = aged((120, 120, 120), 30)
    age = train.covariates[0].numbers
    kept, plain = (
        Preprocessing.fit(train, replace(SETTINGS, adjust=adjust, harmonise=True)).features(train)
        for adjust in ("combat", "none")
    )
    slopes = [np.polyfit(age, each[:, 0].mean(axis=1), 1)[0] for each in (kept, plain)]
    assert slopes[0] == pytest.approx(0.1 * 1.07, abs=0.02)  # at the sites' mean stretch
    assert slopes[1] < 0.8 * slopes[0]
    rest = kept[:, 0].mean(axis=1) - slopes[0] * age
    sites = np.array(train.sites)
    between = np.ptp([rest[sites == site].mean() for site in "ABC"])
    assert between < 0.25
    raw = train.features[:, 0].mean(axis=1) - slopes[0] * age
    assert np.ptp([raw[sites == site].mean() for site in "ABC"]) > 2 * between


def test_no_test_subject_changes_what_is_kept_and_it_is_stored() -> None:
    train, test = aged((30, 30, 30), 4), aged((9, 9, 9), 4, seed=1)
    fitted = Preprocessing.fit(train, SETTINGS)
    changed = replace(test, features=test.features + 5)
    first = fitted.features(test)
    assert np.array_equal(fitted.features(test.rows(np.arange(5))), first[:5])
    assert fitted.as_dict() == Preprocessing.fit(train, SETTINGS).as_dict()
    assert not np.array_equal(fitted.features(changed), first)
    stored = json.loads(json.dumps(fitted.as_dict()))
    again = Preprocessing.from_dict(stored, fitted.graphs)
    assert np.array_equal(again.features(test), first)
    age, sex = test.covariates
    lacking = replace(test, covariates=(sex,))
    assert again.missing(lacking) == {"AGE": len(test)}
    assert np.isfinite(again.features(lacking)).all()
    mean = float(np.mean(train.covariates[0].numbers))
    average = replace(age, values=np.full(len(test), mean))
    np.testing.assert_allclose(
        again.features(lacking), again.features(replace(test, covariates=(average, sex)))
    )


def test_a_covariate_that_is_the_site_is_refused() -> None:
    train = aged((30, 30, 30), 4)
    scanner = Covariate("SCANNER", CATEGORICAL, tuple(f"scanner {site}" for site in train.sites))
    told = replace(train, covariates=(*train.covariates, scanner), confounds=(*KEPT, "SCANNER"))
    with pytest.raises(CohortError) as caught:
        Preprocessing.fit(told, SETTINGS)
    assert caught.value.codes == ("data.combat-confounded",)
    assert dict(caught.value.messages[0].values)["names"] == ("SCANNER",)
