"""Who stands where, and the sentences on what that costs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from graphnet.data.cohort import Cohort, Layout, merge
from graphnet.data.quality import Finding
from graphnet.data.splits import Splits, check_classes, corrections, warnings
from graphnet.errors import CohortError
from graphnet.messages import Message, finished, first_of
from graphnet.names import class_name
from tests.graphnet.people import RECIPE, cohort, same

CLEAN = replace(RECIPE, corrupt=0)
SELECTED = Message("data.epoch-selected")


WORDS = {
    "missing": "missing",
    "infinite": "infinite",
    "absurd": "implausible",
    "constant": "constant",
    "broken": "from a failed computation",
}


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
    shared = {"count": 40, "subjects": first_of(everyone.ids, 3)}
    assert warnings(Splits(everyone, everyone, everyone)) == [
        Message("data.train-val-overlap", **shared),
        Message("data.train-test-overlap", **shared),
        Message("data.val-test-overlap", **shared),
    ]


def test_one_shared_subject_is_singular() -> None:
    data = Splits(only(0), test=cohort(first=40, controls=40, patients=0, recipe=CLEAN))
    assert "share 1 subject (A_NC_0040), so" in str(warnings(data)[0])


def test_repeated_subjects_are_said() -> None:
    twice = merge([people("A"), only(0, each=2)])
    assert warnings(Splits(twice)) == [
        Message("data.no-held-out-subjects"),
        Message(
            "data.several-scans",
            split="train",
            count=2,
            subjects=40,
            scans=42,
            ids=first_of(["A_NC_0001", "A_NC_0002"]),
        ),
    ]


def test_single_classes_and_small_groups_are_said() -> None:
    uneven = cohort("C", controls=31, patients=9, recipe=CLEAN)
    data = Splits(only(1), cohort("B", controls=10, patients=10, recipe=CLEAN), uneven)
    assert warnings(data) == [
        Message("data.one-class", split="train", name=class_name({}, 1)),
        Message("data.few-subjects", split="val", count=20),
        Message("data.few-of-class", split="test", count=9, name=class_name({}, 1)),
        SELECTED,
    ]


def test_notes_and_corrections_of_the_files_are_passed_on() -> None:
    train = replace(people("A"), notes=(finished("A_NC has no ID column."),))
    findings = cohort("B", controls=40, patients=0).findings
    test = replace(people("B"), findings=findings)
    sentences = [str(message) for message in warnings(Splits(train, test=test))]
    assert sentences[0] == "A_NC has no ID column."
    cells = {(one.measure, one.rule): one.count for one in findings}
    assert len(cells) == len(findings)  # each planted cell is a sentence of its own
    assert sentences[1:] == [
        f"B_NC: 1 {one.measure} value (region {one.regions[0]}) of 1 subject ({one.subject}) "
        f"is {WORDS[one.rule]}; "
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
        "Only train_data has the regions 11 and 12.",
        "Only train_data has the regions 11 and 12.",
    )


def test_a_class_that_the_model_does_not_know_is_refused() -> None:
    odd = replace(people("B"), labels=np.arange(40) % 4)
    data = Splits(people("A"), test=odd)
    check_classes(data, (0, 1, 2, 3), {})
    with pytest.raises(CohortError) as caught:
        check_classes(data, (0, 1), {1: "SZ"})
    assert caught.value.sentences == (
        "test_data has class 2 and class 3, which the model does not know (it knows class 0 and "
        "class SZ (1)).",
    )


def spelled(original: Cohort, spelling: Callable[[int], str]) -> Cohort:
    return replace(original, ids=tuple(spelling(row) for row in range(len(original))))


@pytest.mark.parametrize(
    ("train", "test", "how"),
    [
        ("{:04d}", "sub-{:04d}", "without 'sub-' or blanks ('0000' and 'sub-0000')"),
        ("sub-{:04d} ", "sub-{:04d}", "without 'sub-' or blanks ('sub-0000 ' and 'sub-0000')"),
        ("{:07d}", "{}", "without leading zeros ('0000000' and '0')"),
    ],
)
def test_the_same_people_under_other_spellings_are_found_and_said(
    train: str, test: str, how: str
) -> None:
    data = Splits(spelled(people("A"), train.format), test=spelled(people("B"), test.format))
    assert data.shared("train", "test") == data.train.ids
    sentences = [str(message) for message in warnings(data)]
    assert sentences[0].startswith("train_data and test_data share 40 subjects (")
    assert sentences[1] == f"train_data and test_data: 40 ids match {how}."
    assert not Splits(data.train, val=data.test).may_select


def test_ids_with_zeros_on_both_sides_are_different_people() -> None:
    train = spelled(people("A"), lambda row: f"{row:04d}")
    test = spelled(people("B"), lambda row: f"{row:05d}")
    assert Splits(train, test=test).shared("train", "test") == ()


def named(original: Cohort, *names: str) -> Cohort:
    return replace(original, class_names=dict(enumerate(names)))


def test_classes_are_called_by_their_names() -> None:
    alone = named(only(1), "HC", "SZ")
    few = named(cohort("C", controls=31, patients=9, recipe=CLEAN), "NC", "sz")
    data = Splits(alone, test=few)
    assert data.class_names == {0: "HC", 1: "SZ"}
    assert warnings(data) == [
        Message("data.one-class", split="train", name=class_name({1: "SZ"}, 1)),
        Message("data.few-of-class", split="test", count=9, name=class_name({1: "sz"}, 1)),
    ]


def test_other_words_for_patients_are_said_and_crossed_words_refused() -> None:
    data = Splits(named(people("A"), "HC", "SZ"), test=named(people("B"), "NC", "ASD"))
    assert [*map(str, warnings(data))] == [
        "Class 1 is 'SZ' in train_data and 'ASD' in test_data; these subjects count as one class."
    ]
    with pytest.raises(CohortError) as caught:
        Splits(named(people("A"), "HC", "SZ"), test=named(people("B"), "SZ", "HC"))
    assert caught.value.sentences == (
        "'SZ' is class 0 in test_data and class 1 in train_data. Use the same coding in both.",
        "'HC' is class 1 in test_data and class 0 in train_data. Use the same coding in both.",
    )


def test_splits_take_the_order_of_the_training_regions() -> None:
    train, test = people("A"), people("B")
    turned = test.arranged(Layout(test.regions[::-1], test.measures[::-1]))
    assert not np.array_equal(turned.features, test.features)
    assert same(Splits(train, test=turned).present()["test"], test)


def test_connectomes_of_two_kinds_do_not_fit_together() -> None:
    edges = np.zeros((40, 12, 12))
    train = replace(people("A"), connectomes=edges)
    with pytest.raises(CohortError) as caught:
        Splits(train, test=replace(people("B"), connectomes=edges, edges="counts"))
    assert caught.value.sentences == (
        "The connectomes of train_data hold Fisher's z, those of test_data streamline counts; "
        "both must hold the same.",
    )


def test_one_region_that_several_lack_is_one_sentence() -> None:
    found = (
        Finding("missing-region", "X", "p1", "FC", 4, ("Vermis_10",), ("p2", "p3", "p4")),
        Finding("missing-region", "X", "p1", "FC", 2, ("Caudate_L",), ("p5",)),
        Finding("missing-edge", "X", "p6", "FC", 1, ("A", "B")),
        *(
            Finding("missing", "X", subject, measure, 1, ("Vermis_10",))
            for measure in ("ALFF", "DC", "GMV")
            for subject in ("p1", "p2")
        ),
    )
    end = "; see the quality rules for what was done."
    assert [*map(str, corrections(found))] == [
        f"X: region Vermis_10 has no edge in 4 subjects (p1, p2, p3 and 1 more){end}",
        f"X: region Caudate_L has no edge in 2 subjects (p1 and p5){end}",
        f"X: 1 edge (regions A and B) of 1 subject (p6) is missing{end}",
        "X: 6 ALFF, DC and GMV values (region Vermis_10) of 2 subjects (p1 and p2) are missing"
        f"{end}",
    ]
