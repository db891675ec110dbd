"""Tables of FreeSurfer, ENIGMA and CAT12 in one folder, joined by the ids of the subjects."""

import gzip
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

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


@pytest.mark.nightly
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
    for path in (archive, folder):  # a folder of one's own is read as it lies there
        found = read(path).settled()
        assert found.subjects.ids == whole.subjects.ids == tuple(IDS)
        np.testing.assert_array_equal(found.values, whole.values)
    damaged = (folder / "subjects.csv.gz").read_bytes()[:-9]
    (folder / "subjects.csv.gz").write_bytes(damaged)
    with pytest.raises(CohortError, match=r"subjects\.csv\.gz"):
        read(Path(shutil.make_archive(str(tmp_path / "damaged"), "zip", folder)))
    with pytest.raises(CohortError, match=r"subjects\.csv\.gz"):
        read(folder)
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


def cohort(folder: Path, ids: Sequence[str] = IDS, **columns: Sequence[object]) -> Path:
    """A table of thickness of six regions, with other columns of people before it."""
    table = pd.DataFrame({"ID": IDS, **columns})
    for number, values in enumerate(TRUTH["lh", "thickness"].T, 1):
        table[f"CT_{number}"] = values
    table.set_index("ID").loc[list(ids)].reset_index().to_csv(folder / "cohort.csv", index=False)
    return folder


def table_of(folder: Path, ids: Any = IDS, **columns: Any) -> None:
    pd.DataFrame({"ID": list(ids), **columns}).to_csv(folder / "subjects.csv", index=False)


def said(found: Dataset) -> str:
    return " ".join(found.interpretation.said)


FLIPPED = [1 - label if row in {2, 7} else label for row, label in enumerate(LABELS)]


def test_two_tables_that_give_other_classes_are_told_apart(tmp_path: Path) -> None:
    """The question names who differs, the answer decides, and neither class is a covariate."""
    cohort(tmp_path, LABEL_GROUP=LABELS)
    table_of(tmp_path, LABEL=FLIPPED, AGE=list(range(20, 32)))
    (question,) = read(tmp_path).questions
    assert question.message.code == "readers_subjects.ask-table-differing"
    assert "2 of 12 subjects (sub-03 and sub-08)" in question.sentence
    for table, labels in (("subjects.csv", FLIPPED), ("cohort.csv", LABELS)):
        found = dataset(tmp_path, table=table)
        assert found.subjects.labels.tolist() == labels
        assert [each.name for each in found.subjects.covariates] == ["AGE"]
        assert "for 2 of the 12 subjects in both (sub-03 and sub-08)" in said(found)
        assert f"the values of {table} are used" in said(found)
        reasons = [each.message.code for each in found.interpretation.left_alone]
        assert "readers_subjects.class-of-another-table" in reasons
    named = dataset(tmp_path, table="cohort.csv", covariates="AGE")
    assert [each.name for each in named.subjects.covariates] == ["AGE"]


@pytest.mark.parametrize(
    ("column", "coding"),
    [("DX_GROUP", {0: 2, 1: 1}), ("group", {0: "control", 1: "patient"}),
     ("Diagnosis", {0: "x", 1: "y"}), ("Group", {0: 1, 1: 2})],
)  # fmt: skip
def test_classes_are_compared_by_what_they_mean(
    tmp_path: Path, column: str, coding: dict[int, object]
) -> None:
    cohort(tmp_path, LABEL_GROUP=LABELS)
    table_of(tmp_path, **{column: [coding[label] for label in LABELS]})
    (question,) = read(tmp_path).questions
    assert question.message.code == "readers_subjects.ask-table"
    table_of(tmp_path, **{column: [coding[label] for label in FLIPPED]})
    (question,) = read(tmp_path).questions
    assert "2 of 12 subjects (sub-03 and sub-08)" in question.sentence


def test_codes_that_mean_the_opposite_differ_for_everybody(tmp_path: Path) -> None:
    cohort(tmp_path, LABEL_GROUP=LABELS)
    table_of(tmp_path, LABEL=[1 - label for label in LABELS])
    (question,) = read(tmp_path).questions
    assert "12 of 12 subjects" in question.sentence


def test_other_values_of_site_age_and_sex_are_said(tmp_path: Path) -> None:
    """Those of the table that lists the subjects count."""
    sites, ages, sexes = ["A", "B", "C"] * 4, [*range(20, 32)], ["M", "F"] * 6
    cohort(tmp_path, LABEL_GROUP=LABELS, SITE=sites, AGE=ages, SEX=sexes)
    same = {"SITE": [site.lower() for site in sites], "AGE": [float(age) for age in ages]}
    table_of(tmp_path, LABEL=LABELS, SEX=[{"M": 1, "F": 2}[sex] for sex in sexes], **same)
    assert "differs" not in said(dataset(tmp_path, table="subjects.csv"))
    table_of(
        tmp_path, LABEL=LABELS, SITE=["B", *sites[1:]], AGE=[ages[0], 45, *ages[2:]],
        SEX=["male" if sex == "M" else "female" for sex in [*sexes[:3], "M", *sexes[4:]]],
    )  # fmt: skip
    found = dataset(tmp_path, table="subjects.csv")
    for column, subject in (("SITE", "sub-01"), ("AGE", "sub-02"), ("SEX", "sub-04")):
        words = f"{column} differs between subjects.csv and cohort.csv for 1 of the 12"
        assert f"{words} subjects in both ({subject})" in said(found)
    assert found.subjects.sites[0] == "B"
    covariates = {each.name: each for each in found.subjects.covariates}
    assert covariates["AGE"].numbers[1] == 45
    other = dataset(tmp_path, table="cohort.csv")
    assert other.subjects.sites == tuple(sites)
    assert {each.name: each for each in other.subjects.covariates}["AGE"].numbers[1] == 21


