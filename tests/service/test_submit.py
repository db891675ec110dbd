"""What arrives at the three addresses in real life is understood."""

import json
from typing import Any

import httpx
import pytest

from graphnet.messages import Message
from service.forms.schema import in_place, read_form
from tests.installations import Installation
from tests.service.forms import body, form, tasks

ADDRESSES = ("/api/v0/new_task", "/api/v0/new_sgn_task", "/rest/sgnservice/v0/task/insert")


def accepted(reply: httpx.Response) -> dict[str, Any]:
    answer: dict[str, Any] = reply.json()
    assert (reply.status_code, answer["error_num"]) == (200, 0), answer
    understood: dict[str, Any] = answer["task_form"]
    return understood


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_json_whatever_its_content_type(
    small: Installation, address: str, kind: str | None
) -> None:
    headers = {} if kind is None else {"content-type": kind}
    understood = accepted(small.http.post(address, content=body(), headers=headers))
    assert understood["task_id"].startswith("TASK")
    assert len(understood["task_id"]) <= 32
    assert understood["task_id"] in tasks(small)


def test_strings_for_numbers_and_booleans(small: Installation) -> None:
    settings = {"epochs": "2", "batch_size": "8", "learning_rate": "5e-2", "lr_decay": "1"}
    understood = accepted(
        small.http.post(
            ADDRESSES[0],
            content=body(
                param_set=settings, enable_test="false", train_data="small_SZ,"[:-1]
            ).replace('"small_SZ"', '["small_SZ", "small_NC"]'),
        )
    )
    assert understood["param_set"]["epochs"] == 2
    assert understood["param_set"]["learning_rate"] == 0.05
    assert understood["enable_test"] is False


def test_fields_beside_param_set(small: Installation, trained: dict[str, Any]) -> None:
    parent = trained["task_id"]
    content = body(task_type="dl_ft", trained_task_id=parent, save_model_state="false", model=[])
    understood = accepted(small.http.post(ADDRESSES[0], content=content))
    assert understood["param_set"]["trained_task_id"] == parent
    assert understood["param_set"]["save_model_state"] is False
    task = small.wait(understood["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    assert task["parent_task_id"] == parent
    assert task["task_result"]["model_state_path"] == ""
    assert small.http.get(f"/api/v0/tasks/{task['task_id']}/model").status_code == 404


@pytest.mark.parametrize("name", ["param_set:{}", "param_set[{}]"])
@pytest.mark.parametrize("multipart", [False, True])
def test_html_forms(small: Installation, name: str, *, multipart: bool) -> None:
    fields: dict[str, Any] = {
        "proj_id": "P",
        "task_type": "dl_ts",
        "train_data": ["small_SZ", "small_NC"],
        "enable_test": "false",
        "model": "GNN",
        name.format("epochs"): "2",
        name.format("save_model_state"): "true",
    }
    if multipart:
        parts = [
            (key, (None, each))
            for key, value in fields.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        reply = small.http.post(ADDRESSES[0], files=parts)
    else:
        reply = small.http.post(ADDRESSES[0], data=fields)
    understood = accepted(reply)
    assert understood["train_data"] == ["small_SZ", "small_NC"]
    assert understood["param_set"]["epochs"] == 2
    assert understood["model"] == "SGN"


@pytest.mark.parametrize(
    ("model", "name"), [([], "SGN"), (["GNN"], "SGN"), ("gcn", "GCN"), ("", "SGN"), (None, "SGN")]
)
def test_model_as_a_list_or_a_name(small: Installation, model: Any, name: str) -> None:
    understood = accepted(small.http.post(ADDRESSES[0], content=body(model=model)))
    task = small.wait(understood["task_id"])
    assert task["task_config"]["model"] == name
    assert task["task_name"].endswith(name)


def test_unknown_fields_are_kept_and_named(small: Installation) -> None:
    content = body(colour="blue", param_set={"epochs": 1, "dropout": 0.5})
    answer = small.http.post(ADDRESSES[0], content=content).json()
    assert answer["task_form"]["colour"] == "blue"
    assert answer["task_form"]["param_set"]["dropout"] == 0.5
    assert any("colour and param_set.dropout" in sentence for sentence in answer["warnings"])


MOVED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "model": ({"model": [], "param_set": {"model": "gat"}}, {"param_set.model": "model"}),
    "model of a list": ({"param_set": {"model": ["GAT"]}}, {"param_set.model": "model"}),
    "the same twice": ({"model": ["gat"], "param_set": {"model": "GAT"}}, {}),
    "epochs": ({"model": "GAT", "epochs": "7"}, {"epochs": "param_set.epochs"}),
    "capitals": ({"Model": "GAT"}, {"Model": "model"}),
    "epochs twice": ({"model": "GAT", "epochs": "7", "param_set": {"epochs": 7.0}}, {}),
    "dotted": ({"model": "GAT", "param_set.epochs": 7}, {}),
}


@pytest.mark.parametrize("kind", MOVED)
def test_fields_on_the_other_level_are_used_as_if_in_their_place(kind: str) -> None:
    given, moved = MOVED[kind]
    fields = {key: value for key, value in form().items() if key not in {"model", "param_set"}}
    understood, errors = read_form(in_place(fields | given))
    assert errors == []
    assert understood is not None
    assert understood.stored().model == "GAT"
    assert understood.stored().settings == ({"epochs": 7} if "7" in str(given) else {})
    assert understood.warnings() == [
        Message("forms.field-moved", name=name, place=place) for name, place in moved.items()
    ]
    assert not set(moved) & set(understood.understood())


def test_test_data_within_param_set_are_tested_on() -> None:
    understood, errors = read_form(in_place({**form(), "param_set": {"test_data": "small_SZ"}}))
    assert (understood is not None, errors) == (True, [])
    assert understood is not None
    assert understood.stored().splits["test"] == ("small_SZ",)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"model": "SGN", "param_set": {"model": "GAT"}}, "model"),
        ({"epochs": 3, "param_set": {"epochs": 5}}, "param_set.epochs"),
        ({"param_set": {"density": 0.1, "sparsity": 0.2}}, "param_set.density"),
        ({"enable_test": False, "param_set": {"enable_test": True}}, "enable_test"),
        (
            {"trained_task_id": "TASK1", "param_set": {"trained_task_id": "TASK2"}},
            "param_set.trained_task_id",
        ),
    ],
)
def test_a_field_given_twice_with_different_values_is_refused(
    given: dict[str, Any], place: str
) -> None:
    understood, errors = read_form(in_place(form() | given))
    assert understood is None
    assert [error.field for error in errors] == [place]
    assert errors[0].message.code == "forms.given-twice"


