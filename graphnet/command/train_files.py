"""What ``python -m graphnet`` does once its command line is read: train on files, write a folder.

``--map`` answers what a file asks, or somebody at a terminal does.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import to_bytes
from graphnet.command.terminal import ProgressLine, on_terminal, tell
from graphnet.config import (
    EVALUATION,
    OPTIONS,
    SETTINGS,
    Evaluation,
    TrainingSettings,
    candidates_of,
)
from graphnet.data.alternatives import Alternative, AtlasSource, matched
from graphnet.data.atlas import Atlas, Table, atlases_of
from graphnet.data.cohort import Cohort, merge
from graphnet.data.cohorts import ANY, SCORE, cohort_of
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Choice, Question
from graphnet.data.series_measures import SeriesOptions
from graphnet.data.splits import Splits
from graphnet.data.storage import DATASET, load
from graphnet.disk import room_in, write_whole
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.evaluation.pooled import ancestors_in_files
from graphnet.experiment import run
from graphnet.figures.glass_brain import picture
from graphnet.messages import ENGLISH, LANGUAGES, Message, render
from graphnet.outcome import Outcome
from graphnet.plan import OtherAtlas
from graphnet.readers.inquiry import UNASKED
from graphnet.readers.reading import read
from graphnet.report.page import render_report
from graphnet.report.training import sweep_sentences
from graphnet.training.callbacks import Callback
from graphnet.training.devices import choose_device
from graphnet.training.history import Epoch
from graphnet.training.loop import Training

PACKED = ".gz"
Answers = dict[str, str]
Ask = Callable[[Path, Question], str | None]  # None: nobody answers


@dataclass
class LocalFiles:
    """Reads files; ``shared`` answers the questions of any file, ``own`` those of one.

    ``ask`` is asked what is still open. What it answers is used again for a file that asks the
    same, and is said in ``language``.
    """

    shared: Answers
    own: dict[Path, Answers]
    ask: Ask
    language: str = ENGLISH
    used: set[str] = field(default_factory=set)
    answered: dict[tuple[str, tuple[Choice, ...]], str] = field(default_factory=dict)
    kept: dict[Path, Dataset] = field(default_factory=dict)

    @classmethod
    def of(
        cls, pairs: Sequence[str], paths: Sequence[Path], ask: Ask, language: str = ENGLISH
    ) -> "LocalFiles":
        """With what ``--map`` gave: ``ID=CHOICE``, or ``FILE:ID=CHOICE`` for one of ``paths``.

        Raises:
            CohortError: a pair that is no such pair, or two for one question.

        """
        files = cls({}, {}, ask, language)
        names = {name: path for path in paths for name in (str(path), path.name, name_of(path))}
        for pair in pairs:
            key, equals, value = (part.strip() for part in pair.partition("="))
            file, colon, question = key.rpartition(":")
            path = names.get(file) if colon else None
            if not equals or not key:
                raise CohortError(Message("readers.map-malformed", pair=pair))
            answers = files.shared if path is None else files.own.setdefault(path, {})
            if answers.setdefault(key if path is None else question, value) != value:
                raise CohortError(Message("readers.map-twice", key=key))
        return files

    def cohorts(
        self,
        splits: Mapping[str, Sequence[Path]],
        target: str,
        series: SeriesOptions | None = None,
        also: Sequence[Path] = (),
    ) -> dict[str, Cohort]:
        """The cohort of each split that has files; ``series`` as of :func:`cohort_of`.

        What is ``also`` read is kept for :meth:`source`.

        Raises:
            CohortError: every problem of every file at once; QuestionsOpen where these are
                questions alone.

        """
        read_cohorts: dict[str, list[Cohort]] = {}
        problems: list[Message] = []
        questions: dict[Question, None] = {}
        every = [(name, path) for name, paths in splits.items() for path in paths]
        for split, path in [*every, *((None, path) for path in also)]:
            try:
                if split is None:
                    self.kept[path] = self._dataset(path)
                else:
                    read_cohorts.setdefault(split, []).append(self.cohort(path, target, series))
            except QuestionsOpen as error:
                questions |= dict.fromkeys(error.questions)
            except CohortError as error:
                problems += error.messages
        if problems:
            raise CohortError(*dict.fromkeys(problems))
        if questions:
            raise QuestionsOpen(tuple(questions))
        self._check_used()
        return {split: merge(cohorts) for split, cohorts in read_cohorts.items()}

    def cohort(self, path: Path, target: str, series: SeriesOptions | None = None) -> Cohort:
        """One file or folder. Raises CohortError, QuestionsOpen, OSError."""
        return cohort_of(self._dataset(path), name_of(path), target, series)

    def source(
        self, paths: Sequence[Path], series: SeriesOptions, atlases: "Atlases"
    ) -> AtlasSource:
        """Another atlas of files that were ``also`` read; ``atlases`` may say where regions are."""
        named = {name_of(path): self.kept[path] for path in paths}

        def read_again() -> Cohort:
            everybody = merge(
                [cohort_of(dataset, name, ANY, series) for name, dataset in named.items()]
            )
            known = any(atlas.fit(everybody.regions) is not None for atlas in atlases)
            return _placed(everybody, atlases) if known else everybody

        return AtlasSource(tuple(map(name_of, paths)), read_again)

    def _dataset(self, path: Path) -> Dataset:
        if (path / DATASET).is_file():
            return load(path)
        usual = {key: value for key, value in self.shared.items() if key in UNASKED}
        answers = {**usual, **self.own.get(path, {})}
        while True:
            reading = read(path, mapping=answers)
            more = {
                question.id: answer
                for question in reading.questions
                if question.id not in answers
                and (answer := self._answer(path, question)) is not None
            }
            if not more:
                dataset = reading.settled()
                _offer(path, dataset, self.language)
                return dataset
            answers |= more

    def _answer(self, path: Path, question: Question) -> str | None:
        """What is given for it, or was answered before, or is answered now."""
        if question.id in self.shared:
            self.used.add(question.id)
            return self.shared[question.id]
        key = (question.id, question.choices)
        if key in self.answered:
            known = {"file": path.name, "answer": f"{question.id}={self.answered[key]}"}
            tell(Message("readers.answered-as-before", **known), self.language)
            return self.answered[key]
        answer = self.ask(path, question)
        if answer is not None:
            self.answered[key] = answer
        return answer

    def _check_used(self) -> None:
        unknown = sorted(set(self.shared) - self.used - UNASKED)
        if unknown:
            raise CohortError(Message("readers.map-not-asked", keys=unknown))


def _offer(path: Path, dataset: Dataset, language: str) -> None:
    """Say what may be answered and need not be."""
    for question in dataset.interpretation.offers:
        tell(Message("readers.atlas-offered", file=path.name), language)
        for choice in question.choices:
            meaning = render(choice.message, language)
            tell(f"  --map {question.id}={choice.value}  {meaning}", language)


def name_of(path: Path) -> str:
    """What a dataset is called: its file without endings, or its folder."""
    if path.is_dir():
        return path.name
    return Path(path.stem).stem if path.suffix.lower() == PACKED else path.stem


Atlases = tuple[Atlas | Table, ...]

SPLITS = ("train", "val", "test")
OF_A_RESULT = ("manifest.json", "result.json", "evidence.json", "glass_brain.svg", "report.html")


def train(given: argparse.Namespace, callback: "ShownRun") -> Outcome:
    """Train as the command line says; ``callback`` shows it.

    Raises:
        GraphnetError: files or settings cannot be used.
        OSError: a file cannot be read.

    """
    # As in a worker: a second thread gains nothing for most nets, and rounds otherwise.
    torch.set_num_threads(given.threads)
    atlases = () if given.atlas is None else atlases_of(given.atlas)
    parent = None if given.parent is None else _load(given.parent)
    options = _options(given)
    model = given.model or (parent.settings.model if parent else "")
    chosen = _among(options, SETTINGS)
    # What is measured and predicted is inherited.
    own = parent.settings if parent else TrainingSettings.for_model(model, **chosen)
    evaluation = Evaluation(**_among(options, EVALUATION))
    # It may ask questions, so no line is rewritten yet.
    data, of_parent, others = _read(given, own.label, SeriesOptions.of(own), atlases)
    ancestors = None if parent is None else ancestors_in_files(parent, of_parent)
    of_connectomes = data.train.layout.is_connectome
    recommended = TrainingSettings.for_connectomes if of_connectomes else TrainingSettings.for_model
    settings = recommended(model, **chosen)
    compared = partial(candidates_of, evaluation.sweep, model, chosen, atlases=bool(others))
    with callback.line:
        return run(
            data,
            settings,
            evaluation=evaluation,
            parent=parent,
            ancestors=ancestors,
            device=choose_device(given.device),
            callback=callback,
            candidates=compared(connectomes=of_connectomes),
            compared_atlases=[
                OtherAtlas(atlas, compared(connectomes=atlas.layout.is_connectome))
                for atlas in others
            ],
            atlases=atlases,
        )


def _options(given: argparse.Namespace) -> dict[str, Any]:
    """The options that the command line gives; other atlases by the names of their files."""
    options = {
        name: value for name, value in vars(given).items() if name in OPTIONS and value is not None
    }
    files = [[name_of(path) for path in paths] for paths in given.other_atlases]
    return {**options, "atlases": files} if files else options


def _among(options: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in names}


def _read(
    given: argparse.Namespace, target: str, series: SeriesOptions, atlases: Atlases
) -> tuple[Splits, list[Cohort], Sequence[Alternative]]:
    """The splits, each file of ``--parent-train``, and the same subjects on other atlases."""
    splits = {split: getattr(given, split) for split in SPLITS}
    of_parent = {f"parent {path}": [path] for path in given.parent_train}
    if of_parent and given.parent is None:
        raise CohortError(Message("pooled.without-parent"))
    every = splits | of_parent
    others = [path for paths in given.other_atlases for path in paths]
    paths = [*(path for files in every.values() for path in files), *others]
    asking = partial(on_terminal, language=given.lang)
    files = LocalFiles.of(given.map, paths, asking, given.lang)
    cohorts = files.cohorts(every, target, series, others)
    known = [cohorts.pop(name) for name in of_parent]
    own = Splits(**{name: _placed(cohort, atlases) for name, cohort in cohorts.items()})
    if not others:
        return own, known, ()
    sources = [files.source(paths, series, atlases) for paths in given.other_atlases]
    own, alternatives = matched(own, sources, by_score=target == SCORE)
    return own, known, alternatives


def _placed(cohort: Cohort, atlases: Atlases) -> Cohort:
    """With the places that ``--atlas`` gives. Raises CohortError where it has not all regions."""
    if not atlases:
        return cohort
    found = next(filter(None, (atlas.fit(cohort.regions) for atlas in atlases)), None)
    placed = found or atlases[0].restricted(cohort.regions)
    return replace(cohort, coordinates=placed.coordinates)


def _load(folder: Path) -> StoredModel:
    parameters = (folder / "model.safetensors").read_bytes()
    return StoredModel.from_bytes(parameters, (folder / "manifest.json").read_bytes())


class ShownRun(Callback):
    """Prints the epochs of the model itself and how far all is, and keeps the trained model."""

    def __init__(self, language: str = ENGLISH) -> None:
        super().__init__()
        self.line = ProgressLine(self.progress, language=language)
        self.model: Callable[[], StoredModel] | None = None

    def on_epoch_end(self, training: Training, epoch: Epoch) -> None:  # noqa: ARG002
        """Print the epoch."""
        if self.index == 0:
            with self.line.aside():
                print(epoch.line())  # noqa: T201

    def on_model(self, model: Callable[[], StoredModel]) -> None:
        """Keep the model, in case that the run is ended."""
        self.model = model


def write_model(run: ShownRun, folder: Path) -> Message:
    """Write the model of a run that was ended, if it is trained; say what was kept."""
    if run.model is None:
        return Message("progress.ended-nothing-kept")
    parameters, manifest = run.model().to_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    with room_in(folder, "output"):
        for name in OF_A_RESULT:
            (folder / name).unlink(missing_ok=True)  # of an earlier run's model
        write_whole(folder / "model.safetensors", parameters)
        write_whole(folder / "manifest.json", manifest)
    return Message("progress.ended-model-kept", folder=str(folder))


def write(outcome: Outcome, given: argparse.Namespace) -> None:
    """Write the model, its result and its report to ``--out``; show its metrics and warnings."""
    folder: Path = given.out
    folder.mkdir(parents=True, exist_ok=True)
    parameters, manifest = outcome.model.to_bytes()
    drawn = picture(outcome.predictions)
    text = json.dumps(outcome.result.as_dict(), indent=1, allow_nan=False, ensure_ascii=False)
    report = render_report(
        _task(outcome, given),
        outcome.predictions,
        drawn,
        json.loads(manifest),
        given.lang,
        others=LANGUAGES,
    )
    files = {
        "model.safetensors": parameters,
        "result.json": text.encode(),
        "evidence.json": to_bytes(outcome.predictions),
        **({} if drawn is None else {"glass_brain.svg": drawn.encode()}),
        "report.html": report.encode(),
        "manifest.json": manifest,  # last: a model is there once its manifest is
    }
    with room_in(folder, "output"):
        for name, content in files.items():
            write_whole(folder / name, content)
    for warning in outcome.result.warnings:
        tell(Message("progress.note", warning=warning), given.lang)
    print(json.dumps(outcome.result.as_dict()["metrics"], indent=1))  # noqa: T201
    sweep = outcome.result.sweep
    for message in () if sweep is None else sweep_sentences(sweep):
        tell(message, given.lang)
    helped = outcome.result.fine_tuning
    for message in () if helped is None else helped.messages:
        tell(message, given.lang)


def _task(outcome: Outcome, given: argparse.Namespace) -> dict[str, Any]:
    """What a report needs to know of a training that is no task of a service."""
    return {
        "task_id": given.out.name,
        "task_name": given.out.name,
        "proj_id": "",
        "task_type": "dl_ts" if given.parent is None else "dl_ft",
        "task_config": {
            **{f"{split}_data": [name_of(path) for path in getattr(given, split)]
               for split in SPLITS},
            "model": outcome.model.settings.model,
            "param_set": _options(given),
        },
        "task_result": outcome.result.as_dict(),
        "attempt": 1,
        "parent_task_id": None if given.parent is None else given.parent.name,
    }  # fmt: skip
