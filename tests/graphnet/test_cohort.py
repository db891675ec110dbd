"""Layouts that agree or say how they differ, and cohorts stacked."""

from dataclasses import replace

import numpy as np
import pytest

from graphnet.data.cohort import Cohort, Layout, merge
from graphnet.data.interpretation import Interpretation
from graphnet.errors import CohortError
from graphnet.messages import finished
from tests.graphnet.people import cohort, same


def tiny(site: str, regions: tuple[str, ...], measures: tuple[str, ...] = ("GMV",)) -> Cohort:
    shape = (2, len(regions), len(measures))
    return Cohort(
        ids=(f"{site}1", f"{site}2"),
        datasets=(site, site),
        sites=(site, site),
        scores=np.array([np.nan, 3.0]),
        labels=np.array([1, 0]),
        features=np.full(shape, float(len(site))),
        regions=regions,
        measures=measures,
        notes=(finished(f"{site} noted"),),
    )


def test_layouts_name_what_only_one_of_them_has() -> None:
    here = Layout(("1", "2", "3"), ("DC", "GMV"))
    there = Layout(("2", "3", "4", "5"), ("GMV", "ReHo"))
    assert [*map(str, here.differences(there, "the model", "the data"))] == [
        "Only the model has the regions 1.",
        "Only the data has the regions 4 and 5.",
        "Only the model has the measures DC.",
        "Only the data has the measures ReHo.",
    ]
    assert here.differences(here, "the model", "the data") == []


def test_a_long_list_of_regions_is_shortened() -> None:
    many = Layout(tuple(str(number) for number in range(1, 91)), ("GMV",))
    few = Layout(("1",), ("GMV",))
    assert [*map(str, many.differences(few, "A", "B"))] == [
        "Only A has the regions 2, 3, 4, 5, 6, 7, 8, 9 and 81 more."
    ]


def test_merging_stacks_subjects_in_order() -> None:
    both = merge([tiny("A", ("1", "2")), tiny("BB", ("1", "2"))])
    assert both.ids == ("A1", "A2", "BB1", "BB2")
    assert both.sites == both.datasets == ("A", "A", "BB", "BB")
    assert both.labels.tolist() == [1, 0, 1, 0]
    assert both.features[:, 0, 0].tolist() == [1, 1, 2, 2]
    assert both.notes == (finished("A noted"), finished("BB noted"))
    assert both.layout == Layout(("1", "2"), ("GMV",))
    assert len(both) == 4


def test_merging_keeps_findings() -> None:
    parts = [cohort("A"), cohort("B")]
    assert all(part.findings for part in parts)
    assert merge(parts).findings == parts[0].findings + parts[1].findings


def test_merging_one_changes_nothing() -> None:
    assert same(merge([cohort()]), cohort())


def test_two_layouts_do_not_merge_and_the_sentence_names_the_regions() -> None:
    with pytest.raises(CohortError) as caught:
        merge([tiny("A", ("1", "2")), tiny("B", ("2", "3")), tiny("C", ("1", "2"), ("DC",))])
    assert caught.value.sentences == (
        "The datasets A and B do not fit together. Only A has the regions 1.",
        "The datasets A and B do not fit together. Only B has the regions 3.",
        "The datasets A and C do not fit together. Only A has the measures GMV.",
        "The datasets A and C do not fit together. Only C has the measures DC.",
    )


def test_there_must_be_something_to_merge() -> None:
    with pytest.raises(CohortError, match=r"^There is no dataset to read\.$"):
        merge([])


def test_classes_and_repeated_subjects_are_counted() -> None:
    people = cohort(controls=3, patients=2)
    assert people.classes == (0, 1)
    assert people.class_counts() == {0: 3, 1: 2}
    assert people.repeated_ids == ()
    assert merge([people, cohort(controls=1, patients=0)]).repeated_ids == ("A_NC_0001",)


def test_regions_in_another_order_are_aligned_by_name() -> None:
    first = cohort("A")
    other = cohort("B")
    edges = np.arange(40 * 12 * 12, dtype=np.float64).reshape(40, 12, 12)
    other = replace(other, connectomes=edges + edges.swapaxes(1, 2))
    turned = other.arranged(Layout(other.regions[::-1], other.measures[::-1]))
    assert turned.connectomes is not None
    assert other.connectomes is not None
    assert turned.connectomes[3, 0, 2] == other.connectomes[3, 11, 9]
    both = merge([first, turned])
    assert both.layout == first.layout
    np.testing.assert_array_equal(both.features[40:], other.features)
    back = turned.arranged(first.layout)
    np.testing.assert_array_equal(back.connectomes, other.connectomes)


def test_class_names_are_shared_and_different_words_for_patients_said() -> None:
    one = replace(tiny("A", ("1", "2")), class_names={0: "HC", 1: "SZ"})
    other = replace(tiny("B", ("1", "2")), class_names={0: "NC", 1: "ASD"})
    both = merge([one, other])
    assert both.class_names == {0: "HC", 1: "SZ / ASD"}
    assert [*map(str, both.notes[2:])] == [
        "Class 1 is 'SZ' in A and 'ASD' in B; these subjects count as one class."
    ]
    with pytest.raises(CohortError, match="'sz' is class 0 in B and class 1 in A"):
        merge([one, replace(other, class_names={0: "sz"})])


def test_connectomes_of_two_kinds_are_refused_where_they_would_be_used() -> None:
    edges = np.zeros((2, 2, 2))
    z = replace(tiny("A", ("1", "2")), connectomes=edges)
    counts = replace(tiny("B", ("1", "2")), connectomes=edges, edges="counts")
    with pytest.raises(CohortError) as caught:
        merge([z, counts])
    assert caught.value.sentences == (
        "The connectomes do not fit together: they hold Fisher's z in A and streamline counts in "
        "B.",
    )
    assert merge([z, replace(counts, connectomes=None)]).connectomes is None
    assert merge([counts, counts]).edges == "counts"


def test_a_person_under_two_spellings_is_one_person() -> None:
    one = replace(tiny("A", ("1", "2")), ids=("0012", "0013"))
    other = replace(tiny("B", ("1", "2")), ids=("12", "14"))
    both = merge([one, other])
    assert both.persons == ("0012", "0013", "0012", "14")
    assert both.repeated_ids == ("0012",)
    assert [*map(str, both.notes[2:])] == [
        "A and B: 1 id matches without leading zeros ('12' and '0012')."
    ]
    assert replace(one, ids=("0012", "12")).persons == ("0012", "12")


def test_what_a_merged_cohort_was_read_as_is_kept_by_dataset() -> None:
    told = Interpretation("csv", id="ID")
    one = replace(tiny("A", ("1", "2")), interpretations={"A": told})
    assert merge([one, tiny("B", ("1", "2"))]).interpretations == {"A": told}
