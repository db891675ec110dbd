"""Tables of FreeSurfer, ENIGMA and CAT12 in one folder, joined by the ids of the subjects."""

import gzip
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError
from graphnet.readers.reading import read

IDS = [f"sub-{row:02}" for row in range(1, 13)]
LABELS = [row % 2 for row in range(12)]
CORTEX = ("bankssts", "caudalanteriorcingulate", "cuneus", "entorhinal", "fusiform", "insula")
ASEG = ("Left-Lateral-Ventricle", "Left-Amygdala", "Right-Amygdala", "3rd-Ventricle", "CSF",
        "Brain-Stem", "Left-Hippocampus")  # fmt: skip
RANDOM = np.random.default_rng(5)
SIDES, MEASURES = ("lh", "rh"), ("thickness", "area", "volume")
SCALES = {"thickness": (2.5, 0.2, 3), "area": (2000, 300, 0), "volume": (5000, 700, 0)}
TRUTH = {
    (side, measure): np.round(
        RANDOM.normal(*SCALES[measure][:2], (12, 6)), SCALES[measure][2]
    )
    for side in SIDES
    for measure in MEASURES
}  # fmt: skip
OF_ASEG = np.round(RANDOM.normal(4000, 500, (12, 7)), 1)
ETIV = np.round(RANDOM.normal(1.5e6, 1e5, 12), 2)


def aparc(
    folder: Path,
    side: str,
    measure: str,
    *,
    ids: Sequence[str] = IDS,
    atlas: str = "aparc",
    turned: bool = False,
) -> Path:
    """As aparcstats2table writes, with a hemisphere's summary and the head's size at the end."""
    table = pd.DataFrame(TRUTH[side, measure], index=IDS, columns=[
        f"{side}_{region}_{measure}" for region in CORTEX])  # fmt: skip
    if measure != "volume":
        name = {"thickness": "MeanThickness", "area": "WhiteSurfArea"}[measure]
        table[f"{side}_{name}_{measure}"] = np.round(table.mean(axis=1), 5)
    table["BrainSegVolNotVent"] = np.round(ETIV * 0.7, 1)
    table["eTIV"] = ETIV
    table = table.loc[list(ids)]
    path = folder / f"{atlas}.{side}.{measure}.txt"
    (table.T if turned else table).to_csv(path, sep="\t", index_label=f"{side}.{atlas}.{measure}")
    return path


def aseg(folder: Path) -> Path:
    table = pd.DataFrame(OF_ASEG, index=IDS, columns=list(ASEG))
    table["EstimatedTotalIntraCranialVol"] = ETIV
    path = folder / "aseg_stats.txt"
    table.to_csv(path, sep="\t", index_label="Measure:volume")
    return path


def people(folder: Path, ids: Iterable[str] = IDS, name: str = "subjects.csv") -> Path:
    pd.DataFrame({"ID": list(ids), "LABEL": LABELS, "AGE": range(20, 32)}).to_csv(
        folder / name, index=False
    )
    return folder


def wanted(measures: Iterable[str] = MEASURES) -> np.ndarray:
    return np.stack(
        [np.concatenate([TRUTH[side, measure] for side in SIDES], axis=1) for measure in measures],
        axis=2,
    )


def dataset(folder: Path, **answers: str) -> Dataset:
    mapping = {key.replace("__", "."): value for key, value in answers.items()}
    return read(folder, mapping=mapping).settled()


def refused(folder: Path, **answers: str) -> str:
    with pytest.raises(CohortError) as caught:
        dataset(folder, **answers)
    return " ".join(caught.value.sentences)


def in_order(found: Dataset, regions: Sequence[str], measures: Sequence[str]) -> np.ndarray:
    assert found.values is not None
    assert set(found.regions) == set(regions)
    assert set(found.measures) == set(measures)
    places = [found.regions.index(region) for region in regions]
    return found.values[:, places][:, :, [found.measures.index(one) for one in measures]]


REGIONS = tuple(f"{side}_{region}" for side in SIDES for region in CORTEX)


