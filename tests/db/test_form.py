"""The form comes back from ``task_config`` as it was stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.submissions.form import FINE_TUNE, FROM_SCRATCH, TaskForm
from graphnet.config import TrainingSettings
from graphnet.errors import SettingsError

names = st.lists(st.text(min_size=1, max_size=64), max_size=4).map(tuple)
forms = st.builds(
    TaskForm,
    task_type=st.sampled_from([FROM_SCRATCH, FINE_TUNE]),
    proj_name=st.text(max_size=64),
    train_data=names,
    val_data=names,
    enable_test=st.booleans(),
    test_data=names,
    model=st.sampled_from(["", "GNN"]),
    settings=st.dictionaries(
        st.sampled_from(["epochs", "batch_size", "learning_rate", "lr_decay"]),
        st.integers(1, 500) | st.floats(0.001, 1),
    ),
    trained_task_id=st.text(max_size=32),
    save_model_state=st.booleans(),
)


@pytest.mark.nightly
@given(form=forms)
def test_a_form_comes_back_from_its_text(form: TaskForm) -> None:
    assert TaskForm.from_config(form.task_type, json.loads(form.config_text)) == form


@given(form=forms)
def test_reading_a_config_leaves_it_as_it_was(form: TaskForm) -> None:
    config = form.config()
    TaskForm.from_config(form.task_type, config)
    assert config == form.config()


def test_the_config_has_the_contract_s_fields() -> None:
    form = TaskForm("dl_ft", "SZ", ("A", "B"), settings={"epochs": 3}, trained_task_id="TASK1")
    assert form.config() == {
        "proj_name": "SZ",
        "train_data": ["A", "B"],
        "val_data": [],
        "enable_test": False,
        "test_data": [],
        "model": "",
        "param_set": {"epochs": 3, "trained_task_id": "TASK1", "save_model_state": True},
    }


def test_where_it_is_trained_is_no_setting_of_the_model() -> None:
    form = TaskForm("dl_ts", "", ("A",), settings={"epochs": 3}, kind="cuda")
    assert form.config()["param_set"]["device"] == "cuda"
    back = TaskForm.from_config("dl_ts", form.config())
    assert back == form
    assert back.training_settings("GNN") == TrainingSettings.for_model("GNN", epochs=3)
    assert TaskForm.from_config("dl_ts", TaskForm("dl_ts", "", ("A",)).config()).kind == ""


def test_the_text_is_short_and_in_ascii() -> None:
    text = TaskForm("dl_ts", "漢é", ("A",)).config_text
    assert r'"proj_name":"\u6f22\u00e9",' in text
    assert json.loads(text)["proj_name"] == "漢é"


def test_splits_are_those_in_use() -> None:
    form = TaskForm("dl_ts", "", ("A",), val_data=("B",), test_data=("C",))
    assert form.splits == {"train": ("A",), "val": ("B",)}
    tested = TaskForm("dl_ts", "", ("A",), enable_test=True, test_data=("C",))
    assert tested.splits == {"train": ("A",), "test": ("C",)}


def test_settings_that_were_not_asked_for_are_the_model_s() -> None:
    settings = TaskForm("dl_ts", "", ("A",), settings={"epochs": 3}).training_settings("GNN")
    assert settings == TrainingSettings.for_model("GNN", epochs=3)


def test_a_model_of_the_form_goes_before_the_parent_s() -> None:
    with pytest.raises(SettingsError, match="NONE"):
        TaskForm("dl_ft", "", ("A",), model="NONE").training_settings("GNN")
