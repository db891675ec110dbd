"""TrainingSettings within their bounds, the catalogue, and what may be imported without torch."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from db.submissions.form import TaskForm
from graphnet.catalogue import ALIASES, GRAPHS, MODELS, find_model, graph_summary
from graphnet.config import (
    EVALUATION,
    FORM_OPTIONS,
    OPTIONS,
    SETTINGS,
    Evaluation,
    TrainingSettings,
)
from graphnet.errors import SettingsError
from graphnet.messages import ENGLISH, LANGUAGES, Message, every, render
from graphnet.options import (
    GROUPS,
    Accepts,
    Bound,
    Choice,
    Flag,
    Grid,
    NameLists,
    Names,
    Option,
    Several,
    group_label,
)

RANGES = {name: each.accepts for name, each in OPTIONS.items() if isinstance(each.accepts, Bound)}

TORCH_FREE = [
    "artifacts.manifest",
    "config",
    "data.cohort",
    "data.quality",
    "data.splits",
    "data.synthetic",
    "errors",
    "options",
    "preprocessing.scaling",
    "readers",
]


def test_recommended_settings_are_within_their_bounds() -> None:
    for name, card in MODELS.items():
        settings = TrainingSettings.for_model(name)
        assert card.name == settings.model == name
        assert card.source
        assert settings.graph in GRAPHS


def test_the_reference_net_keeps_its_settings() -> None:
    assert TrainingSettings.for_model("GCN") == TrainingSettings(
        model="GCN", learning_rate=0.05, batch_size=10, lr_step_size=60, lr_decay=0.2, epochs=200,
        graph="full",
    )  # fmt: skip


def test_what_is_asked_for_stands_in_place_of_what_is_recommended() -> None:
    asked = TrainingSettings.for_model("gcn", epochs=3, density=1.0)
    assert asked.as_dict() == TrainingSettings.for_model("GCN").as_dict() | {
        "epochs": 3,
        "density": 1.0,
    }
    assert TrainingSettings(**json.loads(json.dumps(asked.as_dict()))) == asked


@pytest.mark.parametrize("name", ["", " ", "sgn", "SGN", "GNN", " gnn "])
def test_the_default_model_answers_to_its_names(name: str) -> None:
    assert find_model(name) is MODELS["SGN"]


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.for_model("ResNet")
    (message,) = caught.value.messages
    assert message.code == "options.unknown-model"
    assert dict(message.values) == {"name": "'ResNet'", "names": every([*MODELS, *ALIASES])}
    assert set(ALIASES.values()) <= set(MODELS)


def test_unknown_settings_are_named() -> None:
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.for_model("SGN", momentum=0.9, dropout=0.5, epochs=3)
    assert caught.value.messages == (Message("options.unknown", names=["dropout", "momentum"]),)


def test_all_bad_settings_are_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.for_model(
            "SGN", learning_rate=0, epochs=2.5, lr_decay=1.5, seed=-1, graph="ring"
        )
    wrong = {"learning_rate": 0, "epochs": 2.5, "lr_decay": 1.5, "graph": "ring", "seed": -1}
    assert caught.value.messages == tuple(
        OPTIONS[name].refusal(value) for name, value in wrong.items()
    )
    assert str(caught.value.messages[1]) == (
        "epochs is 2.5; it must be a whole number from 1 to 100,000."
    )


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_every_range(name: str) -> None:
    bound = RANGES[name]
    low, high = bound.kind(bound.low), bound.kind(bound.high)
    below = low - 1 if bound.kind is int else math.nextafter(low, -math.inf)
    above = high + 1 if bound.kind is int else math.nextafter(high, math.inf)
    assert bound.holds(high)
    assert bound.holds(low) is not bound.open
    assert not bound.holds(below)
    assert not bound.holds(above)
    asked: Any = Evaluation if name in EVALUATION else TrainingSettings
    assert getattr(asked(**{name: high}), name) == high
    for value in (below, above):
        with pytest.raises(SettingsError) as caught:
            asked(**{name: value})
        assert caught.value.messages == (OPTIONS[name].refusal(value),)


@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in RANGES])
def test_choices_flags_and_names_take_what_they_list_and_nothing_else(name: str) -> None:
    asked: Any = Evaluation if name in EVALUATION else TrainingSettings
    accepts = OPTIONS[name].accepts
    allowed: list[Any] = [True, False]
    wrong: list[Any] = ["", "other", 1, 0.5, ["full"]]
    if isinstance(accepts, Choice):
        allowed = list(accepts.names)
    if isinstance(accepts, Several):
        allowed = ["none", *accepts.names, ",".join(accepts.names), "sd , ar1"]
        assert not any(map(accepts.holds, ("none,sd", "sd,sd", "sd;ar1", ",")))
    if isinstance(accepts, Names):
        allowed, wrong = [["AGE"], ("AGE", "Sex (m/f)")], ["", "AGE", 1, [], [""], ["~"], [1]]
    if isinstance(accepts, Grid):
        allowed, wrong = ["model=SGN,MLP", " seed = 1, 2 ; graph=knn"], [True, 1, ["seed=1,2"]]
    if isinstance(accepts, NameLists):
        allowed = [(("A", "B"), ("C",)), (("A",),)]
        wrong = [True, 1, "A", ["A"], [[]], [[""]], [["A"], ["A"]], [[1]]]
    for value in allowed:
        kept = tuple(value) if name == "covariate_inputs" else value  # settings are hashed
        assert getattr(asked(**{name: value}), name) == kept
    for value in wrong:
        with pytest.raises(SettingsError) as caught:
            asked(**{name: value})
        assert caught.value.codes == ("options.not-accepted",)


def test_no_cross_validation_is_zero_folds_and_one_fold_is_an_error() -> None:
    with pytest.raises(SettingsError) as caught:
        Evaluation(cv_folds=1)
    assert caught.value.codes == ("options.not-accepted",)
    assert Evaluation(cv_folds=0).cv_folds == 0
    assert Evaluation().cv_folds is None


def test_every_option_belongs_to_one_of_the_two() -> None:
    assert set(OPTIONS) | {"model"} == SETTINGS | EVALUATION
    assert not SETTINGS & EVALUATION
    assert set(FORM_OPTIONS) - set(OPTIONS) == {"device", "save_model_state"}


def test_every_default_is_accepted() -> None:
    for name, option in FORM_OPTIONS.items():
        assert option.default is None or option.holds(option.default), name
        assert option.group in GROUPS, name
    assert {name: OPTIONS[name].default for name in OPTIONS} == {
        name: value
        for name, value in (TrainingSettings().as_dict() | vars(Evaluation())).items()
        if name != "model"
    }


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("value", [math.nan, math.inf, True, "1", None, [1]])
def test_what_is_no_number_is_in_no_range(name: str, value: Any) -> None:
    assert not RANGES[name].holds(value)


def test_a_whole_number_serves_as_a_number_but_not_the_reverse() -> None:
    assert OPTIONS["lr_decay"].holds(1)
    assert not OPTIONS["epochs"].holds(10.0)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", " 12 ", 12),
        ("epochs", "1.5", "1.5"),
        ("learning_rate", "1e-3", 0.001),
        ("learning_rate", "2", 2),
        ("learning_rate", "fast", "fast"),
        ("seed", "9" * 20, "9" * 20),
        ("harmonise", "true", True),
        ("harmonise", "yes", "yes"),
        ("graph", "knn", "knn"),
        ("graph", ["knn"], ["knn"]),
    ],
)
def test_what_is_typed_becomes_what_a_program_sends(name: str, text: Any, value: Any) -> None:
    parsed = FORM_OPTIONS[name].parse(text)
    assert (parsed, type(parsed)) == (value, type(value))


def words_of(option: Option) -> list[Message]:
    """All that is said of an option, wherever it is shown."""
    words = [option.label, option.help, option.expected, *option.choices.values()]
    return [*words, option.refusal("x")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_said_of_options_models_and_graphs_has_a_sentence(
    language: str, caplog: pytest.LogCaptureFixture
) -> None:
    messages = [message for option in FORM_OPTIONS.values() for message in words_of(option)]
    messages += [group_label(group) for group in GROUPS]
    messages += [graph_summary(name) for name in GRAPHS]
    messages += [text for card in MODELS.values() for text in (card.summary, card.methods)]
    for message in messages:
        sentence = render(message, language)
        assert sentence
        graph = message.code.startswith("options.graph-")
        assert language == ENGLISH or graph or sentence != render(message, ENGLISH) or (
            message.code == "options.device-cpu"
        ), message  # fmt: skip
    assert not caplog.records


def test_the_kinds_say_what_they_accept() -> None:
    expected: dict[Accepts, str] = {
        Bound(int, 1, 100_000): "a whole number from 1 to 100,000",
        Bound(int, 2, 100, or_zero=True): "0 or a whole number from 2 to 100",
        Bound(float, 0, 10): "a number from 0 to 10",
        Bound(float, 0, 1, open=True): "a number above 0 and at most 1",
        Choice(("a", "b")): "one of a and b",
        Flag(): "true or false",
    }
    assert {accepts: str(accepts.expected) for accepts in expected} == expected


@pytest.mark.parametrize("module", TORCH_FREE)
def test_the_torch_free_half_imports_no_torch(module: str) -> None:
    check = (
        f"import sys, graphnet.{module}; "
        "print(*{name.split('.')[0] for name in sys.modules}, sep='\\n')"
    )
    found = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(found.stdout.split())
    assert "graphnet" in loaded
    assert not loaded & {"torch", "torch_geometric", "safetensors", "scipy", "sklearn"}


def test_other_settings_are_recommended_for_connectomes() -> None:
    usual, others = TrainingSettings.for_model("SGN"), TrainingSettings.for_connectomes("SGN")
    assert (usual.learning_rate, others.learning_rate) == (0.01, 0.0005)
    assert (usual.epochs, others.epochs) == (60, 20)
    assert replace(others, learning_rate=usual.learning_rate, epochs=usual.epochs) == usual
    chosen = TrainingSettings.for_connectomes("SGN", learning_rate=0.3)
    assert chosen.learning_rate == 0.3
    assert TaskForm("dl_ts", "", ("a",)).training_settings(connectomes=True) == others
