"""The task form as it is stored in ``task_config``, and forms that were refused."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from tortoise.queryset import QuerySet

from db.models import RefusedForm
from db.server.errors import translate_errors
from db.server.statements import now_ms, page, restart_on_deadlock
from db.texts import json_object, json_text
from graphnet.config import EVALUATION, Evaluation, TrainingSettings, candidates_of
from graphnet.messages import Message, as_message

FROM_SCRATCH, FINE_TUNE = "dl_ts", "dl_ft"
ANY = "any"
KINDS = ("cpu", "cuda")  # of devices that a form may ask for
LONGEST_ID = 32
KEEP_REFUSED_MS = 30 * 24 * 3_600_000
MOST_OF_PROJECTS = 1000
MOST_OF_NOBODY = 200  # strangers' forms do not push out those of projects
MOST_SENTENCE = 1000
MOST_ERRORS = 20
MOST_CODED = 16_000  # characters of the messages of a form as JSON
REFUSED_COLUMNS = ("id", "created_at", "request_id", "error_num", "sentence", "errors")
HASHED = "~"


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
    return tuple(item for item in _listed(stored) if isinstance(item, str) and item)


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


@dataclass(frozen=True)
class NewRefusedForm:
    """A refused form; ``errors`` are pairs of field and message, ``proj_id`` "" if not known.

    ``age_ms`` is how long ago it was refused.
    """

    proj_id: str
    request_id: str
    error_num: int
    message: Message | str
    errors: tuple[tuple[str, Message | str], ...] = ()
    age_ms: int = 0


@dataclass(frozen=True)
class RefusedFormRecord:
    """A refused form as it was kept; ``created_at`` in milliseconds since 1970."""

    created_at: int
    proj_id: str
    request_id: str
    error_num: int
    message: Message
    errors: tuple[tuple[str, Message], ...]


@translate_errors()
async def keep_refused(forms: Sequence[NewRefusedForm]) -> None:
    """Write these, the oldest first."""
    now = await now_ms()
    await RefusedForm.bulk_create([_row(form, now) for form in forms])


@translate_errors()
async def list_refused_forms(
    *, proj_id: str | None = None, limit: int = 50, cursor: str | None = None
) -> tuple[list[RefusedFormRecord], str | None]:
    """One page, newest first, and the cursor of the next.

    Raises:
        CursorUnknown: the cursor does not come from an earlier page.

    """
    query = RefusedForm.all()
    if proj_id is not None:
        query = query.filter(proj_id=project_column(proj_id))
    rows, more = await page(query, REFUSED_COLUMNS, limit, cursor)
    return [_record(**{name: row[name] for name in REFUSED_COLUMNS[1:]}) for row in rows], more


@restart_on_deadlock
@translate_errors()
async def prune_refused() -> None:
    """Delete refused forms older than 30 days, and all but the newest of the rest."""
    await RefusedForm.filter(created_at__lt=await now_ms() - KEEP_REFUSED_MS).delete()
    await _forget(RefusedForm.exclude(proj_id=""), MOST_OF_PROJECTS)
    await _forget(RefusedForm.filter(proj_id=""), MOST_OF_NOBODY)


async def _forget(query: QuerySet[RefusedForm], but: int) -> None:
    """Delete all rows of a query but the newest so many."""
    older = await query.order_by("-id").offset(but).limit(1).values_list("id", flat=True)
    if older:
        await query.filter(id__lte=older[0]).delete()


def _row(form: NewRefusedForm, now: int) -> RefusedForm:
    """The English sentences, which an older version reads, and the messages beside them."""
    errors = form.errors[:MOST_ERRORS]
    sentences = [(field, str(message)[:MOST_SENTENCE]) for field, message in errors]
    known: dict[str, Any] = {"proj_id": form.proj_id, "errors": sentences}
    coded = {
        "message": as_message(form.message).as_dict(),
        "messages": [as_message(message).as_dict() for _, message in errors],
    }
    if len(json.dumps(coded)) <= MOST_CODED:
        known |= coded
    return RefusedForm(
        created_at=now - form.age_ms,
        proj_id=project_column(form.proj_id),
        request_id=form.request_id,
        error_num=form.error_num,
        sentence=json.dumps(str(form.message)[:MOST_SENTENCE]),
        errors=json.dumps(known),
    )


def _record(
    created_at: int, request_id: str, error_num: int, sentence: str, errors: str
) -> RefusedFormRecord:
    known = json.loads(errors)
    fields = [field for field, _ in known["errors"]]
    messages = known.get("messages") or [sentence for _, sentence in known["errors"]]
    return RefusedFormRecord(
        created_at=created_at,
        proj_id=known["proj_id"],
        request_id=request_id,
        error_num=error_num,
        message=Message.from_json(known.get("message") or json.loads(sentence)),
        errors=tuple(zip(fields, map(Message.from_json, messages), strict=True)),
    )


def project_column(proj_id: str) -> str:
    """What a project is looked for by; the id itself, where every database can hold it."""
    if proj_id.isascii():
        return proj_id
    return HASHED + hashlib.sha256(proj_id.encode()).hexdigest()[:31]
