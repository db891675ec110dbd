"""The files of NEURO-LEARN give the same numbers bit for bit, whoever reads them, as ever."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from graphnet.data.cohort import Cohort
from graphnet.readers import from_json
from tests.graphnet.cohort_files import read_cohort

# Of features, labels, ids, regions and measures, as commit 1f4ae95 read them: the file itself, and
# what Django stores of it, where pandas keeps ten decimals.
KNOWN = {
    "A_181210_140_SZ_sfMRI_AAL90": (
        "150655673078404ded485737f1d40998a8aff4d5b99df400a8039c188087d152",
        "90ea23a0fa97",
        "4c2b83b39ab27626",
    ),
    "A_181210_205_NC_sfMRI_AAL90": (
        "803c57bb6645dd3736cc5d349772e443f335bf4b6fa6d5737387597bed7a2641",
        "e9766f533156",
        "4a4061b14311e308",
    ),
    "B_190416_29_NC_sfMRI_AAL90": (
        "05524c9d8c372c1df6fc84cd5ed946646283b825d26edcfe0bd61572f13d70f1",
        "f34ae346ef8f",
        "fbad13983074dd6a",
    ),
    "B_190416_29_SZ_sfMRI_AAL90": (
        "202aa4b972fa534a359fd3eee935ad2443798e13966af5ef4c45884e5f6a363e",
        "6143d539cdbd",
        "b944dfcf8634b2ff",
    ),
}


def features(cohort: Cohort) -> str:
    return hashlib.sha256(cohort.features.astype("<f8").tobytes()).hexdigest()


def described(cohort: Cohort) -> str:
    told = (cohort.regions, cohort.measures, cohort.labels.tolist(), cohort.ids, cohort.sites)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_gives_the_same_numbers_as_ever(data: Path, name: str) -> None:
    wanted, _, people = KNOWN[name]
    found = read_cohort(data / f"{name}.csv")
    assert (features(found), described(found)) == (wanted, people)


@pytest.mark.parametrize("name", KNOWN)
def test_what_django_stores_of_it_gives_the_same_numbers_as_ever(data: Path, name: str) -> None:
    _, wanted, people = KNOWN[name]
    found = from_json(pd.read_csv(data / f"{name}.csv").to_json(), name)
    assert (features(found)[:12], described(found)) == (wanted, people)