def test_six_tables_of_freesurfer_are_one_dataset(tmp_path: Path) -> None:
    people(tmp_path)
    for side in SIDES:
        for measure in MEASURES:
            aparc(tmp_path, side, measure)
    found = dataset(tmp_path)
    assert np.array_equal(in_order(found, REGIONS, MEASURES), wanted())
    assert found.subjects.ids == tuple(IDS)
    assert found.subjects.labels.tolist() == LABELS
    covariates = {each.name: each.values for each in found.subjects.covariates}
    assert np.array_equal(np.asarray(covariates["eTIV"]), ETIV)
    assert list(covariates["AGE"]) == list(range(20, 32))


@pytest.mark.parametrize("ending", [".table", ".dat", ".tab", ".stats", ""])
def test_tables_of_freesurfer_are_called_as_one_likes(tmp_path: Path, ending: str) -> None:
    people(tmp_path)
    for side in SIDES:
        for measure in MEASURES:
            path = aparc(tmp_path, side, measure)
            path.rename(path.with_name(f"{side}_{measure}{ending}"))
    assert np.array_equal(in_order(dataset(tmp_path), REGIONS, MEASURES), wanted())


def test_every_measure_of_freesurfer_is_there(tmp_path: Path) -> None:
    """Sixteen tables, of which the names sort the left hemisphere first."""
    people(tmp_path)
    more = ("thickness", "area", "volume", "meancurv", "gauscurv", "foldind", "curvind",
            "thicknessstd")  # fmt: skip
    for side in SIDES:
        for measure in more:
            path = aparc(tmp_path, side, "volume")
            text = path.read_text().replace("_volume", f"_{measure}")
            path.rename(tmp_path / f"{side}.{measure}.txt").write_text(
                text.replace(f"{side}.aparc.volume", f"{side}.aparc.{measure}")
            )
    found = dataset(tmp_path)
    assert found.regions == REGIONS
    assert set(found.measures) == set(more)
    values = in_order(found, REGIONS, more)
    assert np.array_equal(values, np.repeat(wanted(["volume"]), len(more), axis=2))


def test_the_rows_may_be_in_another_order_in_each_table_and_packed(tmp_path: Path) -> None:
    folder = tmp_path / "stats"
    folder.mkdir()
    people(folder)
    aparc(folder, "lh", "thickness", ids=IDS[::-1])
    aparc(folder, "rh", "thickness", ids=[*IDS[5:], *IDS[:5]])
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder))
    for path in (folder, packed):
        found = dataset(path)
        assert np.array_equal(in_order(found, REGIONS, ["thickness"]), wanted(["thickness"]))


def test_subjects_as_columns(tmp_path: Path) -> None:
    people(tmp_path)
    aparc(tmp_path, "lh", "thickness", turned=True)
    aparc(tmp_path, "rh", "thickness")
    found = dataset(tmp_path)
    assert np.array_equal(in_order(found, REGIONS, ["thickness"]), wanted(["thickness"]))
    assert "turned" in " ".join(found.interpretation.said)


def test_a_measure_without_one_hemisphere_is_refused(tmp_path: Path) -> None:
    people(tmp_path)
    for side in SIDES:
        aparc(tmp_path, side, "thickness")
    aparc(tmp_path, "lh", "area")
    sentence = refused(tmp_path)
    assert "area has no values of these regions" in sentence
    assert "rh_bankssts" in sentence


def test_a_subject_without_a_row_is_refused_by_id(tmp_path: Path) -> None:
    people(tmp_path)
    aparc(tmp_path, "lh", "thickness")
    aparc(tmp_path, "rh", "thickness", ids=IDS[:-2])
    sentence = refused(tmp_path)
    assert "sub-11" in sentence
    assert "sub-12" in sentence
    assert "aparc.rh.thickness.txt" in sentence


