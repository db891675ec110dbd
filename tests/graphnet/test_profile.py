"""A dataset's profile: what pages and lists show of it, as the database holds it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import Dataset, Subjects
from graphnet.data.interpretation import ConnectomeReading, Interpretation
from graphnet.data.profile import Profile, profile_of
from graphnet.readers.reading import read


def test_of_many_columns_that_are_left_alone_the_first_are_kept(tmp_path: Path) -> None:
    columns = {
        "ID": [f"S{number}" for number in range(12)],
        "LABEL": [0, 1] * 6,
        **{f"GMV_{region}": np.arange(12.0) + region for region in range(1, 6)},
        **{
            f"remark {number} of visit": ["seen twice, in good health"] * 12
            for number in range(250)
        },
    }
    path = tmp_path / "x.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    stored = profile_of(read(path).settled(), "x").as_dict()["interpretation"]
    kept = Interpretation.from_dict(stored).left_alone
    assert len(kept) == 200
    assert all(item.reason for item in kept)


@pytest.mark.parametrize("lacking", [False, True])
def test_a_profile_of_connectomes_is_that_of_their_matrices(*, lacking: bool) -> None:
    """It is made of the edges, without matrices; by site, and of subjects with a class alone."""
    random = np.random.default_rng(2)
    edges = random.normal(size=(30, 45)).astype(np.float32)
    labels = np.arange(30) % 2
    if lacking:
        edges[3, 7], edges[4, 9] = np.nan, np.inf
        edges[5:7, [0, 9, 17, 24, 30, 35, 39, 42, 44]] = np.nan
        labels[-1] = -1
    sites = tuple("AB"[row % 2] for row in range(30))
    people = Subjects(tuple(f"s{row}" for row in range(30)), labels, np.full(30, np.nan), sites)
    regions = tuple(str(region) for region in range(1, 11))
    reading = Interpretation("npz", id="ids", connectome=ConnectomeReading("z", "upper"))
    dataset = Dataset(people, regions, (), reading, connectomes=edges)
    found = profile_of(dataset, "x").as_dict()
    whole = Profile.of(cohort_of(dataset, "x"), reading).as_dict()
    assert found == whole
    assert found["connectome"]
    assert bool(found["findings"]) == lacking
    own = edges[[row for row in range(30) if sites[row] == "A" and labels[row] != -1]]
    usable = own[np.isfinite(own)].astype(np.float64)
    wanted = np.quantile(usable, [0.05, 0.25, 0.5, 0.75, 0.95])
    box = found["distributions"]["FC"]["A"]
    np.testing.assert_allclose(
        [box[name] for name in ("low", "q1", "median", "q3", "high")], wanted, rtol=6e-6
    )
