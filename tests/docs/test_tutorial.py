"""The tutorial does what it says: its blocks run in their order, as a reader would type them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.docs.pages import DOCS, ROOT, as_shown, blocks
from tests.installations import environment, sgn_up

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

UP = "sgn up --home ./sgn-home\n"
SECONDS = 120


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Reader"]:
    """Whoever has followed it to its end, before the installation is closed."""
    folder = tmp_path_factory.mktemp("tutorial")
    listed = blocks(DOCS / "tutorial.md")
    assert listed[[text for _, text in listed].index(UP) + 1][0] == "text"
    with sgn_up(folder / "sgn-home") as installation:
        reader = Reader(folder, installation.url)
        for language, text in listed:
            reader.reads(language, text)
        yield reader


class Reader:
    """Types what is to be typed and looks whether what comes is what is shown."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.task, self.seen = folder, url, "", ""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = environment(PYTHONPATH=str(ROOT), PATH=path, SGN_URL=url)

    def reads(self, language: str, text: str) -> None:
        if language == "text":
            assert as_shown(text, self.seen), f"shown:\n{text}\ncame:\n{self.seen}"
        elif text == UP:
            self.seen = f"ready {self.url}\n"
        else:
            self.seen = self.types(
                {"sh": ["bash", "-euc"], "python": ["python", "-c"]}[language], text
            )
            if found := re.search(r"^Task +(TASK\d+)$", self.seen, re.MULTILINE):
                self.task = found[1]

    def types(self, program: list[str], text: str) -> str:
        """What comes on standard output."""
        ran = subprocess.run(
            [*program, text.replace("TASK…", self.task)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ran.returncode == 0, f"{text}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout


def test_it_ends_with_a_report_of_the_subjects_of_the_file(followed: Reader) -> None:
    report = (followed.folder / "report.html").read_text(encoding="utf-8")
    assert followed.task in report
    assert "Comparison with simple methods" in report
    predicted = pd.read_csv(followed.folder / "predictions.csv")
    cohort = pd.read_csv(followed.folder / "cohort.csv")
    validated = predicted[predicted["split"] == "cv"]
    assert set(validated["id"]) == set(cohort["ID"])
    assert (validated["label"] == validated["predicted"]).mean() > 0.6


def test_the_model_is_at_home(followed: Reader) -> None:
    names = {file.name for file in (followed.folder / "model").iterdir()}
    assert names == {"model.safetensors", "manifest.json"}


def test_what_is_not_as_shown_is_seen() -> None:
    assert as_shown("Status  Finished\n…\n", "Status  Finished\n\nMetrics\n")
    assert not as_shown("Status  Finished\n…\n", "Status  Failed\n\nMetrics\n")
    assert not as_shown("0.…\n", "1.000\n")
