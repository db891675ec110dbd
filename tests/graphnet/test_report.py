"""A report says what was done and found, hides nothing, and needs nothing else."""

import base64
import csv
import gzip
import html
import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from nibabel.affines import apply_affine

from graphnet import messages
from graphnet.artifacts.evidence import Evidence
from graphnet.artifacts.metrics import CalibrationResult, Permutation, SplitMetrics
from graphnet.catalogue import GRAPHS, MODELS
from graphnet.data.interpretation import (
    ClassCoding,
    ConnectomeReading,
    CovariateReading,
    Interpretation,
    LeftAlone,
    MissingCode,
    SeriesReading,
)
from graphnet.figures.drawing import fitting
from graphnet.figures.importance import importance
from graphnet.figures.predictions import confusion, decision_curve
from graphnet.messages import CHINESE, LANGUAGES, Message, finished, render
from graphnet.models import Sizes, build_net
from graphnet.report.checklist import ITEMS, checklist_table
from graphnet.report.citations import MARK, WORKS, Citations, bibtex, work_of
from graphnet.report.confounds import associations_table, covariates_table
from graphnet.report.explanation import spheres
from graphnet.report.facts import Facts
from graphnet.report.methods import methods
from graphnet.report.page import SCRIPT, render_report
from graphnet.report.performance import (
    _p_value,
    baseline_table,
    decision_table,
    prevalence_rows,
    reliability_table,
)
from graphnet.report.subjects import quality_table
from graphnet.report.summary import by_chance, cautions, grave, leading_metric, verdict
from graphnet.report.tables import with_interval

HOSTILE = "<img src=x onerror=alert(1)>"
METRICS = {
    "n": 58, "accuracy": 0.828, "balanced_accuracy": 0.828, "sensitivity": 0.69,
    "specificity": 0.966, "auc": 0.9, "brier": 0.13, "calibration_error": 0.047,
    "confusion": [[28, 1], [9, 20]],
    "ci": {"auc": [0.78, 0.96], "accuracy": [0.71, 0.9]},
}  # fmt: skip
FINDING = {"rule": "absurd", "site": "B", "subject": "S7", "measure": "ALFF", "count": 39}
DIFFERENCE = {"difference": -0.054, "ci": [-0.12, -0.001], "excludes_zero": True}


def task(**changes: Any) -> dict[str, Any]:
    result = {
        "train_epochs": ["Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000"],
        "metrics": {"train": {**METRICS, "n": 345}, "val": None, "test": METRICS},
        "baselines": {"svm_rbf": {"test": {**METRICS, "auc": 0.954}}, "no_edge": {}},
        "baselines_left_out": {"no_edge": "It was left out."},
        "differences": {"test": {"svm_rbf": {"auc": DIFFERENCE}}},
        "graph_helps": {"split": "test", "difference": 0.01, "ci": [-0.02, 0.04]},
        "cross_validation": {"cv": {"folds": 5, "repeats": 2}},
        "quality": {
            "rules": {"absurd": "Treated as missing."},
            "findings": {"test": [FINDING]},
        },
        "explanation": {
            "subjects": 58, "agreement_of_methods": 0.9, "stability": None,
            "regions": [{"region": "1", "share": 0.6, "direction": 0.1, "occlusion": 0.2}],
            "measures": [{"measure": "GMV", "share": 1.0}],
        },
        "warnings": ["test_data has only 58 subjects."],
        "selected_epoch": 1,
        "code_version": "0.1.0",
        "device": "cpu",
        "evidence_sha256": "e" * 64,
        **changes.pop("result", {}),
    }  # fmt: skip
    known = {
        "task_id": "TASK1", "task_name": "A to B", "proj_id": "P", "task_type": "dl_ts",
        "task_config": {"proj_name": "SZ", "train_data": ["A"], "test_data": ["B"], "model": "SGN",
                        "param_set": {"epochs": 30, "cv_repeats": 2}},
        "task_result": result, "attempt": 1, "parent_task_id": None,
        "finished_at": "2026-11-25T07:06:52+00:00",
    }  # fmt: skip
    return {**known, **changes}


def evidence() -> dict[str, Any]:
    predicted = {"id": ["a", "b", "c"], "site": ["x", "y", "y"], "label": [0, 1, 1],
                 "known": [False, True, False],
                 "probability": [[0.8, 0.2], [0.1, 0.9], [0.6, 0.4]]}  # fmt: skip
    return {
        "classes": [0, 1], "regions": ["1", "2"], "measures": ["GMV"], "target": "group",
        "cohorts": {"train": {"subjects": 3, "classes": {"0": 1, "1": 2}, "datasets": ["A"],
                              "sites": {"x": {"0": 1}, "y": {"1": 2}}}},
        "predictions": {"test": predicted},
        "sites": {"test": {"x": METRICS, "y": {**METRICS, "auc": None}}},
        "importance": {"share": [0.6, 0.4], "direction": [1, -1], "occlusion": [0.1, 0.2],
                       "coordinates": None, "names": ["Precentral_L", "Precentral_R"]},
    }  # fmt: skip


def manifest() -> dict[str, Any]:
    settings = {"model": "SGN", "epochs": 30, "graph": "similarity"}
    data = {"train": [{"name": "A", "subjects": 3, "sha256": "d" * 64}]}
    return {"settings": settings, "parameters_sha256": "p" * 64, "datasets": data}


