"""What a report can rely on: a task, its result, and what was stored beside it, where it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphnet.artifacts.lineage import lineage
from graphnet.artifacts.result import TaskResult
from graphnet.catalogue import ModelCard, find_model
from graphnet.config import EVALUATION, SETTINGS, Evaluation, TrainingSettings
from graphnet.data.class_names import Names, called, names_of, numbered
from graphnet.data.identifiers import match_ids
from graphnet.errors import SettingsError
from graphnet.evaluation.headline import by_leakage, seen_in_training
from graphnet.figures.classification import SPLITS

Json = Mapping[str, Any]

METHODS = {
    "majority": "Majority class",
    "logistic_regression": "Logistic regression",
    "svm_linear": "Linear SVM",
    "svm_rbf": "RBF SVM",
    "mean": "Mean score",
    "ridge": "Ridge regression",
    "no_edge": "Same net, no graph",
    "parent": "Parent model",
}


@dataclass(frozen=True)
class Facts:
    """``task`` is as the API shows it; ``evidence``, ``manifest`` and picture may be missing."""

    task: Json
    evidence: Json | None
    glass_brain: str | None
    manifest: Json | None

    @property
    def result(self) -> Json:
        """The task's result, {} of one that has none."""
        return self.task.get("task_result") or {}

    @cached_property
    def outcome(self) -> TaskResult:
        """The same, typed."""
        return TaskResult.from_json(self.result)

    @property
    def config(self) -> Json:
        """The form's fields."""
        return self.task.get("task_config") or {}

    @property
    def asked(self) -> Json:
        """The form's ``param_set``."""
        return self.config.get("param_set") or {}

    @cached_property
    def settings(self) -> TrainingSettings:
        """What the model was trained with: as stored, else by the form."""
        stored = (self.manifest or {}).get("settings") or {}
        known = {name: value for name, value in stored.items() if name in SETTINGS}
        try:
            return TrainingSettings(**known) if known else self._by_form()
        except (SettingsError, TypeError):
            return self._by_form()

    @cached_property
    def evaluation(self) -> Evaluation:
        """How it was judged, by the form."""
        try:
            return Evaluation(**{k: v for k, v in self.asked.items() if k in EVALUATION})
        except (SettingsError, TypeError):
            return Evaluation()

    @property
    def card(self) -> ModelCard:
        """The model's name, sentence and paper."""
        return find_model(self.settings.model)

    @property
    def by_score(self) -> bool:
        """Whether a clinical score is predicted; the form of a fine-tuning is silent on it."""
        return (self.evidence or {}).get("target") == "score" or self.settings.label == "score"

    @property
    def classes(self) -> Sequence[int]:
        """The classes, 0 and 1 where it is not stored; none of a score."""
        found = self.evidence or self.manifest or {}
        return () if self.by_score else found.get("classes") or (0, 1)

    @cached_property
    def class_names(self) -> Names:
        """The word for each class, as far as it was stored."""
        stored = (self.evidence, self.manifest, self.result)
        return next((found for each in stored if each and (found := names_of(each))), {})

    @property
    def called(self) -> list[str]:
        """What the classes are called: by their names, else by their numbers."""
        return [called(self.class_names, int(label)) for label in self.classes]

    def numbered(self, label: int) -> str:
        """A class for a sentence."""
        return numbered(self.class_names, int(label))

    @property
    def spoken_for(self) -> str:
        """What a region of direction above 0 speaks for."""
        if self.by_score:
            return "a higher score"
        return self.numbered(self.classes[1]) if self.of_two else "the likeliest class"

    @property
    def repeats(self) -> int:
        """How often the subjects of the headline were predicted."""
        return (self.metrics.get(self.headline) or {}).get("repeats") or 1

    @property
    def repeated(self) -> bool:
        """Whether subjects of folds were predicted more than once."""
        return any((each.get("repeats") or 1) > 1 for each in self.validated.values())

    @property
    def of_two(self) -> bool:
        """Whether two classes are told apart."""
        return len(self.classes) == 2

    @property
    def fine_tuned(self) -> bool:
        """Whether it began with another task's model."""
        return self.task.get("task_type") == "dl_ft"

    @cached_property
    def metrics(self) -> dict[str, Json]:
        """Figures by split, the fairest first; only what there is."""
        splits = by_leakage(self.outcome, self.evidence)
        return {split: self.result["metrics"][split] for split in splits}

    @property
    def headline(self) -> str:
        """The split that says most of new subjects; "" where there are no figures.

        One with subjects that the model has trained on only where there is no other.
        """
        return next(iter(self.metrics), "")

    def known(self, split: str) -> int:
        """How many of a split's subjects the model has trained on; 0 where that is not stored."""
        return seen_in_training(self.outcome, self.evidence).get(split) or 0

    @property
    def uses_graph(self) -> bool:
        """Whether edges decide what the model predicts."""
        without = self.card.recommended.get("graph") == "none"
        return not without and self.settings.graph != "none"

    @property
    def epoch_chosen(self) -> bool:
        """Whether validation subjects chose the epoch: those who stand in no other split do."""
        last = len(self.result.get("train_epochs") or ())
        if self.evidence is None:
            return self.result.get("selected_epoch") not in (None, last)
        train, val, test = (
            (self.evidence["predictions"].get(split) or {}).get("id") or ()
            for split in ("train", "val", "test")
        )
        return bool(val) and not match_ids(val, train).pairs and not match_ids(val, test).pairs

    @property
    def validated(self) -> dict[str, Json]:
        """What is told of folds that gave figures, by kind."""
        told = self.result.get("cross_validation") or {}
        return {kind: each for kind, each in told.items() if kind in self.metrics}

    @property
    def cohorts(self) -> Json:
        """Who was in each split; {} where it was not stored."""
        return (self.evidence or {}).get("cohorts") or {}

    @property
    def warnings(self) -> list[str]:
        """What limits the figures."""
        return [str(each) for each in self.result.get("warnings") or ()]

    @property
    def lineage(self) -> list[Json]:
        """The steps to the model, the first ancestor first; [] where no manifest says so."""
        named = self.task.get("task_id")
        return [] if self.manifest is None else [*lineage(self.manifest, named)]

    @property
    def missing(self) -> list[str]:
        """What cannot be shown, and why."""
        found = []
        if self.evidence is None:
            found.append(
                "What the figures rest on was not stored (an older version trained the task), so "
                "predictions, figures by site, ROC and calibration curves are not shown."
            )
        if self.manifest is None:
            found.append(
                "No model was stored, or it is no longer there: hashes of data and parameters are "
                "not shown, and settings are those of the form."
            )
        return found

    def _by_form(self) -> TrainingSettings:
        named = self.config.get("model") or ""
        name = (named[0] if named else "") if isinstance(named, list) else str(named)
        given = {k: v for k, v in self.asked.items() if k in SETTINGS and k != "model"}
        try:
            return TrainingSettings.for_model(name, **given)
        except (SettingsError, TypeError):
            return TrainingSettings()


def split_name(split: str) -> str:
    """How a split is called."""
    return SPLITS.get(split, split)


def method_name(name: str) -> str:
    """How a baseline is called."""
    return METHODS.get(name, name.replace("_", " "))
