"""What two tasks say together: who counts, what is said of the others, and what is refused."""

from typing import Any

import numpy as np
import pytest

from graphnet.artifacts.metrics import CalibrationResult, FoldsResult
from graphnet.artifacts.result import TaskResult
from graphnet.messages import CHINESE, ENGLISH, render
from service.api.comparison_view import TogetherView
from service.stores.comparison_cache import PairOfTasks
from service.stores.shared_subjects import CLASSES, FEW, NO_EVIDENCE, SCORE
from service.stores.together import NO_SHARES, SAME, Evaluated, Together, add_tasks

CALIBRATED = TaskResult(
    calibration=CalibrationResult("cv", 0.8, 40),
    cross_validation={"cv": FoldsResult(5, None, slopes=(0.7, 0.9))},
)
SUBJECTS = 24


def evidence(region: str = "1", split: str = "test", **changes: Any) -> dict[str, Any]:
    """Of subjects of whom each region's task knows something of its own."""
    random = np.random.default_rng(int(region))
    labels = [row % 2 for row in range(SUBJECTS)]
    odds = np.array(labels) * 2.0 - 1.0 + 1.5 * random.standard_normal(SUBJECTS)
    shares = (1 / (1 + np.exp(-odds))).round(6)
    listed = {
        "id": [f"S{row}" for row in range(SUBJECTS)],
        "site": ["A"] * SUBJECTS,
        "label": labels,
        "probability": [[1 - share, share] for share in shares.tolist()],
        "known": [False] * SUBJECTS,
    }
    return {
        "target": "group",
        "classes": [0, 1],
        "regions": [region],
        "measures": ["GMV"],
        "cohorts": {"train": {"classes": {"0": 30, "1": 10}, "sites": {"A": {"0": 30, "1": 10}}}},
        "predictions": {split: {**listed, **changes.pop("listed", {})}},
        **changes,
    }


def added(ours: Any, theirs: Any, split: str = "test") -> Together:
    return add_tasks(
        Evaluated("ONE", ours, CALIBRATED), Evaluated("TWO", theirs, CALIBRATED), split
    )


def of_rows(stored: dict[str, Any], rows: list[int]) -> dict[str, Any]:
    """The evidence of some rows."""
    ((split, listed),) = stored["predictions"].items()
    kept = {name: [column[row] for row in rows] for name, column in listed.items()}
    return {**stored, "predictions": {split: kept}}


def probabilities(stored: dict[str, Any]) -> Any:
    ((_, listed),) = stored["predictions"].items()
    return np.array(listed["probability"])


def test_log_odds_are_added_as_by_hand() -> None:
    one, two = evidence("1"), evidence("2")
    two["cohorts"] = {"train": {"classes": {"0": 10, "1": 10}}}
    found = added(one, two)
    ours, theirs = (np.log(p[:, 1] / p[:, 0]) for p in map(probabilities, (one, two)))
    priors = np.log(1 / 3), 0.0
    odds = (priors[0] + priors[1]) / 2 + (ours - priors[0]) + (theirs - priors[1])
    share = 1 / (1 + np.exp(-odds))
    labels = np.array([row % 2 for row in range(SUBJECTS)])
    assert found.metrics["together"]["brier"] == pytest.approx(((share - labels) ** 2).mean())
    pairs = share[labels == 1][:, None] - share[labels == 0]
    area = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
    assert found.metrics["together"]["auc"] == pytest.approx(area)
    alone = found.metrics["first"]["auc"]
    assert alone is not None
    assert found.differences["first"]["auc"].value == pytest.approx(area - alone)
    assert (found.n, found.only_first, found.only_second, found.left_out) == (SUBJECTS, 0, 0, 0)
    assert found.everybody is None
    assert list(found.notes) == []


