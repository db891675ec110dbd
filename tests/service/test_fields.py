"""What a form means is read from its text, and two values of a field are two readings."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from starlette.datastructures import FormData, UploadFile

from graphnet.config import OPTIONS
from service.forms.schema import in_place, read_form
from service.forms.validation import _alike, _bare
from service.http.fields import from_html_form, from_json
from service.http.responses import ApiError
from tests.installations import Installation
from tests.service.forms import body, form

NEW_TASK = "/api/v0/new_task"


def test_json_that_gives_a_field_twice_is_refused_with_both_values() -> None:
    with pytest.raises(ApiError) as refused:
        from_json('{"task_type": "dl_ts", "param_set": {"epochs": 1, "seed": 1, "epochs": 200}}')
    assert [field for field, _ in refused.value.errors] == ["epochs"]
    assert str(refused.value) == (
        "epochs is given twice with different values: epochs is '1' and epochs is '200'. "
        "Give it once, as epochs."
    )


def test_json_that_says_the_same_twice_is_read() -> None:
    assert from_json('{"epochs": 7, "model": ["A"], "epochs": "7.0", "model": "A"}') == {
        "epochs": "7.0",
        "model": "A",
    }


HTML = {
    "epochs in two inputs": ([("param_set:epochs", "1"), ("param_set:epochs", "200")], "epochs"),
    "two projects": ([("proj_id", "A"), ("proj_id", "B")], "proj_id"),
}


@pytest.mark.parametrize("kind", HTML)
def test_an_html_form_that_gives_a_field_twice_is_refused(kind: str) -> None:
    fields, name = HTML[kind]
    with pytest.raises(ApiError) as refused:
        from_html_form(FormData([*fields]))
    assert [field.rpartition(":")[2] for field, _ in refused.value.errors] == [name]


@pytest.mark.parametrize(
    ("values", "ticked"),
    [(["false"], False), (["false", "true"], True), (["true", "false"], True), (["on"], True)],
)
def test_a_box_and_its_hidden_field_are_one(values: Sequence[str], *, ticked: bool) -> None:
    fields = from_html_form(FormData([("enable_test", value) for value in values]))
    understood, errors = read_form(in_place({**form(test_data=["t"]), **fields}))
    assert errors == []
    assert understood is not None
    assert understood.enable_test is ticked


LISTED = {
    "repeated": [("train_data", "a"), ("train_data", "b")],
    "brackets": [("train_data[]", "a"), ("train_data[]", "b")],
    "numbered": [("train_data[0]", "a"), ("train_data[1]", "b")],
    "JSON": [("train_data", '["a", "b"]')],
}
WITHIN = {
    "colon": [("param_set:epochs", "7")],
    "brackets": [("param_set[epochs]", "7")],
    "dot": [("param_set.epochs", "7")],
    "JSON": [("param_set", '{"epochs": 7}')],
    "an empty one before": [("param_set:epochs", ""), ("param_set:epochs", "7")],
}


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("listed", LISTED)
def test_lists_and_settings_however_a_script_sends_them(listed: str, within: str) -> None:
    plain: list[tuple[str, str | UploadFile]] = [
        ("proj_id", "P"),
        ("task_type", "dl_ts"),
        ("datafile", UploadFile(BytesIO(), filename="x")),
    ]
    fields = from_html_form(FormData([*plain, *LISTED[listed], *WITHIN[within]]))
    understood, errors = read_form(in_place(fields))
    assert errors == []
    assert understood is not None
    assert understood.train_data == ["a", "b"]
    assert understood.stored().settings == {"epochs": 7}


def test_a_type_in_capitals_and_digits_of_full_width_are_read() -> None:
    given = {"task_type": " DL_TS ", "param_set": {"epochs": "２０", "learning_rate": "０．０５"}}
    understood, errors = read_form(in_place({**form(), **given}))
    assert errors == []
    assert understood is not None
    assert understood.task_type == "dl_ts"
    assert understood.stored().settings == {"epochs": 20, "learning_rate": 0.05}
    _, errors = read_form(in_place({**form(), "task_type": "DL_FT"}))
    assert [error.field for error in errors] == ["param_set.trained_task_id"]


OWN = {_bare(name): name for name in ("A_SZ_AAL90", "A_NC_AAL90", "B_SZ_AAL90.csv")}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("a_sz_aal90", ["A_SZ_AAL90"]),
        ("/data/A_SZ_AAL90.csv", ["A_SZ_AAL90"]),
        ("C:\\data\\B_SZ_AAL90.csv", ["B_SZ_AAL90.csv"]),
        ("A_SZ_AAL90, A_NC_AAL90", ["A_SZ_AAL90", "A_NC_AAL90"]),
        ("A_SZ_AAL9", ["A_SZ_AAL90"]),
        ("A_SZ_AAL90, hobby", []),
        ("hobby", []),
        (" , ", []),
    ],
)
def test_what_a_wrong_name_perhaps_means(name: str, meant: list[str]) -> None:
    assert _alike(name, OWN) == meant


def test_a_wrong_name_is_answered_with_what_was_perhaps_meant(small: Installation) -> None:
    owner = next(
        dataset["proj_id"]
        for dataset in small.get("/api/v0/datasets", limit="500")["datasets"]
        if dataset["data_name"] == "small_SZ"
    )
    content = body(train_data=["SMALL_SZ"], proj_id=owner)
    reply = small.http.post(NEW_TASK, content=content)
    assert reply.status_code == 422
    assert reply.json()["msg"].endswith("no dataset of that name. Did you mean 'small_SZ'?")
    other = body(train_data=["SMALL_SZ"], proj_id="nobodys")
    assert "small_SZ" not in small.http.post(NEW_TASK, content=other).json()["msg"]


def test_both_values_reach_the_researcher(small: Installation) -> None:
    text = body(param_set={"epochs": 1}).replace('"epochs": 1', '"epochs": 1, "epochs": 2')
    reply = small.http.post(NEW_TASK, content=text)
    assert reply.status_code == 422
    assert reply.json()["code"] == 500
    assert [error["field"] for error in reply.json()["errors"]] == ["epochs"]
    assert "epochs is '1' and epochs is '2'" in reply.json()["msg"]


def test_every_box_of_the_page_may_be_ticked() -> None:
    """Each comes with a hidden field that says no."""
    flags = [name for name, option in OPTIONS.items() if option.is_flag]
    assert {"baselines", "explain"} <= set(flags)
    flags.append("save_model_state")
    for values in (("false", "true"), ("false",)):
        sent = [(f"param_set:{name}", value) for name in flags for value in values]
        fields = from_html_form(FormData([*sent]))
        assert fields == {"param_set": dict.fromkeys(flags, values[-1])}
