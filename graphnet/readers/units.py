"""Measures that some subjects have in another unit than the others: asked about, or said."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graphnet.data.dataset import Dataset, FloatArray
from graphnet.data.interpretation import COUNTS, OTHER, Choice
from graphnet.data.units import (
    CONNECTOME,
    LEAST_REGIONS,
    IntArray,
    are_apart_everywhere,
    are_signed,
    groups_of,
    power_of_ten,
    sizes_of,
    split_of,
    typical,
)
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry

UNITS = "units"  # the keys of the questions begin so
CONVERT, KEEP = "convert", "keep"
MOST_NAMED = 3


def in_one_unit(dataset: Dataset, inquiry: Inquiry) -> Dataset:
    """The dataset with each measure in one unit, where that is answered."""
    values = dataset.values
    if values is not None:
        for place, measure in enumerate(dataset.measures):
            factors = _factors(values[:, :, place], measure, dataset, inquiry)
            if factors is not None:
                values = values.copy()
                values[:, :, place] *= factors[:, None]
    connectomes = dataset.connectomes
    reading = dataset.interpretation.connectome
    if connectomes is not None and reading is not None and reading.values in {COUNTS, OTHER}:
        factors = _factors(connectomes, CONNECTOME, dataset, inquiry)
        if factors is not None:
            connectomes = connectomes * factors[:, None].astype(np.float32)
    return replace(dataset, values=values, connectomes=connectomes)


def _factors(
    values: NDArray[np.floating], measure: str, dataset: Dataset, inquiry: Inquiry
) -> FloatArray | None:
    """By what each subject's values (S, N) are to be multiplied; None where nothing is."""
    sizes = sizes_of(values)
    groups = () if are_signed(values) else groups_of(sizes)
    if not groups or not are_apart_everywhere(values, groups):
        _say_split(sizes, measure, dataset, inquiry)
        return None
    most = max(groups, key=len)
    powers = [power_of_ten(typical(sizes, most) / typical(sizes, group)) for group in groups]
    converted = [
        Message(
            "readers.converted",
            subjects=_named(group, dataset),
            factor=f"1e{power}" if abs(power) > 3 else f"{10.0**power:g}",
        )
        for group, power in zip(groups, powers, strict=True)
        if group is not most and power is not None
    ]
    answer = inquiry.ask(
        f"{UNITS}.{measure}",
        Message(
            "readers.ask-units",
            file=inquiry.name,
            measure=measure,
            groups=[_size(sizes, group, dataset) for group in groups],
        ),
        (
            Choice(CONVERT, Message("readers.convert-units", groups=converted)),
            Choice(KEEP, Message("readers.keep-units")),
        ),
    )
    if answer == KEEP:
        return None
    factors = np.ones(len(dataset))
    for group, power in zip(groups, powers, strict=True):
        if group is not most and power is not None:
            factors[group] = 10.0**power
    return factors


def _size(sizes: FloatArray, rows: IntArray, dataset: Dataset) -> Message:
    size = f"{typical(sizes, rows):.3g}"
    return Message("readers.size-of-group", size=size, subjects=_named(rows, dataset))


def _named(rows: IntArray, dataset: Dataset) -> Message:
    """The subjects of a group, or the sites where it is all subjects of these and nobody else."""
    sites = dataset.subjects.sites
    own = list(dict.fromkeys(sites[row] for row in rows))
    if all(own) and sum(site in own for site in sites) == len(rows):
        return Message("readers.group-of-sites", count=len(own), sites=first_of(own, MOST_NAMED))
    ids = _ids(rows, dataset)
    return Message("readers.group-of-subjects", count=len(rows), ids=first_of(ids, MOST_NAMED))


def _ids(rows: IntArray, dataset: Dataset) -> Sequence[str]:
    return [dataset.subjects.ids[row] or f"#{row + 1}" for row in sorted(rows.tolist())]


def _say_split(sizes: FloatArray, measure: str, dataset: Dataset, inquiry: Inquiry) -> None:
    """Say of which measure some subjects' values are many times the others', and by no unit."""
    groups = split_of(sizes) if len(dataset.regions) >= LEAST_REGIONS else ()
    if not groups:
        return
    few = min(groups, key=len)
    low, high = (f"{typical(sizes, group):.3g}" for group in groups)
    inquiry.assume(
        Message(
            "readers.scales-differ",
            file=inquiry.name,
            measure=measure,
            count=len(few),
            subjects=first_of(_ids(few, dataset), MOST_NAMED),
            low=low,
            high=high,
        )
    )
