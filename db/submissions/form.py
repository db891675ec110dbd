"""The task form as it is stored in ``task_config``: what a worker needs to know of a task."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from db.texts import json_object, json_text
from graphnet.config import EVALUATION, Evaluation, TrainingSettings, candidates_of

FROM_SCRATCH, FINE_TUNE = "dl_ts", "dl_ft"
ANY = "any"
KINDS = ("cpu", "cuda")  # of devices that a form may ask for
LONGEST_ID = 32


@dataclass(frozen=True)
class StoredForm:
    """A ``task_config`` as it stands, of whatever service and version; what it lacks is empty.

    ``fields`` are the JSON object, as answers show it.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a column; a form without fields where it holds no JSON object."""
        return cls(json_object(text) or {})

    @property
    def train_data(self) -> tuple[str, ...]:
        """The names of the datasets to train on."""
        return texts_in(self.fields.get("train_data"))

    @property
    def datasets(self) -> tuple[str, ...]:
        """The names of all datasets."""
        splits = ("train_data", "val_data", "test_data")
        named = [name for split in splits for name in _listed(self.fields.get(split))]
        atlases = self.param_set.get("atlases")
        named += [name for names in _listed(atlases) for name in _listed(names)]
        return tuple(str(name) for name in named if name is not None)

    @property
    def param_set(self) -> Mapping[str, Any]:
        """What it asks of the training."""
        param_set = self.fields.get("param_set")
        return param_set if isinstance(param_set, dict) else {}

    @property
    def parent(self) -> str:
        """The task that is fine-tuned, "" if none."""
        places = (self.param_set, self.fields)
        parent_id = next(
            (place["trained_task_id"] for place in places if place.get("trained_task_id")), ""
        )
        return parent_id if isinstance(parent_id, str) and len(parent_id) <= LONGEST_ID else ""


def texts_in(stored: object) -> tuple[str, ...]:
    """The texts of a JSON list, or the one text that stands in the place of a list."""
    return tuple(each for each in _listed(stored) if isinstance(each, str) and each)


def _listed(stored: object) -> list[object]:
    return stored if isinstance(stored, list) else [stored]


@dataclass(frozen=True)
class TaskForm:
    """A form whose every field was checked.

    ``settings`` holds only what was asked for; the rest is the model's recommended settings.
    ``model`` is empty when a fine-tuning keeps its parent's; ``kind`` when any device will do.
    Where a model is trained is no setting of it.
    """

    task_type: str
    proj_name: str
    train_data: tuple[str, ...]
    val_data: tuple[str, ...] = ()
    enable_test: bool = False
    test_data: tuple[str, ...] = ()
    model: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    trained_task_id: str = ""
    save_model_state: bool = True
    kind: str = ""

    @property
    def splits(self) -> dict[str, tuple[str, ...]]:
        """Dataset names by split, those in use only."""
        named = {
            "train": self.train_data,
            "val": self.val_data,
            "test": self.test_data if self.enable_test else (),
        }
        return {split: names for split, names in named.items() if names}

    @property
    def atlases(self) -> tuple[tuple[str, ...], ...]:
        """The names of the datasets with the same subjects, by atlas; () where one is used."""
        return tuple(map(tuple, self.settings.get("atlases") or ()))

    def renamed(self, names: Mapping[str, str]) -> Self:
        """The same with other names of some datasets."""
        fields: dict[str, Any] = {
            f"{split}_data": tuple(dict.fromkeys(names.get(name, name) for name in chosen))
            for split, chosen in self.splits.items()
        }
        if self.atlases:
            atlases = [[names.get(name, name) for name in atlas] for atlas in self.atlases]
            fields["settings"] = {**self.settings, "atlases": atlases}
        return replace(self, **fields)

    def training_settings(
        self, parent_model: str = "", *, connectomes: bool = False
    ) -> TrainingSettings:
        """The settings to train with, also on ``connectomes``. Raises graphnet's SettingsError."""
        asked = {key: value for key, value in self.settings.items() if key not in EVALUATION}
        name = self.model or parent_model
        if connectomes:
            return TrainingSettings.for_connectomes(name, **asked)
        return TrainingSettings.for_model(name, **asked)

    def candidates(self, *, connectomes: bool = False) -> tuple[TrainingSettings, ...]:
        """What a sweep compares on one atlas; () without one. Raises graphnet's SettingsError."""
        asked = {key: value for key, value in self.settings.items() if key not in EVALUATION}
        return candidates_of(
            *(self.settings.get("sweep"), self.model, asked),
            connectomes=connectomes,
            atlases=bool(self.atlases),
        )

    def evaluation(self) -> Evaluation:
        """How to judge what was trained. Raises graphnet's SettingsError."""
        asked = {key: value for key, value in self.settings.items() if key in EVALUATION}
        return Evaluation(**asked)

    def config(self) -> dict[str, Any]:
        """The form's fields as ``task_config`` holds them."""
        return {
            "proj_name": self.proj_name,
            "train_data": list(self.train_data),
            "val_data": list(self.val_data),
            "enable_test": self.enable_test,
            "test_data": list(self.test_data),
            "model": self.model,
            "param_set": {
                **self.settings,
                "trained_task_id": self.trained_task_id,
                "save_model_state": self.save_model_state,
                **({"device": self.kind} if self.kind else {}),
            },
        }

    @cached_property
    def config_text(self) -> str:
        """The same as JSON text in ASCII, of which the database holds up to 4,096 characters."""
        return json_text(self.config())

    @classmethod
    def from_config(cls, task_type: str, config: Mapping[str, Any]) -> Self:
        """Read back what :meth:`config` gave. Raises KeyError, TypeError, ValueError of another."""
        settings = dict(config["param_set"])
        return cls(
            task_type=task_type,
            proj_name=config["proj_name"],
            train_data=tuple(config["train_data"]),
            val_data=tuple(config["val_data"]),
            enable_test=config["enable_test"],
            test_data=tuple(config["test_data"]),
            model=config["model"],
            trained_task_id=settings.pop("trained_task_id"),
            save_model_state=settings.pop("save_model_state"),
            kind=settings.pop("device", ""),
            settings=settings,
        )
