"""Parcels of the surface: CIFTI (.ptseries, .pconn, .pscalar) and micapipe's GIFTI, by nibabel."""

import csv
import math
import re
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.text.number_files import NumberTable

ENCODINGS = {"ASCII", "Base64Binary", "GZipBase64Binary"}  # that keep numbers in the file itself
# micapipe's tables of regions, which stand in its folder parcellations/lut.
LOOKUP = re.compile(r"lut_(?P<atlas>.+)_mics\.csv")
SUBCORTEX = "subcortical-cerebellum"  # whose regions stand before those of a cortical atlas


def read_cifti(body: bytes, name: str) -> NumberTable:
    """Parcels by name: a series (T, N), a matrix (N, N), or one row of a map.

    Raises:
        CohortError: it is damaged, has other axes or more than one map.

    """
    import nibabel  # noqa: PLC0415 - needed for this kind of file alone
    from nibabel.cifti2.cifti2_axes import ParcelsAxis, ScalarAxis, SeriesAxis  # noqa: PLC0415
    from nibabel.imageglobals import LoggingOutputSuppressor  # noqa: PLC0415

    try:
        with warnings.catch_warnings(), LoggingOutputSuppressor():
            warnings.simplefilter("ignore")
            image: Any = nibabel.Cifti2Image.from_bytes(body)
            _check_header(nibabel.Nifti2Header.from_fileobj(BytesIO(body)), len(body))
            axes = [image.header.get_axis(place) for place in range(image.ndim)]
            values = np.asarray(image.get_fdata(dtype=np.float64))
    except Exception as error:  # a damaged file leads the library anywhere
        raise CohortError(Message("readers_brains.damaged-cifti", file=name)) from error
    if values.shape != tuple(len(axis) for axis in axes):
        raise CohortError(Message("readers_brains.damaged-cifti", file=name))
    kinds = [type(axis) for axis in axes]
    if kinds == [ParcelsAxis, ParcelsAxis]:
        return NumberTable(values, _parcels(axes[1], name), _parcels(axes[0], name))
    if set(kinds) == {ParcelsAxis, SeriesAxis} or set(kinds) == {ParcelsAxis, ScalarAxis}:
        place = kinds.index(ParcelsAxis)
        rows = values if place == 1 else values.T
        if SeriesAxis in kinds or len(rows) == 1:
            return NumberTable(rows, _parcels(axes[place], name), None)
        maps = [str(one) for one in axes[1 - place].name]
        raise CohortError(
            Message(
                "readers_brains.several-maps", file=name, count=len(rows), maps=first_of(maps, 4)
            )
        )
    raise CohortError(Message("readers_brains.no-parcels", file=name))


def _check_header(header: Any, size: int) -> None:
    """Only the numbers follow the header, and decimals are not scaled.

    Raises ValueError: a damaged header would change all numbers.
    """
    kind = header.get_data_dtype()
    numbers = math.prod(header.get_data_shape()) * kind.itemsize
    if int(header["vox_offset"]) + numbers != size:
        raise ValueError(size)
    slope, start = float(header["scl_slope"]), float(header["scl_inter"])
    plain = slope in {0, 1} or math.isnan(slope), start == 0 or math.isnan(start)
    if kind.kind == "f" and not all(plain):
        raise ValueError(slope)


def _parcels(axis: Any, name: str) -> tuple[str, ...]:
    names = tuple(str(parcel).strip() for parcel in axis.name)
    if not all(names):
        raise CohortError(Message("readers_brains.damaged-cifti", file=name))
    return names


def read_gifti(body: bytes, name: str) -> NumberTable:
    """The one array of rows and columns in a GIFTI file, as micapipe writes matrices and series.

    Raises:
        CohortError: it is damaged, keeps its numbers in another file, or holds no such array.

    """
    _check_gifti(body, name)
    import nibabel  # noqa: PLC0415 - needed for this kind of file alone

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = nibabel.GiftiImage.from_bytes(body)
            arrays = [np.asarray(darray.data, dtype=np.float64) for darray in image.darrays]
    except Exception as error:  # a damaged file leads the library anywhere
        raise CohortError(Message("readers_brains.damaged-gifti", file=name)) from error
    if len(arrays) != 1 or arrays[0].ndim != 2 or min(arrays[0].shape) < 2:
        shapes = [" x ".join(map(str, array.shape)) for array in arrays]
        raise CohortError(
            Message("readers_brains.no-matrix", file=name, shapes=first_of(shapes, 4))
        )
    return NumberTable(arrays[0], None, None)


def read_lookup(path: Path) -> tuple[str, ...]:
    """The regions of a table of micapipe in their order.

    Those without a name (of the cerebellum) and the medial walls are told apart by their numbers.

    Raises:
        CohortError: it is no such table.

    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            rows = [(row["label"].strip(), row["mics"].strip()) for row in csv.DictReader(opened)]
    except (UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise CohortError(Message("readers_brains.damaged-lookup", file=path.name)) from error
    labels = [label for label, _ in rows]
    return tuple(
        label if label and labels.count(label) == 1 else f"{label or 'region'}_{number}"
        for label, number in rows
    )


def _check_gifti(body: bytes, name: str) -> None:
    """Its numbers are in it: nibabel would open whatever file it names. Raises CohortError."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "DataArray" and (
            attributes.get("Encoding") not in ENCODINGS or attributes.get("ExternalFileName")
        ):
            raise CohortError(Message("readers_brains.outside-gifti", file=name))

    def refuse(*declared: object) -> None:
        if declared[-1]:  # the standard names a document type, but defines nothing in the file
            raise CohortError(Message("readers_brains.damaged-gifti", file=name))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - the parser takes it by place
    except expat.ExpatError as error:
        raise CohortError(Message("readers_brains.damaged-gifti", file=name)) from error
