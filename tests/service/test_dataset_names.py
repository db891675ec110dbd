"""How datasets are called, and how a form may call them: with or without ``.csv``."""

from typing import Any

import pytest

from db.texts import named_after, other_way
from graphnet.data.synthetic import cohort_table
from tests.installations import Installation
from tests.service.forms import SMALL, form

URL = "/api/v0/datasets"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("A_181210_140_SZ_sfMRI_AAL90.csv", "A_181210_140_SZ_sfMRI_AAL90"),
        ("site.v2.csv", "site.v2"),
        ("site.CSV.gz", "site"),
        ("NYU_1_rois_cc200.1D", "NYU_1_rois_cc200"),
        ("derivatives.zip", "derivatives"),
        ("site.v2", "site.v2"),
        (".csv", ".csv"),
        ("..", ""),
        ("", ""),
    ],
)
def test_a_dataset_is_called_after_its_file_without_endings(file: str, name: str) -> None:
    assert named_after(file) == name


def test_a_name_is_written_in_two_ways_as_far_as_both_fit_the_column() -> None:
    assert other_way("patients") == "patients.csv"
    assert other_way("patients.csv") == "patients"
    assert other_way("p" * 60) == "p" * 60 + ".csv"
    assert other_way("p" * 61) == ""
    assert other_way(".csv") == ""


def table(group: str) -> bytes:
    found = cohort_table("small", int(group == "SZ"), 20, seed=4, recipe=SMALL)
    return bytes(found.to_csv(index=False).encode())


def add(installation: Installation, name: str, group: str, proj_id: str = "P") -> None:
    query = {"proj_id": proj_id, "user_id": "ann", "data_name": name}
    answer = installation.http.post(URL, params=query, content=table(group)).json()
    assert answer["error_num"] == 0, answer
    assert answer["dataset"]["data_name"] == name


def posted(installation: Installation, **changes: Any) -> dict[str, Any]:
    """The answer to a form whose task is not wanted."""
    answer = installation.post(form(**changes))
    if answer["error_num"] == 0:
        installation.http.post(f"/api/v0/tasks/{answer['task_form']['task_id']}/cancel")
    return answer


def test_a_form_of_neuro_learn_finds_what_came_in_by_our_door(small: Installation) -> None:
    """Its datasets are called as their files are."""
    named = {"train_data": ["small_SZ.csv", "small_NC"], "val_data": "small_SZ.csv"}
    answer = posted(small, **named, enable_test=True, test_data=["small_NC.csv", "small_NC"])
    assert answer["task_form"]["train_data"] == ["small_SZ", "small_NC"]
    assert answer["task_form"]["val_data"] == ["small_SZ"]
    assert answer["task_form"]["test_data"] == ["small_NC"]
    assert "There is no dataset named 'small_SZ.csv'; 'small_SZ' was used." in answer["warnings"]
    task = small.get(f"/api/v0/tasks/{answer['task_form']['task_id']}")["task"]
    assert task["task_config"]["train_data"] == ["small_SZ", "small_NC"]
    assert task["task_config"]["test_data"] == ["small_NC"]


def test_the_name_that_is_there_exactly_comes_first(small: Installation) -> None:
    add(small, "both", "SZ")
    add(small, "both.csv", "SZ")
    for name in ("both", "both.csv"):
        answer = posted(small, train_data=[name, "small_NC"])
        assert answer["task_form"]["train_data"] == [name, "small_NC"]
        assert not [each for each in answer["warnings"] if "was used" in each]
    add(small, "ours.csv", "SZ")
    answer = posted(small, train_data=["ours", "small_NC"])
    assert answer["task_form"]["train_data"] == ["ours.csv", "small_NC"]


def test_another_project_s_dataset_is_not_taken_for_one_that_is_called_alike(
    small: Installation,
) -> None:
    add(small, "elsewhere", "SZ", proj_id="Q")
    for kind in ("dl_ts", "dl_xx"):  # of a form that is wrong elsewhere too
        answer = posted(small, train_data=["elsewhere.csv", "small_NC"], task_type=kind)
        assert answer["error_num"] == 2
        told = {each["field"]: each["msg"] for each in answer["errors"]}
        assert told["train_data"] == (
            "train_data names 'elsewhere.csv', but there is no dataset of that name."
        )
    answer = posted(small, train_data=["small_SZ.csv", "small_NC"], task_type="dl_xx")
    assert [each["field"] for each in answer["errors"]] == ["task_type"]


def test_a_file_in_a_form_names_its_dataset_without_its_ending(installation: Installation) -> None:
    file = {"datafile": ("of a form.csv.gz.csv", table("NC"), "text/csv")}
    answer = installation.http.post(URL, data={"proj_id": "P"}, files=file).json()
    assert answer["dataset"]["data_name"] == "of a form"


@pytest.mark.slow
@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_that_no_address_can_have_is_refused(small: Installation, name: str) -> None:
    table = cohort_table("small", 1, 6, seed=1, recipe=SMALL).to_csv(index=False)
    query = {"proj_id": "P", "data_name": name}
    answer = small.http.post(URL, params=query, content=table).json()
    assert (answer["error_num"], answer["errors"][0]["field"]) == (2, "data_name")