def test_what_the_list_lacks_is_taken_from_the_other_table(tmp_path: Path) -> None:
    """Site and score too; who is in one table alone is named, and misses what the other says."""
    cohort(tmp_path, LABEL_GROUP=LABELS)
    ids = [*IDS[2:], "sub-77", "sub-78"]
    table_of(tmp_path, ids, LABEL=[*LABELS[2:], 0, 1], SITE=["A", "B"] * 6,
             LABEL_SCORE=list(range(12)), AGE=list(range(32, 44)))  # fmt: skip
    found = dataset(tmp_path, table="cohort.csv")
    assert found.subjects.ids == tuple(IDS)
    assert found.subjects.sites == ("", "", *["A", "B"] * 5)
    assert found.subjects.scores[2:].tolist() == list(range(10))
    assert np.isnan(found.subjects.scores[:2]).all()
    (age,) = found.subjects.covariates
    assert age.numbers[2:].tolist() == list(range(32, 42))
    assert found.interpretation.covariates[0].missing == 2
    assert "no row for 2 of the subjects of cohort.csv" in said(found)
    assert "sub-01 and sub-02; and it has 2 people" in said(found)
    assert "sub-77 and sub-78" in said(found)


def test_a_table_of_people_beside_files_of_subjects_may_differ_from_another(
    tmp_path: Path,
) -> None:
    for row, subject in enumerate(IDS):
        values = np.random.default_rng(row).normal(size=(30, 5))
        np.savetxt(tmp_path / f"ROISignals_{subject}.txt", values)
    people(tmp_path, name="people.csv")
    table_of(tmp_path, LABEL=FLIPPED)
    (question,) = read(tmp_path).questions
    assert "2 of 12 subjects (sub-03 and sub-08)" in question.sentence
    found = dataset(tmp_path, table="people.csv")
    assert found.subjects.labels.tolist() == LABELS
    assert "for 2 of the 12 subjects in both (sub-03 and sub-08)" in said(found)


def test_connectomes_in_a_table_are_joined_with_people_and_measures(tmp_path: Path) -> None:
    """Edges keep their regions where the measures name them in another order."""
    random = np.random.default_rng(3)
    pairs = [(one, other) for one in range(1, 6) for other in range(one + 1, 6)]
    edges = {pair: np.round(random.uniform(-0.9, 0.9, 12), 4) for pair in pairs}
    table = pd.DataFrame({"ID": IDS} | {f"FC_{i}_{j}": edges[i, j] for i, j in pairs})
    table.iloc[::-1].to_csv(tmp_path / "connectomes.csv.gz", index=False)
    people(tmp_path)
    alone = dataset(tmp_path)
    assert alone.values is None
    assert alone.subjects.labels.tolist() == LABELS
    assert alone.connectomes is not None
    np.testing.assert_allclose(alone.connectomes, np.stack([edges[pair] for pair in pairs], 1),
                               rtol=1e-6)  # fmt: skip
    ages = pd.DataFrame(
        {"ID": IDS} | {f"ReHo_{i}": random.normal(size=12) for i in (3, 1, 2, 5, 4)}
    )
    ages.to_csv(tmp_path / "measures.csv", index=False)
    both = dataset(tmp_path)
    assert both.measures == ("ReHo",)
    assert both.connectomes is not None
    rows, columns = np.triu_indices(5, 1)
    for place, (row, column) in enumerate(zip(rows, columns, strict=True)):
        one, other = sorted((int(both.regions[row]), int(both.regions[column])))
        np.testing.assert_allclose(both.connectomes[:, place], edges[one, other], rtol=1e-6)
    table.to_csv(tmp_path / "again.csv", index=False)
    (question,) = read(tmp_path).questions
    assert question.id == "files.connectomes"
    assert dataset(tmp_path, files__connectomes="again.csv").connectomes is not None


@pytest.mark.nightly
def test_the_connectomes_of_abide_are_joined_with_their_subjects(
    tmp_path: Path, real_data: Path
) -> None:
    abide = real_data / "abide1"
    source = pd.read_csv(abide / "abide1_aal_fc_1102.csv.gz", nrows=60, dtype={"ID": str})
    table = pd.read_csv(abide / "subjects.csv", dtype={"ID": str}).iloc[:62]
    source.to_csv(tmp_path / "fc.csv.gz", index=False)
    table.iloc[::-1].to_csv(tmp_path / "subjects.csv", index=False)
    found = dataset(tmp_path, table="fc.csv.gz")
    assert found.subjects.ids == tuple(source["ID"])
    assert len(found.regions) == 116
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes, source.filter(like="FC_").to_numpy(), rtol=1e-6)
    ages = {each.name: each for each in found.subjects.covariates}["AGE"].numbers
    np.testing.assert_array_equal(ages, table.set_index("ID").loc[source["ID"], "AGE"])
    assert f"{table['ID'].iloc[61]} and {table['ID'].iloc[60]}" in said(found)
    assert "LABEL_GROUP" not in {each.name for each in found.subjects.covariates}
