"""Measures and connectomes of time series are those that numpy, scipy and nilearn give."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from nilearn.connectome import ConnectivityMeasure
from numpy.typing import NDArray
from scipy.signal import periodogram
from sklearn.covariance import LedoitWolf, ledoit_wolf

from graphnet.__main__ import main
from graphnet.artifacts.inference import predict
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohorts import ANY, cohort_of
from graphnet.data.dataset import Dataset, Series
from graphnet.data.interpretation import Interpretation
from graphnet.data.series_measures import (
    SeriesOptions,
    autocorrelation,
    low_frequency_power,
    partial_z,
    shrunk_covariance,
    standard_deviation,
    with_series_measures,
)
from graphnet.data.splits import Splits
from graphnet.errors import CohortError
from graphnet.experiment import run
from graphnet.outcome import Outcome
from graphnet.readers.reading import read

FloatArray = NDArray[np.float64]
SUBJECTS, POINTS, REGIONS = 16, 60, 5
RANDOM = np.random.default_rng(11)
MIX = RANDOM.standard_normal((REGIONS, REGIONS))
SERIES = np.cumsum(RANDOM.standard_normal((SUBJECTS, POINTS, REGIONS)), axis=1) * 0.2
SERIES += RANDOM.standard_normal((SUBJECTS, POINTS, REGIONS)) @ MIX + 100
UPPER = np.triu_indices(REGIONS, 1)
LABELS = [0, 1] * (SUBJECTS // 2)
ALL = ("sd", "ar1", "low_frequency", "degree")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Series of BIDS, whose JSON files say the repetition time."""
    path = tmp_path_factory.mktemp("series")
    ids = [f"sub-{row:02}" for row in range(SUBJECTS)]
    pd.DataFrame({"participant_id": ids, "group": LABELS}).to_csv(
        path / "participants.tsv", sep="\t", index=False
    )
    for subject, series in zip(ids, SERIES, strict=True):
        stem = f"{subject}_task-rest_atlas-AAL_timeseries"
        header = [f"Region{region}" for region in "ABCDE"]
        pd.DataFrame(series, columns=header).to_csv(path / f"{stem}.tsv", sep="\t", index=False)
        (path / f"{stem}.json").write_text(json.dumps({"RepetitionTime": 2.5}))
    return path


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Dataset:
    return read(folder).settled()


def test_standard_deviations_are_those_of_numpy() -> None:
    for series in SERIES[:3]:
        np.testing.assert_allclose(standard_deviation(series), series.std(axis=0, ddof=1))
    gaps = SERIES[0].copy()
    gaps[:4, 1], gaps[:, 2] = np.nan, np.nan
    wanted = [gaps[:, 0].std(ddof=1), gaps[4:, 1].std(ddof=1), np.nan]
    np.testing.assert_allclose(standard_deviation(gaps)[:3], wanted)


def test_autocorrelation_is_that_of_a_full_correlation() -> None:
    for series in SERIES[:3]:
        wanted = []
        for column in (series - series.mean(axis=0)).T:
            full = np.correlate(column, column, "full")
            wanted.append(full[POINTS] / full[POINTS - 1])  # at lag 1 over that at lag 0
        np.testing.assert_allclose(autocorrelation(series), wanted)
    flat = SERIES[0].copy()
    flat[:, 1], flat[3, 2] = 7.0, np.nan
    assert np.isnan(autocorrelation(flat)).tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("points", [POINTS, POINTS - 1])
@pytest.mark.parametrize("seconds", [0.8, 2.0, 3.1])
def test_power_is_that_of_scipys_periodogram(points: int, seconds: float) -> None:
    series = SERIES[1, :points]
    frequencies, power = periodogram(series, fs=1 / seconds, detrend="constant", axis=0)
    within = (frequencies >= 0.01) & (frequencies <= 0.08)
    wanted = power[within].sum(axis=0) / power[frequencies > 0].sum(axis=0)
    np.testing.assert_allclose(low_frequency_power(series, seconds), wanted)
    slow = np.sin(2 * np.pi * 0.05 * seconds * np.arange(400))[:, None]
    assert low_frequency_power(slow, seconds)[0] > 0.99
    assert np.isnan(low_frequency_power(series[:12], 0.5)).all(), "6 s hold no such frequency"


