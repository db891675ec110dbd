"""Figures say what the data say: read back from the drawing, not only drawn."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from graphnet.artifacts.evidence import Evidence
from graphnet.evaluation.calibration import bins
from graphnet.figures import (
    calibration,
    confusion,
    curves,
    decision_curve,
    distributions,
    forest,
    importance,
    lineage,
    roc,
    scatter,
)
from graphnet.figures.curves import MOST_POINTS, thinned
from graphnet.figures.drawing import NARROW, WIDTHS, Axes, on_screens, padded, sheet_rules, ticks
from graphnet.figures.forest import Boxes, Row
from graphnet.figures.predictions import area, roc_points
from graphnet.messages import CHINESE, LANGUAGES
from graphnet.training.history import History


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


ROOT = Path(__file__).parents[2]
SHEETS = ("graphnet/report/templates/report.css", "service/pages/static/page.css")


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_style_sheet_knows_which_drawing_fits(sheet: str) -> None:
    said = (ROOT / sheet).read_text("utf-8")
    assert [rule for rule in sheet_rules() if rule not in said] == []
    assert said.count("@container") == len(WIDTHS)


def test_a_drawing_is_of_the_least_kind_that_holds_it() -> None:
    found = on_screens(importance, evidence())
    assert found.startswith('<div class="drawn of-690"><div class="on-wide"><svg viewBox="0 0 690 ')
    assert '<div class="on-narrow"><svg viewBox="0 0 340 ' in found


SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("1")</script>&'


def predicted(subjects: int, classes: int = 2, seed: int = 1) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    label = np.arange(subjects) % classes
    score = rng.normal(size=(subjects, classes)) + np.eye(classes)[label]
    probability = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    ids = [f"s{number}" for number in range(subjects)]
    return {"id": ids, "label": label.tolist(), "probability": probability.tolist()}


def evidence(**changes: Any) -> Evidence:
    return Evidence.from_json(stored(**changes))


def stored(**changes: Any) -> dict[str, Any]:
    share = np.arange(1.0, 31.0)
    found = {
        "classes": [0, 1],
        "regions": [str(number) for number in range(1, 31)],
        "predictions": {"train": predicted(60), "test": predicted(43, seed=2), "val": None},
        "importance": {
            "share": (share / share.sum()).tolist(),
            "direction": np.where(share % 2, 1.0, -1.0).tolist(),
            "names": None,
        },
    }
    return {**found, **changes}


def drawn(figure: str) -> ET.Element:
    """The figure as a browser would read it, with what a reader without sight gets."""
    root = ET.fromstring(figure)
    # An image would hide the links in it.
    assert root.get("role") == ("img" if root.find(f".//{SVG}a") is None else "group")
    assert root.find(f"{SVG}title") is not None
    assert (root.findtext(f"{SVG}desc") or "").strip()
    return root


def said(figure: str) -> list[str]:
    return [each.text or "" for each in drawn(figure).iter(f"{SVG}text")]


LINES = [
    f"Epoch {number:03d}, Train Loss: {1 / number:.4f}, Train Accuracy: {number / 2000:.4f}"
    for number in range(1, 1001)
]


LINES_OF_SCORE = ["Epoch 001, Train Loss: 0.5000", "Epoch 002, Train Loss: 0.4000"]


def history(lines: list[str]) -> History:
    return History.from_lines(lines)


def test_curves_keep_the_ends_and_bound_the_points() -> None:
    points = thinned(history(LINES)).series("loss")["train"]
    assert points[0] == (1, 1.0)
    assert points[-1] == (1000, 0.001)
    assert len(points) <= MOST_POINTS + 2
    assert "epoch used" in said(curves(history(LINES), selected=700))
    assert "epoch used" not in said(curves(history(LINES)))
    assert curves(History()) == ""
    assert curves(history(["nothing of ours"])) == ""


@pytest.mark.parametrize("figure", ["nan", "inf"])
def test_a_curve_with_what_is_no_number_is_drawn(figure: str) -> None:
    line = f"Epoch 002, Train Loss: {figure}, Train Accuracy: 0.5000"
    assert "NaN" not in curves(history([LINES[0], line]))


def test_the_area_is_that_of_the_field(rng: np.random.Generator) -> None:
    truth = rng.integers(0, 2, 80).astype(float)
    score = np.round(rng.normal(size=80) + truth, 1)  # with ties
    assert area(roc_points(score, truth)) == pytest.approx(roc_auc_score(truth, score))
    assert roc_points(score, np.ones(80)) == []


def test_roc_names_each_split_and_its_area() -> None:
    words = said(roc(evidence()))
    test = stored()["predictions"]["test"]
    expected = roc_auc_score(test["label"], np.array(test["probability"])[:, 1])
    assert f"Test: {expected:.3f}" in words
    assert any(word.startswith("Training: ") for word in words)
    of_three = evidence(classes=[0, 1, 2], predictions={"test": predicted(60, classes=3)})
    assert {word.partition(":")[0] for word in said(roc(of_three))} >= {"0", "1", "2"}
    one_class = {"test": {"id": ["a"], "label": [1], "probability": [[0.1, 0.9]]}}
    assert roc(evidence(predictions=one_class)) == ""


def test_subjects_whom_the_model_knows_come_after_those_it_does_not() -> None:
    known = {**predicted(43, seed=2), "known": [False] * 42 + [True]}
    found = evidence(predictions={"test": known, "cv": {**predicted(40), "known": [False] * 40}})
    names = [word.partition(":")[0] for word in said(roc(found)) if ": 0." in word]
    assert names == ["Cross-validation", "Test (used for training)", "chance"]
    assert "Cross-validation" in said(calibration(found))


def test_a_score_has_one_panel_of_curves() -> None:
    words = said(curves(history(LINES_OF_SCORE)))
    assert "Loss" in words
    assert "Accuracy" not in words


def test_scores_are_drawn_where_both_are_known() -> None:
    found = {"id": ["a", "b", "c"], "label": [1.0, 2.0, None], "predicted": [1.5, 1.5, 3.0]}
    figure = scatter(evidence(classes=[], predictions={"test": found}))
    assert len(list(drawn(figure).iter(f"{SVG}circle"))) == 2
    assert "Mean absolute error 0.5." in (drawn(figure).findtext(f"{SVG}desc") or "")
    assert scatter(evidence()) == ""


def test_calibration_counts_everybody_once(rng: np.random.Generator) -> None:
    probability = rng.uniform(size=103)
    truth = (rng.uniform(size=103) < probability).astype(float)
    found = bins(probability, truth)
    assert sum(each.n for each in found) == 103
    assert all(0 <= each.low <= each.observed <= each.high <= 1 for each in found)
    assert bins(probability[:4], truth[:4]) == []
    assert "Test" in said(calibration(evidence()))
    assert calibration(evidence(predictions={})) == ""


def test_the_decision_curve_says_where_a_model_is_of_use() -> None:
    words = said(decision_curve(evidence()))
    assert {"Test", "Treat all", "Treat nobody", "Model"} <= set(words)
    known = {**predicted(60), "probability": [[0.5, 0.5]] * 60}
    useless = decision_curve(evidence(predictions={"test": known}))
    assert "At no threshold is the model better" in useless
    assert decision_curve(evidence(predictions={})) == ""
    assert decision_curve(evidence(classes=[0, 1, 2])) == ""
    one_class = {**predicted(60), "label": [1] * 60}
    assert decision_curve(evidence(predictions={"test": one_class})) == ""


def test_the_decision_curve_has_a_band_where_subjects_are_enough() -> None:
    assert "fill-opacity" in decision_curve(evidence())
    assert "Area: 95 % interval at each threshold" in said(decision_curve(evidence()))
    few = decision_curve(evidence(predictions={"test": predicted(8)}))
    assert "Test" in said(few)
    assert "fill-opacity" not in few


def test_forest_tells_what_is_not_known() -> None:
    rows = [Row("ours", 0.8, (0.7, 0.9), ours=True), Row("theirs", None)]
    assert "0.800 [0.700, 0.900]" in said(forest(rows, "AUC", reference=0.5))
    assert "—" in said(forest(rows, "AUC"))
    assert forest([Row("theirs", None)], "AUC") == ""


def test_importance_lists_the_largest_first() -> None:
    words = said(importance(evidence(), top=3))
    assert [word for word in words if word.isdigit()] == ["30", "29", "28"]
    assert importance(evidence(importance=None)) == ""
    named = stored()
    named["importance"]["names"] = [f"Region_{number}" for number in range(1, 31)]
    assert "Region_30 (30)" in said(importance(Evidence.from_json(named), top=1))


def test_distributions_leave_out_what_is_not_there() -> None:
    nothing: dict[str, float | None] = dict.fromkeys(QUARTILES)
    found: Boxes = {"GMV": {"A": QUARTILES, "B": nothing}, "ReHo": {"A": nothing}}
    words = said(distributions(found))
    assert {"GMV", "A", "n 5"} <= set(words)
    assert not {"B", "ReHo"} & set(words)
    assert distributions({}) == ""


def test_confusion_shows_counts_and_shares_of_true_classes() -> None:
    words = said(confusion([[8, 2], [0, 0]], [0, 1]))
    assert {"8", "80 %", "2", "20 %", "0 %"} <= set(words)


def test_lineage_goes_on_in_another_line() -> None:
    task = {"task_name": "n", "task_type": "dl_ft", "task_status": "Finished", "auc": 0.8}
    chain = [
        {**task, "task_id": f"TASK{number}", "href": f"/tasks/{number}"} for number in range(7)
    ]
    found = drawn(lineage(chain))
    assert [each.get("href") for each in found.iter(f"{SVG}a")] == [f"/tasks/{n}" for n in range(7)]
    drawn(lineage([{**task, "task_id": "TASK1", "href": None}]))
    assert lineage([]) == ""


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.3, 0.07), (1, 200), (1e-6, 3e-6), (5, 5e7)])
def test_ticks_are_round_and_differ(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    assert len({label for _, label in found}) == len(found)
    assert all(low <= value + 1e-9 and value <= high * (1 + 1e-9) for value, _ in found)


def test_an_axis_puts_its_ends_at_its_ends() -> None:
    axes = Axes(10, 20, 100, 50, (0.0, 2.0), (-1.0, 1.0))
    assert axes.at(0.0, 1.0) == (10, 20)
    assert axes.at(2.0, -1.0) == (110, 70)
    assert padded([float("nan"), 3.0])[0] < 3.0 < padded([3.0])[1]


def test_no_word_becomes_markup() -> None:
    task = {"task_id": HOSTILE, "task_name": HOSTILE, "task_type": HOSTILE, "task_status": HOSTILE}
    figures = [
        lineage([{**task, "href": f'/"{HOSTILE}'}]),
        forest([Row(HOSTILE, 0.5)], HOSTILE),
        confusion([[1]], [HOSTILE]),
    ]
    for figure in figures:
        assert not list(drawn(figure).iter(f"{SVG}script"))
        assert "<script" not in figure


QUARTILES: dict[str, float | None] = {
    "n": 5, "low": 0.0, "q1": 1.0, "median": 2.0, "q3": 3.0, "high": 4.0,
}  # fmt: skip
TASK = {"task_name": "n", "task_type": "dl_ft", "task_status": "Finished", "auc": 0.8, "href": None}
SCORES = {"id": ["a", "b"], "label": [1.0, 2.0], "predicted": [1.5, 1.5]}


def all_figures(language: str, *, narrow: bool = False) -> dict[str, str]:
    known = {**predicted(43, seed=2), "known": [True] * 43}
    found = evidence(predictions={"train": predicted(60), "test": known})
    scored = evidence(classes=[], predictions={"test": SCORES})
    chain = [{**TASK, "task_id": f"T{number}"} for number in (1, 2)]
    return {
        "calibration": calibration(found, language, narrow=narrow),
        "confusion": confusion([[8, 2], [1, 9]], [0, 1], language, narrow=narrow),
        "curves": curves(history(LINES), 700, language, narrow=narrow),
        "decision_curve": decision_curve(found, language, narrow=narrow),
        "distributions": distributions({"GMV": {"A": QUARTILES}}, language, narrow=narrow),
        "forest": forest([Row("SGN", 0.8, (0.7, 0.9))], "AUC", language=language, narrow=narrow),
        "importance": importance(found, language=language, narrow=narrow),
        "lineage": lineage(chain, language, narrow=narrow),
        "roc": roc(found, language, narrow=narrow),
        "scatter": scatter(scored, language, narrow=narrow),
    }


@pytest.mark.parametrize("name", all_figures(CHINESE))
def test_a_chinese_figure_says_the_same_numbers_and_no_english_word(name: str) -> None:
    english, chinese = (drawn(all_figures(language)[name]) for language in LANGUAGES)
    texts = ["".join(figure.itertext()) for figure in (english, chinese)]
    assert len({" ".join(re.findall(r"\d+\.?\d*", text)) for text in texts}) == 1
    assert texts[0] != texts[1]
    assert set(re.findall(r"[A-Za-z]{3,}", texts[1])) <= {"GMV", "AUC", "SGN", "ROC", "Wilson"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", all_figures(CHINESE))
def test_a_narrow_figure_says_the_same_in_letters_for_a_phone(name: str, language: str) -> None:
    wide, narrow = (drawn(all_figures(language, narrow=each)[name]) for each in (False, True))
    assert narrow.findtext(f"{SVG}desc") == wide.findtext(f"{SVG}desc")
    width, height = map(float, narrow.attrib["viewBox"].split()[2:])
    assert width <= NARROW
    for each in narrow.iter(f"{SVG}text"):
        assert float(each.attrib["font-size"]) >= 12
        assert 0 <= float(each.attrib["x"]) <= width
        assert 0 <= float(each.attrib["y"]) <= height - 3


def test_a_split_can_be_left_out_of_the_curves() -> None:
    """As while a model trains, so that nobody chooses by test subjects."""
    lines = ["Epoch 001, Train Loss: 0.7, Train Accuracy: 0.5, Test Loss: 0.6, Test Accuracy: 0.6"]
    whole = History.from_lines(lines)
    assert "Test" in said(curves(whole))
    assert "Test" not in said(curves(whole.without("test")))
    (line,) = whole.without("test").lines()
    assert line == "Epoch 001, Train Loss: 0.7000, Train Accuracy: 0.5000"
