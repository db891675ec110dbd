"""Who stands where, and the sentences on what that costs."""

from dataclasses import replace

import numpy as np
import pytest

from graphnet.cohort import Cohort, merge
from graphnet.errors import CohortError
from graphnet.splits import Splits, check_classes, warnings
from tests.graphnet.people import RECIPE, cohort

CLEAN = replace(RECIPE, corrupt=0)
SELECTED = (
    "The epoch was chosen by the loss on the validation subjects, so their figures are "
    "slightly optimistic; only subjects of a test set are untouched."
)


def people(site: str, first: int = 1, each: int = 20) -> Cohort:
    return cohort(site, first=first, controls=each, patients=each, recipe=CLEAN)


def only(label: int, site: str = "A", each: int = 40) -> Cohort:
    counts = {"controls": 0, "patients": each} if label else {"controls": each, "patients": 0}
    return cohort(site, recipe=CLEAN, **counts)


def test_splits_are_named_in_order() -> None:
    train, val, test = people("A"), people("B"), people("C")
    assert list(Splits(train, val, test).present()) == ["train", "val", "test"]
    assert list(Splits(train, test=test).held_out()) == [("test", test)]
    assert list(Splits(train).held_out()) == []


def test_subjects_in_two_splits_are_found_by_id() -> None:
    data = Splits(people("A"), people("A", first=19), people("B"))
    assert data.shared("train", "val") == ("A_NC_0019", "A_NC_0020", "A_SZ_0019", "A_SZ_0020")
    assert data.shared("train", "test") == ()
    assert Splits(data.train).shared("train", "test") == ()


@pytest.mark.parametrize(
    ("data", "may"),
    [
        (Splits(people("A")), False),
        (Splits(people("A"), test=people("B")), False),
        (Splits(people("A"), people("B")), True),
        (Splits(people("A"), people("B"), people("C")), True),
        (Splits(people("A"), people("B"), people("A")), True),
        (Splits(people("A"), people("A", first=20)), False),
        (Splits(people("A"), people("B"), people("B", first=20)), False),
    ],
)
def test_validation_selects_only_where_it_stands_alone(*, data: Splits, may: bool) -> None:
    assert data.may_select is may
    assert (SELECTED in warnings(data)) is may


def test_clean_splits_raise_no_doubt() -> None:
    assert warnings(Splits(people("A"), test=people("B"))) == []
    assert warnings(Splits(people("A"), people("B"), people("C"))) == [SELECTED]


def test_every_overlap_is_said() -> None:
    everyone = people("A")
    assert warnings(Splits(everyone, everyone, everyone)) == [
        "train_data and val_data share 40 subjects (A_NC_0001, A_NC_0002, A_NC_0003 …), "
        "so the validation figures are no estimate of new subjects.",
        "train_data and test_data share 40 subjects (A_NC_0001, A_NC_0002, A_NC_0003 …), "
        "so the test figures are no estimate of new subjects.",
        "val_data and test_data share 40 subjects (A_NC_0001, A_NC_0002, A_NC_0003 …), "
        "so the epoch was not chosen on them.",
    ]


def test_one_shared_subject_is_singular() -> None:
    data = Splits(only(0), test=cohort(first=40, controls=40, patients=0, recipe=CLEAN))
    assert warnings(data)[0].startswith("train_data and test_data share 1 subject (A_NC_0040), so")


def test_repeated_subjects_are_said() -> None:
    twice = merge([people("A"), only(0, each=2)])
    assert warnings(Splits(twice)) == [
        "There are neither validation nor test subjects; figures on the training subjects say "
        "nothing about new ones.",
        "train_data has 2 subject ids on more than one row (A_NC_0001, A_NC_0002); each row "
        "counts, so the intervals are too narrow.",
    ]


def test_single_classes_and_small_groups_are_said() -> None:
    uneven = cohort("C", controls=31, patients=9, recipe=CLEAN)
    data = Splits(only(1), cohort("B", controls=10, patients=10, recipe=CLEAN), uneven)
    assert warnings(data) == [
        "train_data holds class 1 only, so what needs a second class (balanced accuracy, AUC) "
        "cannot be computed.",
        "val_data has only 20 subjects; look at the intervals.",
        "test_data has only 9 subjects of class 1.",
        SELECTED,
    ]


def test_notes_and_corrections_of_the_files_are_passed_on() -> None:
    train = replace(people("A"), notes=("A_NC has no ID column.",))
    findings = cohort("B", controls=40, patients=0).findings
    test = replace(people("B"), findings=findings)
    sentences = warnings(Splits(train, test=test))
    assert sentences[0] == "A_NC has no ID column."
    cells = {(one.measure, one.rule): one.count for one in findings}
    assert len(cells) == len(findings)  # each planted cell is a sentence of its own
    assert sentences[1:] == [
        f"B_NC: 1 {one.measure} value of 1 subject ({one.subject}) is {one.rule}; "
        "see the quality rules for what was done."
        for one in findings
    ]


def test_the_same_sentence_is_not_said_twice() -> None:
    everyone = cohort()
    sentences = warnings(Splits(everyone, test=everyone))
    assert len(sentences) == len(set(sentences))


def test_layouts_that_differ_are_refused_by_name() -> None:
    narrow = cohort("B", recipe=replace(RECIPE, regions=10))
    with pytest.raises(CohortError) as caught:
        Splits(cohort("A"), val=narrow, test=narrow)
    assert caught.value.sentences == (
        "Only train_data has the regions 11, 12.",
        "Only train_data has the regions 11, 12.",
    )


def test_a_class_that_the_model_does_not_know_is_refused() -> None:
    odd = replace(people("B"), labels=np.arange(40) % 4)
    data = Splits(people("A"), test=odd)
    check_classes(data, (0, 1, 2, 3))
    with pytest.raises(CohortError) as caught:
        check_classes(data, (0, 1))
    assert caught.value.sentences == (
        "test_data has class 2, 3, which the model does not know (it knows 0, 1).",
    )