def test_who_is_in_one_task_alone_keeps_its_probability() -> None:
    one, two = of_rows(evidence("1"), [*range(18)]), of_rows(evidence("2"), [*range(4, 24)])
    found = added(one, two)
    assert (found.n, found.only_first, found.only_second) == (14, 4, 6)
    both = added(of_rows(one, [*range(4, 18)]), of_rows(two, [*range(14)]))
    assert found.metrics == both.metrics
    assert found.differences == both.differences
    assert found.everybody is not None
    labels = np.array([row % 2 for row in range(SUBJECTS)])
    ours, theirs = (((p[:, 1] - y) ** 2).sum() for p, y in (
        (probabilities(one)[:4], labels[:4]), (probabilities(two)[14:], labels[18:])
    ))  # fmt: skip
    brier = both.metrics["together"]["brier"]
    assert brier is not None
    assert found.everybody["brier"] == pytest.approx((14 * brier + ours + theirs) / 24)


def test_of_a_left_out_site_the_prior_is_that_of_the_others() -> None:
    sites = ["A", "B"] * 6 + ["B", "A"] * 6
    one, two = (evidence(region, "leave_site_out", listed={"site": sites}) for region in ("1", "2"))
    counts = {"A": {"0": 25, "1": 5}, "B": {"0": 5, "1": 5}}
    for stored in (one, two):
        stored["cohorts"] = {"train": {"classes": {"0": 30, "1": 10}, "sites": counts}}
    found = added(one, two, "leave_site_out")
    prior = np.array([0.0 if site == "A" else np.log(5 / 25) for site in sites])
    ours, theirs = (np.log(p[:, 1] / p[:, 0]) for p in map(probabilities, (one, two)))
    share = 1 / (1 + np.exp(-(ours + theirs - prior)))
    labels = np.array([row % 2 for row in range(SUBJECTS)])
    assert found.metrics["together"]["brier"] == pytest.approx(((share - labels) ** 2).mean())
    assert "auc_within_sites" in found.metrics["together"]
    assert "auc_within_sites" in found.differences["second"]


def test_three_classes_have_no_interval_of_an_auc() -> None:
    three: dict[str, Any] = {
        "classes": [0, 1, 2],
        "cohorts": {"train": {"classes": {"0": 8, "1": 8, "2": 8}}},
    }
    listed = {
        "label": [row % 3 for row in range(SUBJECTS)],
        "probability": [[0.2, 0.3, 0.5], [0.6, 0.2, 0.2]] * 12,
    }
    found = added(evidence("1", listed=listed, **three), evidence("2", listed=listed, **three))
    assert found.reason is None
    assert found.metrics["together"]["auc"] is None
    assert found.differences["first"]["brier"].interval is not None


def test_whose_class_or_scans_differ_is_left_out_and_said() -> None:
    labels = [row % 2 for row in range(SUBJECTS)]
    two = evidence("2", listed={"label": [1 - labels[0], *labels[1:]]})
    found = added(evidence("1"), two)
    assert (found.n, found.left_out) == (23, 1)
    assert str(found.notes[0]) == (
        "1 subject was left out because the class differs between the tasks (S0)."
    )
    ids = ["S2", *(f"S{row}" for row in range(1, SUBJECTS))]
    found = added(evidence("1"), evidence("2", listed={"id": ids}))
    assert (found.n, found.only_first, found.only_second, found.left_out) == (22, 1, 0, 1)
    assert "number of scans differs" in str(found.notes[0])


def test_one_id_at_two_sites_is_one_person_who_is_not_added_up() -> None:
    found = added(evidence("1"), evidence("2", listed={"site": ["A"] * 20 + ["B"] * 4}))
    assert (found.n, found.only_first, found.only_second) == (20, 4, 4)
    assert found.everybody is not None
    assert (found.everybody.n, found.everybody.subjects) == (28, 24)
    assert str(found.notes[0]).startswith("4 subjects have the same id in both tasks, but not")


