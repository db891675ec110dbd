"""TrainingSettings within their bounds, the catalogue, and what may be imported without torch."""

import json
import math
import subprocess
import sys
from typing import Any

import pytest

from graphnet.catalogue import ALIASES, GRAPHS, MODELS, find_model
from graphnet.config import (
    BOUNDS,
    CHOICES,
    EVALUATION,
    FLAGS,
    OPTIONS,
    SETTINGS,
    Evaluation,
    TrainingSettings,
)  # fmt: skip
from graphnet.errors import SettingsError

TORCH_FREE = [
    "data.cohort",
    "config",
    "errors",
    "artifacts.manifest",
    "data.quality",
    "readers",
    "preprocessing.scaling",
    "data.splits",
    "data.synthetic",
]


def test_recommended_settings_are_within_their_bounds() -> None:
    for name, card in MODELS.items():
        settings = TrainingSettings.for_model(name)
        assert card.name == settings.model == name
        assert card.summary
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
    assert caught.value.sentences == (
        "model is 'ResNet'; it must be one of SGN, GCN, TopK, GAT, GIN, BrainNetCNN, BNT, Linear, "
        "MLP, NoEdge, GNN.",
    )
    assert set(ALIASES.values()) <= set(MODELS)


def test_unknown_settings_are_named() -> None:
    with pytest.raises(SettingsError, match=r"^Unknown settings: dropout, momentum\.$"):
        TrainingSettings.for_model("SGN", momentum=0.9, dropout=0.5, epochs=3)


def test_all_bad_settings_are_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.for_model(
            "SGN", learning_rate=0, epochs=2.5, lr_decay=1.5, seed=-1, graph="ring"
        )
    assert caught.value.sentences == (
        "learning_rate is 0; it must be a number above 0 up to 10.",
        "epochs is 2.5; it must be a whole number from 1 up to 100000.",
        "lr_decay is 1.5; it must be a number above 0 up to 1.",
        f"graph is 'ring'; it must be one of {', '.join(GRAPHS)}.",
        "seed is -1; it must be a whole number from 0 up to 2147483647.",
    )


@pytest.mark.parametrize("name", BOUNDS)
def test_the_ends_of_every_range(name: str) -> None:
    bound = BOUNDS[name]
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
        with pytest.raises(SettingsError, match=name):
            asked(**{name: value})


@pytest.mark.parametrize("name", [*CHOICES, *FLAGS])
def test_choices_and_flags_take_what_they_list_and_nothing_else(name: str) -> None:
    asked: Any = Evaluation if name in EVALUATION else TrainingSettings
    allowed: list[Any] = list(CHOICES[name].names) if name in CHOICES else [True, False]
    for value in allowed:
        assert getattr(asked(**{name: value}), name) == value
    wrong: list[Any] = ["", "other", 1, 0.5, ["full"]]
    for value in wrong:
        with pytest.raises(SettingsError, match=f"^{name} is "):
            asked(**{name: value})


def test_one_fold_is_none() -> None:
    with pytest.raises(SettingsError, match="cv_folds is 1; it must be 2 or more, or 0 for none"):
        Evaluation(cv_folds=1)
    assert Evaluation().cv_folds is None


def test_every_option_belongs_to_one_of_the_two() -> None:
    assert set(OPTIONS) | {"model"} == SETTINGS | EVALUATION
    assert not SETTINGS & EVALUATION


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("value", [math.nan, math.inf, True, "1", None, [1]])
def test_what_is_no_number_is_in_no_range(name: str, value: Any) -> None:
    assert not BOUNDS[name].holds(value)


def test_a_whole_number_serves_as_a_number_but_not_the_reverse() -> None:
    assert BOUNDS["lr_decay"].holds(1)
    assert not BOUNDS["epochs"].holds(10.0)


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
