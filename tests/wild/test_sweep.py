"""Every file and folder, packed or not: one of three outcomes, and nothing else."""

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest

from graphnet.data.cohorts import cohort_of
from graphnet.errors import CohortError
from tests.conftest import WILD
from tests.wild.cases import ASK, READ, REFUSE, Outcome, answered, outcome, plain

ROOMS = ("tables", "folders", "series", "others", "product", "real")
OUR_WORDS = re.compile(r"Traceback|object at 0x|Error\(|np\.\w+\(|<class|\bdtype\(")


def entries() -> list[str]:
    """Each file and folder that somebody would add, by its path below the folder."""
    if not WILD.is_dir():
        return []
    found = []
    for room in ROOMS:
        for entry in sorted((WILD / room).iterdir()):
            found += [entry] if room != "product" or entry.is_file() else _inside(entry)
    return [str(entry.relative_to(WILD)) for entry in found]


def _inside(folder: Path) -> list[Path]:
    """A folder of subjects is one entry; a folder of tables or of folders is many."""
    names = {entry.name for entry in folder.iterdir()}
    if names & {"participants.tsv", "subjects.csv"}:
        return [folder]
    return sorted(entry for entry in folder.iterdir() if entry.suffix not in {".py", ".yml"})


def kinds_of_files(folder: Path) -> list[Path]:
    """One file of each sort in a folder: what differs in numbers alone is one sort."""
    sorts: dict[str, Path] = {}
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        sorts.setdefault(re.sub(r"\d+", "0", file.name), file)
    return list(sorts.values())


ENTRIES = entries()
FOLDERS = [entry for entry in ENTRIES if (WILD / entry).is_dir()]
FILES = [entry for entry in ENTRIES if (WILD / entry).is_file()]


def is_in_order(found: Outcome) -> None:
    """Whatever came is complete, can be sent as JSON, and is said in our own words."""
    assert found.kind in {READ, ASK, REFUSE}
    for sentence in found.sentences:
        assert sentence.endswith((".", "?", ":")), sentence
        assert len(sentence) < 900, sentence
        assert not OUR_WORDS.search(sentence), sentence
    if found.reading is None:
        return
    json.dumps(found.reading.preview(), allow_nan=False)
    assert re.fullmatch(r"[0-9a-f]{64}", found.reading.signature)
    for question in found.reading.questions:
        values = [choice.value for choice in question.choices]
        assert len(values) >= 2, question
        assert len(set(values)) == len(values), question
        assert question.sentence.rstrip().endswith(("?", ".")), question.sentence
        assert all(choice.label for choice in question.choices)
    if found.reading.dataset is not None:
        plain(found.reading.dataset.interpretation)
        is_consistent(found)


def is_consistent(found: Outcome) -> None:
    """Arrays of one size, and a cohort or a sentence of them."""
    assert found.reading is not None
    dataset = found.reading.dataset
    assert dataset is not None
    count, regions = len(dataset), len(dataset.regions)
    people = dataset.subjects
    assert len(people.labels) == len(people.scores) == len(people.sites) == count > 0
    assert all(len(each.values) == count for each in people.covariates)
    assert len(set(dataset.regions)) == regions > 0
    assert dataset.values is not None or dataset.connectomes is not None
    if dataset.values is not None:
        assert dataset.values.shape == (count, regions, len(dataset.measures))
    if dataset.connectomes is not None:
        assert dataset.connectomes.shape == (count, regions * (regions - 1) // 2)
    if dataset.series is not None:
        assert dataset.series.offsets.tolist()[-1] == len(dataset.series.values)
    try:
        cohort = cohort_of(dataset, "dataset", "any")
    except CohortError as error:
        assert all(sentence.endswith(".") for sentence in error.sentences)
    else:
        assert len(cohort) == count


@pytest.mark.parametrize("entry", ENTRIES)
def test_one_of_three_outcomes(wild: Path, entry: str, capfd: pytest.CaptureFixture[str]) -> None:
    is_in_order(outcome(wild / entry))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_answer_leads_somewhere(wild: Path, entry: str) -> None:
    path = wild / entry
    found = outcome(path)
    if found.kind != ASK:
        return
    assert found.reading is not None
    open_questions = found.reading.questions
    first = {each.id: each.choices[0].value for each in open_questions}
    for question in open_questions:
        for choice in question.choices:
            after = answered(path, {**first, question.id: choice.value})
            is_in_order(after)
            if after.kind == ASK:
                assert after.reading is not None
                asked = {each.id for each in after.reading.questions}
                assert not asked & set(first), "An answer was asked for again."


@pytest.mark.nightly
@pytest.mark.parametrize("entry", FOLDERS)
def test_a_packed_folder_is_the_folder(wild: Path, entry: str, tmp_path: Path) -> None:
    folder = wild / entry
    packed = Path(shutil.make_archive(str(tmp_path / folder.name), "zip", folder))
    found, loose = outcome(packed), outcome(folder)
    is_in_order(found)
    assert found.kind == loose.kind, f"{found.explained()} but {loose.explained()}"
    if found.kind == READ:
        assert found.dataset.subjects.ids == loose.dataset.subjects.ids
        assert found.dataset.regions == loose.dataset.regions
        assert (found.dataset.connectomes is None) == (loose.dataset.connectomes is None)


@pytest.mark.nightly
@pytest.mark.parametrize("entry", FOLDERS)
def test_a_file_of_a_folder_by_itself(wild: Path, entry: str) -> None:
    for file in kinds_of_files(wild / entry):
        is_in_order(outcome(file))


@pytest.mark.nightly
@pytest.mark.parametrize("entry", FILES)
def test_a_compressed_file_is_the_file(wild: Path, entry: str, tmp_path: Path) -> None:
    file = wild / entry
    packed = tmp_path / f"{file.name}.gz"
    packed.write_bytes(gzip.compress(file.read_bytes(), 1))
    found, loose = outcome(packed), outcome(file)
    is_in_order(found)
    if file.suffix == ".zip" and loose.kind != REFUSE:
        assert "unpack it once" in found.refusal
        return
    assert found.kind == loose.kind, f"{found.explained()} but {loose.explained()}"