def test_what_makes_the_sum_doubtful_is_said() -> None:
    same = added(evidence("1"), evidence("1"))
    assert list(same.notes) == [SAME]
    uncalibrated = add_tasks(
        Evaluated("ONE", evidence("1")), Evaluated("TWO", evidence("2"), CALIBRATED), "test"
    )
    assert "Not calibrated: ONE." in str(uncalibrated.notes[0])
    folds = add_tasks(
        Evaluated("ONE", evidence("1", "cv"), CALIBRATED),
        Evaluated(
            "TWO",
            evidence("2", "cv"),
            TaskResult(cross_validation={"cv": FoldsResult(5, None, slopes=(0.7, None))}),
        ),
        "cv",
    )
    assert "Not calibrated: TWO." in str(folds.notes[0])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classes": [0, 2]}, CLASSES),
        ({"target": "score", "classes": []}, SCORE),
        ({"cohorts": {}}, NO_SHARES),
        ({"cohorts": {"train": {"classes": {"0": 9}}}}, NO_SHARES),
        ({"listed": {"known": [True] * SUBJECTS}}, FEW),
    ],
)
def test_what_cannot_be_added_is_null_with_the_reason(changes: dict[str, Any], said: Any) -> None:
    found = added(evidence("1"), evidence("2", **changes))
    assert found.reason == said
    answer = TogetherView.of(found, CHINESE).as_dict()
    assert answer["reason"] == render(said, CHINESE)
    assert [answer[name] for name in ("metrics", "differences", "everybody")] == [None] * 3
    assert added(evidence("1"), None).reason == NO_EVIDENCE


def test_datasets_that_do_not_fit_are_refused_in_words() -> None:
    labels = [1 - row % 2 for row in range(SUBJECTS)]
    turned = added(evidence("1"), evidence("2", listed={"label": labels}))
    assert str(turned.reason).startswith(
        "Fewer than 5 subjects of a class are new to both models and of the same class in both "
        "tasks. 24 subjects are of another class in each (S0, S1, S2"
    )
    nowhere = added(evidence("1"), evidence("2", listed={"site": [""] * SUBJECTS}))
    assert (nowhere.n, nowhere.only_first, nowhere.only_second) == (0, 24, 24)
    assert "(such as S0: site A in one, no site in the other)" in str(nowhere.reason)
    assert "site" not in render(nowhere.reason, CHINESE) if nowhere.reason else False


def test_where_no_file_has_sites_the_names_of_datasets_are_none() -> None:
    def stored(region: str, sites: list[str], **listed: Any) -> dict[str, Any]:
        train = {"classes": {"0": 30, "1": 10}, "datasets": sorted(set(sites))}
        cohorts: dict[str, Any] = {"cohorts": {"train": train}}
        return evidence(region, listed={"site": sites, **listed}, **cohorts)

    one = stored("1", ["FC"] * SUBJECTS)
    assert added(one, stored("2", ["FS_SZ", "FS_NC"] * 12)).n == SUBJECTS
    # One has sites, the other has none: they may be other people.
    assert added(one, evidence("2", listed={"site": ["NYU"] * SUBJECTS})).n == 0
    # An id of two datasets may be two people.
    ids = [f"S{row % 20}" for row in range(SUBJECTS)]
    twice = stored("2", ["FS_A"] * 20 + ["FS_B"] * 4, id=ids)
    assert added(one, twice).n == 16


def test_only_subjects_of_tests_and_folds_are_added() -> None:
    one, two = evidence("1"), evidence("2")
    for stored in (one, two):
        stored["predictions"] |= dict.fromkeys(("train", "val"), stored["predictions"]["test"])
    pair = PairOfTasks.of(Evaluated("ONE", one, CALIBRATED), Evaluated("TWO", two, CALIBRATED))
    assert [each.split for each in pair.together] == ["test"]
    assert set(pair.differences) == {"test", "train", "val"}
    across = PairOfTasks.of(
        Evaluated("ONE", evidence("1", "cv"), CALIBRATED), Evaluated("TWO", two, CALIBRATED)
    )
    assert [(each.split, each.n) for each in across.together] == [("across", SUBJECTS)]


def test_an_answer_is_read_back() -> None:
    found = added(of_rows(evidence("1"), [*range(20)]), evidence("2"))
    answer = TogetherView.of(found, ENGLISH).as_dict()
    read = TogetherView.read(answer)
    assert read.as_dict() == answer
    assert read.measured == found.metrics
    assert read.measured_of_all == found.everybody
    assert read.difference("second") == found.differences["second"]
