"""Who is left out together: folds of subjects."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.class_names import NAMELESS, Names, numbered
from graphnet.data.cohort import IntArray
from graphnet.errors import CohortError


@dataclass(frozen=True)
class Fold:
    """Rows to train on and rows to test on, both ascending; ``repeat`` counts from 0."""

    train: IntArray
    test: IntArray
    repeat: int
    name: str


def stratified(
    labels: IntArray | None,
    persons: Sequence[str],
    *,
    folds: int,
    repeats: int,
    seed: int,
    names: Names = NAMELESS,
) -> tuple[Fold, ...]:
    """``folds``-fold cross-validation, ``repeats`` times, every row tested once a repeat.

    Rows of one person stay together. Each class is spread evenly over the folds (None: a score, and
    nothing is); a person on rows of two classes counts by the first. The seed alone decides.

    Raises:
        CohortError: a class with fewer subjects than folds.

    """
    classes, member = _people(labels, persons)
    _check(classes, folds, None if labels is None else names)
    found: list[Fold] = []
    for repeat in range(repeats):
        places = _places(classes, folds, np.random.default_rng([seed, repeat]))[member]
        found += [_fold(places == place, repeat, f"fold {place + 1}") for place in range(folds)]
    return tuple(found)


def most_folds(labels: IntArray | None, persons: Sequence[str]) -> int:
    """As many folds as :func:`stratified` can cut: the subjects of the smallest class."""
    return _smallest(_people(labels, persons)[0])[1]


def leave_one_out_by(
    sites: Sequence[str], labels: IntArray | None, persons: Sequence[str]
) -> tuple[Fold, ...]:
    """A fold for each site: test on it, train on all others.

    A person who was measured at several sites is not trained on where one of these is tested.

    Raises:
        CohortError: one site only, or a site without which one class is left.

    """
    names = sorted(set(sites))
    if len(names) < 2:
        raise CohortError(
            f"leave_site_out needs at least two sites; train_data has site {names[0]} only."
        )
    found = tuple(_of_site(name, sites, persons) for name in names)
    if labels is not None:
        alone = [fold.name for fold in found if len(np.unique(labels[fold.train])) < 2]
        if alone:
            raise CohortError(
                f"Without site {', '.join(alone)} train_data holds one class only, so there is "
                "nothing to train on; leave_site_out needs two classes at the other sites."
            )
    return found


def _of_site(name: str, sites: Sequence[str], persons: Sequence[str]) -> Fold:
    tested = {person for person, site in zip(persons, sites, strict=True) if site == name}
    kept = [person not in tested for person in persons]
    return Fold(np.flatnonzero(kept), np.flatnonzero([site == name for site in sites]), 0, name)


def _people(labels: IntArray | None, persons: Sequence[str]) -> tuple[IntArray, IntArray]:
    """The class of each person, 0 where there are none, and whose each row is."""
    people, first, member = np.unique(np.array(persons), return_index=True, return_inverse=True)
    classes = np.zeros(len(people), dtype=np.int64) if labels is None else labels[first]
    return classes, member.astype(np.int64)


def _smallest(classes: IntArray) -> tuple[int, int]:
    """The class with the fewest, and how many they are."""
    return min(Counter(classes.tolist()).items(), key=lambda item: item[1])


def _check(classes: IntArray, folds: int, names: Names | None) -> None:
    label, fewest = _smallest(classes)
    if fewest >= folds:
        return
    whose = "train_data" if names is None else f"{numbered(names, label)} of train_data"
    raise CohortError(
        f"cv_folds is {folds}, but {whose} has {fewest} subjects; ask for at most {fewest} folds."
    )


def _places(classes: IntArray, folds: int, random: np.random.Generator) -> IntArray:
    """The fold of each person: each class is dealt out in random order, one after the other."""
    order = random.permutation(len(classes))
    dealt = order[np.argsort(classes[order], kind="stable")]
    places = np.empty(len(classes), dtype=np.int64)
    places[dealt] = np.arange(len(classes)) % folds
    return places


def _fold(tested: np.typing.NDArray[np.bool_], repeat: int, name: str) -> Fold:
    return Fold(np.flatnonzero(~tested), np.flatnonzero(tested), repeat, name)
