"""Every model goes through a whole task, with all that judges and explains it, and predicts."""

from functools import cache

import numpy as np
import pytest

from graphnet.artifacts.inference import predict
from graphnet.artifacts.model import StoredModel
from graphnet.catalogue import MODELS
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe, cohort_table
from graphnet.experiment import run
from graphnet.readers import from_table

REGIONS = 8
RECIPE = Recipe(regions=REGIONS, affected=(1, 2), effect=1.0, corrupt=0)


def edges(subjects: int) -> dict[str, np.typing.NDArray[np.float64]]:
    random = np.random.default_rng(0)
    pairs = [(i, j) for i in range(1, REGIONS + 1) for j in range(i + 1, REGIONS + 1)]
    return {f"FC_{i}_{j}": random.normal(0.2, 0.3, subjects) for i, j in pairs}


@cache
def people(kind: str) -> Cohort:
    """20 subjects of each of two classes, with measures, connectomes, or both."""
    tables = [cohort_table(f"s{label}", label, 20, seed=label, recipe=RECIPE) for label in (0, 1)]
    if kind != "measures":
        tables = [table.assign(**edges(len(table))) for table in tables]
    if kind == "connectomes":
        kept = ("ID", "LABEL", "FC_")
        tables = [table[[name for name in table if str(name).startswith(kept)]] for table in tables]
    return merge([from_table(table, "both") for table in tables])


@pytest.mark.nightly(but=[f"{name}-both" for name in MODELS])
@pytest.mark.parametrize("kind", ["measures", "connectomes", "both"])
@pytest.mark.parametrize("name", list(MODELS))
def test_a_whole_task(name: str, kind: str) -> None:
    cohort = people(kind)
    of = TrainingSettings.for_connectomes if kind == "connectomes" else TrainingSettings.for_model
    outcome = run(Splits(cohort), of(name, epochs=1), evaluation=Evaluation(cv_folds=2))
    result = outcome.result
    sees = outcome.model.net.sees_measures
    assert (result.explanation is not None) == sees
    assert ("warnings.not-explained" in [said.code for said in result.warnings]) != sees
    stored = StoredModel.from_bytes(*outcome.model.to_bytes())
    first = predict(stored, cohort)["predictions"][0]
    assert (first["explanation"] is not None) == sees
