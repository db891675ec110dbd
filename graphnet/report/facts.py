"""What a report can rely on: a task, its result, and what was stored beside it, where it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphnet.catalogue import ModelCard, find_model
from graphnet.config import EVALUATION, SETTINGS, Evaluation, Settings
from graphnet.errors import SettingsError
from graphnet.figures.predicted import FAIREST, SPLITS

Json = Mapping[str, Any]


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

    @property
    def config(self) -> Json:
        """The form's fields."""
        return self.task.get("task_config") or {}

    @property
    def asked(self) -> Json:
        """The form's ``param_set``."""
        return self.config.get("param_set") or {}

    @cached_property
    def settings(self) -> Settings:
        """What the model was trained with: as stored, else by the form."""
        stored = (self.manifest or {}).get("settings") or {}
        known = {name: value for name, value in stored.items() if name in SETTINGS}
        try:
            return Settings(**known) if known else self._by_form()
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
        """Whether a clinical score is predicted, not a class."""
        return self.settings.label == "score"

    @property
    def fine_tuned(self) -> bool:
        """Whether it began with another task's model."""
        return self.task.get("task_type") == "dl_ft"

    @cached_property
    def metrics(self) -> dict[str, Json]:
        """Figures by split, the fairest first; only what there is."""
        found = self.result.get("metrics") or {}
        return {split: found[split] for split in FAIREST if isinstance(found.get(split), dict)}

    @property
    def headline(self) -> str:
        """The split that says most of new subjects; "" where there are no figures."""
        return next(iter(self.metrics), "")

    @property
    def cohorts(self) -> Json:
        """Who was in each split; {} where it was not stored."""
        return (self.evidence or {}).get("cohorts") or {}

    @property
    def warnings(self) -> list[str]:
        """What limits the figures."""
        return [str(each) for each in self.result.get("warnings") or ()]

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

    def _by_form(self) -> Settings:
        named = self.config.get("model") or ""
        name = (named[0] if named else "") if isinstance(named, list) else str(named)
        given = {k: v for k, v in self.asked.items() if k in SETTINGS and k != "model"}
        try:
            return Settings.for_model(name, **given)
        except (SettingsError, TypeError):
            return Settings()


def split_name(split: str) -> str:
    """How a split is called."""
    return SPLITS.get(split, split)
