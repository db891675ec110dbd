"""Atlases of the same subjects as a dimension of a sweep: matched by id, compared alike."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from graphnet.__main__ import main
from graphnet.artifacts.further_trainings import SweepResult
from graphnet.config import Evaluation, candidates_of
from graphnet.data.alternatives import Alternative, AtlasSource, matched
from graphnet.data.cohort import Cohort
from graphnet.data.provenance import has_content
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe
from graphnet.distributed import shards
from graphnet.errors import CohortError, ModelError, SettingsError
from graphnet.evaluation.model_selection import Arm, Comparison, arm_of, summarise
from graphnet.experiment import run
from graphnet.options import name_lists, typed_names
from graphnet.outcome import Outcome
from graphnet.plan import ExperimentPlan, OtherAtlas
from graphnet.readers import from_table
from graphnet.report.training import sweep_sentences
from tests.graphnet.people import table
from tests.graphnet.test_sweep import Others

CPU = torch.device("cpu")
BARE: dict[str, Any] = {"explain": False, "baselines": False, "cv_folds": 3}
SILENT = Recipe(regions=6, affected=(), effect=0.0, corrupt=0)
TELLING = Recipe(regions=9, affected=(1, 4), effect=1.6, corrupt=0)
SUBJECTS = 48


def frame(recipe: Recipe, seed: int, subjects: int = SUBJECTS, prefix: str = "") -> pd.DataFrame:
    """The same subjects, by their ids, measured by ``recipe``."""
    measured = table(subjects, seed=seed, recipe=recipe)
    return measured.assign(ID=prefix + measured["ID"])


ON_A, ON_B = frame(SILENT, 1), frame(TELLING, 2)


def source(rows: pd.DataFrame, name: str = "B") -> AtlasSource:
    return AtlasSource((name,), lambda: from_table(rows, name))


def own(rows: pd.DataFrame = ON_A, test: pd.DataFrame | None = None) -> Splits:
    return Splits(from_table(rows, "A"), None, None if test is None else from_table(test, "T"))


def swept(data: Splits, others: tuple[Alternative, ...], sweep: str = "", **asked: Any) -> Outcome:
    tried = candidates_of(sweep, "SGN", {"epochs": 6}, connectomes=False, atlases=True)
    names = tuple((each.name,) for each in others)
    evaluation = Evaluation(**{"sweep": sweep or None, "atlases": names, **BARE, **asked})
    return run(
        data,
        tried[0],
        evaluation=evaluation,
        candidates=tried,
        compared_atlases=[OtherAtlas(each, tried) for each in others],
    )


def result_of(outcome: Outcome) -> SweepResult:
    assert outcome.result.sweep is not None
    return outcome.result.sweep


@pytest.fixture(scope="module")
def chosen() -> Outcome:
    """Of two atlases, of which the second alone tells the classes apart."""
    return swept(*matched(own(), [source(ON_B)]), explain=True, baselines=True)


def test_the_atlas_with_the_effect_is_chosen_and_the_figure_is_its(chosen: Outcome) -> None:
    found = result_of(chosen)
    assert found.atlases == ("B", "A")
    assert [each.settings for each in found.candidates] == [{"atlas": "B"}, {"atlas": "A"}]
    assert [each.chosen for each in found.candidates] == [3, 0]
    assert found.nested is not None
    assert found.nested > 0.85
    assert chosen.result.metrics["cv"] is not None
    assert (chosen.result.metrics["cv"]["auc"] or 0) > 0.85
    assert chosen.model.layout == from_table(ON_B, "B").layout
    assert [each["name"] for each in chosen.model.facts["datasets"]["train"]] == ["B"]
    assert [str(each) for each in sweep_sentences(found)][-1].startswith("Of 2 atlases, B was")
    compared = chosen.model.facts["compared_atlases"]
    assert {name: each[0]["subjects"] for name, each in compared.items()} == {"A": 48, "B": 48}
    assert has_content(from_table(ON_A, "A"), compared["A"][0]["sha256"])


def test_the_model_is_that_of_its_atlas_alone(chosen: Outcome) -> None:
    alone = run(
        Splits(from_table(ON_B, "B")),
        chosen.model.settings,
        evaluation=Evaluation(explain=False, baselines=False, cv_folds=0),
    ).model
    for name, tensor in chosen.model.parameters.items():
        assert torch.equal(alone.parameters[name], tensor)


def test_the_chosen_model_wants_the_regions_of_its_atlas(chosen: Outcome) -> None:
    assert chosen.model.predict(from_table(ON_B, "new")).shape == (SUBJECTS, 2)
    with pytest.raises(ModelError):
        chosen.model.predict(from_table(ON_A, "new"))


def test_the_order_of_rows_in_another_atlas_changes_no_bit(chosen: Outcome) -> None:
    shuffled = ON_B.sample(frac=1, random_state=0)
    other = swept(*matched(own(), [source(shuffled)]), explain=True, baselines=True)
    assert other.model.digest == chosen.model.digest
    assert other.result.as_dict()["metrics"] == chosen.result.as_dict()["metrics"]
    assert result_of(other) == result_of(chosen)
    assert other.predictions == chosen.predictions


def tripled(rows: pd.DataFrame) -> pd.DataFrame:
    changed = rows.copy()
    changed.iloc[:, 3:] *= 3  # after id, class and score
    return changed


def test_test_subjects_decide_nothing() -> None:
    tests = [frame(SILENT, 3, 12, "T"), frame(TELLING, 4, 12, "T")]

    def model(test_a: pd.DataFrame, test_b: pd.DataFrame) -> Outcome:
        return swept(*matched(own(test=test_a), [source(pd.concat([ON_B, test_b]))]))

    usual = model(*tests)
    other = model(*map(tripled, tests))
    assert usual.model.parameters.keys() == other.model.parameters.keys()
    for name, tensor in usual.model.parameters.items():
        assert torch.equal(other.model.parameters[name], tensor)
    assert result_of(usual) == result_of(other)
    assert usual.result.metrics["test"] != other.result.metrics["test"]


def test_who_is_not_on_all_atlases_is_left_out_and_named() -> None:
    lacking = ON_B.drop(index=[0, 5])
    data, (other,) = matched(own(), [source(lacking)])
    there = other.splits().train
    assert data.train.ids == there.ids == tuple(ON_A.drop(index=[0, 5])["ID"])
    values = lacking.set_index("ID").loc[list(there.ids)]
    assert np.array_equal(there.features[:, 2, 0], values[f"{there.measures[0]}_3"])
    (note,) = [str(note) for note in data.train.notes if note.code == "data.atlas-left-out"]
    assert note.startswith("2 of 48 subjects of train_data are not in B (A_NC_0001 and A")
    assert set(data.train.notes) <= set(there.notes)


def test_a_manifest_names_the_content_of_the_datasets_themselves() -> None:
    _, (other,) = matched(own(), [source(ON_B.iloc[::-1].reset_index(drop=True))])
    (recorded,) = other.fingerprints()["train"]
    assert recorded["name"] == "B"
    assert has_content(from_table(ON_B.iloc[::-1], "B"), recorded["sha256"])
    there = other.splits().train
    assert not there.rows(np.arange(3)).recorded


def test_ids_are_matched_as_between_splits() -> None:
    written = ON_B.assign(ID="sub-" + ON_B["ID"])
    data, (other,) = matched(own(), [source(written)])
    assert other.splits().train.ids == data.train.ids == tuple(ON_A["ID"])
    assert any(note.code == "data.ids-matched" for note in data.train.notes)


def without_ids(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns="ID")


def twice(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows, rows.iloc[[3]]])


def turned(rows: pd.DataFrame) -> pd.DataFrame:
    labels = rows["LABEL_GROUP"].to_numpy().copy()
    labels[7] = 1 - labels[7]
    return rows.assign(LABEL_GROUP=labels)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (without_ids, "data.atlas-without-ids", "B has no column of subject ids"),
        (twice, "data.atlas-ids-repeated", "The id A_SZ_0002 stands on more than one row of B"),
        (turned, "data.atlas-classes", "A_SZ_0004 is class 1 in A and class 0 in B"),
        (
            lambda rows: rows.assign(ID=[f"X{n}" for n in range(len(rows))]),
            "data.atlas-nobody",
            "No subject of train_data is in B: the ids here are such as A_NC_0001",
        ),
    ],
)
def test_subjects_that_cannot_be_matched_are_refused(
    change: Callable[[pd.DataFrame], pd.DataFrame], code: str, words: str
) -> None:
    with pytest.raises(CohortError) as caught:
        matched(own(), [source(change(ON_B))])
    assert caught.value.codes == (code,)
    assert words in str(caught.value)


def test_a_split_without_ids_and_a_name_for_two_atlases_are_refused() -> None:
    with pytest.raises(CohortError) as caught:
        matched(own(without_ids(ON_A)), [source(ON_B), source(ON_B)])
    assert "data.atlas-without-ids" in caught.value.codes
    assert "data.atlas-named-twice" in caught.value.codes


def described(rows: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    return rows.assign(**columns)


EVEN = np.arange(SUBJECTS) % 2 == 0
AGES = 20.0 + np.arange(SUBJECTS) % 30


def test_site_and_sex_must_be_the_same_and_may_be_written_otherwise() -> None:
    ours = described(ON_A, SITE=np.where(EVEN, "X", "Y"), Sex=np.where(EVEN, "M", "F"))
    same = described(ON_B, SITE=np.where(EVEN, "x", "y"), Sex=np.where(EVEN, "male", "female"))
    data, (other,) = matched(own(ours), [source(same)])
    assert other.splits().train.sites == data.train.sites
    assert other.splits().train.covariates == data.train.covariates
    moved = described(same, SITE=np.where(np.arange(SUBJECTS) == 4, "y", same["SITE"]))
    with pytest.raises(CohortError) as caught:
        matched(own(ours), [source(moved)])
    assert "A_NC_0003 has X in A and y in B" in str(caught.value)
    wrong = described(same, Sex=np.where(np.arange(SUBJECTS) == 4, "female", same["Sex"]))
    with pytest.raises(CohortError) as caught:
        matched(own(ours), [source(wrong)])
    assert "Sex of one subject differs between atlases: A_NC_0003 has M" in str(caught.value)


def test_numbers_that_differ_are_those_of_the_form_and_said() -> None:
    older = described(ON_B, Age=np.where(np.arange(SUBJECTS) < 3, AGES + 1.5, AGES))
    data, (other,) = matched(own(described(ON_A, Age=AGES)), [source(older)])
    assert np.array_equal(other.splits().train.covariates[0].numbers, AGES)
    (note,) = [str(n) for n in data.train.notes if n.code == "data.atlas-covariate-differs"]
    assert note == ("Age differs between A and B in 3 subjects, by up to 1.5; the values of A are "
                    "used on every atlas.")  # fmt: skip


def test_scores_must_agree_where_they_are_predicted() -> None:
    ours = ON_A.assign(LABEL_SCORE=AGES)
    other = ON_B.assign(LABEL_SCORE=AGES + np.where(np.arange(SUBJECTS) == 2, 1, 0))
    matched(own(ours), [source(other)])
    with pytest.raises(CohortError) as caught:
        matched(own(ours), [source(other)], by_score=True)
    assert "The score of one subject differs" in str(caught.value)


def test_one_atlas_at_a_time_is_read() -> None:
    reads: list[str] = []

    def counted(name: str) -> AtlasSource:
        def read() -> Cohort:
            reads.append(name)
            return from_table(ON_B, name)

        return AtlasSource((name,), read)

    _, (b, c) = matched(own(), [counted("B"), counted("C")])
    reads.clear()
    assert b.splits() is b.splits()
    assert c.splits().train.ids == b.splits().train.ids
    assert reads == ["B", "C", "B"]
    assert b.fingerprints()["train"][0]["name"] == "B"


def test_settings_are_combined_with_atlases_and_counted() -> None:
    found = result_of(swept(*matched(own(), [source(ON_B)]), sweep="seed=0,1"))
    assert found.tried == 4
    assert {each.settings["atlas"] for each in found.candidates[:2]} == {"B"}
    assert found.best_settings.keys() == {"seed"}
    with pytest.raises(SettingsError) as caught:
        Evaluation(sweep=f"seed={','.join(map(str, range(30)))}", atlases=(("B",),))
    assert str(caught.value).startswith("The values of sweep on all atlases are 60 combinations")


def test_a_shared_task_is_the_same() -> None:
    data, others = matched(own(), [source(ON_B)])
    tried = candidates_of(None, "SGN", {"epochs": 3}, connectomes=False, atlases=True)
    asked = Evaluation(atlases=(("B",),), fan_out=2, **BARE)
    atlases = [OtherAtlas(each, tried) for each in others]
    plan = ExperimentPlan.of(data, tried[0], asked, None, tried, atlases=atlases)
    assert {shard.kind for shard in shards.shards(plan)} == {"cv"}
    given: dict[str, Any] = {
        "evaluation": asked, "candidates": tried, "compared_atlases": atlases,
    }  # fmt: skip
    shared = run(data, tried[0], sharing=Others(plan), **given)
    alone = run(data, tried[0], **given)
    assert shared.model.digest == alone.model.digest
    assert result_of(shared).nested == pytest.approx(result_of(alone).nested, abs=1e-6)


def test_an_impossible_candidate_of_an_atlas_is_named_with_it() -> None:
    tried = candidates_of(None, "SGN", {"graph": "full"}, connectomes=False, atlases=True)
    odd = [replace(each, graph="connectome") for each in tried]
    data, (other,) = matched(own(), [source(ON_B)])
    asked = Evaluation(atlases=(("B",),), **BARE)
    with pytest.raises(SettingsError) as caught:
        ExperimentPlan.of(data, tried[0], asked, None, tried, atlases=[OtherAtlas(other, odd)])
    assert str(caught.value).startswith("Candidate 2 of the sweep (atlas B) is not possible")


def test_candidates_are_numbered_over_all_arms() -> None:
    people = from_table(ON_A, "A")
    tried = candidates_of("seed=0,1", "SGN", {}, connectomes=False)
    arms = [Arm.of(people, tried), replace(Arm.of(people, tried[:1]), atlas="B")]
    assert [arm_of(arms, number) for number in range(3)] == [0, 0, 1]
    found = summarise(Comparison([0.5, 0.6, 0.7], 2), [], arms, "seed=0,1", is_regression=False)
    assert found.candidates[0].settings == {"atlas": "B", "seed": 0}


def test_lists_of_names_are_read_as_they_come() -> None:
    assert name_lists("B1, B2; C") == [["B1", "B2"], ["C"]]
    assert name_lists(["B1,B2", ["C; c"]]) == [["B1", "B2"], ["C; c"]]
    assert name_lists(5) == 5
    assert typed_names([["B1", "B2"], ["C"]]) == "B1, B2; C"
    assert typed_names(("age", "sex")) == "age, sex"
    for wrong in ((("B", "C"), ("B",)), ((),), (), (("",),)):
        with pytest.raises(SettingsError):
            Evaluation(atlases=wrong)


def test_the_command_line_compares_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, rows in (("A", ON_A), ("B", ON_B.sample(frac=1, random_state=1))):
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
    given = ["--train", str(tmp_path / "A.csv"), "--atlases", str(tmp_path / "B.csv"), "--epochs",
             "6", "--cv-folds", "3", "--no-baselines", "--no-explain", "--out",
             str(tmp_path / "out")]  # fmt: skip
    assert main(given) == 0
    said = capsys.readouterr().err
    assert "2 candidates were compared." in said
    assert "Of 2 atlases, B was chosen." in said
    stored = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))["sweep"]
    assert stored["candidates"][0]["settings"] == {"atlas": "B"}
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "compared on 2 atlases of the same subjects: B and A, the chosen one first" in report
    assert "--model SGN --train A.csv --atlases B.csv" in report
