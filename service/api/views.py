"""What the API calls a task, and what else stands in its answers, each field with its meaning.

The service answers with these types, the OpenAPI document is made from them, the pages show them
and the Python client reads them back. They need neither a web framework nor a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from graphnet.evaluation.headline import Headline

Json = Mapping[str, Any]
# How pydantic makes a schema of these: a description is the text below a field, and an answer has
# every field; a partial one may lack those with a default.
PARTIAL = {"use_attribute_docstrings": True}
SCHEMA = {**PARTIAL, "json_schema_serialization_defaults_required": True}


class View:
    """Part of an answer that is made of plain values."""

    @classmethod
    def read(cls, answer: Json) -> Self:
        """From an answer of this or another version: what is absent or null takes its default."""
        return cls(**known_fields(cls, answer))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class ProgressView(View):
    """How far a task is."""

    __pydantic_config__ = SCHEMA

    epoch: int = 0
    """epochs of the model itself that are done"""
    epochs: int | None = None
    """epochs of the model itself in all"""
    percent: float = 0.0
    """share of all the work that is done, folds and baselines included; an estimate"""
    eta_seconds: float | None = None
    """time that is left at the speed so far; only while the task runs"""
    place: int | None = None
    """place in the queue of a task that waits, 1 for the next"""
    stage: str | None = None
    """what is done at the moment, such as the fold that is trained; only while the task runs"""
    stage_message: dict[str, Any] | None = None
    """the same as a message: its code and values"""


@dataclass(frozen=True)
class HeadlineView(View):
    """The metric that a task leads with, of subjects new to the model."""

    __pydantic_config__ = SCHEMA

    split: str
    """which subjects: test, cv, leave_site_out or val"""
    metric: str
    """auc; auc_within_sites of left-out sites; r2 where a clinical score is predicted"""
    value: float
    """value of the metric"""
    low: float | None = None
    """lower end of its 95 % interval"""
    high: float | None = None
    """upper end of its 95 % interval"""

    @classmethod
    def of(cls, headline: "Headline | None") -> Self | None:
        """Of a result's headline; None where it has none."""
        return None if headline is None else cls(**headline.as_dict())


@dataclass(frozen=True)
class TaskView:
    """A task as the API answers it."""

    __pydantic_config__ = SCHEMA

    task_id: str
    """id of the task"""
    proj_id: str = ""
    """the project"""
    task_name: str = ""
    """name of the task"""
    task_type: str = ""
    """dl_ts or dl_ft"""
    owner: str = ""
    """ours, or predecessor: of the service that did this work before"""
    task_status: str = ""
    """Submitted, Running, Finished, Failed or Cancelled; a predecessor's stays as it was left, also
    Success
    """
    task_config: Json = field(default_factory=dict)
    """the form as it was understood"""
    task_result: Json | None = None
    """the result; null in a list"""
    headline: HeadlineView | None = None
    """the metric that the task leads with, of subjects new to the model"""
    error: str | None = None
    """why the task failed, in one sentence; what it waits for if it was put back in the queue"""
    error_messages: list[Any] = field(default_factory=list)
    """the same as messages: each a code and its values, or the code text of a finished sentence"""
    progress: ProgressView = field(default_factory=ProgressView)
    """how far the task is"""
    attempt: int = 0
    """how many workers have taken the task"""
    parent_task_id: str | None = None
    """the task that this one was fine-tuned from"""
    retry_of: str | None = None
    """the task that this one retries"""
    request_id: str | None = None
    """X-Request-Id of the request that submitted the task"""
    device: str | None = None
    """device that trained the model"""
    submitted_at: str | None = None
    """an instant in UTC, ISO 8601"""
    started_at: str | None = None
    """an instant in UTC, ISO 8601"""
    finished_at: str | None = None
    """an instant in UTC, ISO 8601"""
    model_removed_at: str | None = None
    """when the model was cleaned away; an instant in UTC, ISO 8601"""
    model_imported_at: str | None = None
    """when the predecessor's model was imported; an instant in UTC, ISO 8601"""
    model_lost: bool | None = None
    """whether the model is gone although nobody cleaned it away; null where none was stored, where
    the registry does not answer, and in a list
    """
    description: str = ""
    """what somebody has noted"""
    tags: list[str] = field(default_factory=list)
    """words that somebody has attached"""
    archived_at: str | None = None
    """when it was archived; an instant in UTC, ISO 8601"""

    @classmethod
    def read(cls, answer: Json) -> Self:
        """From an answer of this or another version: what is absent or null takes its default."""
        values = known_fields(cls, answer)
        if "progress" in values:
            values["progress"] = ProgressView.read(values["progress"])
        if "headline" in values:
            values["headline"] = HeadlineView.read(values["headline"])
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        values = {item.name: getattr(self, item.name) for item in fields(TaskView)}
        headline = None if self.headline is None else self.headline.as_dict()
        return {**values, "headline": headline, "progress": self.progress.as_dict()}


