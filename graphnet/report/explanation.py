"""Regions and measures, as tables and as files for other programs: importance, effect sizes.

The volume is NIfTI-1: spheres at the regions' centres, on MNI's grid of 2 mm, as the package has
the atlases' centres and not their label images. Its header is packed here, since whoever writes a
report needs no nibabel.
"""

import base64
import csv
import gzip
import re
import struct
from io import StringIO

import numpy as np

from graphnet.artifacts.explanation import RegionImportance
from graphnet.artifacts.metrics import Estimate
from graphnet.artifacts.predictions import ETA, HEDGES, PEARSON, Effect
from graphnet.data.cohort import FloatArray
from graphnet.disk import safe
from graphnet.figures.importance import RegionMarks
from graphnet.messages import Figure, Message, in_cell
from graphnet.report.facts import Facts
from graphnet.report.tables import (
    KEPT,
    NOTHING,
    Row,
    Table,
    figure,
    first_rows,
    p_value,
    share,
    signed,
)

MOST_SIGNS = 8  # measures whose directions a table names


def region_table(facts: Facts) -> Table:
    """The most important regions, with what each contributes and how measures go with the score."""
    explanation = facts.result.explanation
    regions = explanation.regions if explanation else ()
    has_sign = any(region.contribution is not None for region in regions)
    has_folds = any(region.agreement is not None for region in regions)
    titles = _titles(facts)
    signs = _signs(facts)
    rows: list[Row] = [
        [
            str(place),
            titles.get(region.region, region.region),
            share(region.share),
            *([_contribution(region)] if has_sign else []),
            *([share(region.agreement or 0.0, 0)] if has_folds else []),
            *([signs.get(region.region, "")] if signs else []),
            figure(region.occlusion),
        ]
        for place, region in enumerate(regions, 1)
    ]
    return Table(
        [
            Message("report.rank"),
            Message("report.region"),
            Message("report.share"),
            *([Message("report.contribution")] if has_sign else []),
            *([Message("report.same-sign")] if has_folds else []),
            *([Message("report.measure-signs")] if signs else []),
            Message("report.occlusion"),
        ],
        rows,
    )


def _titles(facts: Facts) -> dict[str, str]:
    """The regions' names by region."""
    stored = facts.predictions
    return {} if stored is None else dict(zip(stored.regions, stored.region_titles, strict=True))


def _contribution(region: RegionImportance) -> str:
    if region.contribution is None or region.low is None or region.high is None:
        return NOTHING
    unsure = "" if region.is_stable else " ±"
    return Figure(f"{signed(Estimate(region.contribution, region.low, region.high))}{unsure}")


def _signs(facts: Facts) -> dict[str, Message]:
    """Such as ``ALFF +, GMV −`` by region; {} of many measures, or where none is known."""
    evidence = facts.predictions
    importance = None if evidence is None else evidence.importance
    if evidence is None or importance is None or importance.slope is None:
        return {}
    if len(evidence.measures) > MOST_SIGNS:
        return {}
    return {
        region: Message(
            "report.listed",
            items=in_cell(
                f"{measure}{KEPT}{sign}"
                for measure, sign in zip(evidence.measures, importance.signs(place), strict=True)
            ),
        )
        for place, region in enumerate(evidence.regions)
    }


MOST_EFFECTS = 30


KINDS = {
    HEDGES: Message("report.hedges-g"),
    ETA: Message("report.eta-squared"),
    PEARSON: Message("report.pearson-r"),
}


def effect_table(facts: Facts) -> Table:
    """The largest effects of class or score on single measures of single regions."""
    effects = facts.effects
    titles: Row = [
        Message("report.region"),
        Message("report.measure"),
        Message("report.subjects"),
        KINDS.get(effects.kind, effects.kind) if effects else "",
        Message("report.p"),
        Message("report.q"),
    ]
    if effects is None:
        return Table(titles, [])
    names = _titles(facts)
    rows: list[Row] = [
        [
            names.get(row.region, row.region),
            row.measure,
            str(row.n),
            _effect(row),
            p_value(row.p),
            p_value(row.q),
        ]
        for row in effects.rows
    ]
    return first_rows(titles, rows, MOST_EFFECTS)


