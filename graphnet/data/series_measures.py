"""What is computed from time series: the connectome, and measures of each region.

Of each subject by itself, so that nothing is fitted: a model keeps what was chosen in its settings,
and new subjects' series give the same measures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.catalogue import SERIES_CONNECTIVITY
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Layout
from graphnet.data.dataset import Dataset, FloatArray, Series
from graphnet.data.interpretation import ConnectomeReading, Z
from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.options import NOTHING, names_in

CORRELATION, PARTIAL = SERIES_CONNECTIVITY
SD, AR1, LOW_FREQUENCY, DEGREE = "sd", "ar1", "low_frequency", "degree"
BAND = (0.01, 0.08)  # Hz
REPETITION_TIME = "series.tr"  # the key of an answer
LONGEST = 100  # seconds from one point to the next; more would be milliseconds
LEAST_POINTS = 10
LIMIT = 1 - 1e-12  # the largest partial correlation that has a finite z


@dataclass(frozen=True)
class SeriesOptions:
    """What is computed of series: the kind of connectivity, and measures by name."""

    connectivity: str = CORRELATION
    measures: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: TrainingSettings) -> Self:
        """Of the settings of a training or a model."""
        return cls(settings.series_connectivity, names_in(settings.series_measures))

    @classmethod
    def from_json(cls, settings: Mapping[str, Any]) -> Self:
        """Of the settings in a form or a manifest, of which some may be absent."""
        measures = names_in(str(settings.get("series_measures") or NOTHING))
        return cls(str(settings.get("series_connectivity") or CORRELATION), measures)

    @property
    def setting(self) -> str:
        """The name of the setting by which series are needed; "" if none are."""
        if self.measures:
            return "series_measures"
        return "" if self.connectivity == CORRELATION else "series_connectivity"

    def layout(self, layout: Layout) -> Layout:
        """The layout of a dataset of this ``layout``, once the measures are computed."""
        if not self.measures:
            return layout
        own = () if layout.is_connectome else layout.measures
        return Layout(layout.regions, (*own, *self.measures))


def with_series_measures(dataset: Dataset, name: str, chosen: SeriesOptions) -> Dataset:
    """The dataset with the connectome and the measures (S, N, F) that are ``chosen``.

    As it is where nothing but its correlations is asked for.

    Raises:
        CohortError: it has no series, or too few points for it, or nobody knows how long these are
            apart.

    """
    if chosen == SeriesOptions():
        return dataset
    series = dataset.series
    if series is None:
        raise CohortError(Message("data.no-series", name=name))
    if chosen.connectivity == PARTIAL:
        dataset = _with_partial(dataset, series, name)
    if not chosen.measures:
        return dataset
    columns = [_measure(dataset, series, measure, name)[:, :, None] for measure in chosen.measures]
    given = [] if dataset.values is None else [dataset.values]
    own = () if dataset.values is None else dataset.measures
    return replace(
        dataset,
        values=np.concatenate([*given, *columns], axis=2),
        measures=(*own, *chosen.measures),
    )


def with_repetition_time(dataset: Dataset, answer: str) -> Dataset:
    """The dataset with the time from one point of its series to the next, in seconds.

    Raises:
        CohortError: ``answer`` is no such time, or there are no series.

    """
    try:
        seconds = float(answer)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST:
        raise CohortError(Message("data.repetition-time-no-seconds", answer=answer))
    if dataset.series is None:
        raise CohortError(Message("data.repetition-time-without-series"))
    interpretation = dataset.interpretation
    answers = {**interpretation.answers, REPETITION_TIME: answer}
    return replace(
        dataset, interpretation=replace(interpretation, repetition_time=seconds, answers=answers)
    )


def standard_deviation(series: FloatArray) -> FloatArray:
    """(N,) of a series (T, N), with T - 1 in the denominator; NaN of a region without values."""
    present = np.isfinite(series)
    count = present.sum(axis=0)
    filled = np.where(present, series, 0)
    mean = filled.sum(axis=0) / np.maximum(count, 1)
    squares = np.where(present, np.square(series - mean), 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan))


def autocorrelation(series: FloatArray) -> FloatArray:
    """(N,) the autocorrelation at lag 1 of a series (T, N); NaN where constant or incomplete.

    After Box & Jenkins: products of neighbours over the sum of squares, of deviations from the
    mean.
    """
    centred = series - series.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((centred[1:] * centred[:-1]).sum(axis=0) / np.square(centred).sum(axis=0))


def low_frequency_power(series: FloatArray, repetition_time: float) -> FloatArray:
    """(N,) the share of power from 0.01 to 0.08 Hz of a series (T, N); NaN where incomplete.

    By the periodogram of deviations from the mean. It is fALFF (Zou et al. 2008) of power, which
    they take of amplitudes.
    """
    spectrum = np.square(np.abs(np.fft.rfft(series - series.mean(axis=0), axis=0)))
    if len(series) % 2 == 0:
        spectrum[-1] /= 2  # the highest frequency stands for one, the others for two
    frequencies = np.fft.rfftfreq(len(series), repetition_time)
    within = (frequencies >= BAND[0]) & (frequencies <= BAND[1])
    if not within.any():  # the series is too short for so low a frequency
        return np.full(series.shape[1], np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(spectrum[within].sum(axis=0) / spectrum[1:].sum(axis=0))


def partial_z(series: FloatArray) -> FloatArray:
    """(E,) Fisher's z of the partial correlations of a series (T, N), shrunk by Ledoit & Wolf.

    Of standardised series, over the points that all regions have; NaN with a region that is
    constant or without values. NaN where there are fewer than ten points.
    """
    size = series.shape[1]
    spread = np.nan_to_num(standard_deviation(series))
    whole = np.flatnonzero(spread > 0)
    rows = series[:, whole]
    rows = rows[np.isfinite(rows).all(axis=1)]
    matrix = np.full((size, size), np.nan)
    if len(rows) >= LEAST_POINTS and len(whole) > 1 and (rows.std(axis=0) > 0).all():
        standardised = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        precision = np.linalg.inv(shrunk_covariance(standardised))
        scale = np.sqrt(np.diag(precision))
        partial = -precision / scale / scale[:, None]
        matrix[np.ix_(whole, whole)] = np.arctanh(np.clip(partial, -LIMIT, LIMIT))
    return np.asarray(matrix[np.triu_indices(size, 1)])


def shrunk_covariance(rows: FloatArray) -> FloatArray:
    """(N, N) of centred rows (T, N), drawn towards a multiple of the identity.

    By how much, Ledoit & Wolf (2004) estimate from the data.
    """
    points, size = rows.shape
    covariance = rows.T @ rows / points
    level = np.trace(covariance) / size
    target = level * np.eye(size)
    distance = np.square(covariance - target).sum()
    fourth = np.square(np.square(rows).sum(axis=1)).mean()
    error = (fourth - np.square(covariance).sum()) / points
    share = min(error, distance) / distance if distance > 0 else 0.0
    return np.asarray((1 - share) * covariance + share * target)


def _mean_strength(edges: NDArray[np.floating], size: int) -> FloatArray:
    """(S, N) the mean magnitude of a region's edges, of edges (S, E); NaN where it has none."""
    rows, columns = np.triu_indices(size, 1)
    sums, counts = np.zeros((len(edges), size)), np.zeros((len(edges), size))
    for ends in (rows, columns):
        for region in range(size):
            own = np.abs(edges[:, ends == region].astype(np.float64))
            sums[:, region] += np.nansum(own, axis=1)
            counts[:, region] += np.isfinite(own).sum(axis=1)
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)


