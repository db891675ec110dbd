"""Files of the command: what they ask is answered by ``--map``, on a terminal, or said."""

import gzip
import io
import json
from pathlib import Path

import pytest

from graphnet.__main__ import main
from graphnet.artifacts.model import StoredModel
from graphnet.command.terminal import on_terminal
from graphnet.command.train_files import LocalFiles, name_of
from graphnet.data import storage
from graphnet.data.interpretation import Choice, Question
from graphnet.data.synthetic import cohort_table
from graphnet.errors import CohortError, GraphnetError, QuestionsOpen
from graphnet.messages import finished
from graphnet.readers.reading import read
from tests.graphnet.people import RECIPE, table

SMALL = ("--epochs", "1", "--device", "cpu", "--no-explain", "--no-baselines", "--cv-folds", "0")
QUESTION = Question(
    "class.positive",
    finished("Which?"),
    (Choice("1", finished("one")), Choice("2", finished("two"))),
)


def nobody(path: Path, question: Question) -> str | None:  # noqa: ARG001
    return None


@pytest.fixture
def coded(tmp_path: Path) -> list[Path]:
    """Two files whose classes are 1 and 2: nobody but the user knows which are patients."""
    paths = [tmp_path / f"{site}.csv" for site in ("A", "B")]
    for seed, path in enumerate(paths):
        people = table(seed=seed)
        people["LABEL_GROUP"] += 1
        people["ID"] = path.stem + people["ID"]
        people.to_csv(path, index=False)
    return paths


def splits(paths: list[Path]) -> dict[str, list[Path]]:
    return {"train": paths[:1], "val": [], "test": paths[1:]}


def test_one_answer_serves_all_files(coded: list[Path]) -> None:
    files = LocalFiles.of(["class.positive=1"], coded, nobody)
    found = files.cohorts(splits(coded), "group")
    assert list(found) == ["train", "test"]
    told = [
        cohort.interpretations[name].label
        for name, cohort in zip("AB", found.values(), strict=True)
    ]
    assert [None if each is None else each.values for each in told] == [{"2": 0, "1": 1}] * 2


def test_an_answer_may_be_for_one_file(coded: list[Path]) -> None:
    files = LocalFiles.of(["A:class.positive=1", "B.csv:class.positive=2"], coded, nobody)
    found = files.cohorts(splits(coded), "group")
    assert found["train"].labels.tolist() == (1 - found["test"].labels).tolist()


def test_an_open_question_is_said_once_with_its_answers(coded: list[Path]) -> None:
    with pytest.raises(QuestionsOpen) as caught:
        LocalFiles.of([], coded, nobody).cohorts(splits(coded), "group")
    (sentence,) = caught.value.sentences
    assert "--map class.positive=1" in sentence
    assert "--map class.positive=2" in sentence


def test_what_was_answered_is_used_again_and_said(
    coded: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def somebody(path: Path, question: Question) -> str:
        asked.append(f"{path.name} {question.id}")
        return "2"

    LocalFiles.of([], coded, somebody).cohorts(splits(coded), "group")
    assert asked == ["A.csv class.positive"]
    assert capsys.readouterr().err == "B.csv: class.positive=2, as before.\n"


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (["class.positive"], "--map class.positive is not of the form ID=CHOICE or FILE:ID=CHOICE"),
        (["site=A", "site=B"], "--map answers site twice."),
        (["files.ses=1", "class.positive=1"], "--map answers files.ses, which no file asks"),
        (["class.positive=3"], "class.positive is 3"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    coded: list[Path], pairs: list[str], said: str
) -> None:
    with pytest.raises(CohortError) as caught:
        LocalFiles.of(pairs, coded, nobody).cohorts(splits(coded), "group")
    assert said in str(caught.value)


def test_all_files_are_looked_at_before_anything_is_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "one.csv", tmp_path / "other.csv"]
    for path in paths:
        path.write_text(f"ID,LABEL,GMV_1\np1,1,{path.stem}\n")
    with pytest.raises(CohortError) as caught:
        LocalFiles.of([], paths, nobody).cohorts({"train": paths}, "group")
    assert [word in str(caught.value) for word in ("'one'", "'other'")] == [True, True]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_question_is_asked_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal("\n3\n2\n"))
    monkeypatch.setattr("sys.stderr", said)
    assert on_terminal(Path("A.csv"), QUESTION) == "2"
    lines = said.getvalue().splitlines()
    assert lines[:3] == ["A.csv: Which?", "  1  one", "  2  two"]
    assert lines[-1].endswith("Next time: --map class.positive=2")


