"""Tables in several folders: what the folders' names say, and files of one name.

What is right was decided before anything was read.
"""

import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from tests.wild.cases import equal, labels, one_measure, outcome, told
from tests.wild.test_same_kinds import COUNT, IDS, VALUES, is_base, table

FRAME = pd.read_csv(io.StringIO(table()), dtype={"ID": str})
HALF = COUNT // 2


def parquet(frame: pd.DataFrame) -> bytes:
    body = io.BytesIO()
    frame.to_parquet(body, index=False)
    return body.getvalue()


def text(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, body in files.items():
        path = folder / "cohort" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return folder / "cohort"


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize("parts", [2, 8])
def test_folders_of_partitions_are_columns(tmp_path: Path, ending: str, parts: int) -> None:
    """Also of more parts than a few, which would be a file of each subject."""
    write = {"parquet": parquet, "csv": text}[ending]
    size = COUNT // parts
    files = {
        f"site={'A%20B' if part < parts // 2 else 'C'}/part-{part}.{ending}": write(
            FRAME.iloc[part * size : (part + 1) * size]
        )
        for part in range(parts)
    }
    found = outcome(written(tmp_path, files)).dataset
    is_base(found)
    assert found.subjects.sites == ("A B",) * HALF + ("C",) * HALF
    assert "names of folders" in told(found)


def test_two_columns_of_folders_may_be_class_and_site(tmp_path: Path) -> None:
    quarter = HALF // 2
    places = [("HC", "A"), ("HC", "B"), ("SZ", "A"), ("SZ", "__HIVE_DEFAULT_PARTITION__")]
    files = {
        f"group={group}/site={site}/0.parquet": parquet(
            FRAME.drop(columns="LABEL").iloc[row * quarter : (row + 1) * quarter]
        )
        for row, (group, site) in enumerate(places)
    }
    found = outcome(written(tmp_path, files)).dataset
    assert found.subjects.ids == IDS
    equal(one_measure(found), VALUES)
    assert labels(found) == [0] * HALF + [1] * HALF
    assert found.subjects.sites[::quarter] == ("A", "B", "A", "")


@pytest.mark.parametrize("names", [("Paris", "Rome"), ("Bern", "Oslo", "Rome", "Ulm")])
def test_tables_of_one_name_are_told_apart_by_their_folders(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    size = COUNT // len(names)
    files = {
        f"{name}/data.csv": text(FRAME.iloc[row * size : (row + 1) * size])
        for row, name in enumerate(names)
    }
    folder = written(tmp_path, files)
    found = outcome(folder).dataset
    is_base(found)
    assert f"{names[0]}/data.csv" in told(found)
    assert outcome(folder, site="file").dataset.subjects.sites[::size] == names


def test_folders_of_a_split_are_not_put_together(tmp_path: Path) -> None:
    files = {"train/data.csv": text(FRAME.iloc[:HALF]), "test/data.csv": text(FRAME.iloc[HALF:])}
    assert len(outcome(written(tmp_path, files)).question("table").choices) == len(files)
