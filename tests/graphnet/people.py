"""Made-up subjects for tests: small cohorts with a known effect, as tables and as cohorts."""

import numpy as np
import pandas as pd

from graphnet.data.cohort import Cohort, merge
from graphnet.data.synthetic import Recipe, cohort_table
from graphnet.readers import from_table

RECIPE = Recipe(regions=12, affected=(2, 5, 9), effect=0.8, networks=3, corrupt=4)


def table(subjects: int = 20, *, seed: int = 0, recipe: Recipe = RECIPE) -> pd.DataFrame:
    """One file that holds patients and controls in turn."""
    controls = cohort_table("A", 0, subjects // 2, seed=seed, recipe=recipe)
    patients = cohort_table("A", 1, subjects - subjects // 2, seed=seed, recipe=recipe)
    return pd.concat([controls, patients]).sort_index(kind="stable").reset_index(drop=True)


def cohort(
    site: str = "A",
    *,
    controls: int = 20,
    patients: int = 20,
    seed: int = 0,
    first: int = 1,
    recipe: Recipe = RECIPE,
) -> Cohort:
    """Subjects of one site, controls before patients, numbered from ``first``."""
    files = {
        f"{site}_{group}": cohort_table(
            site, label, subjects, seed=seed, first=first, recipe=recipe
        )
        for label, group, subjects in ((0, "NC", controls), (1, "SZ", patients))
        if subjects
    }
    return merge([from_table(frame, name) for name, frame in files.items()])


def rearranged(original: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The same subjects as other programs write them."""
    order = np.random.default_rng(5).permutation(len(original.columns))
    indexed = original.copy()
    indexed.insert(0, "", range(len(original)))
    return {
        "shuffled columns": original.iloc[:, order],
        "columns backwards": original.iloc[:, ::-1],
        "LABEL": original.rename(columns={"LABEL_GROUP": "LABEL"}),
        "an unnamed index column": indexed,
        "no score": original.drop(columns="LABEL_SCORE"),
    }


def same(left: Cohort, right: Cohort) -> bool:
    """Whether two cohorts are equal bit for bit, NaN included."""
    return (
        left.features.tobytes() == right.features.tobytes()
        and left.labels.tobytes() == right.labels.tobytes()
        and (left.ids, left.sites, left.datasets) == (right.ids, right.sites, right.datasets)
        and left.layout == right.layout
        and (left.findings, left.notes) == (right.findings, right.notes)
    )
