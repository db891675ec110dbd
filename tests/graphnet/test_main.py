"""``python -m graphnet`` as a shell runs it."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unicodedata import east_asian_width

import numpy as np
import pytest

from graphnet.__main__ import main
from graphnet.artifacts.model import StoredModel
from graphnet.catalogue import ALIASES, GRAPHS, MODELS
from graphnet.command import terminal
from graphnet.command.terminal import ProgressLine
from graphnet.config import OPTIONS, TrainingSettings
from graphnet.data.synthetic import cohort_table
from graphnet.messages import CHINESE, LANGUAGES, Message, render
from graphnet.readers import from_table, read_table
from graphnet.training.progress import TRAINING, Progress, Step
from tests.graphnet.people import RECIPE
from tests.installations import GIVE_UP_SECONDS
from tests.service.english import english_in
from tests.zygote import forked

SMALL = ("--epochs", "3", "--device", "cpu")
Files = dict[str, Path]


def of_argument(name: str, sentence: Message) -> Message:
    return Message("help.of-argument", argument=name, sentence=sentence)


def refused(name: str, text: str, **default: str) -> Message:
    """That a text is no value of an option, with the option's bounds and its ``default``."""
    values = {"value": repr(text), "expected": OPTIONS[name].expected, **default}
    return Message("help.not-accepted-default" if default else "help.not-accepted", **values)