@dataclass(frozen=True)
class DependentView(View):
    """A task that has used a dataset, or was fine-tuned from a task."""

    __pydantic_config__ = SCHEMA

    task_id: str
    """id of the task"""
    task_name: str
    """name of the task"""
    task_status: str
    """as in Task"""
    waiting: bool
    """whether it has not ended, so that what it needs can be neither changed nor deleted"""
    trained: bool | None = None
    """whether its model was trained on one of the subjects; null where that is not known or was not
    asked
    """
    predicted: bool | None = None
    """whether its stored predictions name one of the subjects; null as above"""


@dataclass(frozen=True)
class PredictionView(View):
    """What a stored model says of one new subject."""

    id: str = ""
    site: str = ""
    predicted: str | int | None = None
    """the class; null where the model predicts a score"""
    score: float | None = None
    """the score; null where the model predicts a class"""
    probability: Mapping[str, float | None] = field(default_factory=dict)
    """of each class; empty where the model predicts a score"""
    warnings: list[str] = field(default_factory=list)
    """what is odd about the subject, in sentences"""
    warning_messages: list[Any] = field(default_factory=list)
    """the same as codes with values"""
    explanation: list[Json] = field(default_factory=list)
    """regions: region, name, contribution; empty where it was not asked for"""


@dataclass(frozen=True)
class AuditView(View):
    """A line of the audit: who has changed, deleted or erased what."""

    __pydantic_config__ = SCHEMA

    at: str
    """an instant in UTC, ISO 8601"""
    proj_id: str
    """the project"""
    actor: str
    """id of the token; anonymous where none was needed; page: behind it if it was done on a page"""
    action: str
    """edit, rename, archive, restore, share (report), delete, erase (asked for) or erased (done)"""
    kind: str
    """dataset or task"""
    object_id: str
    """id of the dataset or task"""
    request_id: str
    """X-Request-Id of the request"""
    details: Json
    """such as its name, and of an erasure the hashes of the subjects' ids"""


@dataclass(frozen=True)
class RefusedFormView(View):
    """A task form that was refused."""

    __pydantic_config__ = SCHEMA

    refused_at: str
    """an instant in UTC, ISO 8601"""
    proj_id: str
    """the project; empty where the form did not name one or could not be read"""
    request_id: str
    """X-Request-Id of the answer"""
    error_num: int
    """why, as a number"""
    msg: str
    """why, in English"""
    errors: list[Any]
    """each field and what is wrong with it: field, msg, message; the first 20"""
    message: Json
    """why, as a code with values"""


@dataclass(frozen=True)
class ChoiceView:
    """One answer to a question."""

    __pydantic_config__ = PARTIAL

    value: str
    """what to give as the answer"""
    label: str
    """what it means"""


@dataclass(frozen=True)
class QuestionView:
    """What can be understood in more than one way."""

    __pydantic_config__ = PARTIAL

    id: str
    """key of the answer in a mapping"""
    sentence: str
    """the question"""
    choices: list[ChoiceView]
    """the plausible readings"""
    message: Json
    """the question as a code with values"""
    choice_messages: list[Any]
    """what each choice means, as a code with values"""