def test_partial_correlations_are_those_of_nilearn() -> None:
    standardised = [(one - one.mean(axis=0)) / one.std(axis=0) for one in SERIES]
    measure = ConnectivityMeasure(
        kind="partial correlation", cov_estimator=LedoitWolf(store_precision=False),
        standardize=False,
    )  # fmt: skip
    wanted = measure.fit_transform(standardised)
    for series, matrix, rows in zip(SERIES, wanted, standardised, strict=True):
        np.testing.assert_allclose(partial_z(series), np.arctanh(matrix[UPPER]), rtol=1e-9)
        shrunk, _ = ledoit_wolf(rows, assume_centered=True)
        np.testing.assert_allclose(shrunk_covariance(rows), shrunk, rtol=1e-10)


def test_partial_correlations_of_regions_and_points_that_are_there() -> None:
    holes = SERIES[0].copy()
    holes[:, 1], holes[5, 0], holes[:, 3] = np.nan, np.nan, 4.0
    found = np.full((REGIONS, REGIONS), np.nan)
    found[UPPER] = partial_z(holes)
    alone = partial_z(np.delete(SERIES[0], 5, axis=0)[:, [0, 2, 4]])
    np.testing.assert_allclose(found[[0, 0, 2], [2, 4, 4]], alone)
    assert np.isfinite(found[UPPER]).sum() == 3
    assert np.isnan(partial_z(SERIES[0, :9])).all()


def test_a_dataset_gets_what_is_chosen(dataset: Dataset) -> None:
    assert dataset.interpretation.repetition_time == 2.5
    found = with_series_measures(dataset, "x", SeriesOptions(measures=ALL))
    assert found.measures == ALL
    assert found.values is not None
    pearson = np.stack([np.corrcoef(one.T) for one in SERIES])
    z = np.arctanh(pearson - np.eye(REGIONS))
    degree = np.abs(z).sum(axis=2) / (REGIONS - 1)
    np.testing.assert_allclose(found.values[:, :, 3], degree, rtol=1e-6)
    np.testing.assert_allclose(found.values[:, :, 0], SERIES.std(axis=1, ddof=1))
    assert found.connectomes is dataset.connectomes
    partial = with_series_measures(dataset, "x", SeriesOptions("partial", ("degree",)))
    edges = np.stack([partial_z(one) for one in SERIES])
    assert partial.connectomes is not None
    np.testing.assert_allclose(partial.connectomes, edges, rtol=1e-6)
    assert partial.values is not None
    square = np.zeros((SUBJECTS, REGIONS, REGIONS))
    square[:, *UPPER] = np.abs(edges)
    both = (square + square.swapaxes(1, 2)).sum(axis=2) / (REGIONS - 1)
    np.testing.assert_allclose(partial.values[:, :, 0], both, rtol=1e-6)
    cohort = cohort_of(dataset, "x", series=SeriesOptions("partial"))
    assert cohort.layout.is_connectome
    np.testing.assert_allclose(cohort.features[:, *UPPER], edges, rtol=1e-6)


def test_measures_stand_beside_those_of_the_file(dataset: Dataset) -> None:
    given = replace(dataset, values=RANDOM.random((SUBJECTS, REGIONS, 1)), measures=("GMV",))
    found = with_series_measures(given, "x", SeriesOptions(measures=("sd",)))
    assert found.measures == ("GMV", "sd")
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, :1], given.values)


def test_without_a_choice_nothing_changes(dataset: Dataset) -> None:
    assert with_series_measures(dataset, "x", SeriesOptions()) is dataset
    assert SeriesOptions.of(TrainingSettings()) == SeriesOptions()
    assert SeriesOptions.from_json({}) == SeriesOptions()


def test_what_cannot_be_computed_is_refused(dataset: Dataset) -> None:
    untimed = replace(dataset, interpretation=replace(dataset.interpretation, repetition_time=None))
    bare = Dataset(dataset.subjects, dataset.regions, (), Interpretation("x"),
                   connectomes=dataset.connectomes)  # fmt: skip
    short = replace(dataset, series=Series(
        values=SERIES[:, :9].reshape(-1, REGIONS),
        offsets=np.arange(SUBJECTS + 1) * 9))  # fmt: skip
    for data, chosen, code in (
        (untimed, SeriesOptions(measures=("low_frequency",)), "data.no-repetition-time"),
        (bare, SeriesOptions(measures=("sd",)), "data.no-series"),
        (bare, SeriesOptions("partial"), "data.no-series"),
        (short, SeriesOptions("partial"), "data.too-short-for-partial"),
    ):
        with pytest.raises(CohortError) as caught:
            with_series_measures(data, "x", chosen)
        assert caught.value.messages[0].code == code


