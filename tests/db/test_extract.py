"""What NEURO-LEARN's row holds of a result: small, harmless, and enough."""

import json
from itertools import pairwise
from typing import Any

import pytest

from db.queue.states import MOST_LINES, extract
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.experiment import run
from tests.graphnet.people import cohort

QUICK = Evaluation(baselines=False, explain=False, cv_folds=0)
LINE = "Epoch {:03d}, Train Loss: 0.6931, Train Accuracy: 0.5000"
MARKUP = "Subjects stand in both: <b>bold</b>, 受试者, &lt;i&gt; and \\u003ci\\u003e. "


def result_of(**splits: Cohort) -> dict[str, Any]:
    """The result of 200 epochs, as a worker has it."""
    settings = TrainingSettings.for_model("Linear", epochs=200)
    found = run(Splits(cohort(), **splits), settings, evaluation=QUICK).result.as_dict()
    address = "s3://models/sgn/models/TASK26112823353300/model.safetensors"
    warnings = [MARKUP * 4, *found["warnings"]]
    return {**found, "model_state_path": address, "warnings": warnings}


@pytest.mark.nightly(but=("splits1-24000-200",))
@pytest.mark.parametrize(
    ("splits", "most", "lines"),
    [
        ((), 16_000, 200),
        (("val",), 24_000, 200),
        (("test",), 16_000, 140),
        (("val", "test"), 24_000, 150),
    ],
)
def test_of_200_epochs_it_is_small_and_whole_where_that_fits(
    splits: tuple[str, ...], most: int, lines: int
) -> None:
    others = {name: cohort(seed=3, first=100 * n) for n, name in enumerate(splits, 1)}
    result = result_of(**others)
    text = extract("TASK1", result, "https://sgn.example.org")

    assert len(text.encode()) <= most
    assert text.isascii()
    assert not set("<>&\\") & set(text)
    shown = json.loads(text)
    assert list(shown) == [
        "train_epochs", "epochs", "model_state_path", "headline", "warnings", "number_of_warnings",
        "page",
    ]  # fmt: skip
    assert len(shown["train_epochs"]) >= lines
    assert shown["epochs"] == len(result["train_epochs"]) == 200
    if lines == 200:
        assert shown["train_epochs"] == result["train_epochs"]
    assert shown["train_epochs"][0] == result["train_epochs"][0]
    assert shown["train_epochs"][-1] == result["train_epochs"][-1]
    assert shown["model_state_path"] == result["model_state_path"]
    assert shown["page"] == "https://sgn.example.org/tasks/TASK1"
    assert shown["number_of_warnings"] == len(result["warnings"])
    assert all(len(sentence) <= 160 for sentence in shown["warnings"])
    assert shown["warnings"][0].startswith("Subjects stand in both: [b]bold[/b], ???, +lt;i+gt;")
    fairest = next((name for name in ("test", "val") if name in splits), None)
    if fairest is None:
        assert shown["headline"] is None
    else:
        told, whole = shown["headline"], result["metrics"][fairest]
        assert (told["split"], told["n"]) == (fairest, 40)
        assert told["auc"] == pytest.approx(whole["auc"], abs=1e-4)
        assert told["ci"]["auc"] == pytest.approx(whole["ci"]["auc"], abs=1e-4)


@pytest.mark.parametrize("epochs", [0, 1, 2, 199, 201, 350, 100_000])
def test_more_epochs_are_evenly_spread(epochs: int) -> None:
    lines = [LINE.format(number) for number in range(1, epochs + 1)]
    shown = json.loads(extract("TASK1", {"train_epochs": lines}))
    assert shown["epochs"] == epochs
    kept = [lines.index(line) for line in shown["train_epochs"]]
    assert len(kept) == min(epochs, MOST_LINES)
    if epochs:
        assert (kept[0], kept[-1]) == (0, epochs - 1)
    steps = {after - before for before, after in pairwise(kept)}
    assert not steps or max(steps) - min(steps) <= 1
    assert shown["page"] == "/tasks/TASK1"


def test_a_score_has_its_own_figures() -> None:
    figures = {"n": 9, "r2": 0.31234567, "mae": 2.5, "auc": None, "ci": {"r2": [0.1, 0.52]}}
    shown = json.loads(extract("T", {"metrics": {"val": figures}, "known_subjects": {"val": 0}}))
    assert shown["headline"] == {
        "split": "val", "n": 9, "r2": 0.3123, "mae": 2.5, "ci": {"r2": [0.1, 0.52]},
    }  # fmt: skip


def test_left_out_sites_have_the_mean_of_their_areas_too() -> None:
    bounds = {"auc": [0.5, 0.7], "auc_within_sites": [0.55, 0.72]}
    figures = {"n": 90, "auc": 0.6, "auc_within_sites": 0.64567, "ci": bounds}
    result = {"metrics": {"leave_site_out": figures}, "known_subjects": {"leave_site_out": 0}}
    shown = json.loads(extract("T", result))
    told = shown["headline"]
    assert told["split"] == "leave_site_out"
    assert (told["auc_within_sites"], told["auc"]) == (0.6457, 0.6)
    assert told["ci"]["auc_within_sites"] == [0.55, 0.72]