def _effect(effect: Effect) -> str:
    if effect.low is None or effect.high is None:
        return figure(effect.value)
    return Figure(f"{effect.value:+.2f} [{effect.low:+.2f},{KEPT}{effect.high:+.2f}]")


def regions_csv(facts: Facts) -> str:
    """All regions with what was attributed to them, one a row, in the order of the data.

    Read beside a surface or volume of the same atlas (Connectome Workbench, BrainNet Viewer, R).
    "" where nothing was explained.
    """
    evidence = facts.predictions
    importance = None if evidence is None else evidence.importance
    if evidence is None or importance is None or importance.occlusion is None:
        return ""
    measures = evidence.measures
    columns = ("contribution", "low", "high", "agreement")
    named = [name for name in columns if getattr(importance, name) is not None]
    slopes = measures if importance.slope is not None and len(measures) <= MOST_SLOPES else ()
    places = [] if importance.coordinates is None else importance.coordinates.tolist()
    names = evidence.region_names
    written = StringIO()
    writer = csv.writer(written)
    titles = ["region", "name", *("xyz" if places else ""), "share", *named, "stable", "occlusion"]
    writer.writerow([*titles, *(safe(f"slope_{measure}") for measure in slopes)])
    for row, region in enumerate(evidence.regions):
        stable = importance.is_stable(row)
        writer.writerow(
            [
                safe(region),
                safe(names[row]),
                *(places[row] if places else ()),
                f"{importance.share[row]:.6g}",
                *(f"{getattr(importance, name)[row]:.6g}" for name in named),
                "" if stable is None else "yes" if stable else "no",
                f"{importance.occlusion[row]:.6g}",
                *(
                    f"{importance.slope[row][place]:.6g}"
                    for place in range(len(slopes))
                    if importance.slope is not None
                ),
            ]
        )
    return written.getvalue()


MOST_SLOPES = 20  # measures; the rows of a connectome would be a column each


def regions_node(facts: Facts) -> str:
    """A node file of BrainNet Viewer (Xia et al. 2013): x y z, colour, size, label.

    Colour and size are those of :class:`RegionMarks`: 0 where the sign is not stable, and relative
    to the largest. "" without coordinates.
    """
    evidence = facts.predictions
    importance = None if evidence is None else evidence.importance
    if evidence is None or importance is None or importance.coordinates is None:
        return ""
    marks = RegionMarks.of(importance)
    size = abs(marks.value) / max(float(abs(marks.value).max()), 1e-12)
    rows = [
        "\t".join(
            (
                *(f"{axis:g}" for axis in importance.coordinates[row]),
                f"{marks.tone[row]:.6g}",
                f"{size[row]:.4f}",
                re.sub(r"\W+", "_", name) or "-",
            )
        )
        for row, name in enumerate(evidence.region_names)
    ]
    return "\n".join([*rows, ""])


def effects_csv(facts: Facts) -> str:
    """All effect sizes that are stored; "" where there are none."""
    effects = facts.effects
    if effects is None or not effects.rows:
        return ""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(["region", "measure", "n", effects.kind, "low", "high", "p", "q"])
    for row in effects.rows:
        bounds = ("" if bound is None else f"{bound:.6g}" for bound in (row.low, row.high))
        numbers = (f"{row.value:.6g}", *bounds, f"{row.p:.6g}", f"{row.q:.6g}")
        writer.writerow([safe(row.region), safe(row.measure), row.n, *numbers])
    return written.getvalue()


GRID, EDGE = (91, 109, 91), 2.0  # voxels of the MNI152 template, of so many millimetres
ORIGIN = (90.0, -126.0, -72.0)  # MNI coordinates of the first voxel; x runs from right to left
RADIUS = 5.0  # mm
DESCRIPTION = "Spheres of 5 mm at MNI centres, not the atlas. 0: none, or sign not stable"
HEADER = struct.Struct("<i10s18sihcB8h3f4h8f3fhBB4f2i80s24s2h3f3f4f4f4f16s4s")
OFFSET = HEADER.size + 4  # of the voxels; the four bytes say that no extension follows
FLOAT32, MILLIMETRES, MNI152 = 16, 2, 4