def test_the_repetition_time_is_given_or_said_beside_the_files(
    folder: Path, tmp_path: Path
) -> None:
    given = read(folder, mapping={"series.tr": "0.8"}).settled()
    assert given.interpretation.repetition_time == 0.8
    assert Interpretation.from_dict(given.interpretation.as_dict()).repetition_time == 0.8
    said = [each.code for each in read(folder).settled().interpretation.assumptions]
    assert "readers_folders.repetition-time" in said
    for wrong in ("2000", "0", "-1", "two", "nan"):
        with pytest.raises(CohortError, match=f"series.tr={wrong} is not a repetition time"):
            read(folder, mapping={"series.tr": wrong})
    for path in folder.iterdir():
        if path.suffix != ".json":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    assert read(tmp_path).settled().interpretation.repetition_time is None
    first = min(folder.glob("*.json")).name
    (tmp_path / first).write_text('{"SamplingFrequency": 0.5}')
    differing = read(tmp_path).settled().interpretation
    assert differing.repetition_time is None
    assert "readers_folders.repetition-times-differ" in [
        each.code for each in differing.assumptions
    ]
    for path in folder.glob("*.json"):
        (tmp_path / path.name).write_text('{"SamplingFrequency": 0.5}')
    assert read(tmp_path).settled().interpretation.repetition_time == 2.0
    table = tmp_path / "table.csv"
    table.write_text("ID,LABEL,GMV_1,GMV_2\na,0,1,2\nb,1,2,3\n")
    with pytest.raises(CohortError, match="has no time series"):
        read(table, mapping={"series.tr": "2"})


def trained(dataset: Dataset, **settings: object) -> Outcome:
    chosen = TrainingSettings.for_model("GCN", epochs=3, **settings)
    cohort = cohort_of(dataset, "x", series=SeriesOptions.of(chosen))
    nothing = Evaluation(cv_folds=0, baselines=False, explain=False)
    return run(Splits(cohort), chosen, evaluation=nothing)


def test_a_model_measures_new_subjects_as_its_own(dataset: Dataset) -> None:
    outcome = trained(dataset, series_measures="sd,low_frequency,degree",
                      series_connectivity="partial")  # fmt: skip
    model = StoredModel.from_bytes(*outcome.model.to_bytes())
    assert model.layout.measures == ("sd", "low_frequency", "degree")
    new = cohort_of(dataset, "new", ANY, SeriesOptions.of(model.settings))
    answers = predict(model, new, explain=False)["predictions"]
    own = model.predict(cohort_of(dataset, "x", series=SeriesOptions.of(model.settings)))
    shares = [[answer["probability"][name] for name in ("0", "1")] for answer in answers]
    np.testing.assert_allclose(shares, own, atol=1e-6)
    plain = trained(dataset)
    assert plain.model.layout.is_connectome
    assert plain.model.digest != outcome.model.digest


def test_the_command_trains_and_fine_tunes_on_them(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--epochs", "2", "--cv-folds", "0", "--no-explain", "--no-baselines"]
    first = tmp_path / "first"
    asked = ["--train", str(folder), *small, "--series-measures", "sd, ar1",
             "--series-connectivity", "partial"]  # fmt: skip
    assert main([*asked, "--out", str(first)]) == 0, capsys.readouterr().err
    manifest = json.loads((first / "manifest.json").read_text())
    assert manifest["measures"] == ["sd", "ar1"]
    assert manifest["settings"]["series_connectivity"] == "partial"
    report = (first / "report.html").read_text()
    assert "sd, ar1" in report
    assert "partial correlations" in report
    tuned = tmp_path / "tuned"
    more = ["--train", str(folder), *small, "--parent", str(first), "--out", str(tuned)]
    assert main(more) == 0, capsys.readouterr().err
    assert json.loads((tuned / "manifest.json").read_text())["measures"] == ["sd", "ar1"]
    assert main([*asked[:-4], "--series-measures", "alff", "--out", str(tuned)]) != 0
    assert "sd, ar1, low_frequency and degree" in capsys.readouterr().err
