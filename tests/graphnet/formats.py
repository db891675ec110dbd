"""The same six subjects in every format."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.io import savemat

SUBJECTS, REGIONS = 6, 5
RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(1, 0.2, (SUBJECTS, REGIONS, 2))
SERIES = RANDOM.standard_normal((SUBJECTS, 40, REGIONS)) @ RANDOM.standard_normal(
    (REGIONS, REGIONS)
)
IDS = [f"p{row}" for row in range(SUBJECTS)]
LABELS = [0, 1, 1, 0, 1, 0]
SCORES = [1.5, np.nan, 3, 4, 5, 6]
FC = np.stack([np.arctanh(np.corrcoef(one.T) - 1e-15) for one in SERIES])
FC[:, range(REGIONS), range(REGIONS)] = np.inf


def columns() -> dict[str, object]:
    found: dict[str, object] = {"ID": IDS, "LABEL": LABELS, "LABEL_SCORE": SCORES}
    for place, measure in enumerate(("ALFF", "GMV")):
        for region in range(REGIONS):
            found[f"{measure}_{region + 1}"] = FEATURES[:, region, place]
    for i in range(REGIONS):
        for j in range(i + 1, REGIONS):
            found[f"FC_{i + 1}_{j + 1}"] = FC[:, i, j]
    return found


def table(path: Path, separator: str) -> Path:
    pd.DataFrame(columns()).to_csv(path, sep=separator, index=False)
    return path


def json_text(path: Path) -> Path:
    path.write_text(pd.DataFrame(columns()).to_json(double_precision=15))
    return path


def npz(path: Path) -> Path:
    np.savez(path, features=FEATURES, fc=FC, measures=["ALFF", "GMV"], ids=IDS, labels=LABELS,
             scores=SCORES)  # fmt: skip
    return path


def mat(path: Path) -> Path:
    cells = np.array(["ALFF", "GMV"], dtype=object)
    savemat(path, {"features": FEATURES, "fc": FC, "measures": cells, "ids": np.array(IDS),
                   "labels": LABELS, "scores": SCORES, "regions": np.arange(1, 6)})  # fmt: skip
    return path


def people(folder: Path, name: str = "subjects.csv", separator: str = ",") -> Path:
    folder.mkdir(exist_ok=True)
    rows = [f"{one}{separator}{label}" for one, label in zip(IDS, LABELS, strict=True)]
    (folder / name).write_text("\n".join([f"ID{separator}LABEL", *rows]) + "\n")
    return folder


def dpabi(folder: Path, *, series: bool) -> Path:
    people(folder)
    for row, one in enumerate(IDS):
        if series:
            np.savetxt(folder / f"ROISignals_{one}.txt", SERIES[row])
        else:
            np.savetxt(folder / f"ROICorrelation_FisherZ_{one}.txt", FC[row])
    return folder


def bids(folder: Path, *, series: bool) -> Path:
    people(folder, "participants.tsv", "\t")
    text = (folder / "participants.tsv").read_text()
    (folder / "participants.tsv").write_text(
        text.replace("ID\tLABEL", "participant_id\tgroup").replace("p", "sub-p", 99)
        .replace("sub-particisub-pant_id\tgrousub-p", "participant_id\tgroup")
    )  # fmt: skip
    for row, one in enumerate(IDS):
        place = folder / f"sub-{one}" / "func"
        place.mkdir(parents=True)
        stem = f"sub-{one}_task-rest_atlas-AAL"
        if series:
            header = "\t".join(f"region{i}" for i in range(REGIONS))
            np.savetxt(place / f"{stem}_timeseries.tsv", SERIES[row], header=header, comments="")
        else:
            np.savetxt(place / f"{stem}_relmat.tsv", FC[row])
    return folder


WHOLE: dict[str, Callable[[Path], Path]] = {
    "tsv": lambda at: table(at / "x.tsv", "\t"),
    "json": lambda at: json_text(at / "x.json"),
    "npz": lambda at: npz(at / "x.npz"),
    "mat": lambda at: mat(at / "x.mat"),
}
FOLDERS: dict[str, Callable[[Path], Path]] = {
    "DPABI matrices": lambda at: dpabi(at / "x", series=False),
    "DPABI signals": lambda at: dpabi(at / "x", series=True),
    "BIDS matrices": lambda at: bids(at / "x", series=False),
    "BIDS time series": lambda at: bids(at / "x", series=True),
}
