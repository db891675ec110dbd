"""From a dataset to the cohort that a training works with: screened, by target, by name."""

import re
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graphnet.data.class_names import words
from graphnet.data.cohort import Cohort, FloatArray, Layout
from graphnet.data.dataset import NO_CLASS, Covariate, Dataset, usable
from graphnet.data.interpretation import R, Z
from graphnet.data.quality import Finding, screen, screen_edges, square
from graphnet.data.recognition import atlas_of
from graphnet.data.series_measures import SeriesOptions, with_series_measures
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of

Number = TypeVar("Number", np.float32, np.float64)

GROUP, SCORE, ANY = "group", "score", "any"  # what a subject must have to be kept


def cohort_of(
    dataset: Dataset,
    name: str,
    target: str = GROUP,
    series: SeriesOptions | None = None,
    *,
    squares: bool = True,
) -> Cohort:
    """The subjects of ``dataset`` who have a ``target``, as the cohort called ``name``.

    ``target`` is ``group`` (a class), ``score`` (a clinical score) or ``any`` (everybody).
    ``series`` says what is computed of time series. Subjects without a target are left out and
    counted in the notes. Where there are no measures but a
    connectome, its rows are the measures: ``FC_j`` of region i is its connectivity with region j.
    Without ``squares`` connectomes are screened and not made: they, and measures that are their
    rows, take more than twice the memory of the edges.

    Raises:
        CohortError: nobody has a class or a score; or as :func:`with_series_measures`.

    """
    dataset = with_series_measures(dataset, name, series or SeriesOptions())
    kept = with_target(dataset, target)
    if not kept.any():
        raise CohortError(_nobody(dataset, name, target))
    ids, notes = _ids(dataset, name)
    notes += _dropped(kept, name, target)
    ids = _those(ids, kept)
    edges = None if dataset.connectomes is None else _rows(dataset.connectomes, kept)
    connectomes = square(edges) if edges is not None and squares else None
    rows = np.zeros((len(ids), len(dataset.regions), 0)) if connectomes is None else connectomes
    features, measures, findings = _features(
        dataset, kept, None if edges is None else rows, ids, name
    )
    if edges is not None:
        screened = edges if connectomes is None else connectomes
        findings += screen_edges(screened, dataset.regions, ids, name)
    usual = _site_of(name)
    covariates, odd = _covariates(dataset, kept, name)
    return Cohort(
        ids=ids,
        datasets=(name,) * len(ids),
        sites=tuple(site or usual for site in _those(dataset.subjects.sites, kept)),
        labels=np.asarray(dataset.subjects.labels[kept]),
        features=features,
        regions=dataset.regions,
        measures=measures,
        scores=np.asarray(dataset.subjects.scores[kept]),
        connectomes=connectomes,
        series=_series(dataset, kept),
        findings=findings,
        notes=(*notes, *odd, *_left_alone(dataset, name)),
        class_names=words(dataset.class_names),
        edges=_kept_as(dataset),
        interpretations={name: dataset.interpretation},
        covariates=covariates,
        atlas=atlas_of(dataset.interpretation.atlas, dataset.regions),
    )


def _nobody(dataset: Dataset, name: str, target: str) -> Message:
    """Why no subject can be kept."""
    interpretation = dataset.interpretation
    if target == GROUP and interpretation.label is None:
        return Message("data.no-class-column", name=name)
    if target == SCORE and interpretation.score is None:
        return Message("data.no-score-column", name=name)
    return Message("data.nobody", name=name, target=target)


def _kept_as(dataset: Dataset) -> str:
    """What the edges are now: r has become z."""
    reading = dataset.interpretation.connectome
    return Z if reading is None or reading.values == R else reading.values


def with_target(dataset: Dataset, target: str) -> NDArray[np.bool_]:
    """(S,): who has a target, as :func:`cohort_of` names it."""
    if target == ANY:
        return np.ones(len(dataset), dtype=bool)
    if target == SCORE:
        return np.isfinite(dataset.subjects.scores)
    return np.asarray(dataset.subjects.labels != NO_CLASS)


def _features(
    dataset: Dataset,
    kept: NDArray[np.bool_],
    connectomes: FloatArray | None,
    ids: tuple[str, ...],
    name: str,
) -> tuple[FloatArray, tuple[str, ...], tuple[Finding, ...]]:
    """The measures, screened; of a connectome alone its rows, which :func:`screen_edges` judges."""
    if dataset.values is not None:
        usable, findings = screen(
            _rows(dataset.values, kept), ids, dataset.measures, dataset.regions, name
        )
        return usable, dataset.measures, findings
    if connectomes is None:
        raise CohortError(Message("data.no-measurements", name=name))
    return connectomes, Layout.of_connectome(dataset.regions).measures, ()


def _ids(dataset: Dataset, name: str) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """An id for each row, and what is to be noted of them."""
    rows = enumerate(dataset.subjects.ids, 1)
    named = tuple(subject or f"{name} row {row}" for row, subject in rows)
    if dataset.interpretation.id is not None:
        return named, _without_id(dataset, name)
    return named, (Message("data.no-id-column", name=name),)


def _without_id(dataset: Dataset, name: str) -> tuple[Message, ...]:
    count = sum(not subject for subject in dataset.subjects.ids)
    return (Message("data.rows-without-id", name=name, count=count),) if count else ()


def _dropped(kept: NDArray[np.bool_], name: str, target: str) -> tuple[Message, ...]:
    count = int((~kept).sum())
    return (Message("data.rows-dropped", name=name, count=count, target=target),) if count else ()


def _left_alone(dataset: Dataset, name: str) -> tuple[Message, ...]:
    """What of the file was not used; the interpretation says why."""
    columns = [column.what for column in dataset.interpretation.left_alone]
    return (Message("data.not-used", name=name, columns=first_of(columns)),) if columns else ()


def _covariates(
    dataset: Dataset, kept: NDArray[np.bool_], name: str
) -> tuple[tuple[Covariate, ...], tuple[Message, ...]]:
    """Those of the kept subjects, and what of them cannot be used."""
    rows = np.flatnonzero(kept)
    counted = [usable(covariate.rows(rows)) for covariate in dataset.subjects.covariates]
    odd = tuple(
        Message("data.covariate-odd", name=name, covariate=covariate.name, count=count)
        for covariate, count in counted
        if count
    )
    return tuple(covariate for covariate, _ in counted), odd


def _rows(array: NDArray[Number], kept: NDArray[np.bool_]) -> NDArray[Number]:
    """Those of the kept subjects; the array itself where everybody is kept."""
    return array if kept.all() else array[kept]


def _those(names: tuple[str, ...], kept: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, keep in zip(names, kept, strict=True) if keep)


def _series(dataset: Dataset, kept: NDArray[np.bool_]) -> tuple[FloatArray, ...] | None:
    if dataset.series is None:
        return None
    return tuple(dataset.series.of(int(row)) for row in np.flatnonzero(kept))


DATED = re.compile(r"(?P<site>[A-Za-z0-9]+)_[0-9]{6}_.*")


def _site_of(name: str) -> str:
    """The first part of a dataset's name where that is dated (``A_181210_…``), else the name."""
    match = DATED.fullmatch(name)
    return match["site"] if match else name