def test_what_the_front_end_always_sends_is_not_twice() -> None:
    given = {"save_model_state": False, "trained_task_id": "", "model": []}
    understood, errors = read_form(
        in_place(form() | given | {"param_set": {"save_model_state": True}})
    )
    assert errors == []
    assert understood is not None
    assert understood.stored().save_model_state
    assert understood.warnings() == []


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        ("param_set.Learning_rte", {"param_set": {"Learning_rte": 1}}, "param_set.learning_rate"),
        ("modell", {"modell": "GAT"}, "model"),
    ],
)
def test_a_field_that_is_perhaps_misspelt_names_what_was_trained(
    name: str, given: dict[str, Any], meant: str
) -> None:
    understood, errors = read_form(in_place(form(model="") | given))
    assert errors == []
    assert understood is not None
    expected = Message("forms.field-misspelt", name=name, meant=meant, model="SGN")
    assert understood.warnings() == [expected]


@pytest.mark.parametrize("given", [{}, {"enable_test": ""}, {"enable_test": None}])
@pytest.mark.parametrize("data", [["small_SZ"], []])
def test_data_to_test_on_ask_for_a_test(data: list[str], given: dict[str, Any]) -> None:
    understood, errors = read_form(in_place({**form(test_data=data), **given}))
    assert errors == []
    assert understood is not None
    assert understood.enable_test is bool(data)
    assert understood.stored().splits.get("test", ()) == tuple(data)
    assert understood.warnings() == []


def test_data_that_are_not_tested_on_are_named() -> None:
    understood, _ = read_form(in_place(form(enable_test=False, test_data=["small_SZ"])))
    assert understood is not None
    assert "test" not in understood.stored().splits
    assert understood.warnings() == [Message("forms.test-data-unused", names=["small_SZ"])]


def test_enabled_test_without_data_is_only_a_warning(small: Installation) -> None:
    answer = small.http.post(ADDRESSES[0], content=body(enable_test=True, test_data=[])).json()
    assert answer["error_num"] == 0
    assert any("nothing is tested" in sentence for sentence in answer["warnings"])


def test_names_in_any_script_survive(small: Installation) -> None:
    name = "精神分裂症 ' \"; DROP TABLE backend_submissions; -- 😀"
    understood = accepted(small.http.post(ADDRESSES[0], content=body(task_name=name)))
    shown = small.get(f"/api/v0/tasks/{understood['task_id']}")["task"]
    assert shown["task_name"] == name


def test_a_finished_task_says_all_the_contract_asks(trained: dict[str, Any]) -> None:
    assert {
        "task_id", "proj_id", "task_name", "task_type", "task_status", "task_config",
        "task_result", "error", "progress", "attempt", "parent_task_id",
    } <= set(trained)  # fmt: skip
    assert trained["progress"] == {
        "epoch": 2,
        "epochs": 2,
        "percent": 100.0,
        "eta_seconds": None,
        "stage": None,
        "stage_message": None,
        "place": None,
    }
    assert trained["attempt"] == 1
    assert trained["task_result"]["model_state_path"].startswith("file://")
    assert set(trained["task_result"]["metrics"]) == {"train", "val", "test", "cv"}
    json.dumps(trained, allow_nan=False)


def test_the_list_pages_newest_first(small: Installation, trained: dict[str, Any]) -> None:
    small.wait(small.post(form())["task_form"]["task_id"])
    seen: list[str] = []
    cursor = ""
    while True:
        page = small.get("/api/v0/tasks", limit="1", cursor=cursor)
        seen += [task["task_id"] for task in page["tasks"]]
        cursor = page["next_cursor"] or ""
        if not cursor:
            break
    assert seen == tasks(small)
    assert trained["task_id"] in seen[1:]
    assert small.get("/api/v0/tasks", proj_id="nobody")["tasks"] == []
    assert small.get("/api/v0/tasks", status="Failed")["error_num"] == 0
