"""The task form as NEURO-LEARN sends it, read generously; what is wrong with it, by field."""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from db.submissions.form import ANY, FINE_TUNE, TaskForm
from graphnet.artifacts.result import USUAL_FOLDS
from graphnet.catalogue import INNER_FOLDS, find_model
from graphnet.config import (
    LAST_SEED,
    OPTIONS,
    SWEEP,
    candidate_count,
    compared_by,
    without_effect,
)
from graphnet.errors import SettingsError
from graphnet.messages import Message, as_message
from graphnet.options import grid_text, name_lists
from service.forms.placement import INNER, Placement, is_absent, placed, unknown_warnings
from service.http.responses import FieldError

MOST_DATASETS = 64


def _plain(text: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
        raise ValueError("control characters")
    return text.strip()


def _names(value: Any) -> Any:
    """One string or a list of them, without empty ones and repetitions."""
    if value is None:
        return []
    listed = [name for name in (value if isinstance(value, list) else [value]) if name != ""]
    if not all(isinstance(name, str) for name in listed):
        raise ValueError("names are text")
    return list(dict.fromkeys(listed))


def _one(value: Any) -> Any:
    """The front end's select may send a list of one."""
    if value is None or value == []:
        return ""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _lowered(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _any_device(value: Any) -> Any:
    return ANY if value in ("", None) else value


def _known_model(name: str) -> str:
    try:
        return find_model(name).name if name else ""
    except SettingsError as error:
        raise ValueError("unknown model") from error


EMPTY = BeforeValidator(lambda value: "" if value is None else value)
Text32 = Annotated[str, EMPTY, AfterValidator(_plain), Field(max_length=32)]
Text64 = Annotated[str, EMPTY, AfterValidator(_plain), Field(max_length=64)]
Text256 = Annotated[str, EMPTY, AfterValidator(_plain), Field(max_length=256)]
Name = Annotated[Text64, Field(min_length=1)]
Names = Annotated[list[Name], BeforeValidator(_names), Field(max_length=MOST_DATASETS)]
Yes = Annotated[bool, BeforeValidator(lambda value: True if value in ("", None) else value)]
Device = Annotated[Literal["any", "cpu", "cuda"], BeforeValidator(_any_device)]
Model = Annotated[str, BeforeValidator(_one), AfterValidator(_plain), AfterValidator(_known_model)]


class Settings(BaseModel):
    """How to train; an absent field takes the model's recommended setting.

    What is declared here is what code names; :data:`ParamSet` has a field per option besides.
    """

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    trained_task_id: Text32 = ""
    save_model_state: Yes = True
    device: Device = "any"

    @field_validator(*OPTIONS, mode="before", check_fields=False)
    @classmethod
    def _left_empty(cls, value: Any, info: ValidationInfo) -> Any:
        option = OPTIONS[str(info.field_name)]
        if option.is_names:
            return None if is_absent(value) else option.parse(value)
        if option.is_grid:
            return None if is_absent(value) or value == {} else grid_text(value)
        if option.is_name_lists:
            return None if is_absent(value) else name_lists(value) or None
        if not option.is_number:
            return None if is_absent(value) else value
        if isinstance(value, bool):
            raise ValueError("a boolean is no number")  # noqa: TRY004 - pydantic's protocol
        if not isinstance(value, str):
            return value
        # A Chinese keyboard writes digits of full width.
        return unicodedata.normalize("NFKC", value).strip() or None

    @field_validator(*OPTIONS, mode="after", check_fields=False)
    @classmethod
    def _in_range(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and not OPTIONS[str(info.field_name)].holds(value):
            raise ValueError("not accepted")
        return value

    @field_validator("seeds", mode="after", check_fields=False)
    @classmethod
    def _last_seed(cls, value: int | None, info: ValidationInfo) -> int | None:
        if (info.data.get("seed") or 0) + (value or 1) - 1 > LAST_SEED:
            raise ValueError("the last seed is too large")
        return value


if TYPE_CHECKING:
    ParamSet = Settings
else:
    ParamSet = create_model(
        "ParamSet",
        __base__=Settings,
        **{name: (option.type | None, None) for name, option in OPTIONS.items()},
    )


class PostedForm(BaseModel):
    """The form's fields, in whatever of their forms they came."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    task_name: Text64 = ""
    task_type: Annotated[Literal["dl_ts", "dl_ft"], BeforeValidator(_lowered)]
    proj_id: Annotated[Text32, Field(min_length=1)]
    proj_name: Text256 = ""
    train_data: Annotated[Names, Field(min_length=1)]
    val_data: Names = []
    enable_test: bool = False
    test_data: Names = []
    model: Model = ""
    param_set: ParamSet = Field(default_factory=ParamSet)
    _moved: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, fields: Any) -> Any:
        """Test data ask for a test where nothing is said."""
        if is_absent(fields.get("enable_test")):
            fields = {**fields, "enable_test": not is_absent(fields.get("test_data"))}
        inner = fields.get("param_set") or {}
        if not isinstance(inner, dict):
            return fields
        given = {key: value for key, value in inner.items() if not is_absent(value)}
        return {**fields, "param_set": given}

    def stored(self) -> TaskForm:
        """The form as a worker reads it."""
        settings = self.param_set.model_dump(
            include=set(OPTIONS), exclude_none=True, exclude_defaults=True
        )
        fine_tune = self.task_type == FINE_TUNE
        return TaskForm(
            task_type=self.task_type,
            proj_name=self.proj_name,
            train_data=tuple(self.train_data),
            val_data=tuple(self.val_data),
            enable_test=self.enable_test,
            test_data=tuple(self.test_data),
            model=self.model if fine_tune else self.model or find_model("").name,
            settings=settings,
            trained_task_id=self.param_set.trained_task_id if fine_tune else "",
            save_model_state=self.param_set.save_model_state,
            kind="" if self.param_set.device == ANY else self.param_set.device,
        )

    def understood(self) -> dict[str, Any]:
        """The form as it was understood, unknown fields kept."""
        return self.model_dump(exclude_none=True)

    def warnings(self) -> list[Message]:
        """What was not used."""
        card = find_model(self.model)
        names = (*_unknown(self), *(f"{INNER}.{name}" for name in _unknown(self.param_set)))
        model = self.model or ("parent" if self.task_type == FINE_TUNE else card.name)
        warnings = [
            *(
                Message("forms.field-moved", name=path, place=self._moved[path])
                for path in self._moved
            ),
            *unknown_warnings(names, (*OUTER, *(f"{INNER}.{name}" for name in INSIDE)), model),
        ]
        if self.enable_test and not self.test_data:
            warnings.append(Message("forms.nothing-tested"))
        if self.test_data and not self.enable_test:
            warnings.append(Message("forms.test-data-unused", names=self.test_data))
        given = {name for name in OPTIONS if getattr(self.param_set, name) is not None}
        if nothing := sorted(without_effect(card) & given):
            values = {"model": card.name, "names": nothing}
            warnings.append(Message("forms.settings-without-effect", **values))
        if self.task_type != FINE_TUNE and self.param_set.trained_task_id:
            warnings.append(Message("forms.parent-not-used"))
        cost = sweep_cost(self.stored().settings)
        return warnings if cost is None else [*warnings, cost]


def _unknown(form: BaseModel) -> list[str]:
    """The names of fields that nothing declares."""
    return [] if form.model_extra is None else list(form.model_extra)


def sweep_cost(settings: Mapping[str, Any]) -> Message | None:
    """How many trainings a sweep is about; None without one, or if it cannot be used."""
    sweep = settings.get("sweep")
    is_wrong = isinstance(sweep, str) and SWEEP.problem(sweep) is not None
    if is_wrong or not compared_by(settings):
        return None
    candidates = candidate_count(settings)
    counts = [settings.get(name) for name in ("cv_folds", "cv_repeats")]
    folds, repeats = (count if isinstance(count, int) else 0 for count in counts)
    outer = (folds or USUAL_FOLDS) * (repeats or 1)
    fits = candidates * INNER_FOLDS * (outer + 1) + outer + 1
    values = {"candidates": candidates, "fits": fits, "folds": outer, "inner": INNER_FOLDS}
    return Message("forms.sweep-cost", **values)


OUTER = frozenset(PostedForm.model_fields) - {INNER}
INSIDE = frozenset(ParamSet.model_fields)


def in_place(fields: Mapping[str, Any]) -> Placement:
    """The posted fields on the levels where they belong."""
    return placed(fields, OUTER, INSIDE)


MOST_SHOWN = 60  # characters of what was sent
BOOLEAN = Message("forms.should-boolean")
LIST_OF_NAMES = Message("forms.should-names", most=MOST_DATASETS)
# What each field must be, as the end of a sentence: "epochs is 0; it must be …".
SHOULD = {
    **{f"param_set.{name}": option.expected for name, option in OPTIONS.items()},
    "task_name": Message("forms.should-text", most=64),
    "task_type": Message("forms.should-task-type"),
    "proj_id": Message("forms.should-project"),
    "proj_name": Message("forms.should-text", most=256),
    "train_data": Message("forms.should-some-names", most=MOST_DATASETS),
    "val_data": LIST_OF_NAMES,
    "test_data": LIST_OF_NAMES,
    "enable_test": BOOLEAN,
    "model": Message("forms.should-model"),
    "param_set": Message("forms.should-settings"),
    "param_set.trained_task_id": Message("forms.should-finished-task"),
    "param_set.save_model_state": BOOLEAN,
    "param_set.device": Message("forms.should-device"),
    "param_set.seeds": Message("forms.should-seeds"),
}


def read_form(placement: Placement) -> tuple[PostedForm | None, list[FieldError]]:
    """The form, or every field that is wrong with a message that says what would be right."""
    fields = placement.fields
    twice = [*placement.errors, *_missing_parent(fields)]
    try:
        form = PostedForm.model_validate(fields)
    except ValidationError as error:
        by_field = dict(_field_error(details) for details in error.errors(include_url=False))
        errors = [FieldError(field, message) for field, message in by_field.items()]
        return None, [*errors, *twice]
    form._moved = placement.moved  # noqa: SLF001
    return (None, twice) if twice else (form, [])


def _missing_parent(fields: Mapping[str, Any]) -> list[FieldError]:
    inner = fields.get(INNER)
    level = inner if isinstance(inner, dict) else fields
    named = not is_absent(level.get("trained_task_id"))
    if _lowered(fields.get("task_type")) != FINE_TUNE or named:
        return []
    return [FieldError("param_set.trained_task_id", Message("forms.parent-missing"))]


def _field_error(details: ErrorDetails) -> FieldError:
    parts = [str(part) for part in details["loc"] if not isinstance(part, int)]
    field = ".".join(parts[:2] if parts[0] == "param_set" else parts[:1])
    should = SHOULD[field]
    if details["type"] == "missing" or is_absent(details["input"]):
        return FieldError(field, Message("forms.missing", field=field, should=should))
    option = OPTIONS.get(field.removeprefix("param_set."))
    if option is not None and option.is_grid:
        return FieldError(field, option.refusal(grid_text(details["input"])))
    sent = _shown(details["input"])
    return FieldError(field, Message("forms.invalid", field=field, value=sent, should=should))


def _shown(value: Any) -> Message:
    text = repr(value)
    if len(text) <= MOST_SHOWN:
        return as_message(text)
    return Message("forms.value-cut", start=text[:MOST_SHOWN], length=len(text))
