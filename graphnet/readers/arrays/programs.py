"""Arrays as programs of the field name them: recognised, and how to bring them along."""

from collections.abc import Callable
from dataclasses import dataclass

from graphnet.readers.arrays.named import NamedArrays
from graphnet.readers.signatures import FOLDER

SAVE = {
    "npz": "numpy.savez('cohort.npz', fc=fc, ids=ids, labels=labels)",
    "mat": "save('cohort.mat', 'fc', 'ids', 'labels', '-v7')",
}
NAMES = (
    "Give fc (subjects, regions, regions), or features (subjects, regions, measures) with "
    "measures, and ids and labels with one value per subject"
)
PER_SUBJECT = f"{NAMES}: {SAVE['npz']}"


@dataclass(frozen=True)
class Program:
    """Whose arrays they are, how they are known, and what to do with them."""

    what: str
    known: Callable[[set[str]], bool]
    advice: str


PROGRAMS: tuple[Program, ...] = (
    Program(
        "CONN's connectivity of all subjects (resultsROI)",
        lambda names: {"Z", "names"} <= names and not {"DOF", "xyz", "names2"}.isdisjoint(names),
        "Z has its subjects last and no ids or classes: take "
        "fc = permute(Z(:, 1:size(Z, 1), :), [3 1 2]), regions = names, and add ids and labels",
    ),
    Program(
        "BrainNetTF's dataset",
        lambda names: "corr" in names and not {"timeseires", "timeseries"}.isdisjoint(names),
        "Rename corr to fc and label to labels, add ids, and leave the time series out",
    ),
    Program(
        "BrainGB's dataset",
        lambda names: "label" in names and not {"fmri", "dti", "X"}.isdisjoint(names),
        "Choose one kind of connectome, put its subjects first (fc = permute(fmri, [3 1 2])), "
        "name the classes labels, and add ids",
    ),
    Program("DPABI's time series of one subject", lambda names: "ROISignals" in names, FOLDER),
    Program(
        "QSIRecon's connectivity of one subject",
        lambda names: any(name.endswith("_region_labels") for name in names),
        FOLDER,
    ),
    Program(
        "DSI Studio's connectivity of one subject",
        lambda names: {"connectivity", "name"} <= names,
        FOLDER,
    ),
    Program("the connectivity of one subject", lambda names: names == {"connectivity"}, FOLDER),
    Program(
        "CAT12's list of regions of one subject (catROI)",
        lambda names: names == {"S"},
        "Collect the subjects into one table in CAT12 (ROI Tools, Estimate mean values) and give "
        "the CSV file",
    ),
)


def no_cohort(arrays: NamedArrays, kind: str, name: str) -> str:
    """Why a file without ``features`` and ``fc`` is refused: whose it is, what it holds, a way."""
    names = {*arrays.plain, *arrays.odd}
    for program in PROGRAMS:
        if program.known(names):
            advice = program.advice.rstrip(".")
            return f"{name} looks like {program.what}: it holds {arrays.found}. {advice}."
    structures = [each for each, odd in arrays.odd.items() if odd.what == "a structure"]
    if structures:
        return (
            f"{name} has no array called features or fc; it holds {arrays.found}. Save the fields "
            f"of the structure as arrays: save('cohort.mat', '-struct', '{structures[0]}', '-v7'). "
            f"{NAMES}."
        )
    return (
        f"{name} has no array called features or fc; it holds {arrays.found or 'none'}. {NAMES}: "
        f"{SAVE.get(kind, SAVE['npz'])}."
    )