def test_two_parcellations_are_asked(tmp_path: Path) -> None:
    people(tmp_path)
    for side in SIDES:
        aparc(tmp_path, side, "thickness")
    aseg(tmp_path)
    reading = read(tmp_path)
    (question,) = reading.questions
    assert question.id == "files.atlas"
    assert {choice.value for choice in question.choices} == {"aparc", "aseg"}
    cortex = dataset(tmp_path, files__atlas="aparc")
    assert np.array_equal(in_order(cortex, REGIONS, ["thickness"]), wanted(["thickness"]))
    volumes = dataset(tmp_path, files__atlas="aseg")
    assert np.array_equal(in_order(volumes, ASEG, ["volume"])[:, :, 0], OF_ASEG)


def test_volumes_of_cortex_and_structures_together(tmp_path: Path) -> None:
    """Both tables measure volumes; thickness has no structures and is left."""
    people(tmp_path)
    for side in SIDES:
        for measure in ("thickness", "volume"):
            aparc(tmp_path, side, measure)
    aseg(tmp_path)
    (question,) = read(tmp_path).questions
    assert {choice.value for choice in question.choices} == {"aparc", "aseg", "aparc+aseg"}
    found = dataset(tmp_path, files__atlas="aparc+aseg")
    assert found.measures == ("volume",)
    everything = np.concatenate([wanted(["volume"])[:, :, 0], OF_ASEG], axis=1)
    volumes = in_order(found, [*REGIONS, *ASEG], ["volume"])
    assert np.array_equal(volumes[:, :, 0], everything)
    left = {each.what for each in found.interpretation.left_alone}
    assert {"aparc.lh.thickness.txt", "aparc.rh.thickness.txt"} <= left
    assert dataset(tmp_path, files__atlas="aparc").measures == ("thickness", "volume")


def test_the_same_region_with_other_values_is_refused(tmp_path: Path) -> None:
    people(tmp_path)
    path = aparc(tmp_path, "lh", "thickness")
    text = path.read_text().replace(str(TRUTH["lh", "thickness"][3, 2]), "9.999")
    (tmp_path / "again.txt").write_text(text)
    assert "lh_cuneus has other values" in refused(tmp_path)


def test_tables_without_people_have_no_classes(tmp_path: Path) -> None:
    aparc(tmp_path, "lh", "thickness")
    aparc(tmp_path, "rh", "thickness")
    found = dataset(tmp_path)
    assert set(found.subjects.labels.tolist()) == {-1}
    assert np.array_equal(in_order(found, REGIONS, ["thickness"]), wanted(["thickness"]))


def enigma(folder: Path, measure: str, suffix: str) -> None:
    names = [f"{side}_{region}_{suffix}" for side in "LR" for region in CORTEX]
    table = pd.DataFrame(wanted([measure])[:, :, 0], columns=names)
    table.insert(0, "SubjID", IDS)
    table["LThickness"], table["ICV"] = table[names[0]], ETIV
    table.to_csv(folder / f"{suffix}.csv", index=False)


def test_tables_of_enigma(tmp_path: Path) -> None:
    enigma(tmp_path, "thickness", "thickavg")
    enigma(tmp_path, "area", "surfavg")
    pd.DataFrame({"SubjID": IDS, "Dx": LABELS, "Sex": [1, 2] * 6}).to_csv(
        tmp_path / "Covariates.csv", index=False
    )
    found = dataset(tmp_path, class__positive="1")
    regions = [f"{side}_{region}" for side in "LR" for region in CORTEX]
    values = in_order(found, regions, ["thickavg", "surfavg"])
    assert np.array_equal(values, wanted(["thickness", "area"]))
    assert found.subjects.labels.tolist() == LABELS


def test_tables_of_cat12_have_their_measure_in_the_name(tmp_path: Path) -> None:
    regions = ["lAmy", "rAmy", "lHip", "rHip", "lThaPro", "rThaPro"]
    people(tmp_path)
    for side, tissue in zip(SIDES, ("Vgm", "Vwm"), strict=True):
        table = pd.DataFrame(TRUTH[side, "thickness"], columns=regions)
        table.insert(0, "names", IDS)
        table.to_csv(tmp_path / f"ROI_neuromorphometrics_{tissue}.csv", index=False)
    found = dataset(tmp_path)
    values = in_order(found, regions, ["Vgm", "Vwm"])
    assert np.array_equal(values, np.stack([TRUTH[side, "thickness"] for side in SIDES], axis=2))


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_tables_never_give_other_regions_or_subjects(tmp_path: Path, damage: str) -> None:
    """What text cannot show is a digit that has become another digit."""
    folder = people(tmp_path)
    paths = [aparc(folder, side, "thickness") for side in SIDES]
    body = paths[0].read_bytes()
    random = np.random.default_rng(1)
    for _ in range(150):
        at = int(random.integers(len(body)))
        if damage == "cut":
            paths[0].write_bytes(body[:at])
        else:
            other = bytes([body[at] ^ (1 << int(random.integers(7)))])
            paths[0].write_bytes(body[:at] + other + body[at + 1 :])
        is_right_or_refused(folder, body[at : at + 1].isdigit())


