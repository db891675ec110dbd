"""Covariates: what they alone predict, whether they explain a result; the truth is planted."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from graphnet import experiment
from graphnet.artifacts.confounds import Confounds, Stratum
from graphnet.artifacts.erasure import evidence_without
from graphnet.artifacts.evidence import Evidence
from graphnet.artifacts.inference import predict
from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import TaskResult
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate, usable
from graphnet.data.provenance import digest_of
from graphnet.data.splits import Splits
from graphnet.errors import CohortError, SettingsError
from graphnet.evaluation.areas import GroupAreas
from graphnet.evaluation.baselines import COVARIATES, SITE, covariate_baselines
from graphnet.evaluation.confounds import group_differences
from graphnet.evaluation.metrics import evaluate
from graphnet.messages import Message
from graphnet.outcome import Outcome
from graphnet.preprocessing.covariates import CovariateAdjuster, Design, confounds_of
from graphnet.report.confounds import alone, heterogeneity_table
from graphnet.report.facts import Facts
from graphnet.report.methods import methods
from graphnet.report.page import render_report

SUBJECTS, REGIONS = 160, 12
QUICK = TrainingSettings.for_model("MLP", epochs=20)


def cohort(
    *, effect: float = 0.0, of_age: float = 0.0, older: float = 0.0, seed: int = 0, name: str = "D"
) -> Cohort:
    """Measures with an ``effect`` of the class, and ``of_age``; patients are ``older``."""
    rng = np.random.default_rng(seed)
    labels = np.arange(SUBJECTS) % 2
    age = rng.normal(35, 8, SUBJECTS) + older * labels
    features = rng.normal(size=(SUBJECTS, REGIONS, 2))
    features[:, :4, 0] += effect * labels[:, None]
    features[:, :, 1] += of_age * (age - 35)[:, None]
    return Cohort(
        ids=tuple(f"{name}{number:03}" for number in range(SUBJECTS)),
        datasets=(name,) * SUBJECTS,
        sites=tuple("AB"[number % 4 > 1] for number in range(SUBJECTS)),
        labels=labels,
        features=features,
        regions=tuple(map(str, range(REGIONS))),
        measures=("x", "y"),
        scores=age + rng.normal(0, 4, SUBJECTS),
        covariates=(
            Covariate("Age (years)", NUMERIC, age),
            Covariate("SEX", CATEGORICAL, tuple("MFF"[number % 3] for number in range(SUBJECTS))),
            Covariate("PANSS", NUMERIC, 40.0 * labels + rng.normal(size=SUBJECTS)),
        ),
    )


def run(train: Cohort, **settings: object) -> TaskResult:
    evaluation = Evaluation(explain=False, cv_folds=5, **settings)  # type: ignore[arg-type]
    return experiment.run(Splits(train), QUICK, evaluation=evaluation).result


def facts_of(result: TaskResult) -> Facts:
    task = {"task_id": "T", "task_name": "t", "task_type": "dl_ts", "task_result": result.as_dict()}
    return Facts(task, None, None, None)


def test_age_that_explains_everything_is_said_first_and_gone_in_matched_pairs() -> None:
    result = run(cohort(of_age=0.15, older=10))
    facts = facts_of(result)
    (told,) = alone(facts)
    assert told.explains
    assert told.message.code == "evaluation.covariates-explain"
    confounds = result.confounds
    assert confounds is not None
    assert confounds.checked == ("Age (years)", "SEX")
    rho = {each.group: each for each in confounds.associations if each.name == "Age (years)"}
    assert all(each.low is not None and each.low > 0.2 for each in rho.values())
    (matched,) = confounds.matched
    assert matched.n < SUBJECTS
    assert matched.largest is not None
    assert matched.largest < 0.35
    assert matched.low is not None
    assert matched.low < 0.5, "nothing is left once age is held fixed"
    page = render_report(dict(facts.task), None, None, None)
    assert "its result may be due to Age (years)" in page.partition("</section>")[0]


def test_an_effect_of_its_own_survives_matching_and_is_not_called_confounded() -> None:
    result = run(cohort(effect=1.0))
    (told,) = alone(facts_of(result))
    assert not told.explains
    assert told.message.code == "evaluation.covariates-do-not-explain"
    assert result.confounds is not None
    (matched,) = result.confounds.matched
    assert matched.n > 0.75 * SUBJECTS
    assert matched.low is not None
    assert matched.low > 0.7
    strata = {(each.name, each.level) for each in result.confounds.strata}
    assert {("SEX", "F"), ("SEX", "M")} <= strata
    assert len(strata) == 4


def strata_of(result: TaskResult, name: str, split: str = "cv") -> list[Stratum]:
    confounds = result.confounds
    assert confounds is not None
    return [each for each in confounds.strata if (each.name, each.split) == (name, split)]


@pytest.mark.nightly
def test_that_the_model_works_in_men_only_is_found() -> None:
    """Patients differ in men only; that is an interaction of sex, and none of age."""
    people = cohort()
    is_man = np.array(people.covariates[1].words) == "M"
    moved = np.where((people.labels == 1) & is_man, 3.0, 0.0)
    told = facts_of(run(replace(people, features=people.features + moved[:, None, None])))
    table = heterogeneity_table(told)
    found = {str(row[0]): row for row in table.rows}
    by_sex = strata_of(told.result, "SEX")
    assert found["SEX"][4] == "<\u00a00.001"
    assert float(str(found["Age (years)"][4])) > 0.01
    assert found["SEX"][3] == "1"
    areas = GroupAreas(
        np.array([each.auc for each in by_sex], dtype=np.float64),
        np.array([each.positives for each in by_sex], dtype=np.float64),
        np.array([each.negatives for each in by_sex], dtype=np.float64),
    ).heterogeneity
    assert areas is not None
    assert found["SEX"][2] == f"{areas.q:.2f}"
    assert all(each.n == (each.positives or 0) + (each.negatives or 0) for each in by_sex)
    assert any(message.code == "methods.heterogeneity" for each in methods(told)
               for message in each.sentences)  # fmt: skip


def test_methods_say_what_was_done_of_two_classes_of_more_and_of_scores() -> None:
    def said(result: TaskResult, **param_set: str) -> str:
        task = {**facts_of(result).task, "task_config": {"param_set": param_set}}
        told = methods(Facts(task, None, None, None))
        return next(
            str(message)
            for each in told
            for message in each.sentences
            if message.code == "methods.confounds"
        )

    known = Confounds(("AGE",))
    pairs = "pairs matched by propensity score"
    two = TaskResult(metrics={"cv": SplitMetrics(9, {"auc": 0.5})}, confounds=known)
    assert pairs in said(replace(two, classes=(0, 1)))
    more = said(replace(two, classes=(0, 1, 2)))
    assert more.startswith("Differences between classes were tested by analysis of variance")
    assert "Spearman" not in more
    score = said(two, label="score")
    assert score.startswith("The association of the predictions with each covariate is Spearman")
    assert pairs not in score


def test_small_groups_are_named_and_not_compared() -> None:
    strata = (
        Stratum("test", "SEX", "F", 40, 0.9, 0.8, 0.95, 20, 20),
        Stratum("test", "SEX", "M", 44, 0.5, 0.4, 0.6, 40, 4),
        Stratum("test", "SEX", "X", 3, None, None, None, 1, 2),
        Stratum("cv", "SEX", "F", 40, 0.9, 0.8, 0.95, 20, 20),
    )
    assert group_differences(strata, {}) == ()  # one stratum is compared with none
    more = Stratum("test", "SEX", "D", 60, 0.6, 0.5, 0.7, 30, 30)
    (found,) = group_differences((*strata, more), {})
    assert (found.split, found.name, found.df) == ("test", "SEX", 1)
    assert (found.groups, found.left_out) == (["F", "D"], ["M", "X"])
    metrics = {"test": SplitMetrics(87, {"auc": 0.7})}
    (row,) = heterogeneity_table(
        facts_of(TaskResult(metrics=metrics, group_differences=(found,)))
    ).rows
    assert [str(cell) for cell in row[:2]] == ["SEX", "2"]
    assert str(row[5]) == "M, X"
    older = Stratum("test", "SEX", "F", 40, 0.9, 0.8, 0.95)  # without counts
    assert group_differences((older, more), {}) == ()


def test_sites_are_compared_without_covariates_too() -> None:
    def at_site(auc: float | None, negatives: int, positives: int) -> SplitMetrics:
        table = ((negatives - 1, 1), (1, positives - 1))
        return SplitMetrics(negatives + positives, {"auc": auc}, confusion=table)

    sites = {"a": at_site(0.9, 30, 40), "b": at_site(0.6, 20, 50), "c": at_site(0.7, 3, 9)}
    (found,) = group_differences((), {"cv": sites, "train": sites})
    areas = GroupAreas(np.array([0.9, 0.6]), np.array([40.0, 50.0]), np.array([30.0, 20.0]))
    told = areas.heterogeneity
    assert told is not None
    assert (found.q, found.df, found.p) == (told.q, told.df, told.p)
    assert (found.split, found.kind, found.left_out) == ("cv", "site", ["c"])
    stored = TaskResult(metrics={"cv": at_site(0.8, 50, 90)}, group_differences=(found,))
    assert TaskResult.from_json(stored.as_dict()).group_differences == (found,)
    assert TaskResult.from_json({"group_differences": [{"q": 1}]}).group_differences == ()


def test_strata_of_left_out_sites_are_means_over_sites() -> None:
    people = cohort(effect=1.0)
    result = experiment.run(
        Splits(people),
        QUICK,
        evaluation=Evaluation(cv_folds=0, leave_site_out=True, baselines=False, explain=False),
    )
    by_split = strata_of(result.result, "SEX", "leave_site_out")
    for each in by_split:
        assert each.positives is None  # not compared by a test for AUCs of one group
    tested = Evidence.from_json(result.predictions).of("leave_site_out")
    rows = np.flatnonzero(np.array(people.covariates[1].words) == "M")
    scores = np.array([pair[1] for pair in tested.probability])[rows]
    truth = np.array(tested.labels)[rows] == 1
    expected = GroupAreas.of(truth, scores, [tested.sites[row] for row in rows.tolist()]).mean
    (men,) = [each for each in by_split if each.level == "M"]
    assert men.auc == pytest.approx(expected.value)


@pytest.mark.nightly
def test_a_covariate_that_no_table_controls_for_is_listed_and_not_checked() -> None:
    """A symptom score tells the class by definition; it is checked only if somebody asks."""
    train = cohort()
    assert confounds_of(train, None) == ("Age (years)", "SEX")
    assert confounds_of(train, ["panss", "age_years"]) == ("PANSS", "Age (years)")
    assert confounds_of(train, ["none"]) == ()
    with pytest.raises(CohortError, match=r"IQ.*they have Age \(years\), SEX and PANSS"):
        confounds_of(train, ["IQ"])
    result = run(train, covariates=("none",))
    assert COVARIATES not in result.baselines
    assert result.confounds is not None
    assert {each.name for each in result.confounds.summaries} == {"Age (years)", "SEX", "PANSS"}


def test_the_table_is_what_scipy_and_the_definitions_say() -> None:
    train = cohort(older=5)
    result = run(train)
    assert result.confounds is not None
    rows = {each.name: each for each in result.confounds.summaries if each.split == "train"}
    age = train.covariates[0].numbers
    one, two = age[train.labels == 0], age[train.labels == 1]
    numbers = rows["Age (years)"]
    assert numbers.p == pytest.approx(stats.ttest_ind(one, two, equal_var=False).pvalue)
    pooled = np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 2)
    assert numbers.difference == pytest.approx((two.mean() - one.mean()) / pooled)
    assert numbers.groups["1"].sd == pytest.approx(two.std(ddof=1))
    words = rows["SEX"]
    table = [[words.groups[label].counts[word] for word in "FM"] for label in "01"]
    assert words.p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    p = [row[1] / sum(row) for row in table]
    spread = np.sqrt((p[0] * (1 - p[0]) + p[1] * (1 - p[1])) / 2)
    assert words.difference == pytest.approx((p[1] - p[0]) / spread)


def test_small_fourfold_tables_are_tested_exactly() -> None:
    train = cohort()
    rare = Covariate("hand", CATEGORICAL, tuple("L" if n in {1, 3, 7} else "R" for n in range(160)))
    result = run(replace(train, covariates=(rare,)))
    assert result.confounds is not None
    (row,) = (each for each in result.confounds.summaries if each.split == "train")
    assert row.test == "fisher"
    assert row.p == pytest.approx(stats.fisher_exact([[0, 80], [3, 77]]).pvalue)


def test_what_is_held_out_changes_nothing_that_is_fitted() -> None:
    train = replace(cohort(older=8), confounds=("Age (years)", "SEX"))
    first = train.rows(np.arange(100))
    rest = train.rows(np.arange(100, 160))
    changed = rest.covariates[0].numbers.copy()
    changed[0] = 1e6
    other = replace(
        rest, covariates=(replace(rest.covariates[0], values=changed), *rest.covariates[1:])
    )
    both = [
        covariate_baselines(first, {"test": held_out}, first.labels, 2)[COVARIATES].predicted[
            "test"
        ]
        for held_out in (rest, other)
    ]
    assert np.array_equal(both[0][1:], both[1][1:])
    assert not np.array_equal(both[0][0], both[1][0])


def test_missing_values_and_words_that_nobody_had_are_neutral() -> None:
    train = [
        Covariate("age", NUMERIC, np.array([20.0, 40.0, np.nan])),
        Covariate("sex", CATEGORICAL, ("F", "M", "")),
    ]
    design = Design.fit(train)
    new = [
        Covariate("AGE", NUMERIC, np.array([30.0, np.nan])),
        Covariate("Sex", CATEGORICAL, ("X", "F")),
    ]
    assert design.marked(new, 2).tolist() == [[0, 0, 0, 0, 1], [0, 1, 1, 0, 0]]
    assert design.marked([], 1).tolist() == [[0, 1, 0, 0, 1]]
    assert np.isnan(design.values([], 1)).all()
    assert design.missing(new, 2) == [1, 1]


@pytest.mark.nightly
def test_the_site_alone_is_judged_where_there_are_several() -> None:
    train = cohort()
    apart = replace(train, sites=tuple("AB"[label] for label in train.labels), covariates=())
    result = run(apart)
    assert result.metrics["cv"] is not None
    site = result.baselines[SITE]["cv"]
    assert site is not None
    assert site["auc"] == pytest.approx(1.0)
    (told,) = alone(facts_of(result))
    assert told.message.code == "evaluation.site-explains"
    assert SITE not in run(replace(train, sites=("A",) * SUBJECTS, covariates=())).baselines


def test_covariates_of_several_datasets_are_one() -> None:
    first, second = cohort(), cohort(seed=1, name="E")
    second = replace(
        second,
        covariates=(
            Covariate("AGE_YEARS", NUMERIC, np.arange(SUBJECTS, dtype=float)),
            Covariate("sex", NUMERIC, np.ones(SUBJECTS)),
        ),
    )
    merged = merge([first, second])
    age, panss = merged.covariates
    assert (age.name, age.kind, age.numbers[SUBJECTS + 5]) == ("Age (years)", NUMERIC, 5.0)
    assert np.isnan(panss.numbers[SUBJECTS:]).all()
    said = [note for note in merged.notes if note.code == "data.covariate-kinds"]
    assert said == [Message("data.covariate-kinds", covariate="SEX")], "1 may be a man or a woman"


def test_sex_is_one_covariate_however_it_is_spelled() -> None:
    spelled = [("M", "F"), ("male", "Female"), ("男", "女"), ("m", "f ")]
    cohorts = [
        replace(
            cohort(name=f"D{place}"),
            covariates=(Covariate("Sex", CATEGORICAL, (words * SUBJECTS)[:SUBJECTS]),),
        )
        for place, words in enumerate(spelled)
    ]
    (sex,) = merge(cohorts).covariates
    assert set(sex.words) == {"M", "F"}
    coded, odd = usable(Covariate("SEX", NUMERIC, np.array([1.0, 2.0, np.nan])))
    assert (coded.kind, coded.words, odd) == (CATEGORICAL, ("1", "2", ""), 0)


def test_what_is_no_number_of_a_person_is_missing_and_counted() -> None:
    values = np.array([np.inf, -np.inf, 1e300, 5.0, np.nan])
    age, odd = usable(Covariate("AGE", NUMERIC, values))
    assert (np.isnan(age.numbers).sum(), odd) == (4, 3)


def test_a_constant_but_for_rounding_stays_small() -> None:
    """Of 175 times 2.2 the standard deviation is 9e-16, by which nothing is to be divided."""
    design = Design.fit([Covariate("TR", NUMERIC, np.full(175, 2.2))])
    assert abs(design.values([Covariate("TR", NUMERIC, np.array([2.0]))], 1)[0, 0]) < 1


@pytest.mark.nightly
def test_a_clinical_score_has_covariates_too() -> None:
    settings = replace(QUICK, label="score")
    train = cohort()
    outcome = experiment.run(
        Splits(train), settings, evaluation=Evaluation(explain=False, cv_folds=5)
    )
    ridge = outcome.result.baselines[COVARIATES]["cv"]
    assert ridge is not None
    assert (ridge["r2"] or 0) > 0.6, "the score is age and noise"
    assert outcome.result.confounds is not None
    assert {each.group for each in outcome.result.confounds.associations} == {"all"}
    assert outcome.result.confounds.strata == ()


@pytest.mark.nightly
def test_three_classes_have_a_table_and_strata_and_no_single_score() -> None:
    train = cohort()
    result = run(replace(train, labels=np.arange(SUBJECTS) % 3))
    assert result.confounds is not None
    tests = {each.name: each.test for each in result.confounds.summaries if each.split == "train"}
    assert tests["Age (years)"] == "anova"
    assert result.confounds.associations == ()
    assert result.confounds.matched == ()


@pytest.mark.nightly
def test_a_stored_result_is_read_back_and_an_older_one_has_none() -> None:
    result = run(cohort())
    stored = json.loads(json.dumps(result.as_dict()))
    assert TaskResult.from_json(stored).confounds == Confounds.from_json(stored["confounds"])
    assert TaskResult.from_json(stored).as_dict() == result.as_dict()
    del stored["confounds"]
    assert TaskResult.from_json(stored).confounds is None


def adjusted(train: Cohort, adjust: str = "regress", **settings: object) -> Outcome:
    chosen = replace(QUICK, adjust=adjust, **settings)  # type: ignore[arg-type]
    evaluation = Evaluation(explain=False, cv_folds=5)
    return experiment.run(Splits(train), chosen, evaluation=evaluation)


@pytest.mark.nightly
def test_an_adjusted_model_no_longer_reads_age_and_keeps_an_effect_of_its_own() -> None:
    age = adjusted(cohort(of_age=0.15, older=10)).result
    assert age.confounds is not None
    rho = [each.rho for each in age.confounds.associations if each.name == "Age (years)"]
    assert all(abs(value) < 0.25 for value in rho if value is not None), "0.96 without"
    assert age.metrics["cv"] is not None
    assert (age.metrics["cv"]["auc"] or 1) < 0.6, "0.85 without"
    for adjust in ("regress", "regress_controls"):
        both = adjusted(cohort(effect=1.2, of_age=0.15, older=5), adjust).result
        assert both.metrics["cv"] is not None
        assert (both.metrics["cv"]["auc"] or 0) > 0.8, "it is not over-adjusted"


def test_the_slopes_are_those_of_least_squares() -> None:
    train = replace(cohort(of_age=0.15, older=10), confounds=("Age (years)", "SEX"))
    train.features[3, 2, 1] = np.nan
    fitted = CovariateAdjuster.fit(train.features, train, controls_only=False)
    moved = fitted.transform(train.features, train)
    age, sex = train.covariates[0].numbers, np.array(train.covariates[1].words) == "F"
    for region, measure in ((0, 0), (2, 1)):
        values = train.features[:, region, measure]
        rows = ~np.isnan(values)
        design = np.column_stack([np.ones(rows.sum()), age[rows], sex[rows]])
        best = np.linalg.lstsq(design, values[rows], rcond=None)[0]
        residual = values[rows] - design @ best
        ours = moved[rows, region, measure]
        assert ours - ours.mean() == pytest.approx(residual, abs=1e-9)
        assert np.isnan(moved[~rows, region, measure]).all()
    controls = CovariateAdjuster.fit(train.features, train, controls_only=True)
    assert not np.allclose(controls.slopes, fitted.slopes)


def test_who_lacks_a_covariate_stays_as_measured() -> None:
    """One training subject without it must not become the measure of all others without it."""
    train = cohort(of_age=0.15, older=10)
    age, sex, panss = train.covariates
    holes = age.numbers.copy()
    holes[7] = np.nan
    train = replace(
        train, covariates=(replace(age, values=holes), sex, panss), confounds=("Age (years)", "SEX")
    )
    fitted = CovariateAdjuster.fit(train.features, train, controls_only=False)
    nothing = replace(train, covariates=())
    assert fitted.transform(train.features, nothing) == pytest.approx(train.features)
    only_age = replace(train, covariates=(age,))
    moved = fitted.transform(train.features, only_age) - train.features
    assert np.abs(moved).max() > 0.1
    assert moved.mean(axis=0) == pytest.approx(np.zeros((REGIONS, 2)), abs=0.05)
    unseen = replace(sex, values=("X",) * SUBJECTS)
    assert fitted.missing(replace(train, covariates=(age, unseen))) == {"SEX": SUBJECTS}


@pytest.mark.nightly
def test_a_covariate_that_one_class_lacks_is_warned_of() -> None:
    train = cohort()
    age, *others = train.covariates
    holes = np.where(train.labels == 1, np.nan, age.numbers)
    result = run(replace(train, covariates=(replace(age, values=holes), *others)))
    codes = [warning.code for warning in result.warnings]
    assert "warnings.missing-by-class" in codes
    assert "warnings.missing-by-class" not in [each.code for each in run(train).warnings]


def test_controls_alone_need_controls() -> None:
    scores = replace(cohort(), labels=np.full(SUBJECTS, -1))
    with pytest.raises(CohortError) as caught:
        experiment.run(
            Splits(scores),
            replace(QUICK, label="score", adjust="regress_controls"),
            evaluation=Evaluation(cv_folds=0),
        )
    assert caught.value.codes == ("data.adjust-no-controls",)


def test_a_test_subject_changes_nothing_that_is_fitted() -> None:
    train, test = cohort(older=8), cohort(seed=5, older=8, name="T")
    other = replace(
        test,
        features=test.features + 100,
        covariates=(replace(test.covariates[0], values=test.covariates[0].numbers + 50),),
    )
    settings = replace(QUICK, adjust="regress")
    evaluation = Evaluation(explain=False, cv_folds=0, baselines=False)
    manifests = [
        experiment.run(Splits(train, test=held_out), settings, evaluation=evaluation).model
        for held_out in (test, other)
    ]
    one, two = (model.preprocessing.as_dict() for model in manifests)
    assert one == two


@pytest.mark.nightly
def test_a_stored_model_adjusts_new_subjects_and_says_who_lacks_a_covariate() -> None:
    train = cohort(of_age=0.15, older=10)
    outcome = adjusted(train, seeds=1)
    parameters, manifest = outcome.model.to_bytes()
    model = StoredModel.from_bytes(parameters, manifest)
    new = cohort(seed=9, name="N")
    assert np.array_equal(model.predict(new), outcome.model.predict(new))
    age, sex, panss = new.covariates
    unknown = replace(new, covariates=(replace(age, values=np.full(SUBJECTS, np.nan)), sex, panss))
    values = {"name": "Age (years)", "count": SUBJECTS}
    said = {"code": "prediction.covariate-missing", "values": values}
    assert said in predict(model, unknown)["warning_messages"]


@pytest.mark.parametrize("graph", ["connectome", "partial", "tangent"])
def test_a_graph_by_which_covariates_come_back_is_refused(graph: str) -> None:
    with pytest.raises(SettingsError) as caught:
        adjusted(cohort(), graph=graph, model="GCN")
    assert caught.value.codes == ("graphs.not-adjusted",)


def test_adjusting_needs_covariates_and_enough_subjects() -> None:
    with pytest.raises(CohortError) as caught:
        adjusted(replace(cohort(), covariates=()))
    assert caught.value.codes == ("data.adjust-no-covariates",)
    few = cohort().rows(np.arange(12))
    with pytest.raises(CohortError) as caught:
        adjusted(few, "regress_controls")
    assert caught.value.codes == ("data.adjust-few-subjects",)


def scanned_twice(people: Cohort, seed: int) -> Cohort:
    """Every subject of a cohort twice, the second time slightly otherwise, some at another site."""
    rows = np.repeat(np.arange(len(people)), 2)
    noise = np.random.default_rng(seed).normal(0, 0.3, people.features[rows].shape)
    twice = people.rows(rows)
    sites = tuple("C" if row % 6 == 1 else site for row, site in enumerate(twice.sites))
    return replace(twice, features=twice.features + noise, sites=sites)


def test_several_scans_of_a_subject_count_as_scans_and_are_judged_by_subject() -> None:
    train, test = (
        scanned_twice(replace(cohort(effect=0.4, seed=seed, name=name), scores=np.zeros(160)), seed)
        for seed, name in ((1, "D"), (2, "E"))
    )
    train, test = train.rows(np.arange(160)), test.rows(np.arange(120))
    outcome = experiment.run(
        Splits(train, test=test),
        QUICK,
        evaluation=Evaluation(cv_folds=2, permutations=19, prevalence=0.1, explain=False),
    )
    result = outcome.result
    metrics = result.metrics["test"]
    assert metrics is not None
    assert (metrics.n, metrics.subjects) == (120, 60)
    assert SplitMetrics.from_json(metrics.as_dict()) == metrics
    # The same predictions as if each scan were another subject's: the same values, wider intervals.
    evidence = Evidence.from_json(outcome.predictions)
    tested = evidence.of("test")
    alone = evaluate(np.array(tested.labels, dtype=np.int64), tested.probability)
    assert metrics["auc"] == pytest.approx(alone["auc"])
    for name in ("auc", "accuracy", "sensitivity", "specificity", "brier", "balanced_accuracy"):
        (low, high), (inner, outer) = metrics.ci[name] or (0, 0), alone.ci[name] or (0, 0)
        assert high - low > 1.1 * (outer - inner), name
    assert tested.subjects is not None
    assert tested.subjects.tolist() == np.repeat(np.arange(60), 2).tolist()
    rest, erased = evidence_without(outcome.predictions, {digest_of("E003")})
    assert erased == ("E003",)
    left = Evidence.from_json(rest).of("test")
    assert left.subjects is not None
    assert (len(left.ids), len(left.subjects)) == (118, 118)
    summary = evidence.cohorts["test"]
    assert (summary.subjects, summary.scans, summary.classes) == (60, 120, {"0": 30, "1": 30})
    effects = evidence.effects
    assert effects is not None
    assert {row.n for row in effects.rows} == {80}
    (_, warning) = (each for each in result.warnings if each.code == "data.several-scans")
    assert "test_data has 120 scans of 60 subjects; 60 of them have several" in str(warning)
    confounds = result.confounds
    assert confounds is not None
    sexes = [each for each in confounds.strata if (each.split, each.name) == ("test", "SEX")]
    assert sum(each.n for each in sexes) == 60
    counted = [each for each in confounds.summaries if each.split == "test"]
    assert {sum(group.n for group in each.groups.values()) for each in counted} == {60}
    (at_sites,) = (
        each for each in result.group_differences if (each.split, each.kind) == ("test", "site")
    )
    assert list(at_sites.groups) == ["A", "B", "C"], "C shares subjects with A and B"
    task = {"task_id": "T", "task_name": "t", "task_type": "dl_ts"}
    stored_task = {**task, "task_result": result.as_dict()}
    page = render_report(stored_task, outcome.predictions, None, None)
    assert "120 scans of 60 subjects" in page
    assert "60 (120 scans)" in page
    told = " ".join(
        str(sentence)
        for paragraph in methods(Facts(stored_task, outcome.predictions, None, None))
        for sentence in paragraph.sentences
    )
    assert "These test subjects had 120 scans." in told
    assert "Inference goes by subject" in told
    older = result.as_dict()
    older["warning_messages"] = [
        {"code": "data.repeated-subjects", "values": {"split": "test", "count": 1, "ids": "E"}}
    ]
    facts = Facts({**task, "task_result": older}, None, None, None)
    said = [sentence.code for each in methods(facts) for sentence in each.sentences]
    assert "methods.scans-as-subjects" in said
    assert "methods.scans-by-subject" not in said
