"""Folders written in random conventions by somebody who knows the truth: what is read equals it."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from graphnet.readers.reading import read

FloatArray = NDArray[np.float64]
SERIES, R, Z = "series", "r", "z"
NAMES = {
    SERIES: (
        "ROISignals_{}.txt",
        "sub-{}_task-rest_timeseries.tsv",
        "sub-{}/func/sub-{}_ses-1_run-1_timeseries.tsv",
        "Site_{}_rois_aal.1D",
        "GretnaTimeCourse/{}.txt",
        "{}_ts.csv",
    ),
    R: (
        "ROICorrelation_{}.txt",
        "sub-{}_stat-pearsoncorrelation_relmat.tsv",
        "{}_correlation.csv",
    ),
    Z: (
        "ROICorrelation_FisherZ_{}.txt",
        "GretnaFCMatrixZ/z{}.txt",
        "sub-{}_meas-FisherZ_relmat.tsv",
        "{}_fisherz.csv",
    ),
}
HEADERS = (None, "words", "from 0", "from 1", "labels")


@dataclass(frozen=True)
class Writer:
    """How one folder is written."""

    kind: str
    name: str
    separator: str
    header: str | None
    index: bool
    triangle: str
    width: int  # of the ids, which are padded with zeros
    regions: int
    subjects: int
    seed: int

    @property
    def ids(self) -> list[str]:
        return [str(number).zfill(self.width) for number in range(3, 3 + 7 * self.subjects, 7)]

    @property
    def names(self) -> list[str]:
        """The header as it is written."""
        numbers = range(self.regions)
        if self.header == "words":
            return [f"Area{chr(97 + number)}_L" for number in numbers]
        if self.header == "labels":
            return [str(2001 + 3 * number) for number in numbers]
        return [str(number + (self.header == "from 1")) for number in numbers]

    @property
    def expected(self) -> tuple[str, ...]:
        """The names of the regions that are to be read."""
        if self.header in {"words", "labels"}:
            return tuple(self.names)
        return tuple(str(number + 1) for number in range(self.regions))

    def write(self, folder: Path) -> FloatArray:
        """The files, and the truth: Fisher's z (S, E) of every subject."""
        generator = np.random.default_rng(self.seed)
        truth = []
        for subject in self.ids:
            points = int(generator.integers(self.regions + 12, self.regions + 20))
            series = generator.standard_normal((points, self.regions))
            pearson = np.asarray(np.corrcoef(series.T))
            truth.append(np.arctanh(pearson[np.triu_indices(self.regions, 1)]))
            path = folder / self.name.format(subject, subject)
            path.parent.mkdir(parents=True, exist_ok=True)
            pd.DataFrame(self._values(series, pearson), columns=self.names).to_csv(
                path, sep=self.separator, header=self.header is not None, index=self.index,
                na_rep="n/a",
            )  # fmt: skip
        return np.stack(truth)

    def _values(self, series: FloatArray, pearson: FloatArray) -> FloatArray:
        if self.kind == SERIES:
            return series
        values = pearson
        if self.kind == Z:
            values = np.arctanh(pearson - np.diag(np.diag(pearson)))
            np.fill_diagonal(values, np.inf)
        half = {"upper": np.triu, "lower": np.tril}.get(self.triangle)
        return values if half is None else np.asarray(half(values))

    def people(self, folder: Path) -> list[int]:
        """The table of subjects in any order of rows and columns; the order of the rows."""
        shuffled = random.Random(self.seed)
        order = shuffled.sample(range(self.subjects), self.subjects)
        table = {"age": [20 + 3 * row for row in order], "ID": [self.ids[row] for row in order],
                 "LABEL": [row % 2 for row in order]}  # fmt: skip
        columns = shuffled.sample(list(table), 3)
        pd.DataFrame(table)[columns].to_csv(folder / "subjects.csv", index=shuffled.random() < 0.3)
        return order


@st.composite
def writers(draw: st.DrawFn) -> Writer:
    kind = draw(st.sampled_from((SERIES, R, Z)))
    header = draw(st.sampled_from(HEADERS))
    return Writer(
        kind=kind,
        name=draw(st.sampled_from(NAMES[kind])),
        separator=draw(st.sampled_from("\t,")),
        header=header,
        index=header is not None and draw(st.booleans()),
        triangle=draw(st.sampled_from(("full", "upper", "lower"))),
        width=draw(st.integers(1, 7)),
        regions=draw(st.integers(4, 12)),
        subjects=draw(st.integers(4, 9)),
        seed=draw(st.integers(0, 10_000)),
    )


@pytest.fixture(scope="module")
def somewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folders")


@settings(max_examples=60, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(writer=writers())
def test_what_is_read_is_the_truth(somewhere: Path, writer: Writer) -> None:
    folder = somewhere / str(len(list(somewhere.iterdir())))
    folder.mkdir()
    truth = writer.write(folder)
    order = writer.people(folder)
    dataset = read(folder).settled()
    assert dataset.subjects.ids == tuple(writer.ids[row] for row in order)
    assert dataset.subjects.labels.tolist() == [row % 2 for row in order]
    assert dataset.regions == writer.expected
    assert dataset.connectomes is not None
    np.testing.assert_allclose(dataset.connectomes, truth[order], rtol=1e-6, atol=1e-6)
    assert (dataset.series is None) == (writer.kind != SERIES)
