"""What ``python -m graphnet`` does once its command line is read: train, and write a folder."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import to_bytes
from graphnet.command.local_files import LocalFiles, name_of, on_terminal
from graphnet.command.terminal import ProgressLine
from graphnet.config import (
    EVALUATION,
    OPTIONS,
    SETTINGS,
    Evaluation,
    TrainingSettings,
    candidates_of,
)
from graphnet.data.atlas import Atlas
from graphnet.data.atlas_tables import Table, atlases_of
from graphnet.data.cohort import Cohort
from graphnet.data.series_measures import SeriesOptions
from graphnet.data.splits import Splits
from graphnet.disk import room_in, write_whole
from graphnet.experiment import Outcome, run
from graphnet.figures.glass_brain import picture
from graphnet.messages import ENGLISH, LANGUAGES, Message, render
from graphnet.report.page import render_report
from graphnet.report.sweep import sweep_told
from graphnet.training.callbacks import Callback
from graphnet.training.devices import choose_device
from graphnet.training.history import Epoch
from graphnet.training.loop import Training

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
    data = _read(given, own.label, SeriesOptions.of(own), atlases)
    of_connectomes = data.train.layout.is_connectome
    recommended = TrainingSettings.for_connectomes if of_connectomes else TrainingSettings.for_model
    settings = recommended(model, **chosen)
    candidates = candidates_of(evaluation.sweep, model, chosen, connectomes=of_connectomes)
    with callback.line:
        return run(
            data,
            settings,
            evaluation=evaluation,
            parent=parent,
            device=choose_device(given.device),
            callback=callback,
            candidates=candidates,
            atlases=atlases,
        )


def _options(given: argparse.Namespace) -> dict[str, Any]:
    """The options that the command line gives."""
    return {
        name: value for name, value in vars(given).items() if name in OPTIONS and value is not None
    }


def _among(options: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in names}


def _read(
    given: argparse.Namespace, target: str, series: SeriesOptions, atlases: Atlases
) -> Splits:
    splits = {split: getattr(given, split) for split in SPLITS}
    paths = [path for files in splits.values() for path in files]
    asking = partial(on_terminal, language=given.lang)
    files = LocalFiles.of(given.map, paths, asking, given.lang)
    cohorts = files.cohorts(splits, target, series)
    return Splits(**{split: _placed(cohort, atlases) for split, cohort in cohorts.items()})


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
        note = Message("progress.note", warning=warning)
        print(render(note, given.lang), file=sys.stderr)  # noqa: T201
    print(json.dumps(outcome.result.as_dict()["metrics"], indent=1))  # noqa: T201
    sweep = outcome.result.sweep
    for message in () if sweep is None else sweep_told(sweep):
        print(render(message, given.lang), file=sys.stderr)  # noqa: T201
    helped = outcome.result.fine_tuning
    for message in () if helped is None else helped.messages:
        print(render(message, given.lang), file=sys.stderr)  # noqa: T201


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
        "parent_task_id": None if given.parent is None else str(given.parent),
    }  # fmt: skip