def is_right_or_refused(folder: Path, is_digit: bool) -> None:  # noqa: FBT001
    try:
        found = read(folder).settled()
    except CohortError:
        return
    assert found.values is not None
    assert found.subjects.ids == tuple(IDS)
    right = {region: wanted(["thickness"])[:, place, 0] for place, region in enumerate(REGIONS)}
    wrong = [
        region
        for place, region in enumerate(found.regions)
        if region in right
        and (found.values[:, place, 0] != right[region]).sum() > (1 if is_digit else 12)
    ]
    assert wrong == []


def test_tables_that_are_packed_each_in_a_packed_folder_are_read(tmp_path: Path) -> None:
    """As a page sends ``lh.csv.gz`` and ``subjects.csv.gz`` that were chosen together."""
    folder = tmp_path / "cohort"
    folder.mkdir()
    people(folder)
    for side in SIDES:
        for measure in MEASURES:
            aparc(folder, side, measure)
    whole = read(folder).settled()
    for path in sorted(folder.iterdir()):
        with gzip.open(f"{path}.gz", "wb") as packed:
            packed.write(path.read_bytes())
        path.unlink()
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder))
    found = read(archive).settled()
    assert found.subjects.ids == whole.subjects.ids == tuple(IDS)
    np.testing.assert_array_equal(found.values, whole.values)
    damaged = (folder / "subjects.csv.gz").read_bytes()[:-9]
    (folder / "subjects.csv.gz").write_bytes(damaged)
    with pytest.raises(CohortError, match=r"subjects\.csv\.gz"):
        read(Path(shutil.make_archive(str(tmp_path / "damaged"), "zip", folder)))
    with pytest.raises(CohortError, match="more than"):
        read(archive, most=3000)


def test_a_cohort_and_a_table_of_the_same_people_are_joined(tmp_path: Path) -> None:
    """Both have classes, as where somebody adds age and sex from another file: it is asked."""
    table = pd.DataFrame({"ID": IDS, "LABEL_GROUP": LABELS})
    for number, values in enumerate(TRUTH["lh", "thickness"].T, 1):
        table[f"CT_{number}"] = values
    table.iloc[::-1].to_csv(tmp_path / "cohort.csv", index=False)
    people(tmp_path)
    (question,) = read(tmp_path).questions
    assert question.id == "table"
    assert {choice.value for choice in question.choices} == {"cohort.csv", "subjects.csv"}
    found = read(tmp_path, mapping={"table": "subjects.csv"}).settled()
    assert found.subjects.ids == tuple(IDS)
    assert [each.name for each in found.subjects.covariates] == ["AGE"]
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], TRUTH["lh", "thickness"])
    alone = read(tmp_path, mapping={"table": "cohort.csv"}).settled()
    assert alone.subjects.ids == tuple(IDS[::-1])
    assert alone.values is not None
    np.testing.assert_array_equal(alone.values[:, :, 0], TRUTH["lh", "thickness"][::-1])
    table.iloc[:-2].to_csv(tmp_path / "cohort.csv", index=False)
    assert [each.id for each in read(tmp_path).questions] == ["table"], "a choice may mend it"
    with pytest.raises(CohortError, match=f"{IDS[-2]} and {IDS[-1]}"):
        read(tmp_path, mapping={"table": "subjects.csv"})
    assert len(read(tmp_path, mapping={"table": "cohort.csv"}).settled()) == 10
