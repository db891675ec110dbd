"""Train from local files: ``python -m graphnet --train A.csv --test B.csv --out DIR``."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import to_bytes
from graphnet.catalogue import MODELS
from graphnet.config import (
    EVALUATION,
    OPTIONS,
    SETTINGS,
    Evaluation,
    TrainingSettings,
    options_in,
)
from graphnet.data.atlas import Atlas
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.disk import room_in, write_whole
from graphnet.errors import GraphnetError
from graphnet.experiment import Outcome, run
from graphnet.figures.glass_brain import picture
from graphnet.local_files import LocalFiles, name_of, on_terminal
from graphnet.options import GROUPS, Option, group_label
from graphnet.report import render
from graphnet.training.callbacks import Callback
from graphnet.training.devices import choose_device
from graphnet.training.history import Epoch
from graphnet.training.loop import Training

SPLITS = ("train", "val", "test")
ON_COMMAND_LINE = set(OPTIONS) - {"fan_out"}  # there are no workers to share the folds with


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; 0 on success, 1 with one sentence a problem on stderr."""
    asked = parser().parse_args(arguments)
    try:
        atlas = None if asked.atlas is None else Atlas.read(asked.atlas)
        outcome = _train(asked, atlas)
    except GraphnetError as error:
        print(*error.sentences, sep="\n", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        return 1
    _write(outcome, asked)
    return 0


def parser() -> argparse.ArgumentParser:
    """The options of the command line, with their help in English."""
    command_line = argparse.ArgumentParser(
        prog="python -m graphnet",
        description="Train a brain-network classifier from files and folders, without any service.",
    )
    command_line.add_argument("--train", nargs="+", type=Path, required=True, metavar="FILE")
    command_line.add_argument("--val", nargs="+", type=Path, default=[], metavar="FILE")
    command_line.add_argument("--test", nargs="+", type=Path, default=[], metavar="FILE")
    command_line.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="gets model.safetensors, manifest.json, result.json, evidence.json and report.html",
    )
    command_line.add_argument(
        "--parent", type=Path, metavar="DIR", help="fine-tune the model in this folder"
    )
    command_line.add_argument("--model", default="", help=f"one of {', '.join(MODELS)}")
    command_line.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:0")
    command_line.add_argument(
        "--atlas",
        type=Path,
        metavar="FILE",
        help="region, x, y, z in millimetres: for the spatial graph; draws glass_brain.svg",
    )
    command_line.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="[FILE:]ID=CHOICE",
        help="answers a question that a file asks, such as class.positive=SZ; may be repeated",
    )
    for group in GROUPS:
        options = [option for option in options_in(group) if option.name in ON_COMMAND_LINE]
        if options:
            section = command_line.add_argument_group(str(group_label(group)))
            for option in options:
                _add(section, option)
    return command_line


def _add(section: "argparse._ArgumentGroup", option: Option) -> None:
    flag = f"--{option.name.replace('_', '-')}"
    help_text = str(option.help).replace("%", "%%")
    if option.is_flag:
        section.add_argument(flag, action=argparse.BooleanOptionalAction, help=help_text)
    else:
        text = f"{help_text} {option.accepted}"
        section.add_argument(flag, type=option.type, help=text)


def _train(asked: argparse.Namespace, atlas: Atlas | None) -> Outcome:
    parent = None if asked.parent is None else _load(asked.parent)
    given = _given(asked)
    model = asked.model or (parent.settings.model if parent else "")
    settings = TrainingSettings.for_model(model, **_among(given, SETTINGS))
    evaluation = Evaluation(**_among(given, EVALUATION))
    label = parent.settings.label if parent else settings.label  # what is predicted is inherited
    return run(
        _read(asked, label, atlas),
        settings,
        evaluation=evaluation,
        parent=parent,
        device=choose_device(asked.device),
        callback=_Shown(),
        atlases=[] if atlas is None else [atlas],
    )


def _given(asked: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line names."""
    values = {name: getattr(asked, name) for name in OPTIONS if name in ON_COMMAND_LINE}
    return {name: value for name, value in values.items() if value is not None}


def _among(given: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in names}


def _read(asked: argparse.Namespace, target: str, atlas: Atlas | None) -> Splits:
    splits = {split: getattr(asked, split) for split in SPLITS}
    paths = [path for each in splits.values() for path in each]
    found = LocalFiles.of(asked.map, paths, on_terminal).cohorts(splits, target)
    return Splits(**{split: _placed(cohort, atlas) for split, cohort in found.items()})


def _placed(cohort: Cohort, atlas: Atlas | None) -> Cohort:
    return cohort if atlas is None else replace(cohort, coordinates=atlas.of(cohort.regions))


def _load(folder: Path) -> StoredModel:
    parameters = (folder / "model.safetensors").read_bytes()
    return StoredModel.from_bytes(parameters, (folder / "manifest.json").read_bytes())


class _Shown(Callback):
    """Prints the epochs of the model itself."""

    def on_epoch_end(self, training: Training, epoch: Epoch) -> None:  # noqa: ARG002
        if self.index == 0:
            print(epoch.line())  # noqa: T201


def _write(outcome: Outcome, asked: argparse.Namespace) -> None:
    folder: Path = asked.out
    folder.mkdir(parents=True, exist_ok=True)
    parameters, manifest = outcome.model.to_bytes()
    drawn = picture(outcome.predictions)
    text = json.dumps(outcome.result.as_dict(), indent=1, allow_nan=False, ensure_ascii=False)
    report = render(_task(outcome, asked), outcome.predictions, drawn, json.loads(manifest))
    files = {
        "model.safetensors": parameters,
        "result.json": text.encode(),
        "evidence.json": to_bytes(outcome.predictions),
        **({} if drawn is None else {"glass_brain.svg": drawn.encode()}),
        "report.html": report.encode(),
        "manifest.json": manifest,  # last: a model is there once its manifest is
    }
    with room_in(folder, "the folder"):
        for name, content in files.items():
            write_whole(folder / name, content)
    for warning in outcome.result.warnings:
        print(f"Note: {warning}", file=sys.stderr)  # noqa: T201
    print(json.dumps(outcome.result.as_dict()["metrics"], indent=1))  # noqa: T201


def _task(outcome: Outcome, asked: argparse.Namespace) -> dict[str, Any]:
    """What a report needs to know of a training that is no task of a service."""
    given = _given(asked)
    return {
        "task_id": asked.out.name,
        "task_name": asked.out.name,
        "proj_id": "",
        "task_type": "dl_ts" if asked.parent is None else "dl_ft",
        "task_config": {
            **{f"{split}_data": [name_of(path) for path in getattr(asked, split)]
               for split in SPLITS},
            "model": outcome.model.settings.model,
            "param_set": given,
        },
        "task_result": outcome.result.as_dict(),
        "attempt": 1,
        "parent_task_id": None if asked.parent is None else str(asked.parent),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
