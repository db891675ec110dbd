"""Who is left out together: folds of subjects."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.data.class_names import NAMELESS, Names
from graphnet.data.cohort import IntArray
from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.names import class_name


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
    marks: Sequence[Sequence[str]] = (),
) -> tuple[Fold, ...]:
    """``folds``-fold cross-validation, ``repeats`` times; every row is tested once per repeat.

    Rows of one person stay together. Each class is spread evenly over the folds; a person with rows
    of two classes counts by the first. The seed alone decides.

    Args:
        labels: (S,), the classes; None of a clinical score, where nothing is stratified.
        persons: (S,), whose each row is.
        folds: at least 2.
        repeats: how often the folds are cut anew.
        seed: of the random order.
        names: of the classes, for the error.
        marks: (S,) each, such as the site: within each class every word is spread evenly over the
            folds, as far as all of them can be at once. Nothing but these is looked at.

    Raises:
        CohortError: a class with fewer subjects than folds.

    """
    classes, member = _people(labels, persons)
    _check(classes, folds, None if labels is None else names)
    cut: list[Fold] = []
    for repeat in range(repeats):
        random = np.random.default_rng([seed, repeat])
        if marks:
            places = _balanced(classes, _levels(marks, persons), folds, random)[member]
        else:
            places = _places(classes, folds, random)[member]
        cut += [_fold(places == place, repeat, f"fold {place + 1}") for place in range(folds)]
    return tuple(cut)


def most_folds(labels: IntArray | None, persons: Sequence[str]) -> int:
    """As many folds as :func:`stratified` can cut: the subjects of the smallest class."""
    return _smallest(_people(labels, persons)[0])[1]


def leave_one_out_by(
    sites: Sequence[str], labels: IntArray | None, persons: Sequence[str]
) -> tuple[Fold, ...]:
    """A fold for each site: test on it, train on all others.

    A person who was measured at several sites is not trained on where one of these is tested.

    Args:
        sites: (S,), where each row was measured.
        labels: (S,), the classes; None of a clinical score.
        persons: (S,), whose each row is.

    Raises:
        CohortError: one site only, or a site without which one class is left.

    """
    names = sorted(set(sites))
    if len(names) < 2:
        raise CohortError(Message("evaluation.one-site", site=names[0]))
    folds = tuple(_of_site(name, sites, persons) for name in names)
    if labels is not None:
        alone = [fold.name for fold in folds if len(np.unique(labels[fold.train])) < 2]
        if alone:
            raise CohortError(Message("evaluation.one-class-without-site", sites=alone))
    return folds


def _of_site(name: str, sites: Sequence[str], persons: Sequence[str]) -> Fold:
    tested = {person for person, site in zip(persons, sites, strict=True) if site == name}
    trained = [person not in tested for person in persons]
    return Fold(np.flatnonzero(trained), np.flatnonzero([site == name for site in sites]), 0, name)


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
    if names is None:
        raise CohortError(Message("evaluation.too-many-folds", folds=folds, subjects=fewest))
    named = class_name(names, label)
    raise CohortError(
        Message("evaluation.too-many-folds-of-class", folds=folds, subjects=fewest, name=named)
    )


def _places(classes: IntArray, folds: int, random: np.random.Generator) -> IntArray:
    """The fold of each person: each class is dealt out in random order, one after the other."""
    order = random.permutation(len(classes))
    dealt = order[np.argsort(classes[order], kind="stable")]
    places = np.empty(len(classes), dtype=np.int64)
    places[dealt] = np.arange(len(classes)) % folds
    return places


def _levels(marks: Sequence[Sequence[str]], persons: Sequence[str]) -> IntArray:
    """Each person's level of each of M marks (people, M), by their first row."""
    first = np.unique(np.array(persons), return_index=True)[1]
    return np.stack(
        [np.unique(np.array(mark)[first], return_inverse=True)[1] for mark in marks], axis=1
    ).astype(np.int64)


def _balanced(
    classes: IntArray, levels: IntArray, folds: int, random: np.random.Generator
) -> IntArray:
    """The fold of each person, by minimisation (Taves 1974, Clin Pharmacol Ther 15:443-453).

    In random order each goes to one of the folds with the fewest of their class: to that with the
    fewest of this class who have their levels (people, M), then to the smallest.
    """
    places = np.empty(len(classes), dtype=np.int64)
    sizes = np.zeros(folds, dtype=np.int64)
    for label in np.unique(classes):
        of_class = np.zeros(folds, dtype=np.int64)
        alike = [np.zeros((mark.max() + 1, folds), dtype=np.int64) for mark in levels.T]
        for person in random.permutation(np.flatnonzero(classes == label)):
            own = list(zip(alike, levels[person], strict=True))
            cost = np.sum([counts[level] for counts, level in own], axis=0)
            ties = random.random(folds)
            place = int(np.lexsort((ties, sizes, cost, of_class))[0])
            places[person] = place
            sizes[place] += 1
            of_class[place] += 1
            for counts, level in own:
                counts[level, place] += 1
    return places


def _fold(tested: np.typing.NDArray[np.bool_], repeat: int, name: str) -> Fold:
    return Fold(np.flatnonzero(~tested), np.flatnonzero(tested), repeat, name)