def _with_partial(dataset: Dataset, series: Series, name: str) -> Dataset:
    edges = np.stack([partial_z(one) for one in _each(series)])
    short = [row for row in range(len(edges)) if not np.isfinite(edges[row]).any()]
    if short:
        subjects = [dataset.subjects.ids[row] or str(row + 1) for row in short]
        raise CohortError(
            Message("data.too-short-for-partial", name=name, subjects=subjects, least=LEAST_POINTS)
        )
    reading = ConnectomeReading(Z, "series", Message("data.partial-from-series"))
    return replace(
        dataset,
        connectomes=edges.astype(np.float32),
        interpretation=replace(dataset.interpretation, connectome=reading),
    )


def _measure(dataset: Dataset, series: Series, measure: str, name: str) -> FloatArray:
    """One measure (S, N)."""
    if measure == DEGREE and dataset.connectomes is not None:
        return _mean_strength(dataset.connectomes, len(dataset.regions))
    if measure == LOW_FREQUENCY:
        seconds = dataset.interpretation.repetition_time
        if seconds is None:
            raise CohortError(Message("data.no-repetition-time", name=name))
        return np.stack([low_frequency_power(one, seconds) for one in _each(series)])
    compute = {SD: standard_deviation, AR1: autocorrelation}[measure]
    return np.stack([compute(one) for one in _each(series)])


def _each(series: Series) -> Iterator[FloatArray]:
    return (series.of(row) for row in range(len(series.offsets) - 1))