def columns(line: str) -> int:
    """How many columns of a terminal a line takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)


def shell(*arguments: str | Path, cold: bool = False) -> subprocess.CompletedProcess[str]:
    """Run it as a process: a new one where ``cold``, else one that need not import torch again."""
    command = ("-W", "error", "-m", "graphnet", *map(str, arguments))
    if not cold:
        return forked(command, 120)
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=120, check=False
    )


def test_help_needs_no_torch() -> None:
    code = "import sys; from graphnet.__main__ import main\ntry: main(['--help'])\nfinally: "
    code += "assert not {'torch', 'numpy', 'pandas'} & set(sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--train FILE" in ran.stdout


def test_help_is_in_the_chosen_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(["--help"], capsys).startswith("Usage: python -m graphnet [-h] --train FILE")

    chinese = said(["--help", "--lang", "zh-CN"], capsys)
    prose = chinese.partition("\n\n")[2]
    assert render(Message("options.density-help"), CHINESE)[:10] in prose
    assert english_in(prose, GRAPHS) == []
    assert not re.search(r"usage|options:|show this", chinese, re.IGNORECASE)
    assert max(columns(line) for line in prose.splitlines()) <= 80

    monkeypatch.delenv("SGN_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert said(["--help"], capsys) == chinese
    assert said(["--help", "--lang=en"], capsys).startswith("Usage: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], Message("help.missing", names="--train, --out")),
        (["--train", "--out", "b"], of_argument("--train", Message("help.some-values"))),
        (["--train", "a", "--out"], of_argument("--out", Message("help.one-value"))),
        (
            ["--train", "a", "--out", "b", "--epochs", "x"],
            of_argument("--epochs", refused("epochs", "x", default="200")),
        ),
        (
            ["--train", "a", "--out", "b", "--seed", "1.5"],
            of_argument("--seed", refused("seed", "1.5", default="0")),
        ),
        (
            ["--train", "a", "--out", "b", "--threshold", "none"],
            of_argument("--threshold", refused("threshold", "none")),
        ),
        (
            ["--train", "a", "--out", "b", "--threads", "x"],
            of_argument("--threads", Message("help.not-a-number", value="'x'")),
        ),
        (
            ["--train", "a", "--out", "b", "--threads", "0"],
            of_argument("--threads", Message("help.positive")),
        ),
        (
            ["--train", "a", "--out", "b", "--nested=1"],
            of_argument("--nested/--no-nested", Message("help.no-value", value="'1'")),
        ),
        (["--train", "a", "--out", "b", "--fly"], Message("help.unrecognised", names="--fly")),
    ],
)
def test_an_invalid_command_line_is_refused_in_the_chosen_language(
    arguments: list[str], message: Message, capsys: pytest.CaptureFixture[str]
) -> None:
    chinese = said([*arguments, "--lang", "zh-CN"], capsys, status=2)
    said_last = chinese.splitlines()[-1]
    assert said_last == render(
        Message("help.error", program="python -m graphnet", sentence=message), CHINESE
    )
    assert english_in(said_last) == []
    assert "python -m graphnet: error: " in said(arguments, capsys, status=2)


def test_a_number_that_is_none_is_refused_with_its_range_and_its_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--train", "a", "--out", "b", "--epochs", "none"]
    assert said(arguments, capsys, status=2).splitlines()[-1] == (
        "python -m graphnet: error: argument --epochs: 'none' is not valid; it must be "
        "a whole number from 1 to 100,000 (default: 200)"
    )


def test_an_option_that_is_not_clear_is_refused_in_the_chosen_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--train", "a", "--out", "b", "--lang", "zh-CN", "--seed", "1", "--cv", "2"]
    names = "--cv-folds, --cv-repeats, --cv-balance"
    assert said(arguments, capsys, status=2).endswith(
        f"{render(Message('help.ambiguous', given='--cv', names=names), CHINESE)}\n"
    )


def test_a_language_that_there_is_not_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGN_LANG", "zh-CN")
    refused = said(["--train", "a", "--out", "b", "--lang", "xx"], capsys, status=2)
    assert "--lang：'xx'" in refused
    assert english_in(refused.splitlines()[-1]) == []


def said(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    """What a command line prints that ends at once, without a run."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == status
    printed = capsys.readouterr()
    return printed.err if status else printed.out


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """CSV files by site and group: A_NC, A_SZ, B_NC, B_SZ, and one of another layout."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for site in "AB":
        for label, group in enumerate(("NC", "SZ")):
            path = found[f"{site}_{group}"] = folder / f"{site}_{group}.csv"
            cohort_table(site, label, 20, seed=0, recipe=RECIPE).to_csv(path, index=False)
    found["narrow"] = folder / "narrow.csv"
    narrow = cohort_table("A", 0, 20, seed=0, recipe=replace(RECIPE, regions=11))
    narrow.to_csv(found["narrow"], index=False)
    return found


@pytest.fixture(scope="module")
def trained(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "model"
    run = shell(
        "--train", files["A_NC"], files["A_SZ"], "--test", files["B_NC"], files["B_SZ"],
        "--out", folder, *SMALL, cold=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    (folder / "shown").write_text(run.stdout)
    (folder / "said").write_text(run.stderr)
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chosen_by", ["option", "environment"])
def test_what_is_wrong_is_said_in_a_language(
    files: Files,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    language: str,
    chosen_by: str,
) -> None:
    monkeypatch.setenv("SGN_LANG", language if chosen_by == "environment" else "en")
    lang = ["--lang", language] if chosen_by == "option" else []
    absent = Message("system.no-such-file")
    gone = Message("readers.file-unusable", file=str(tmp_path / "none.csv"), reason=absent)
    assert sentences(capsys, "--train", tmp_path / "none.csv", "--out", tmp_path, *lang) == [
        render(gone, language)
    ]
    given: list[str | Path] = ["--train", files["A_NC"], "--map", "x", "--out", tmp_path, *lang]
    assert sentences(capsys, *given) == [
        render(Message("readers.map-malformed", pair="x"), language)
    ]


def sentences(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    assert main([str(one) for one in arguments]) == 1
    shown, said = capsys.readouterr()
    assert "Epoch" not in shown
    return said.splitlines()


def test_training_shows_its_epochs_and_keeps_a_model_and_its_result(
    files: Files, trained: Path
) -> None:
    shown = (trained / "shown").read_text()
    result = json.loads((trained / "result.json").read_text())
    assert shown.splitlines()[:3] == result["train_epochs"]
    assert "Test Accuracy" in result["train_epochs"][2]
    assert json.loads(shown[shown.index("{") :]) == result["metrics"]
    assert result["metrics"]["test"]["n"] == 40
    assert result["metrics"]["val"] is None
    said = (trained / "said").read_text().splitlines()
    notes = [line for line in said if not re.match(r"\d+ %", line)]  # on a slow machine
    assert notes == [f"Note: {sentence}" for sentence in result["warnings"]]
    model = StoredModel.from_bytes(
        (trained / "model.safetensors").read_bytes(), (trained / "manifest.json").read_bytes()
    )
    patients = from_table(read_table(files["B_SZ"]), "B_SZ")
    hits = (model.predict(patients).argmax(axis=1) == 1).mean()
    assert hits == result["metrics"]["test"]["sensitivity"]


def test_a_model_is_fine_tuned(files: Files, trained: Path, tmp_path: Path) -> None:
    run = shell(
        "--train", files["B_NC"], files["B_SZ"], "--parent", trained, "--out", tmp_path / "child",
        "--no-baselines", "--no-explain", "--lang", "zh-CN", *SMALL,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stderr
    assert english_in(run.stderr) == []
    for folder, language in ((trained, "en"), (tmp_path / "child", "zh-CN")):
        assert f'<html lang="{language}">' in (folder / "report.html").read_text("utf-8")
    parent = json.loads((trained / "manifest.json").read_text())
    child = json.loads((tmp_path / "child" / "manifest.json").read_text())
    assert child["scaler"] == parent["scaler"]
    assert child["parameters_sha256"] != parent["parameters_sha256"]
    assert [dataset["name"] for dataset in child["datasets"]["train"]] == ["B_NC", "B_SZ"]


@pytest.mark.nightly
def test_simple_methods_are_fitted_to_the_files_of_the_parent_too(
    files: Files, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tune = ["--train", str(files["B_NC"]), str(files["B_SZ"]), "--parent", str(trained),
            "--no-explain", "--no-compare-scratch", "--cv-folds=0", *SMALL]  # fmt: skip
    both = [str(files["A_NC"]), str(files["A_SZ"])]
    for given, found in ((both, 40), (both[:1], 20), ([], 0)):
        out = tmp_path / str(found)
        more = ["--parent-train", *given] if given else []
        assert main([*tune, "--out", str(out), *more]) == 0
        result = json.loads((out / "result.json").read_text())
        assert result["pooled_baselines"]["subjects"] == found
        assert ("logistic_regression_pooled" in result["baselines"]) == bool(found)
        missing = [each["code"] for each in result["pooled_baselines"]["missing"]]
        assert missing == {40: [], 20: ["pooled.files-not-given"], 0: ["pooled.not-given"]}[found]
    capsys.readouterr()
    alone = ["--train", *both, "--parent-train", *both, "--out", str(tmp_path / "none")]
    assert main(alone) == 1
    assert "give --parent as well" in capsys.readouterr().err


def test_a_bad_file_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "site.csv"
    path.write_text("ID,LABEL,GMV_1\np1,1,high\n")
    run = shell("--train", path, "--out", tmp_path / "out")
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr == "GMV_1 in row 2 holds 'high', which is not a number.\n"
    assert not (tmp_path / "out").exists()


def test_every_setting_arrives(files: Files, tmp_path: Path) -> None:
    settings = {
        "model": "GCN", "graph": "similarity", "epochs": 2, "batch_size": 9, "lr_step_size": 7,
        "seed": 11, "learning_rate": 0.03, "lr_decay": 0.5, "weight_decay": 0.25, "density": 0.4,
    }  # fmt: skip
    given = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    held_out = ["--val", str(files["B_NC"]), str(files["B_SZ"])]
    train = ["--train", str(files["A_NC"]), str(files["A_SZ"])]
    assert main([*train, *held_out, "--out", str(tmp_path), *given]) == 0
    assert json.loads((tmp_path / "manifest.json").read_text())["settings"] == (
        TrainingSettings().as_dict() | settings
    )
    assert json.loads((tmp_path / "result.json").read_text())["metrics"]["val"]["n"] == 40


@pytest.mark.nightly
def test_a_child_is_of_its_parents_model_unless_told_otherwise(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--train", str(files["A_NC"]), str(files["A_SZ"]), *SMALL)
    assert main([*data, "--out", str(tmp_path / "parent"), "--model", "GCN"]) == 0
    tune = (*data, "--parent", str(tmp_path / "parent"))
    assert main([*tune, "--out", str(tmp_path / "child")]) == 0
    child = json.loads((tmp_path / "child" / "manifest.json").read_text())
    assert child["settings"]["model"] == "GCN"
    capsys.readouterr()
    assert sentences(capsys, *tune, "--out", tmp_path / "other", "--model", "SGN") == [
        "The stored model is GCN and cannot be fine-tuned as SGN; leave model empty or choose GCN."
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--model", "CNN"),
            [f"model is 'CNN'; it must be one of {', '.join(MODELS)} and {', '.join(ALIASES)}."],
        ),
        (
            ("--epochs", "0", "--density", "nan"),
            [
                "epochs is 0; it must be a whole number from 1 to 100,000.",
                "density is nan; it must be a number above 0 and at most 1.",
            ],
        ),
        (("--device", "gpu"), ["device is 'gpu'; it must be auto, cpu, cuda or cuda:0."]),
        (("--parent", "nowhere"), ["nowhere/model.safetensors: No such file or directory."]),
        (("--val", "nowhere.csv"), ["nowhere.csv: No such file or directory."]),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    files: Files,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: list[str],
) -> None:
    data = ("--train", files["A_NC"], files["A_SZ"], "--out", tmp_path / "out")
    assert sentences(capsys, *data, *arguments) == said


def test_files_of_two_layouts_are_refused_by_name(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = ("--train", files["A_SZ"], files["narrow"], "--out", tmp_path)
    assert sentences(capsys, *train) == [
        "The datasets A_SZ and narrow do not fit together. Only A_SZ has the regions 12."
    ]


def test_a_damaged_parent_is_refused(
    files: Files, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("model.safetensors", "manifest.json"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    with (tmp_path / "model.safetensors").open("ab") as parameters:
        parameters.write(np.zeros(1).tobytes())
    tune = ("--train", files["A_NC"], "--parent", tmp_path, "--out", tmp_path / "out")
    assert sentences(capsys, *tune) == [
        "The stored parameters are not those of the manifest (SHA-256)."
    ]


@pytest.mark.nightly
def test_time_series_and_an_atlas_give_the_graphs_that_need_them(tmp_path: Path) -> None:
    folder, random = tmp_path / "study", np.random.default_rng(0)
    folder.mkdir()
    rows = ["ID,LABEL", *(f"p{one},{one % 2}" for one in range(16))]
    (folder / "subjects.csv").write_text("\n".join(rows))
    for one in range(16):
        np.savetxt(folder / f"ROISignals_p{one}.txt", random.standard_normal((30, 6)))
    atlas = tmp_path / "atlas.csv"
    places = [f"{region},{20 * region},0,0" for region in range(1, 7)]
    atlas.write_text("\n".join(["region,x,y,z", *places]))
    asked = ["--train", str(folder), "--no-explain", "--cv-folds", "2", *SMALL]
    for graph, more in (("tangent", []), ("spatial", ["--neighbours", "2", "--atlas", str(atlas)])):
        out = tmp_path / graph
        assert main([*asked, "--graph", graph, *more, "--out", str(out)]) == 0
        result = json.loads((out / "result.json").read_text())
        assert result["metrics"]["cv"]["n"] == 16
        settings = StoredModel.from_bytes(
            (out / "model.safetensors").read_bytes(), (out / "manifest.json").read_bytes()
        ).settings
        assert settings.graph == graph
        assert settings.learning_rate == MODELS["SGN"].of_connectomes["learning_rate"]
    line = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    kept = StoredModel.from_bytes(
        (tmp_path / "spatial" / "model.safetensors").read_bytes(),
        (tmp_path / "spatial" / "manifest.json").read_bytes(),
    ).preprocessing.graphs.tensors["graph"][0]
    assert (kept[line == 1] > 0).all()
    assert (kept[line > 2] == 0).all()


def test_a_graph_without_what_it_needs_is_refused(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--train", files["A_NC"], files["A_SZ"], "--out", tmp_path / "x", *SMALL)
    (said,) = sentences(capsys, *asked, "--graph", "spatial")
    assert said == str(Message("graphs.spatial-needs-atlas"))
    (said,) = sentences(capsys, *asked, "--graph", "tangent")
    assert "needs time series of the regions" in said
    (said,) = sentences(capsys, *asked, "--cv-folds", "21")
    assert said.startswith("cv_folds is 21, but class 0 has only 20 training subjects;")
    assert not (tmp_path / "x").exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_of_progress_is_rewritten_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "ON_TERMINAL_SECONDS", 0.01)
    progress, shown = Progress(), Terminal()
    progress.expect([Step(TRAINING, 100.0)])
    with ProgressLine(progress, shown) as line, progress.step(TRAINING):
        waited_for(lambda: shown.getvalue().count("1:40 left: Training the model") > 1)
        with line.aside():
            shown.write("Epoch 001\n")
    assert re.fullmatch(r"(\r\x1b\[K[^\n\r]*)+Epoch 001\n(\r\x1b\[K[^\n\r]*)+", shown.getvalue())
    assert shown.getvalue().endswith("\r\x1b[K"), "nothing of it stays"


def test_elsewhere_progress_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal.IN_LOG_SECONDS >= 2
    monkeypatch.setattr(terminal, "IN_LOG_SECONDS", 0.01)
    progress, shown = Progress(), io.StringIO()
    with ProgressLine(progress, shown):
        waited_for(lambda: shown.getvalue().count("\n") > 1)
    assert set(shown.getvalue().splitlines()) == {"0 %: Reading and preparing the data"}


def waited_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + GIVE_UP_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


UNBUFFERED = {"PYTHONUNBUFFERED": "1"}
STARTER = """
import runpy, signal
signal.signal(signal.SIGINT, signal.SIG_DFL)  # which may be ignored where the tests run
runpy.run_module("graphnet", run_name="__main__", alter_sys=True)
"""
LONG = ("--epochs", "100000", "--device", "cpu")


def ended_run(
    number: signal.Signals, at: str, folder: Path, *arguments: str | Path
) -> tuple[int, str]:
    """Start a process, and end it by a signal once it says ``at``: its status, and what it said."""
    log = folder / "said"
    with log.open("wb") as said:
        command = [sys.executable, "-W", "error", "-c", STARTER, *map(str, arguments)]
        process = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | UNBUFFERED)
        try:
            waited_for(lambda: at in log.read_text() or process.poll() is not None)
            process.send_signal(number)
            return process.wait(GIVE_UP_SECONDS), log.read_text()
        finally:
            process.kill()
            process.wait()


@pytest.mark.nightly
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_keeps_the_model_that_is_trained(
    number: signal.Signals, files: Files, tmp_path: Path
) -> None:
    out = tmp_path / "model"
    out.mkdir()
    (out / "result.json").write_text("{}")  # of an earlier model
    status, said = ended_run(
        number, "Choosing settings for fold", tmp_path, "--train", files["A_NC"], files["A_SZ"],
        "--out", out, "--epochs", "2", "--cv-folds", "2", "--cv-repeats", "100", "--nested",
        "--device", "cpu",
    )  # fmt: skip
    assert status == 128 + number
    assert f"The model is trained and was kept in {out}" in said
    assert "Traceback" not in said
    assert {path.name for path in out.iterdir()} == {"model.safetensors", "manifest.json"}
    kept = StoredModel.from_bytes(
        (out / "model.safetensors").read_bytes(), (out / "manifest.json").read_bytes()
    )
    assert kept.facts["selected_epoch"] == 2
    again = shell(
        "--train", files["B_NC"], files["B_SZ"], "--parent", out, "--out", tmp_path / "tuned",
        *SMALL,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    whole = shell("--train", files["A_NC"], files["A_SZ"], "--out", tmp_path / "whole", "--epochs",
                  "2", "--cv-folds", "0", "--device", "cpu")  # fmt: skip
    assert whole.returncode == 0
    same = (tmp_path / "whole" / "model.safetensors").read_bytes()
    assert (out / "model.safetensors").read_bytes() == same


@pytest.mark.nightly
def test_a_run_that_is_ended_before_its_model_is_trained_keeps_nothing(
    files: Files, tmp_path: Path
) -> None:
    out = tmp_path / "model"
    status, said = ended_run(
        signal.SIGTERM, "Epoch", tmp_path, "--train", files["A_NC"], files["A_SZ"],
        "--out", out, *LONG,
    )  # fmt: skip
    assert status == 128 + signal.SIGTERM
    assert "before the model was trained; nothing was kept" in said
    assert "Traceback" not in said
    assert not out.exists()
