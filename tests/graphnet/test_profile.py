"""A dataset's profile: what pages and lists show of it, as the database holds it."""

from pathlib import Path

import numpy as np
import pandas as pd

from graphnet.data.interpretation import Interpretation
from graphnet.data.profile import profile_of
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
    stored = profile_of(read(path).settled(), "x")["interpretation"]
    kept = Interpretation.from_dict(stored).left_alone
    assert len(kept) == 200
    assert all(item.reason for item in kept)
