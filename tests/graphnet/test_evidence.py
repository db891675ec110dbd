"""The evidence holds everybody once and says the same as the figures that summarise it."""

import csv
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from graphnet import readers
from graphnet.artifacts.predictions import (
    FORMAT,
    SplitPredictions,
    predictions_csv,
    read_predictions,
    to_bytes,
)
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.atlas import Atlas
from graphnet.data.cohort import Cohort, merge
from graphnet.data.splits import Splits
from graphnet.data.synthetic import cohort_table
from graphnet.errors import CohortError, ModelError
from graphnet.experiment import run
from graphnet.figures.glass_brain import glass_brain
from graphnet.outcome import Outcome

REGIONS = 90


def people(site: str, seed: int, first: int = 1, subjects: int = 16) -> Cohort:
    tables = [
        cohort_table(site, label, subjects, seed=seed + label, first=first).assign(SITE=site)
        for label in (0, 1)
    ]
    return merge([readers.from_table(table, f"{site}_{n}") for n, table in enumerate(tables)])


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Two sites to train on, of whom two subjects are tested too, and others who are new."""
    train = merge([people("one", 1), people("two", 5)])
    test = merge([people("one", 9, first=500, subjects=8), train.rows(np.array([0, 1]))])
    settings = TrainingSettings.for_model("Linear", epochs=6, batch_size=16)
    asked = Evaluation(baselines=False, cv_folds=4, cv_repeats=2, leave_site_out=True)
    places = np.random.default_rng(0).normal(0, 30, (REGIONS, 3))
    regions = tuple(str(number) for number in range(1, REGIONS + 1))
    other = Atlas(("x",), places[:1], ("X",))
    named = Atlas(regions, places, tuple(f"Region {each}" for each in regions))
    return run(Splits(train, test=test), settings, evaluation=asked, atlases=[other, named])


def test_every_split_holds_everybody_once(outcome: Outcome) -> None:
    found = outcome.predictions["predictions"]
    assert {split: len(each["id"]) for split, each in found.items()} == {
        "train": 64, "test": 18, "cv": 64, "leave_site_out": 64
    }  # fmt: skip
    for split, each in found.items():
        assert {len(column) for column in each.values()} == {len(each["id"])}, split
        assert np.allclose(np.sum(each["probability"], axis=1), 1, atol=1e-5)


def test_it_agrees_with_the_figures(outcome: Outcome) -> None:
    found = outcome.predictions["predictions"]["test"]
    auc = roc_auc_score(found["label"], np.array(found["probability"])[:, 1])
    assert auc == pytest.approx(outcome.result.as_dict()["metrics"]["test"]["auc"], abs=1e-6)
    sites = outcome.predictions["sites"]
    assert {site: each["n"] for site, each in sites["train"].items()} == {"one": 32, "two": 32}
    told = outcome.result.as_dict()["cross_validation"]["leave_site_out"]["sites"]
    assert sites["leave_site_out"]["one"]["auc"] == pytest.approx(told["one"]["auc"])


def test_it_says_whom_the_model_knows(outcome: Outcome) -> None:
    found = outcome.predictions["predictions"]
    assert all(found["train"]["known"])
    assert found["test"]["known"] == [False] * 16 + [True] * 2
    assert not any(found["cv"]["known"])


def test_out_of_fold_is_not_what_the_model_itself_says(outcome: Outcome) -> None:
    found = outcome.predictions["predictions"]
    assert found["cv"]["id"] == found["train"]["id"]
    assert found["cv"]["probability"] != found["train"]["probability"]


def test_all_regions_and_where_they_are(outcome: Outcome) -> None:
    found = outcome.predictions["importance"]
    assert {len(column) for column in found.values()} == {REGIONS}
    assert sum(found["share"]) == pytest.approx(1)
    first = outcome.result.as_dict()["explanation"]["regions"][0]
    place = int(np.argmax(found["share"]))
    assert outcome.predictions["regions"][place] == first["region"]
    assert found["share"][place] == first["share"]
    assert found["names"][place] == f"Region {first['region']}"


def test_it_is_read_back_and_nothing_else_is(outcome: Outcome) -> None:
    assert read_predictions(to_bytes(outcome.predictions)) == outcome.predictions
    for content in (b"", b"{}", b"[1]", b'{"format": "x"}', b'{"format": NaN}', b"\xff"):
        with pytest.raises(ModelError):
            read_predictions(content)


def test_what_is_shorter_than_it_says_is_refused(outcome: Outcome) -> None:
    for path in (("predictions", "test", "site"), ("predictions", "cv", "probability", 0),
                 ("importance", "share")):  # fmt: skip
        found: Any = json.loads(to_bytes(outcome.predictions))
        column = found
        for key in path:
            column = column[key]
        column.pop()
        with pytest.raises(ModelError, match="one value per subject"):
            read_predictions(json.dumps(found).encode())


def test_a_table_of_it_can_be_opened_without_harm(outcome: Outcome) -> None:
    found: dict[str, Any] = json.loads(to_bytes(outcome.predictions))
    found["predictions"]["test"]["id"][0] = '=HYPERLINK("http://evil")'
    rows = list(csv.DictReader(StringIO(predictions_csv(found))))
    assert len(rows) == 64 * 3 + 18
    tested = [row for row in rows if row["split"] == "test"]
    assert tested[0]["id"] == '\'=HYPERLINK("http://evil")'
    assert all(float(r["probability_1"]) >= 0.5 or r["predicted"] == "0" for r in tested)
    assert [row["known"] for row in tested] == ["no"] * 16 + ["yes"] * 2


def test_who_was_not_tested_by_a_fold_is_left_out() -> None:
    cohort = people("one", 1, subjects=2)
    values = np.array([[0.2, 0.8], [np.nan, np.nan], [0.5, 0.5], [0.1, 0.9]])
    assert SplitPredictions(cohort, values, [False] * 4).tested().cohort.ids == (
        *cohort.ids[:1], *cohort.ids[2:]
    )  # fmt: skip


def test_scores_have_no_classes() -> None:
    cohort = people("one", 1)
    rng = np.random.default_rng(2)
    scored = replace(cohort, scores=rng.normal(20, 4, len(cohort)))
    settings = TrainingSettings.for_model("Linear", epochs=3, label="score")
    asked = Evaluation(baselines=False, cv_folds=0)
    found = run(Splits(scored), settings, evaluation=asked).predictions
    assert (found["format"], found["target"], found["classes"]) == (FORMAT, "score", [])
    assert found["predictions"]["train"]["label"] == pytest.approx(scored.scores.tolist())
    header, row = predictions_csv(found).splitlines()[:2]
    assert header == "split,id,site,label,predicted,known"
    assert row.startswith(f"train,{cohort.ids[0]},one,{scored.scores[0]}")


def test_an_atlas_may_give_names(tmp_path: Path) -> None:
    table = tmp_path / "atlas.tsv"
    table.write_text(
        "region\tname\tx\ty\tz\n1\tPrecentral_L\t-38\t-5\t50\n2\tPrecentral_R\t41\t-8\t52\n"
    )
    found = Atlas.read(table)
    assert found.named(("2", "1")) == ["Precentral_R", "Precentral_L"]
    assert found.has(("1",))
    assert not found.has(("1", "3"))


@pytest.mark.nightly
def test_the_same_regions_give_the_same_picture() -> None:
    rng = np.random.default_rng(0)
    asked = (rng.normal(size=8), rng.uniform(size=8), rng.normal(0, 30, (8, 3)), "svg")
    first = glass_brain(*asked)
    assert first.startswith(b"<?xml")
    assert first == glass_brain(*asked)
    assert len(first) < 300_000


def test_an_atlas_is_found_by_the_names_of_its_regions_too() -> None:
    places = np.arange(9, dtype=np.float64).reshape(3, 3)
    atlas = Atlas(("1", "2", "3"), places, ("Precentral_L", "Precentral_R", "Vermis_10"))
    named = ("Vermis_10", "Precentral_L")
    assert atlas.has(named)
    assert atlas.of(named).tolist() == [[6, 7, 8], [0, 1, 2]]
    assert atlas.named(named) == list(named)
    assert atlas.named(("3", "1")) == list(named)
    assert not atlas.has(("Vermis_10", "3"))
    with pytest.raises(CohortError, match="does not have the regions Insula_L"):
        atlas.of(("Vermis_10", "Insula_L"))
