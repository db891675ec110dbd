"""``sgn model import``, and the command beside which it stands."""

import os
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from service.cli import main
from service.local.model_import import ImportRefused, OldModel, _imported_by_worker
from tests.service.cli.command import Command
from tests.service.fake_service import FakeService, task

TASK = "TASK20012912454500"
SAID = ["--task", TASK, "--architecture", "GCN", "--scaler", "none"]


def test_a_model_is_taken_home_with_and_without_get(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    """What scripts say since before there was a second command."""
    fake.looks[TASK] = [task(TASK, "Finished")]
    for place, arguments in enumerate((["get", TASK, "-o"], [TASK, "-o"])):
        folder = tmp_path / str(place)
        assert sgn("model", *arguments, str(folder)).exit_code == 0
        assert (folder / "model.safetensors").exists()
    assert sgn("model", "-o", str(tmp_path / "2"), TASK).exit_code == 0
    assert (tmp_path / "2" / "manifest.json").exists()
    assert "import" in sgn("model", "--help").stdout


def completed(words: list[str], begun: str) -> list[str]:
    found = ShellComplete(main, {}, "sgn", "_SGN_COMPLETE").get_completions(words, begun)
    return [each.value for each in found]


def test_a_shell_completes_commands_and_tasks(
    fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGN_URL", fake.url)
    fake.looks[TASK] = [task(TASK, "Finished")]
    assert {"get", "import", TASK} <= set(completed(["model"], ""))
    assert completed(["model"], "imp") == ["import"]
    assert completed(["model", "import", "x.pth", "--task"], "TASK") == [TASK]
    assert completed(["model", "import", "x.pth", "--architecture"], "T") == ["TopK"]
    assert "--train-data" in completed(["model", "import", "x.pth"], "--tr")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--regions", "no such file"], "'no such file' is neither aal90, nor a number, nor a"),
        (["--regions", "0"], "there are 1 to 10000 regions, not 0"),
        (["--regions", "empty"], "names 0 regions"),
        (["--architecture", "SGN"], "'SGN' is not one of 'GCN', 'TopK'"),
        (["--home", "."], "is not the folder of an 'sgn up'"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(
    more: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.pth").write_bytes(b"x")
    Path("empty").write_text("\n")
    ran = CliRunner().invoke(main, ["model", "import", "old.pth", *SAID, *more])
    assert ran.exit_code in (1, 2)
    assert len(ran.stderr.splitlines()) == 1
    assert sentence in ran.stderr


def test_where_the_installation_is_must_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("SGN_")]:
        monkeypatch.delenv(name)
    (tmp_path / "old.pth").write_bytes(b"x")
    ran = CliRunner().invoke(main, ["model", "import", str(tmp_path / "old.pth"), *SAID])
    assert ran.exit_code == 1
    assert "SGN_REGISTRY_URL" in ran.stderr


def test_lists_travel_in_their_order() -> None:
    old = OldModel(Path("x"), TASK, "GCN", "none", "full", measures=("ReHo", "GMV"))
    assert old.mapping()["measures"] == '["ReHo", "GMV"]'
    assert old.mapping()["replace"] == "no"


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({"refused": ["a", "b"]}, "a\nb"),
        ({"full": "no room"}, "no room"),
        ({"preview": {}}, "an older version, which does not import models"),
    ],
)
def test_what_a_worker_refuses_is_said(found: dict[str, object], sentence: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        _imported_by_worker(found)
    assert sentence in str(caught.value)