@dataclass(frozen=True)
class InterpretationView:
    """What a file was understood as."""

    __pydantic_config__ = PARTIAL

    kind: str
    """kind of file: csv, npz, mat, folder, json, …"""
    text: Json | None
    """encoding, separator and decimal sign of a text file"""
    id: str | None
    """column of the subjects' ids"""
    label: Json | None
    """the class: its column, values (the class number per text), names (the word per number)"""
    site: str | None
    """column of the sites"""
    score: str | None
    """column of a clinical score"""
    covariates: list[Any]
    """other columns that describe subjects: name, kind, how many values are missing"""
    regions: list[Any]
    """their names"""
    measures: list[Any]
    """their names"""
    connectome: Json | None
    """values (z: Fisher's z; r: Pearson's r, which is kept as z; counts; other), triangle, and the
    reason why
    """
    series: Json | None
    """time series: least_points, most_points, orientation, header, index"""
    repetition_time: float | None
    """seconds from one time point to the next"""
    files: Json
    """which of several files of a subject were taken, by what they differ in"""
    missing: list[Any]
    """numbers that stand for a missing value: column, code, count"""
    left_alone: list[Any]
    """what was not used: what, and the reason; what_message where it is no name of the file"""
    said: list[Any]
    """what was assumed, in sentences"""
    answers: Json
    """the mapping that was given"""
    atlas: Json | None
    """of which atlas the regions are: name, title, regions (their numbers in it), and the reason"""
    offers: list[Any]
    """questions that may be answered and need not be"""
    left_alone_messages: list[Any]
    """the reason of each of left_alone, as a code with values"""
    said_messages: list[Any]
    """each of said, as a code with values"""
    connectome_message: Json | None
    """the reason of connectome, as a code with values"""


@dataclass(frozen=True)
class DatasetView:
    """A dataset; those of a list come without its details."""

    __pydantic_config__ = PARTIAL

    data_name: str
    """name of the dataset"""
    proj_id: str
    """the project"""
    user_id: str
    """the user who brought it in"""
    state: str
    """ready; unread (no worker has read it yet); asks (its questions are open); refused (problems
    says why)
    """
    subjects: int
    """number of subjects"""
    classes: Json
    """number of subjects per class"""
    class_names: Json
    """the word for each class; empty where the file has numbers only"""
    regions: int
    """number of regions"""
    measures: list[Any]
    """their names"""
    notes: list[Any]
    """what was left out, in English"""
    problems: list[Any]
    """why it cannot be used for training"""
    connectome: bool | None
    """whether it holds connectivities"""
    scores: int | None
    """number of subjects with a clinical score"""
    sites: list[Any] | None
    """their names"""
    data_id: str = ""
    """id of the dataset; a preview has none"""
    findings: list[Any] = field(default_factory=list)
    """values that cannot be used: rule, site, subject, measure, count of regions; the first 200"""
    rules: Json = field(default_factory=dict)
    """what each rule means and what is done about it"""
    by_site: Json = field(default_factory=dict)
    """subjects of each class per site"""
    distributions: Json = field(default_factory=dict)
    """n, low, q1, median, q3, high per measure and site"""
    interpretation: InterpretationView | None = None
    """how it was read; null if an older version read it"""
    questions: list[QuestionView] = field(default_factory=list)
    """the open questions, if state is asks"""
    note_messages: list[Any] = field(default_factory=list)
    """each of notes, as a code with values"""
    problem_messages: list[Any] = field(default_factory=list)
    """each of problems, as a code with values"""
    owner: str = ""
    """ours, or neuro-learn: NEURO-LEARN has stored it, and only there it can be deleted"""
    description: str = ""
    """what somebody has noted"""
    tags: list[str] = field(default_factory=list)
    """words that somebody has attached"""
    archived_at: str | None = None
    """when it was archived; an instant in UTC, ISO 8601"""
    former_names: list[str] = field(default_factory=list)
    """names that it had before, by which forms of earlier tasks name it"""


def known_fields(view: type, answer: Json) -> dict[str, Any]:
    """The fields of an answer that a view has, without those that are absent or null."""
    names = (item.name for item in fields(view))
    return {name: answer[name] for name in names if answer.get(name) is not None}