def regions_volume(facts: Facts) -> str:
    """The tones of regions (see :class:`RegionMarks`) as ``regions.nii.gz`` in base64.

    As in the node file, a region whose sign is not stable is 0. "" without coordinates.
    """
    evidence = facts.predictions
    importance = None if evidence is None else evidence.importance
    if importance is None or importance.coordinates is None:
        return ""
    body = nifti(spheres(importance.coordinates, RegionMarks.of(importance).tone))
    return base64.b64encode(gzip.compress(body, mtime=0)).decode("ascii")


def spheres(centres: FloatArray, values: FloatArray) -> FloatArray:
    """A volume of :data:`GRID` with the value of the nearest centre within :data:`RADIUS`, else 0.

    Args:
        centres: (N, 3), MNI millimetres; a centre outside of the grid leaves no trace beyond it.
        values: (N,).

    """
    volume, nearest = np.zeros(GRID), np.full(GRID, np.inf)
    steps = np.array([-EDGE, EDGE, EDGE])
    reach = int(RADIUS // EDGE) + 1
    for centre, value in zip(centres, values, strict=True):
        at = np.rint((centre - ORIGIN) / steps).astype(int)
        low = np.clip(at - reach, 0, GRID)
        high = np.clip(at + reach + 1, 0, GRID)
        box = tuple(slice(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True))
        index = np.stack(np.meshgrid(*(np.arange(*pair) for pair in zip(low, high, strict=True)),
                                     indexing="ij"), axis=-1)  # fmt: skip
        away = np.linalg.norm(index * steps + ORIGIN - centre, axis=-1)
        taken = (away <= RADIUS) & (away < nearest[box])
        volume[box] = np.where(taken, value, volume[box])
        nearest[box] = np.where(taken, away, nearest[box])
    return volume


def nifti(volume: FloatArray) -> bytes:
    """A volume of :data:`GRID` as a NIfTI-1 file in single precision."""
    x, y, z = ORIGIN
    header = HEADER.pack(
        *(HEADER.size, b"", b"", 0, 0, b"r", 0),
        *(3, *GRID, 1, 1, 1, 1),
        *(0.0, 0.0, 0.0),  # of an intent; there is none
        *(0, FLOAT32, 32, 0),
        *(-1.0, EDGE, EDGE, EDGE, 1.0, 1.0, 1.0, 1.0),  # -1: the third axis of the quaternion turns
        *(float(OFFSET), 1.0, 0.0),
        *(0, 0, MILLIMETRES),
        *(0.0, 0.0, 0.0, 0.0),
        *(0, 0),
        *(DESCRIPTION.encode("ascii"), b""),
        *(MNI152, MNI152),
        *(0.0, 1.0, 0.0),  # half a turn about y, which with the -1 above mirrors x
        *ORIGIN,
        *(-EDGE, 0.0, 0.0, x),
        *(0.0, EDGE, 0.0, y),
        *(0.0, 0.0, EDGE, z),
        *(b"", b"n+1\0"),
    )
    return header + bytes(4) + volume.astype("<f4").tobytes(order="F")


UNLIKE = 0.5  # rank correlation with untrained networks below which an explanation shows learning


def randomised(facts: Facts) -> Message:
    """What the comparison with networks of random weights says of the explanation."""
    explanation = facts.result.explanation
    check = None if explanation is None else explanation.randomised
    if check is None or check.spearman is None:
        return Message("report.no-randomised")
    depends = "yes" if check.spearman < UNLIKE else "no"
    # Without a minus before what is nothing.
    value = Figure(f"{round(check.spearman, 2) + 0.0:.2f}")
    return Message("report.randomised", models=check.models, value=value, depends=depends)
