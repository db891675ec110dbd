"""Train from local CSV files: ``python -m graphnet --train A.csv --test B.csv --out DIR``."""

import argparse
import json
import sys
from pathlib import Path

from graphnet.cohort import Cohort, merge
from graphnet.config import MODELS, Settings
from graphnet.devices import choose_device
from graphnet.errors import GraphnetError
from graphnet.experiment import Outcome, run
from graphnet.readers import from_table, read_table
from graphnet.splits import Splits
from graphnet.stored import StoredModel
from graphnet.training import Epoch


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; 0 on success, 1 with one sentence a problem on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        outcome = _train(asked)
    except GraphnetError as error:
        print(*error.sentences, sep="\n", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        return 1
    _write(outcome, asked.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m graphnet",
        description="Train a brain-network classifier from CSV files, without any service.",
    )
    parser.add_argument("--train", nargs="+", type=Path, required=True, metavar="CSV")
    parser.add_argument("--val", nargs="+", type=Path, default=[], metavar="CSV")
    parser.add_argument("--test", nargs="+", type=Path, default=[], metavar="CSV")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="gets model.safetensors, manifest.json and result.json")  # fmt: skip
    parser.add_argument("--parent", type=Path, metavar="DIR",
                        help="fine-tune the model in this folder")  # fmt: skip
    parser.add_argument("--model", default="", help=f"one of {', '.join(MODELS)}")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:0")
    parser.add_argument("--graph", help="covariance, similarity or full")
    for name in ("epochs", "batch-size", "lr-step-size", "seed"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("learning-rate", "lr-decay", "weight-decay", "density"):
        parser.add_argument(f"--{name}", type=float)
    return parser


SETTINGS = (
    "epochs", "batch_size", "lr_step_size", "seed", "learning_rate", "lr_decay", "weight_decay",
    "density", "graph",
)  # fmt: skip


def _train(asked: argparse.Namespace) -> Outcome:
    parent = None if asked.parent is None else _load(asked.parent)
    given = {name: getattr(asked, name) for name in SETTINGS if getattr(asked, name) is not None}
    model = asked.model or (parent.settings.model if parent else "")
    settings = Settings.for_model(model, **given)
    train = _read(asked.train)
    if train is None:
        raise GraphnetError("There is nothing to train on.")
    return run(
        Splits(train, _read(asked.val), _read(asked.test)),
        settings,
        parent=parent,
        device=choose_device(asked.device),
        on_epoch=_show,
    )


def _read(paths: list[Path]) -> Cohort | None:
    if not paths:
        return None
    return merge([from_table(read_table(path), path.stem) for path in paths])


def _load(folder: Path) -> StoredModel:
    parameters = (folder / "model.safetensors").read_bytes()
    return StoredModel.from_bytes(parameters, (folder / "manifest.json").read_bytes())


def _show(epoch: Epoch) -> None:
    print(epoch.line())  # noqa: T201


def _write(outcome: Outcome, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parameters, manifest = outcome.model.to_bytes()
    (folder / "model.safetensors").write_bytes(parameters)
    (folder / "manifest.json").write_bytes(manifest)
    text = json.dumps(outcome.result, indent=1, allow_nan=False, ensure_ascii=False)
    (folder / "result.json").write_text(text, encoding="utf-8")
    for sentence in outcome.result["warnings"]:
        print(f"Note: {sentence}", file=sys.stderr)  # noqa: T201
    print(json.dumps(outcome.result["metrics"], indent=1))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