def test_a_terminal_that_is_closed_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))
    monkeypatch.setattr("sys.stderr", Terminal())
    with pytest.raises(GraphnetError, match="Nothing was answered"):
        on_terminal(Path("A.csv"), QUESTION)


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n"))
    assert on_terminal(Path("A.csv"), QUESTION) is None


def test_the_command_names_the_answer_and_takes_it(
    coded: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--train", str(coded[0]), "--test", str(coded[1]), "--out", str(tmp_path / "x"), *SMALL]
    assert main(data) == 1
    assert "--map class.positive=2" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    assert main([*data, "--map", "class.positive=2"]) == 0
    report = (tmp_path / "x" / "report.html").read_text()
    assert "--map A:class.positive=2 --map B:class.positive=2" in report
    assert "How the data were read" in report
    told = json.loads((tmp_path / "x" / "manifest.json").read_text())["interpretations"]
    assert told["A"]["label"]["values"] == {"1": 0, "2": 1}


def test_a_packed_file_and_a_saved_dataset_are_the_file_itself(tmp_path: Path) -> None:
    plain = tmp_path / "A.csv"
    cohort = cohort_table("A", 0, 12, seed=0, recipe=RECIPE)
    cohort.loc[6:, "LABEL_GROUP"] = 1
    cohort.to_csv(plain, index=False)
    packed = tmp_path / "packed" / "A.csv.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    saved = tmp_path / "saved" / "A"
    saved.mkdir(parents=True)
    storage.save(read(plain).settled(), saved)
    models = []
    for number, path in enumerate((plain, packed, saved)):
        out = tmp_path / str(number)
        assert main(["--train", str(path), "--out", str(out), *SMALL]) == 0
        content = [(out / name).read_bytes() for name in ("model.safetensors", "manifest.json")]
        models.append((content[0], StoredModel.from_bytes(*content).facts["datasets"]))
    assert models[0] == models[1] == models[2]


@pytest.mark.parametrize("graph", ["connectome", "group_connectome", "partial"])
def test_a_model_of_connectomes_is_its_own_parent(graph: str, tmp_path: Path) -> None:
    people = ["ID,LABEL,GMV_1,GMV_2,GMV_3,FC_1_2,FC_1_3,FC_2_3"]
    people += [
        f"p{n},{n % 2},.{n + 10},.{n + 20},.{n + 30},.{n % 7}1,.{n % 5}2,-.{n % 3}3"
        for n in range(24)
    ]
    path = tmp_path / "A.csv"
    path.write_text("\n".join(people))
    asked = ["--train", str(path), *SMALL]
    out = tmp_path / "out"
    assert main([*asked, "--graph", graph, "--density", "0.5", "--out", str(out)]) == 0
    assert main([*asked, "--parent", str(out), "--out", str(tmp_path / "child")]) == 0
    manifest = json.loads((tmp_path / "child" / "manifest.json").read_text())
    assert (manifest["settings"]["graph"], manifest["edges"]) == (graph, "z")


def test_a_dataset_is_called_after_its_file_without_endings(tmp_path: Path) -> None:
    folder = tmp_path / "ds.2"
    folder.mkdir()
    names = [name_of(path) for path in (Path("x/A.csv"), Path("A.csv.gz"), Path("A.b.npz"), folder)]
    assert names == ["A", "A", "A.b", "ds.2"]
