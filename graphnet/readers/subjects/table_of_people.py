"""What the table of a folder says of its subjects, and maybe measures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import TextFormat
from graphnet.errors import CohortError, shortened
from graphnet.messages import Message, first_of
from graphnet.readers.folders.entities import NO_REGIONS
from graphnet.readers.inquiry import ID, Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.people import People, read_people
from graphnet.readers.subjects.roster import Roster
from graphnet.readers.subjects.several_tables import TABLE
from graphnet.readers.tables.reading import interpret_sheet

FloatArray = NDArray[np.float64]

KIND = "folder"
TABLES_ONLY = {".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".feather", ".arrow", ".json", ".sav",
               ".dta", ".pkl", ".pickle", ".rds", ".RData", ".pt", ".netts"}  # fmt: skip
KNOWN = (
    "ROISignals_*, ROICorrelation_* (DPABI), sub-*_timeseries.tsv, sub-*_relmat.tsv (BIDS), "
    "*.ptseries.nii, *.pconn.nii (CIFTI), *_rois_*.1D (ABIDE), Gretna*, ROI_Subject*, resultsROI_* "
    "(CONN), catROI_* (CAT12), *_connectome.csv (MRtrix), *.graphml, *.netcc (AFNI), "
    "lh.aparc.stats (FreeSurfer)"
)


@dataclass(frozen=True)
class Listed:
    """The subjects in the order of a table, and ``values`` (S, N, F) where it has measures too."""

    people: People
    text: TextFormat | None
    measures: tuple[str, ...] = ()
    values: FloatArray | None = None


def read_listed(roster: Roster, regions: Sequence[str], inquiry: Inquiry) -> Listed:
    """The people of a table, whose column of ids is known.

    Measures in it are taken where they are of as many ``regions`` as the files; else said to be
    left.
    """
    own = _with_id(inquiry, roster.name, roster.column)
    sheet = roster.sheet
    alone = _measures(roster, own)
    if alone is None:
        return Listed(read_people(sheet, sheet.names, own), sheet.text)
    if not _fits(alone, regions):
        return _without_measures(roster, alone, regions, own)
    measured = interpret_sheet(sheet, KIND, own)
    if measured is None or measured.values is None:
        return Listed(read_people(sheet, sheet.names, own), sheet.text)
    values = _in_order(measured, regions, roster, inquiry)
    return Listed(_people(measured), sheet.text, measured.measures, values)


def _people(measured: Dataset) -> People:
    """The subjects of a table that was read with its measures."""
    interpretation = measured.interpretation
    return People(
        subjects=measured.subjects,
        id=interpretation.id,
        label=interpretation.label,
        site=interpretation.site,
        score=interpretation.score,
        covariates=interpretation.covariates,
    )


def _without_measures(
    roster: Roster, alone: Dataset, regions: Sequence[str], inquiry: Inquiry
) -> Listed:
    """The people of a table whose measures are of other regions than the files."""
    brain = _brain_columns(roster, alone)
    others = [name for name in roster.sheet.names if name not in brain]
    inquiry.leave(
        shortened(brain, 4),
        Message(
            "readers_subjects.measures-of-other-regions",
            table=roster.name,
            count=len(alone.regions),
            regions=len(regions),
        ),
    )
    return Listed(read_people(roster.sheet, others, inquiry), roster.sheet.text)


def read_alone(files: Files, roster: Roster, inquiry: Inquiry) -> Dataset | None:
    """The dataset of a folder that holds one table of measures and no file per subject.

    Raises:
        CohortError: it holds no measures.

    """
    if _measures(roster, inquiry) is None:
        names = Counter(path.suffix or path.name for path in files.rest if path != roster.path)
        others = [f"{count} {name}" for name, count in names.most_common()]
        left_alone = [
            Message("readers_subjects.left-alone", what=left.what, reason=left.message)
            for left in inquiry.left_alone
        ]
        raise CohortError(
            Message(
                "readers_subjects.no-measurements",
                file=inquiry.name,
                table=roster.name,
                column=roster.column,
                ids=first_of(roster.ids, 3),
                count=len(others),
                others=first_of(others, 5),
            ),
            *([Message("readers_subjects.unpack-zip")] if ".zip" in names else []),
            *_of_other_formats(names),
            *left_alone,
            Message("readers_subjects.known-files", known=KNOWN),
        )
    others_left = any(left.message.code != NO_REGIONS.code for left in inquiry.left_alone)
    if others_left and inquiry.answer(TABLE) is None:
        raise CohortError(Message("readers_subjects.several-tables", file=inquiry.name))
    inquiry.assume(Message("readers_subjects.one-table", file=inquiry.name, table=roster.name))
    return interpret_sheet(roster.sheet, KIND, _with_id(inquiry, roster.name, roster.column))


def _of_other_formats(endings: Mapping[str, int]) -> Iterator[Message]:
    """What to do with files of one subject each in formats that are read of whole tables alone."""
    others = [ending for ending, count in endings.items() if ending in TABLES_ONLY and count > 1]
    if others:
        yield Message("readers_subjects.save-each-as-text", endings=others)


def _with_id(inquiry: Inquiry, table: str, column: str) -> Inquiry:
    """The same inquiry, with the column of ids as its answer."""
    return replace(inquiry, name=table, answers={**inquiry.answers, ID: column})


def _measures(roster: Roster, inquiry: Inquiry) -> Dataset | None:
    """The dataset that the table is by itself; None where it has no columns of a brain."""
    scratch = Inquiry(roster.name, inquiry.answers)
    try:
        dataset = interpret_sheet(roster.sheet, KIND, scratch)
    except CohortError:
        return None
    return None if scratch.problems else dataset


def _fits(alone: Dataset, regions: Sequence[str]) -> bool:
    """Whether measures are of the files' regions, by name or, numbered, by their count."""
    if alone.values is None or len(alone.regions) != len(regions):
        return False
    numbered = all(region.isdecimal() for region in alone.regions)
    return numbered or set(alone.regions) == set(regions)


def _brain_columns(roster: Roster, measured: Dataset) -> list[str]:
    """The columns that are no people's."""
    interpretation = measured.interpretation
    of_people = {
        interpretation.id,
        interpretation.site,
        interpretation.score,
        interpretation.label.column if interpretation.label else None,
    }
    of_people |= {covariate.name for covariate in interpretation.covariates}
    words = {name for name in roster.sheet.names if isinstance(roster.sheet.column(name), tuple)}
    return [name for name in roster.sheet.names if name and name not in of_people | words]


def _in_order(
    measured: Dataset, regions: Sequence[str], roster: Roster, inquiry: Inquiry
) -> FloatArray | None:
    """Values (S, N, F) in the order of the files' regions."""
    if measured.values is None:
        return None
    if set(measured.regions) == set(regions):
        inquiry.assume(
            Message(
                "readers_subjects.measures-read-too", table=roster.name, measures=measured.measures
            )
        )
        return measured.values[:, [measured.regions.index(region) for region in regions]]
    inquiry.assume(
        Message(
            "readers_subjects.measures-in-order",
            table=roster.name,
            measures=measured.measures,
            count=len(regions),
        )
    )
    return measured.values
