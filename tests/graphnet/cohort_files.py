"""A cohort from any file or folder, in one call."""

from collections.abc import Mapping
from pathlib import Path

from graphnet.data.cohort import Cohort
from graphnet.data.cohorts import GROUP, cohort_of
from graphnet.readers.reading import read


def read_cohort(
    path: Path, target: str = GROUP, mapping: Mapping[str, str] | None = None
) -> Cohort:
    """Read a cohort named for its file or folder; ``mapping`` answers questions beforehand.

    Raises:
        CohortError: what is there cannot be read as a cohort; QuestionsOpen where a question is
            left.

    """
    return cohort_of(read(path, mapping=mapping).settled(), path.stem, target)