class Read(HTMLParser):
    """Collects what a browser would load or run, and the text that is read.

    A template is shown only once the reader asks for it, and a script is no text.
    """

    def __init__(self, document: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.files: dict[str, str] = {}
        self.inside: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("template", "script"):
            self.inside.append("files" if given.get("class") == "files" else tag)
            if tag == "script" and not {"src", "type"} & set(given):
                return
            tag = "" if given.get("type") == "application/json" else tag
        self.loaded += [tag] if tag in ("script", "link", "img", "iframe", "object") else []
        self.loaded += [f"{name}={value}" for name, value in given.items() if name.startswith("on")]
        self.loaded += [
            str(given[name])
            for name in ("src", "href", "xlink:href")
            if given.get(name) and not str(given[name]).startswith("#")
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("template", "script"):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.words.append(data)
        elif self.inside == ["script"]:
            self.scripts.append(data)
        elif self.inside == ["files"]:
            self.files = json.loads(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def stored(**changes: Any) -> dict[str, Any]:
    return {"evidence": evidence(), "glass_brain": None, "manifest": manifest(), **changes}


def read(*, task_: dict[str, Any] | None = None, **changes: Any) -> Read:
    return Read(render_report(task_ or task(), **stored(**changes)))


def facts_of(*, task_: dict[str, Any] | None = None, **changes: Any) -> Facts:
    return Facts(task_ or task(), **stored(**changes))


def written(**changes: Any) -> dict[str, Message]:
    """The sentences of the methods text by code."""
    paragraphs = methods(facts_of(**changes))
    return {message.code: message for each in paragraphs for message in each.sentences}


def test_it_leads_with_the_number_that_matters_and_its_limits() -> None:
    text = read().text
    first = text.index("AUC 0.900 [0.780, 0.960] on test subjects (58 subjects: 29 of class 1 and")
    limits = text.index("test_data has only 58 subjects.")
    assert first < limits < text.index("Methods")


def test_nothing_is_hidden() -> None:
    text = read().text
    for said in (
        "Better on the same subjects, by AUC (model − method): RBF SVM (−0.054 [−0.120, −0.001]).",
        "1 of 58 test subjects were used for training; this result is optimistic.",
        "Same network without its graph: It was left out.",
        "Implausible values",
        "S7",
        "Precentral_L (1)",
        "p" * 64,
        "d" * 64,
        "e" * 64,
        "python -m graphnet --model SGN --train A.csv --epochs 30 --cv-repeats 2",
    ):
        assert said in text, said
    assert [message.code for message in verdict(facts_of())] == [
        "report.seen-in-training",
        "report.better-methods",
        "evaluation.graph-unclear",
    ]


def test_what_cannot_be_computed_is_a_dash() -> None:
    one_class = {**METRICS, "auc": None, "ci": {"accuracy": [0.7, 0.9]}}
    found = read(task_=task(result={"metrics": {"test": one_class}}))
    assert "Accuracy 0.828 [0.700, 0.900] on test subjects" in found.text
    assert "AUC —" in found.text


def test_it_does_not_claim_what_chance_could_do() -> None:
    for bounds, code in (([0.4, 0.7], "could-be-chance"), ([0.2, 0.4], "worse-than-chance")):
        poor = {**METRICS, "auc": 0.55, "ci": {"auc": bounds}}
        facts = facts_of(task_=task(result={"metrics": {"test": poor}}))
        assert by_chance(facts) == Message(f"report.{code}", target="class")
    assert by_chance(facts_of()) is None


def test_it_needs_nothing_else_and_runs_nothing() -> None:
    brain = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
    hostile = task(task_name=HOSTILE, result={"warnings": [HOSTILE]})
    found = read(task_=hostile, glass_brain=brain)
    assert found.loaded == []
    assert found.scripts == [SCRIPT]
    assert HOSTILE in found.text


def test_files_end_no_script_whatever_they_hold() -> None:
    hostile = "</script><script>alert(1)</script>"
    named = evidence()
    named["importance"]["names"] = [hostile, "b"]
    found = read(evidence=named)
    assert found.scripts == [SCRIPT]
    assert hostile in found.files["regions.csv"]


@pytest.mark.parametrize("missing", ["evidence", "manifest"])
def test_what_was_not_stored_is_said(missing: str) -> None:
    text = read(**{missing: None}).text
    assert "not shown" in text
    assert "0.900" in text


def test_a_result_of_an_older_service_has_a_report() -> None:
    old = task(task_result={"train_epochs": ["Epoch 001"], "model_state_path": "x"}, task_config={})
    missing = {"evidence": None, "manifest": None}
    assert "There are no metrics." in read(task_=old, **missing).text
    facts = facts_of(task_=old, **missing)
    assert leading_metric(facts) is None
    assert [message.code for message in facts.missing] == [
        "report.no-predictions",
        "report.no-model",
    ]


def test_a_score_has_figures_of_its_own() -> None:
    found: dict[str, Any] = {
        "n": 40,
        "mae": 3.2,
        "rmse": 4.0,
        "r2": 0.31,
        "pearson": 0.6,
        "spearman": 0.58,
        "ci": {"r2": [0.1, 0.5]},
    }
    stored = manifest()
    stored["settings"] |= {"label": "score"}
    asked = task(result={"metrics": {"test": found}, "baselines": {}, "differences": {}})
    scored = {**evidence(), "classes": [], "predictions": {}, "sites": {}}
    text = read(task_=asked, manifest=stored, evidence=scored).text
    assert "R² 0.310 [0.100, 0.500] on test subjects (40 subjects)" in text
    assert "Mean absolute error" in text
    assert "Sensitivity" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_methods_are_whole_sentences_and_cite_what_was_used(
    language: str, caplog: pytest.LogCaptureFixture
) -> None:
    citations = Citations()
    for _, sentences in methods(facts_of()):
        for message in sentences:
            sentence = citations.numbered(render(message, language))
            assert sentence.endswith((".", "。"))
            assert "{" not in sentence
            assert "[@" not in sentence
    assert any("Seidlitz" in work for work in citations.listed)  # the graph is similarity
    assert not any("ComBat" in work for work in citations.listed)
    assert not caplog.records


def test_a_work_has_one_number_and_the_words_of_data_cite_nothing() -> None:
    citations = Citations()
    assert citations.numbered("a [@kipf; @gao]b [@gao].") == "a [1, 2]b [2]."
    assert citations.numbered("a class [@nobody]") == "a class [@nobody]"
    assert len(citations.listed) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_cites_a_work(language: str) -> None:
    folder = Path(messages.__file__).parent / "locale" / language
    text = "".join(file.read_text("utf-8") for file in folder.glob("*.ftl"))
    keys = {key for marks in MARK.findall(text) for key in marks.split("; @")}
    assert keys == set(WORKS)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_can_be_written_about(name: str) -> None:
    of_model = {**manifest(), "settings": {"model": name, "graph": "covariance"}}
    uses_graph = build_net(name, Sizes(90, 4, 2)).edge_aware
    assert facts_of(evidence=None, manifest=of_model).uses_graph == uses_graph
    codes = written(evidence=None, manifest=of_model)
    assert f"catalogue.model-{name}-methods" in codes
    assert ("options.graph-none-methods" in codes) is not uses_graph


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_graph_can_be_written_about(
    graph: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"model": "SGN", "graph": graph, "neighbours": 7, "density": 0.25}
    codes = written(manifest={**manifest(), "settings": settings})
    sentence = render(codes[f"options.graph-{graph}-methods"], language)
    assert not caplog.records
    assert ("7" in sentence) is (graph in {"knn", "spatial"})
    assert ("25 %" in sentence) is (graph == "mst")
    density, sign = "options.density-methods" in codes, "options.sign-positive-methods" in codes
    assert density is (graph not in {"knn", "mst", "spatial", "full", "none"})
    assert sign is (graph not in {"spatial", "full", "none"})


def test_the_graph_full_is_said_to_be_directed() -> None:
    codes = written(manifest={**manifest(), "settings": {"model": "GCN", "graph": "full"}})
    sentence = str(codes["options.graph-full-methods"])
    assert "directed" in sentence
    assert "pair" not in sentence


def test_settings_stand_in_the_methods_text_as_they_were() -> None:
    settings = {"model": "SGN", "learning_rate": 0.003, "lr_decay": 0.5, "lr_step_size": 20,
                "weight_decay": 0.0004, "seeds": 3, "seed": 41000, "threshold": 0.25,
                "sign": "absolute", "harmonise": True}  # fmt: skip
    codes = written(manifest={**manifest(), "settings": settings})
    assert [str(codes[f"options.{name}-methods"]) for name in (
        "lr_schedule-step", "weight_decay", "seeds", "threshold", "sign-absolute"
    )] == [
        "The initial learning rate was 0.003; it was multiplied by 0.5 every 20 epochs.",
        "The weight decay was 0.0004.",
        "3 models were trained with consecutive seeds, starting at 41000, and their predictions "
        "were averaged.",
        "Region pairs with a weight of at least 0.25 were kept as edges.",
        "Absolute edge weights were used.",
    ]  # fmt: skip
    assert "options.harmonise-methods" in codes
    plain = written()
    assert str(plain["options.weight_decay-methods"]) == "No weight decay was used."
    assert str(plain["options.seeds-methods"]) == "The random seed was 0."
    assert "options.harmonise-methods" not in plain


FOLDS: dict[str, dict[str, Any]] = {
    "cv": {
        "folds": 3, "repeats": 2, "reasons": {"svm_rbf": "A fold had too few."},
        "chosen": [{"learning_rate": 0.003}, {"learning_rate": 0.01}, {"learning_rate": 0.003}],
        "permutation": {"p": 0.004, "permutations": 2000},
    },
    "leave_site_out": {"folds": 2},
}  # fmt: skip
REPEATED = {
    **METRICS,
    "confusion": [[56, 2], [18, 40]],
    "auc": 0.8,
    "repeats": 2,
    "sd_over_repeats": {"auc": 0.011},
}


# What stays as it is in a Chinese report, besides codes: names of methods, measures and software.
NAMES = {
    "ALFF", "AUC", "AdamW", "Brier", "Fisher", "GMV", "Newcombe", "Nilearn", "Pearson", "PyTorch",
    "CLAIM", "Precentral_L", "Precentral_R", "RBF", "ROC", "STARD", "TRIPOD", "SGN",
    "SHA", "SVM", "Spearman", "Student", "UTC", "Wald",
    "Wilson", "LABEL_SCORE", "TASK0", "TASK1", "cpu", "csv", "form", "json", "nld", "sgn",
    "test_data",
}  # fmt: skip
CODES = re.compile(
    r"<style>.*?</style>|<template>.*?</template>|<script.*?</script>"
    r'|<pre>.*?</pre>|<code>.*?</code>|<ol class="works"[^>]*>.*?</ol>'
    r'|<h2 id="settings">.*?(?=<h2 id="provenance">)',
    re.DOTALL,
)
WARNING = Message("warnings.clipped", split="test", count=3, limit=5)
SCORED = {"n": 40, "mae": 3.2, "rmse": 4.0, "r2": 0.31, "pearson": 0.6, "spearman": 0.58,
          "ci": {"r2": [0.1, 0.5]}}  # fmt: skip
CODED = {
    "warning_messages": [WARNING.as_dict()],
    "baselines_left_out_messages": {"no_edge": Message("evaluation.baseline-one-class").as_dict()},
}


def kinds() -> dict[str, dict[str, Any]]:
    """What a report is rendered from, by what is special about it."""
    cv = {name: each for name, each in FOLDS["cv"].items() if name != "reasons"}
    folds = {"metrics": {"cv": REPEATED}, "cross_validation": {**FOLDS, "cv": cv}}
    scored = {"metrics": {"test": SCORED}, "baselines": {"ridge": {"test": SCORED}}}
    reading = Interpretation(
        "csv",
        id="id",
        label=ClassCoding("DX", {"1": 1, "2": 0}, {}),
        site="S",
        covariates=(CovariateReading("A", "numeric"),),
        connectome=ConnectomeReading("r", "pairs"),
        series=SeriesReading(100, 180),
        missing=(MissingCode("A", "-9999", 3),),
    )
    tuned = {"task_type": "dl_ft", "parent_task_id": "TASK0"}
    return {
        "classes": stored(task_=task(result=CODED)),
        "folds": stored(task_=task(result={**folds, **CODED})),
        "score": stored(
            task_=task(result={**scored, **CODED}),
            evidence={**evidence(), "target": "score", "classes": [], "predictions": {}},
        ),
        "fine-tuned": stored(task_=task(result=CODED, **tuned)),
        "read": stored(
            task_=task(result={**CODED, "quality": None, "explanation": None}),
            manifest={**manifest(), "interpretations": {"A": reading.as_dict()}},
        ),
        "old": stored(task_=task(task_result={}), evidence=None, manifest=None),
    }


@pytest.mark.parametrize("kind", kinds())
def test_a_chinese_report_has_the_same_numbers_and_no_english_word(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    changes = kinds()[kind]
    of_task = changes.pop("task_")
    english, chinese = (render_report(of_task, **changes, language=each) for each in LANGUAGES)
    assert '<html lang="zh-CN">' in chinese
    numbers = [sorted(re.findall(r"\d+\.\d+", Read(each).text)) for each in (english, chinese)]
    assert numbers[0] == numbers[1]
    words = set(re.findall(r"[A-Za-z]\w{2,}", Read(CODES.sub("", chinese)).text, re.ASCII))
    assert words - NAMES == set()
    assert not caplog.records


def test_what_a_chinese_report_says() -> None:
    text = Read(render_report(task(), **stored(), language=CHINESE)).text
    for said in (
        "AUC 0.900 [0.780, 0.960]，测试集受试者（58 名受试者：类别 1 29 名",
        "58 名测试集受试者中有 1 名参与过训练，因此该结果偏乐观。",
        "使用 AdamW [",
        "去掉图的同一网络：It was left out.",  # as an older version stored it
        "异常值",
        "平衡准确率",
    ):
        assert said in text, said


def test_the_headline_is_of_subjects_whom_the_model_has_not_trained_on() -> None:
    """The test subjects of the evidence are known in part, those of the folds are not."""
    found = read(task_=task(result={"metrics": {"test": METRICS, "cv": REPEATED}}))
    first = found.text.index(
        "AUC 0.800 [0.780, 0.960] in cross-validation of the training subjects (58 subjects: 29 of"
    )
    assert first < found.text.index("1 of 58 test subjects were used for training")
    assert "Cross-validation: counts over all repeats" in found.text


def test_what_folds_gave_is_told_and_what_they_could_not_give_is_not() -> None:
    result = {"metrics": {"cv": REPEATED, "leave_site_out": None}, "cross_validation": FOLDS}
    text = read(task_=task(result=result)).text
    for said in (
        "3-fold cross-validation over subjects, repeated 2 times",
        "Learning rate, weight decay and density were selected within each fold",
        "0.003 (2×), 0.01 (1×)",
        "p-value of the AUC (labels permuted, models not refitted) 0.004",
        "SD of the AUC over repeats 0.011",
        "RBF SVM: A fold had too few.",
    ):
        assert said in text, said
    assert "sites left out" not in text


def test_a_fine_tuned_model_is_not_said_to_have_been_prepared_by_its_own_subjects() -> None:
    of_parent = manifest()
    of_parent["settings"]["graph"] = "covariance"
    result = {"baselines": {"parent": {"test": METRICS}, "majority": {"test": METRICS}}}
    tuned = task(task_type="dl_ft", parent_task_id="TASK0", result=result)
    codes = written(task_=tuned, manifest=of_parent)
    parent = Message("methods.subjects-of-parent")
    assert dict(codes["methods.scaled"].values)["fitted_on"] == parent
    assert dict(codes["options.graph-covariance-methods"].values)["fitted_on"] == parent
    assert dict(codes["options.fine_tune-all-methods"].values)["parent"] == "TASK0"
    assert {"methods.parent-evaluated", "methods.inherited"} <= set(codes)
    left_out = {"methods.from-scratch", "methods.no-edge", "methods.not-fitted-on-others"}
    assert not left_out & set(codes)
    assert "graph covariance parent" in read(task_=tuned, manifest=of_parent).text


def test_what_is_said_of_folds_is_what_they_did() -> None:
    with_val = evidence()
    with_val["predictions"]["val"] = {"id": ["z"], "known": [False], "label": [1],
                                      "site": ["x"], "probability": [[0.5, 0.5]]}  # fmt: skip
    folds = task(result={"metrics": {"cv": REPEATED}, "cross_validation": FOLDS})
    last = "methods.last-epoch-of-folds"
    assert last in written(task_=folds, evidence=with_val)
    codes = written(task_=folds)
    assert last not in codes
    assert {
        "methods.pooled-folds",
        "methods.intervals-of-repeats",
        "methods.meaning-of-intervals",
    } <= set(codes)
    assert "it is that of each subject's mean prediction." in read(task_=folds).text


def test_repeats_of_a_score_are_said_to_be_averaged() -> None:
    score = {**manifest(), "settings": {**manifest()["settings"], "label": "score"}}
    folds = task(result={"metrics": {"cv": {"n": 3, "r2": 0.1, "repeats": 1}},
                         "cross_validation": FOLDS})  # fmt: skip
    codes = written(task_=folds, manifest=score, evidence={**evidence(), "target": "score"})
    assert {
        "methods.mean-of-repeats",
        "methods.intervals-of-scores",
        "methods.target-score",
        "methods.meaning-of-intervals",
    } <= set(codes)


def test_differences_are_told_of_only_where_there_are_some() -> None:
    none = task(result={"baselines": {}, "differences": {"cv": {}, "test": {}}})
    assert "methods.differences" not in written(task_=none)
    assert "methods.differences" in written()


def test_an_inherited_density_is_not_said_to_be_chosen() -> None:
    folds = {"metrics": {"cv": REPEATED}, "cross_validation": FOLDS}
    codes = written(task_=task(task_type="dl_ft", parent_task_id="T0", result=folds))
    assert dict(codes["methods.nested"].values)["density"] == "no"
    assert "methods.fine-tuned-folds" in codes


def test_the_epoch_is_said_to_be_chosen_only_where_it_was() -> None:
    with_val = evidence()
    with_val["predictions"]["val"] = {"id": ["z"], "known": [False], "label": [1],
                                      "site": ["x"], "probability": [[0.5, 0.5]]}  # fmt: skip
    codes = written(evidence=with_val)
    assert dict(codes["methods.best-epoch"].values) == {"epoch": "1"}
    with_val["predictions"]["val"]["id"] = ["a"]  # who is tested too
    codes = written(evidence=with_val)
    assert "methods.last-epoch" in codes
    assert "methods.best-epoch" not in codes


def test_what_was_not_recorded_is_not_said_to_be_fine() -> None:
    text = read(task_=task(result={"quality": None, "explanation": None})).text
    assert "No value was missing" not in text
    assert "No explanation was stored." in text


def test_three_classes_have_no_threshold_and_no_patient_class() -> None:
    three = {**evidence(), "classes": [0, 1, 2], "predictions": {}}
    found = {**METRICS, "confusion": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}
    text = read(task_=task(result={"metrics": {"test": found}}), evidence=three).text
    assert "Newcombe" not in text
    assert "patients" not in text
    assert "evidence for or against the likeliest class" in text


def test_the_form_can_be_sent_again() -> None:
    shown = re.search(r"<pre>(\{.*?\n\})</pre>", render_report(task(), **stored()), re.DOTALL)
    assert shown is not None
    form = json.loads(html.unescape(shown[1]))
    assert form["task_type"] == "dl_ts"
    assert form["param_set"] == {"epochs": 30, "cv_repeats": 2}


def test_it_is_free_of_torch() -> None:
    code = "import sys, graphnet.report.page; sys.exit(bool({'torch', 'scipy'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_says_how_each_dataset_was_read() -> None:
    told = Interpretation(
        "csv",
        id="Subject",
        label=ClassCoding("DX_GROUP", {"1": 1, "2": 0}, {0: "control", 1: "autism"}),
        site="SITE",
        covariates=(CovariateReading("Age", "numeric"), CovariateReading("Sex", "categorical")),
        connectome=ConnectomeReading("r", "pairs", finished("the diagonal is 1")),
        missing=(MissingCode("Age", "-9999", 3),),
        left_alone=(LeftAlone("Date", finished("it is a date")),),
    )
    plain = Interpretation("npz", series=SeriesReading(100, 180), files={"ses": "baseline"})
    kept = {"A": told.as_dict(), "B": plain.as_dict(), "C": {"kind": "damaged"}}
    text = read(manifest={**manifest(), "interpretations": kept}).text
    start = text.index("Each class as in the file")
    titles = "Dataset File Subject id Classes Other columns Connectome Time series Files chosen"
    assert titles in text[start:]
    for cell in (
        "1 = 1 (autism), 2 = 0 (control)",
        "Site: SITE. Covariates: Age and Sex.",
        "Pearson's r, stored as Fisher's z (the diagonal is 1)",
        "-9999 in Age (3)",
        "Date (it is a date)",
        "100 to 180 points, points × regions",
        "ses: baseline",
    ):
        assert cell in text[start:]
    assert "How the data were read" not in read().text


def test_long_names_of_regions_and_classes_fit_their_figures() -> None:
    assert fitting("7Networks_LH_SalVentAttn_ParOper_1", 30) == "7Networks_LH_S…tAttn_ParOper_1"
    assert fitting("Precentral_L", 30) == "Precentral_L"
    drawn = confusion([[1, 2], [3, 4]], ["healthy control", "SZ"])
    assert ">healt…ntrol<" in drawn
    assert "True healthy control: healthy control 1, SZ 2" in drawn


def test_a_p_value_that_so_few_permutations_cannot_go_below_is_said_to_be_a_bound() -> None:
    assert _p_value(Permutation(1 / 101, 100, 0.9)) == "≤ 0.010"
    assert _p_value(Permutation(3 / 101, 100, 0.9)) == "≤ 0.030"  # fewer than 1,000
    assert _p_value(Permutation(30 / 1001, 1000, 0.9)) == "0.030"
    assert _p_value(Permutation(1 / 5001, 5000, 0.9)) == "≤ 0.0002"
    assert Permutation(30 / 1001, 1000, 0.9).as_dict()["at_most"] is False
    assert _p_value(Permutation(None, 100, None)) == "—"


def test_every_work_has_an_entry_of_bibtex_with_its_year_and_place() -> None:
    software = {"nilearn"}
    for key, line in WORKS.items():
        if key in software:
            continue
        work = work_of(line)
        assert work.authors, key
        assert work.title, key
        assert work.where or work.eprint, key
        assert "." not in work.where.replace("Proc.", ""), key
        assert (work.volume == "") == (work.pages == ""), key
    entry = bibtex(["kipf", "combat", "efron"])
    for said in (
        "@inproceedings{kipf,",
        "author = {Kipf, T. N. and Welling, M.}",
        "eprint = {1609.02907}",
        "@article{combat,",
        "journal = {Biostatistics}",
        "pages = {118--127}",
        "@book{efron,",
        "publisher = {Chapman \\& Hall}",
    ):
        assert said in entry, said
    assert entry.count("{") == entry.count("}")


def test_methods_can_be_taken_as_text_tex_and_bibtex() -> None:
    files = read().files
    assert {"methods.txt", "methods.tex", "references.bib", "regions.csv"} <= set(files)
    cited = re.findall(r"\\cite\{([\w,]+)\}", files["methods.tex"])
    keys = {key for group in cited for key in group.split(",")}
    assert keys == set(re.findall(r"^@\w+\{(\w+),", files["references.bib"], re.MULTILINE))
    assert "[@" not in files["methods.txt"] + files["methods.tex"]
    assert "10 \\%" in files["methods.tex"]
    numbers = {
        int(n)
        for mark in re.findall(r" \[([\d, ]+)\]", files["methods.txt"])
        for n in mark.split(",")
    }
    assert numbers == set(range(1, len(keys) + 1))


def explained() -> dict[str, Any]:
    """Evidence of two regions with places: one that folds agree on and one that they do not."""
    found = evidence()
    found["importance"] |= {
        "contribution": [0.4, -0.2], "low": [0.1, -0.3], "high": [0.7, -0.1],
        "agreement": [1.0, 0.5], "slope": [[0.3], [-0.1]], "slope_agreement": [[1.0], [0.6]],
        "coordinates": [[-39.6, -5.7, 50.9], [40.4, -8.2, 52.1]],
    }  # fmt: skip
    return found


def test_a_map_of_regions_fits_the_tools_that_read_it() -> None:
    files = read(evidence=explained()).files
    rows = list(csv.DictReader(io.StringIO(files["regions.csv"])))
    assert [row["stable"] for row in rows] == ["yes", "no"]
    assert (rows[0]["x"], rows[0]["contribution"], rows[0]["slope_GMV"]) == ("-39.6", "0.4", "0.3")
    nodes = [line.split() for line in files["regions.node"].splitlines()]
    assert nodes == [
        ["-39.6", "-5.7", "50.9", "0.4", "1.0000", "Precentral_L"],
        ["40.4", "-8.2", "52.1", "0", "0.5000", "Precentral_R"],
    ]
    assert not {"regions.node", "regions.nii.gz"} & set(read().files)


def test_the_volume_of_regions_is_what_nibabel_reads() -> None:
    packed = base64.b64decode(read(evidence=explained()).files["regions.nii.gz"])
    image = nibabel.Nifti1Image.from_bytes(gzip.decompress(packed))
    data = np.asarray(image.dataobj)
    assert data.shape == (91, 109, 91)
    expected = [[-2, 0, 0, 90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]]  # FSL's template
    assert np.array_equal(image.affine, expected)
    assert np.allclose(image.get_qform(), image.get_sform())
    assert image.header["descrip"].item().startswith(b"Spheres of 5 mm at MNI centres")
    filled = np.argwhere(data)
    assert set(data[data != 0].tolist()) == {np.float32(0.4)}  # the other region is not stable
    places = apply_affine(image.affine, filled)
    away = np.linalg.norm(places - [-39.6, -5.7, 50.9], axis=1)
    assert away.max() <= 5
    assert len(filled) == pytest.approx(4 / 3 * np.pi * 5**3 / 8, rel=0.1)


def test_a_voxel_has_the_value_of_the_nearest_centre_and_the_grid_ends() -> None:
    volume = spheres(np.array([[0.0, 0, 0], [4.0, 0, 0], [90.0, -126, -72]]), np.array([1.0, 2, 3]))
    assert volume[45, 63, 36] == 1
    assert volume[43, 63, 36] == 2
    assert volume[45 - 3, 63, 36] == 2
    assert volume[0, 0, 0] == 3
    assert np.count_nonzero(volume == 3) < np.count_nonzero(volume == 1)
    assert not spheres(np.array([[500.0, 0, 0]]), np.ones(1)).any()


def test_a_sign_that_is_not_stable_is_shown_so() -> None:
    region = {"region": "1", "share": 0.6, "direction": 0.1, "occlusion": 0.2, "contribution": 0.4,
              "low": 0.1, "high": 0.7, "agreement": 1.0}  # fmt: skip
    unsure = {**region, "region": "2", "contribution": -0.2, "low": -0.3, "high": -0.1,
              "agreement": 0.5}  # fmt: skip
    told = {"subjects": 58, "regions": [region, unsure], "measures": [],
            "randomised": {"models": 3, "spearman": 0.7}}  # fmt: skip
    text = read(task_=task(result={"explanation": told}), evidence=explained()).text
    assert "Precentral_L (1) 60.0 % +0.400 [+0.100, +0.700] 100 % GMV + 0.200" in text
    assert "−0.200 [−0.300, −0.100] ± 50 % GMV ± 0.200" in text
    assert "do not read single regions from it" in text
    drawn = importance(Evidence.from_json(explained()))
    assert 'fill-opacity="0.25"' in drawn
    assert "Precentral_R (2) -0.200 ±" in drawn


def test_the_flow_says_who_was_left_out_and_why() -> None:
    dropped = Message("data.rows-dropped", name="A", count=4, target="group")
    facts = {"task_": task(result={"warning_messages": [dropped.as_dict()]})}
    text = read(**facts).text
    assert "7 rows read" in text
    assert "A Training 7 4 no class 3" in text


def test_the_checklist_claims_no_more_than_there_is() -> None:
    text = read().text
    start = text.index("Asked by TRIPOD+AI")
    assert "Ethical approval and consent 17 — — Not known to this software" in text[start:]
    assert "How predictions were explained, and whether that is sound — 31 — Explanation" in text
    plain = read(task_=task(result={"explanation": None})).text
    assert "whether that is sound — 31 — Not done in this run." in plain
    sections = re.findall(r'<a href="#(\w+)">', render_report(task(), **stored()))
    shown = re.findall(r'<h2 id="(\w+)">', render_report(task(), **stored()))
    assert sections == shown  # the contents list every section, in its order


def test_the_checklist_has_every_item_of_the_three_guidelines() -> None:
    """As published: Collins et al. 2024, Tejani et al. 2024, Bossuyt et al. 2015."""
    parts = {3: "abc", 5: "ab", 6: "abc", 8: "abc", 9: "abc", 12: "abcdefg", 18: "abcdef",
             20: "abc", 23: "ab", 27: "abc"}  # fmt: skip
    tripod = {f"{number}{part}" for number in range(1, 28) for part in parts.get(number, ("",))}
    of_stard = {10: "ab", 12: "ab", 13: "ab", 21: "ab"}
    stard = {f"{number}{part}" for number in range(1, 31) for part in of_stard.get(number, ("",))}
    claim = {str(number) for number in range(1, 45)}
    assert {number for item in ITEMS for number in item.tripod.split(", ")} - {""} == tripod
    assert {number for item in ITEMS for number in item.claim.split(", ")} - {""} == claim
    assert {number for item in ITEMS for number in item.stard.split(", ")} - {""} == stard


def test_a_report_may_hold_the_other_language_for_its_reader() -> None:
    both = render_report(task(), **stored(), others=LANGUAGES)
    alone = render_report(task(), **stored())
    assert both.count('<div class="view"') == 2
    assert Read(both).text == Read(alone).text
    template = both.split("<template>")[1].split("</template>")[0]
    assert (
        Read(template).text.strip()
        in Read(render_report(task(), **stored(), language=CHINESE)).text
    )


def test_predictive_values_are_for_the_shares_here_and_for_a_stated_prevalence() -> None:
    """Of 29 and 29 subjects, sensitivity 20/29 and specificity 28/29; one in fifty is ill."""
    stated = task()
    stated["task_config"]["param_set"]["prevalence"] = 0.02
    of_ppv, _ = prevalence_rows(facts_of(task_=stated))
    ppv = (20 / 29 * 0.02) / (20 / 29 * 0.02 + 1 / 29 * 0.98)
    assert str(of_ppv[1]).startswith(f"{ppv:.3f} [")
    assert "PPV at a prevalence of 2" in read(task_=stated).text
    assert prevalence_rows(facts_of()) == []
    sentences = written(task_=stated)
    assert dict(sentences["methods.predictive-values-at"].values) == {"prevalence": "0.02"}


def test_each_site_has_its_mean_probability_beside_the_observed_share() -> None:
    table = reliability_table(facts_of())
    assert [row[:3] for row in table.rows] == [["x", "1", "0.200"], ["y", "2", "0.650"]]
    assert str(table.rows[1][3]).startswith("1.000 [0.342,")
    assert table.rows[1][4] == "—"  # all of one class
    alone = evidence()
    alone["predictions"]["test"]["site"] = ["x"] * 3
    assert reliability_table(facts_of(evidence=alone)).rows == []


def test_the_decision_table_has_the_net_benefit_of_the_curve() -> None:
    rows = {row[0]: row[1:] for row in decision_table(facts_of()).rows}
    few = ["—", "—"]  # of three subjects there is no interval
    assert rows["0.50"] == ["+0.333", *few, "+0.333"]  # 1/3 of three; all: 2/3 - 1/3
    assert rows["0.35"] == ["+0.667", *few, f"{2 / 3 - 0.35 / 0.65 / 3:+.3f}"]
    assert rows["0.95"][0] == "+0.000"


def test_how_probabilities_were_calibrated_is_said() -> None:
    for source, code in (("cv", "0.250, fitted to 345 out-of-fold"), ("parent", "of the parent")):
        calibrated = CalibrationResult(source, 0.25, 345).as_dict()
        assert code in read(task_=task(result={"calibration": calibrated})).text
    declined = CalibrationResult(why=Message("evaluation.calibration-parent-saw")).as_dict()
    assert "methods.not-calibrated" in written(task_=task(result={"calibration": declined}))
    assert "methods.calibrated" not in written()


@pytest.mark.parametrize("kind", kinds())
def test_every_figure_and_table_has_a_name_of_its_own_to_be_saved_under(kind: str) -> None:
    changes = kinds()[kind]
    page = render_report(changes.pop("task_"), **changes)
    names = re.findall(r'<(?:table|figure) data-name="(.*?)"', page)
    assert names
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names), names
    assert page.count("<table") + page.count("<figure") == len(names)


def pooled_task(**changes: Any) -> dict[str, Any]:
    """A fine-tuning whose simple methods were fitted to its parent's subjects, too."""
    difference = {"difference": -0.01, "ci": [-0.1, 0.05], "excludes_zero": False}
    worse = {"difference": 0.2, "ci": [0.1, 0.3], "excludes_zero": True}
    result = {
        "baselines": {
            "svm_rbf": {"test": METRICS},
            "svm_rbf_pooled": {"test": {**METRICS, "auc": 0.91}},
            "majority_pooled": {"test": {**METRICS, "auc": 0.5}},
            "parent": {"train": METRICS},
        },
        "baselines_left_out": {},
        "differences": {
            "test": {"svm_rbf_pooled": {"auc": difference}, "majority_pooled": {"auc": worse}}
        },
        "pooled_baselines": {"subjects": 40, "recorded": 45, "held_out": 5, "in_training": 0},
        "known_subjects": {"test": 0},
        **changes,
    }
    return task(task_type="dl_ft", parent_task_id="T0", result=result)


def of_child() -> dict[str, Any]:
    steps = [("T0", "A", 45), ("TASK1", "B", 3)]
    lineage = [
        {"task_id": each, "datasets": [{"name": name, "subjects": count}]}
        for each, name, count in steps
    ]
    return {**manifest(), "lineage": lineage}


def test_simple_methods_with_the_parent_s_data_are_told_of() -> None:
    codes = written(task_=pooled_task(), manifest=of_child())
    values = dict(codes["methods.baselines-pooled"].values)
    assert (values["subjects"], values["ancestors"], values["same"]) == (40, "one", "no")
    assert dict(codes["methods.pooled-left-out"].values) == {"held_out": 5, "in_training": 0}
    assert dict(codes["methods.cohort-ancestors"].values)["count"] == 45
    plain = dict(codes["methods.pooled-inputs"].values)
    assert "harmonisation" not in str(codes["methods.pooled-inputs"])
    assert plain["folds"] == "no"
    harmonised = of_child()
    harmonised["settings"]["harmonise"] = True
    codes = written(task_=pooled_task(), manifest=harmonised)
    assert "harmonisation of sites" in str(codes["methods.pooled-inputs"])
    assert not {code for code in written() if "pooled-" in code} - {"methods.pooled-folds"}


def test_a_method_without_metrics_on_the_subjects_of_the_headline_has_no_row() -> None:
    text = read(task_=pooled_task(), manifest=of_child()).text
    assert "RBF SVM, with parent's data 0.910" in text
    assert "Parent model —" not in text


@pytest.mark.parametrize(
    ("bounds", "code"),
    [([-0.2, -0.1], "worse"), ([-0.1, 0.1], "alike"), ([0.1, 0.2], "better")],
)
def test_a_fine_tuning_is_compared_with_the_best_method_with_the_parent_s_data(
    bounds: list[float], code: str
) -> None:
    apart = {"difference": sum(bounds) / 2, "ci": bounds, "excludes_zero": code != "alike"}
    differences = {"test": {"svm_rbf_pooled": {"auc": apart}}}
    tuned = pooled_task(differences=differences)
    found = {message.code: message for message in verdict(Facts(tuned, None, None, None))}
    said = found[f"pooled.model-{code}"]
    assert "RBF SVM, with parent's data" in str(said)
    assert dict(said.values)["auc"] == "0.910"
    seen = pooled_task(differences=differences, known_subjects={"test": 3})
    codes = {message.code for message in verdict(Facts(seen, None, None, None))}
    assert not {each for each in codes if each.startswith("pooled.")}


@pytest.mark.parametrize(("seen", "known"), [(3, True), (0, True), (0, False)])
def test_what_the_folds_of_a_fine_tuning_began_from_is_said(seen: int, *, known: bool) -> None:
    compared = {"split": "cv", "n": 20, "by_class": {}, "seen_by_parent": seen,
                "seen_in_training": 0, "tuned": {}, "rivals": {}}  # fmt: skip
    result = {"metrics": {"cv": REPEATED}, "cross_validation": FOLDS,
              "fine_tuning": {"comparisons": [compared], "parent_is_known": known}}  # fmt: skip
    codes = written(task_=task(task_type="dl_ft", parent_task_id="T0", result=result))
    if seen:
        assert {"methods.folds-from-scratch", "methods.refitted-folds"} <= set(codes)
        assert "methods.fine-tuned-folds" not in codes
    else:
        said = dict(codes["methods.fine-tuned-folds"].values)["known"]
        assert said == ("yes" if known else "partly")
        assert "methods.folds-from-scratch" not in codes


def leading(where: str = "cv", /, **metrics: Any) -> dict[str, Any]:
    """A task whose one result has these metrics, with the interval of each as ``(value, ci)``."""
    values = {name: value for name, (value, _) in metrics.items()}
    measured = {**METRICS, **values, "ci": {name: ci for name, (_, ci) in metrics.items()}}
    return task(result={"metrics": {where: measured, "leave_site_out": None}})


def test_a_good_average_does_not_hide_new_sites_at_chance() -> None:
    by_folds = {**METRICS, "auc": 0.7, "ci": {"auc": [0.6, 0.8]}}
    for auc, bounds, words in (
        (
            0.503,
            [0.43, 0.57],
            "no evidence that the model can tell the classes apart at a new site",
        ),
        (0.65, [0.55, 0.73], "At sites that the models were not trained on: AUC 0.650"),
    ):
        new = {**METRICS, "auc": auc, "ci": {"auc": bounds}}
        judged = task(result={"metrics": {"cv": by_folds, "leave_site_out": new}})
        facts = facts_of(task_=judged)
        assert words in read(task_=judged).text
        is_chance = bounds[0] <= 0.5
        assert ("report.new-sites" in [each.code for each in grave(facts)]) == is_chance
        assert ("report.new-sites" in [each.code for each in cautions(facts)]) != is_chance
    alone_ = facts_of(task_=task(result={"metrics": {"leave_site_out": new}}))
    assert "report.new-sites" not in [each.code for each in verdict(alone_)]


def subjects_of(**changes: Any) -> str:
    leading = leading_metric(facts_of(**changes))
    assert leading is not None
    return str(leading.subjects)


def test_the_headline_says_how_many_of_which_class() -> None:
    assert subjects_of() == "58 subjects: 29 of class 1 and 29 of class 0"
    named = evidence() | {"class_names": {"0": "HC", "1": "SZ"}}
    assert subjects_of(evidence=named) == "58 subjects: 29 SZ and 29 HC"
    repeated = {"metrics": {"cv": REPEATED}}
    assert (
        subjects_of(task_=task(result=repeated)) == "58 subjects: 29 of class 1 and 29 of class 0"
    )
    # Where neither evidence nor manifest can be read, by the result.
    alone = task(result={"classes": [3, 7], "class_names": {"7": "SZ"}})
    assert subjects_of(task_=alone, evidence=None, manifest=None) == (
        "58 subjects: 29 SZ and 29 of class 3"
    )
    assert subjects_of(evidence=None, manifest=None) == "58 subjects"  # classes are not known
    three = {**METRICS, "confusion": [[10, 0, 0], [0, 20, 0], [1, 0, 27]]}
    of_three = task(result={"classes": [0, 1, 2], "metrics": {"test": three}})
    assert subjects_of(task_=of_three, evidence=None, manifest=None) == (
        "58 subjects: 10 of class 0, 20 of class 1 and 28 of class 2"
    )
    older = {"metrics": {"test": {"auc": 0.9}}}
    assert subjects_of(task_=task(result=older)) == "number of subjects not stored"


def by_sites(**metrics: Any) -> dict[str, Any]:
    """A task of three left-out sites, one of which has one class only."""
    within = {"auc_within_sites": 0.62, "auc": 0.7, "ci": {
        "auc_within_sites": [0.48, 0.75], "auc": [0.6, 0.8]}}  # fmt: skip
    site = {**METRICS, "auc": 0.62, "ci": {"auc": [0.4, 0.8]}}
    alone = {**METRICS, "auc": None, "confusion": [[0, 0], [9, 20]], "ci": {}}
    sites = {"a": site, "b": site, "c <c>": alone}
    others = {"svm_rbf": {"auc": {"difference": 0.3, "ci": [0.2, 0.4]},
                          "auc_within_sites": DIFFERENCE}}  # fmt: skip
    return task(result={
        "metrics": {"leave_site_out": {**METRICS, **within, **metrics}, "cv": None},
        "cross_validation": {"leave_site_out": {"folds": 3, "sites": sites, "repeats": 1}},
        "baselines": {"svm_rbf": {"leave_site_out": {**METRICS, **within}}},
        "differences": {"leave_site_out": others},
    })  # fmt: skip


def test_left_out_sites_lead_with_the_mean_of_their_areas() -> None:
    report = read(task_=by_sites())
    assert "AUC within sites 0.620 [0.480, 0.750] at left-out sites" in report.text
    assert "the mean of the AUCs of 2 left-out sites" in report.text
    assert "One site has subjects of one class only and is not counted: c <c>." in report.text
    assert "all sites together is 0.700 [0.600, 0.800], which also counts shifts" in report.text
    assert "The interval of the AUC includes 0.5" in report.text  # of the mean, not of 0.700
    assert "SVM (−0.054 [−0.120, −0.001])" in report.text.replace("\u00a0", " ")
    facts = facts_of(task_=by_sites())
    assert "report.within-sites" in [each.code for each in cautions(facts)]
    assert "methods.within-sites" in written(task_=by_sites())
    assert "somewhat below 0.5" not in report.text
    assert "somewhat below 0.5" in read(task_=by_sites(auc_within_sites=None)).text
    titles = [getattr(title, "code", "") for title in baseline_table(facts).titles]
    assert "names.metric-auc_within_sites" in titles
    assert "names.metric-auc" not in titles


@pytest.mark.parametrize(("low", "differ"), [(0.8, True), (0.2, False)])
def test_sites_that_differ_are_not_taken_for_chance(*, low: float, differ: bool) -> None:
    """The mean's interval includes 0.5, that of these very sites only where theirs are wide."""
    judged = by_sites()
    sites = judged["task_result"]["cross_validation"]["leave_site_out"]["sites"]
    for name in ("a", "b"):
        sites[name] = {**METRICS, "auc": 0.9, "ci": {"auc": [low, 0.99]}}
    facts = facts_of(task_=judged)
    codes = [each.code for each in verdict(facts)]
    assert ("report.sites-differ" in codes) == differ
    assert (by_chance(facts) is None) == differ
    assert ("report.could-be-chance" in codes) != differ
    judged["task_result"]["metrics"]["cv"] = METRICS
    beside = facts_of(task_=judged)
    told = next(each for each in verdict(beside) if each.code == "report.new-sites")
    assert dict(told.values)["chance"] == ("no" if differ else "yes")


def test_an_area_of_all_sites_together_is_named_as_such() -> None:
    """As older results have it, and those in which no site has both classes."""
    older = by_sites(auc_within_sites=None)
    text = read(task_=older).text
    assert "The AUC at left-out sites, 0.700 [0.600, 0.800], is that of all sites" in text
    assert "report.within-sites" not in [each.code for each in verdict(facts_of(task_=older))]
    assert "methods.within-sites" not in written(task_=older)


def test_a_ranking_is_not_taken_for_decisions() -> None:
    auc, even = (0.607, [0.54, 0.67]), (0.512, [0.48, 0.55])
    poor = leading(auc=auc, balanced_accuracy=even, sensitivity=(0.917, [0.86, 0.95]))
    text = read(task_=poor).text
    assert "balanced accuracy 0.512 [0.480, 0.550] (sensitivity 0.917, specificity 0.966)." in text
    better = facts_of(task_=leading(auc=auc, balanced_accuracy=(0.56, [0.52, 0.6])))
    assert grave(better) == []
    chance = facts_of(task_=leading(auc=(0.52, [0.46, 0.6]), balanced_accuracy=even))
    assert [each.code for each in verdict(chance)][:1] == ["report.could-be-chance"]
    assert grave(chance) == []  # said once


@pytest.mark.parametrize(
    ("name", "value", "bounds", "words"),
    [
        ("calibration_intercept", 0.935, [0.2, 1.67], "class 1 are too low on these subjects"),
        ("calibration_intercept", -0.4, [-0.7, -0.1], "class 1 are too high on these subjects"),
        ("calibration_slope", 0.4, [0.2, 0.7], "Predicted probabilities are too extreme"),
        ("calibration_slope", 2.4, [1.2, 3.6], "Predicted probabilities are too moderate"),
        ("calibration_slope", 1.1, [0.7, 1.6], ""),
    ],
)
def test_probabilities_that_are_off_are_named(
    name: str, value: float, bounds: list[float], words: str
) -> None:
    given = {"auc": (0.9, [0.78, 0.96]), name: (value, bounds)}
    said = [render(each) for each in cautions(facts_of(task_=leading(**given)))]
    assert len(said) == bool(words)
    assert words in " ".join(said)
    assert cautions(facts_of(task_=leading("train", **given))) == []


def test_it_says_that_no_covariate_was_checked() -> None:
    said = "No covariate such as age, sex or head motion was checked"
    assert said in read(task_=task(result={"confounds": None})).text
    assert said not in read().text  # an older result does not say
    checked = {"checked": ["AGE"], "summaries": [], "associations": [], "strata": [], "matched": []}
    assert said not in read(task_=task(result={"confounds": checked})).text


def test_a_value_is_within_the_interval_beside_it() -> None:
    metrics = SplitMetrics(58, {"npv": 0.9988}, {"npv": (0.9962, 0.9996)})
    shown = re.findall(r"[\d.]+", with_interval(metrics, "npv"))
    value, low, high = map(float, shown)
    assert low <= value <= high


def test_percentages_are_written_in_one_way() -> None:
    for language in LANGUAGES:
        for path in (Path(messages.__file__).parent / "locale" / language).glob("*.ftl"):
            assert re.findall(r".*\d%.*", path.read_text("utf-8")) == [], path
    assert "33 %" in confusion([[2, 1], [0, 3]], ["a", "b"])


def test_who_was_not_harmonised_is_said() -> None:
    harmonised = manifest() | {"settings": {**manifest()["settings"], "harmonise": True}}
    sites = {"metrics": {"leave_site_out": METRICS},
             "cross_validation": {"leave_site_out": {"folds": 4}}}  # fmt: skip
    code = "methods.not-harmonised-sites"
    assert dict(written(task_=task(result=sites), manifest=harmonised)[code].values) == {
        "where": "folds"
    }
    assert code not in written(task_=task(result=sites))
    new = Message("warnings.not-harmonised", split="test", count=2, site="y").as_dict()
    told = task(result={"warning_messages": [new]})
    assert dict(written(task_=told, manifest=harmonised)[code].values) == {"where": "split"}
    assert code not in written(manifest=harmonised)


@pytest.mark.parametrize(("known", "said"), [(0, True), (3, False), (None, False)])
def test_that_nobody_is_in_two_parts_is_said_where_it_is_known(
    known: int | None, *, said: bool
) -> None:
    unseen = evidence()
    del unseen["predictions"]["test"]["known"]
    judged = task(result={"known_subjects": {"train": 345, "test": known}})
    assert ("methods.no-subject-twice" in written(task_=judged, evidence=unseen)) == said


def test_a_connectome_is_not_told_as_a_list_of_measures() -> None:
    assert "1 measure (GMV) of 2 regions" in read().text
    of_edges = manifest() | {"scaler": {"per_subject": True}}
    text = read(manifest=of_edges).text
    assert "Each subject was described by the connectome of 2 regions." in text
    assert "GMV 100.0 %" in read().text.replace("\xa0", " ")
    assert "GMV 100.0 %" not in text.replace("\xa0", " ")


def test_a_bound_of_a_p_value_is_explained() -> None:
    def sentences(permutations: int, p: float) -> dict[str, Message]:
        test = {"p": p, "permutations": permutations, "auc": 0.8}
        folds = {"cv": {"folds": 5, "permutation": test}}
        result = {"metrics": {"cv": METRICS}, "cross_validation": folds}
        return written(task_=task(result=result))

    assert "methods.permutations-bound" in sentences(200, 0.2)
    assert "methods.permutations-bound" in sentences(9999, 0.0001)
    assert "methods.permutations-bound" not in sentences(9999, 0.2)


def test_how_simple_methods_were_tuned_is_said() -> None:
    assert "methods.baselines-strength" in written()
    plain = task(result={"baselines": {"majority": {"test": METRICS}}})
    assert "methods.baselines-strength" not in written(task_=plain)


def answer(item: str, **changes: Any) -> str:
    """What the checklist says of an item."""
    table = checklist_table(facts_of(**changes))
    return " ".join(str(row[-1]) for row in table.rows if row[0] == Message(f"checklist.{item}"))


def test_the_checklist_knows_what_was_not_done() -> None:
    elsewhere = evidence()
    elsewhere["cohorts"]["test"] = {**elsewhere["cohorts"]["train"], "sites": {"z": {"0": 1}}}
    same = evidence()
    same["cohorts"]["test"] = same["cohorts"]["train"]
    not_done = "Not done in this run."
    assert "Methods and Performance" in answer("external", evidence=elsewhere)
    assert answer("external", evidence=same) == not_done
    assert answer("fairness") == not_done
    assert "Subjects; the authors must add" in answer("differences")
    folds = task(result={"metrics": {"cv": METRICS}})
    assert answer("differences", task_=folds) == not_done
    alone_ = task(result={"baselines": {}})
    assert answer("accuracy", task_=alone_).startswith("Performance; the authors must add")
    assert "the authors must add" in answer("model")  # sizes of layers are not in the text


def test_categories_have_shares_and_a_stated_order() -> None:
    groups = {"0": {"n": 20, "missing": 1, "counts": {"F": 5, "M": 15}},
              "1": {"n": 10, "missing": 0, "counts": {"F": 4, "M": 6}}}  # fmt: skip
    summary = {"split": "test", "name": "SEX", "kind": "categorical", "groups": groups,
               "difference": -0.3, "p": 0.4, "test": "chi2"}  # fmt: skip
    rho = {"split": "test", "name": "SEX", "group": "1", "n": 10, "rho": 0.1, "low": -0.5,
           "high": 0.6}  # fmt: skip
    confounds = {"checked": ["SEX"], "summaries": [summary], "associations": [rho], "strata": [],
                 "matched": []}  # fmt: skip
    facts = facts_of(task_=task(result={"confounds": confounds}))
    cells = [str(cell).replace("\xa0", " ") for cell in covariates_table(facts).rows[0]]
    assert cells[0] == "SEX (F, M)"
    assert cells[2:4] == ["5 (25 %) / 15 (75 %); 1 NA", "4 (40 %) / 6 (60 %)"]
    assert str(associations_table(facts).rows[0][0]) == "SEX (F, M)"


def test_subjects_of_one_region_are_named_once() -> None:
    found = [{**FINDING, "rule": "missing-region", "subject": subject} for subject in ("a", "a, b")]
    facts = facts_of(task_=task(result={"quality": {"rules": {}, "findings": {"test": found}}}))
    assert str(quality_table(facts).rows[0][-1]) == "a and b"


def test_a_decision_curve_says_where_its_interval_is_above_the_others() -> None:
    def curve(probability: list[float], label: list[int]) -> str:
        known = evidence()
        known["predictions"]["test"] = {
            "id": [f"S{number}" for number in range(len(label))], "site": ["x"] * len(label),
            "label": label, "known": [False] * len(label),
            "probability": [[1 - p, p] for p in probability],
        }  # fmt: skip
        return decision_curve(Evidence.from_json(known))

    label = [0, 1] * 30
    apart = curve([0.2 + 0.6 * each for each in label], label)
    assert (
        "The whole interval is above treating all and nobody at some thresholds from 0.21" in apart
    )
    mixed = curve([0.4, 0.6, 0.6, 0.4] * 15, label)
    assert "At no threshold is the whole interval above treating all and nobody." in mixed


def test_regions_of_a_model_at_chance_are_not_shown_without_saying_so() -> None:
    said = "may be due to chance (see the first lines); so may its regions"
    poor = {**METRICS, "auc": 0.55, "ci": {"auc": [0.4, 0.7]}}
    assert said in read(task_=task(result={"metrics": {"test": poor}})).text
    assert said not in read().text
