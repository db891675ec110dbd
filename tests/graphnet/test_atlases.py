"""The tables of atlases that are part of the package, and which of them regions are of."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.__main__ import main
from graphnet.artifacts.manifest import check_atlas
from graphnet.data.atlas import Atlas, atlases_of, key_of, shown_title, tables
from graphnet.data.cohort import merge
from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import AtlasReading, Interpretation
from graphnet.data.profile import Profile, profile_of
from graphnet.data.recognition import recognise
from graphnet.data.splits import Splits
from graphnet.data.storage import load, save
from graphnet.errors import CohortError, ModelError
from graphnet.messages import CHINESE, Message, render
from graphnet.readers.reading import read
from tests.service.english import english_in

DATA = Path(__file__).parents[3] / "shared" / "data"

SIZES = {
    "aal90": 90, "aal116": 116, "aal2": 120, "aal3": 166, "desikan68": 68, "desikan82": 82,
    "desikan83": 83, "desikan84": 84, "destrieux148": 148, "harvard_oxford96": 96,
    "harvard_oxford111": 111, "power264": 264, "dosenbach160": 160, "brainnetome246": 246,
    "cc200": 200,
    **{f"schaefer{n}x{networks}": n for n in (100, 200, 300, 400) for networks in (7, 17)},
}  # fmt: skip
SPHERES = {"power264", "dosenbach160", "cc200"}  # their regions have no sides
BRAIN = ((-78, 78), (-112, 80), (-70, 88))  # of the MNI template, in mm


def names_of(name: str) -> tuple[str, ...]:
    return tuple(region.name for region in tables()[name].regions)


def certain(regions: tuple[str, ...]) -> str | None:
    found = recognise(regions).certain
    return None if found is None else found.name


def possible(regions: tuple[str, ...]) -> list[str]:
    return [each.name for each in recognise(regions).possible]


def numbers(count: int, first: int = 1) -> tuple[str, ...]:
    return tuple(str(first + number) for number in range(count))


def test_there_is_a_table_of_each() -> None:
    assert {name: len(table.regions) for name, table in tables().items()} == SIZES
    for table in tables().values():
        assert table.title
        assert table.source
        assert table.licence
        assert "doi:" in table.citation
    titles = [table.title for table in tables().values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", SIZES)
def test_the_stored_title_is_shown_in_each_language(name: str) -> None:
    title = tables()[name].title
    assert render(shown_title(title)) == title
    chinese = render(shown_title(title), CHINESE)
    assert "个" in chinese
    assert english_in(chinese) == []
    assert re.findall(r"\d+", chinese) == re.findall(r"\d+", title)


def test_a_title_of_ones_own_atlas_stays() -> None:
    assert shown_title("mine, 90 regions.csv") == "mine, 90 regions.csv"


@pytest.mark.parametrize("name", SIZES)
def test_regions_are_told_apart_and_lie_in_the_brain(name: str) -> None:
    regions = tables()[name].regions
    places = np.array([region.place for region in regions])
    assert len({key_of(region.name) for region in regions}) == len(regions)
    assert len({region.index for region in regions}) == len(regions)
    assert len({region.place for region in regions}) == len(regions)
    for axis, (low, high) in enumerate(BRAIN):
        assert low < places[:, axis].min()
        assert places[:, axis].max() < high


@pytest.mark.parametrize("name", sorted(set(SIZES) - SPHERES))
def test_sides_are_sides(name: str) -> None:
    for region in tables()[name].regions:
        side, _, word = key_of(region.name).partition(".")
        if word:
            assert (region.place[0] < 0) == (side == "l"), region
        else:  # the vermis, the brain stem, midline nuclei
            assert abs(region.place[0]) < 4, region


@pytest.mark.parametrize(
    ("name", "most"), [("aal90", 12), ("aal2", 12), ("aal3", 12), ("desikan84", 11),
                       ("destrieux148", 15), ("harvard_oxford111", 9), ("brainnetome246", 19)]
)  # fmt: skip
def test_a_region_lies_opposite_to_its_like(name: str, most: float) -> None:
    by_key = {key_of(region.name): np.array(region.place) for region in tables()[name].regions}
    pairs = [(by_key[key], by_key[f"r{key[1:]}"]) for key in by_key if key.startswith("l.")]
    assert len(pairs) > 30
    for left, right in pairs:
        assert np.linalg.norm(left * [-1, 1, 1] - right) < most


@pytest.mark.parametrize(
    ("name", "region", "place"),
    [
        ("aal90", "Heschl_L", (-43.0, -18.9, 10.0)),
        ("aal116", "Vermis_10", (0.4, -45.8, -31.7)),
        ("desikan68", "rh_insula", (37.0, -2.0, 0.0)),
        ("destrieux148", "lh_S_central", (-36.4, -22.0, 46.5)),
        ("schaefer100x17", "17Networks_LH_VisCent_ExStr_1", (-26, -76, -14)),
        ("schaefer400x7", "7Networks_LH_Vis_1", (-33, -42, -21)),
        ("power264", "Power 264", (29, -5, 54)),
        ("dosenbach160", "vmPFC 1", (6, 64, 3)),
        ("brainnetome246", "Tha_R_8_8", (13, -16, 7)),
        ("harvard_oxford111", "Right_Accumbens", (10, 12, -7)),
    ],
)
def test_known_centres(name: str, region: str, place: tuple[float, ...]) -> None:
    """As published or printed elsewhere, within 4 mm: 1 mm voxels, other templates."""
    table = {each.name: each.place for each in tables()[name].regions}
    assert np.linalg.norm(np.subtract(table[region], place)) < 4


@pytest.mark.skipif(not (DATA / "aal90.tsv").is_file(), reason="no AAL-90 beside the project")
def test_aal_is_where_another_table_has_it() -> None:
    """Which counts voxels from 1, so that x is a millimetre further to the right."""
    other = pd.read_csv(DATA / "aal90.tsv", sep="\t")
    own = tables()["aal90"].regions
    assert list(other["name"]) == [region.name for region in own]
    apart = other[["x", "y", "z"]].to_numpy() - [region.place for region in own]
    np.testing.assert_allclose(apart, np.tile([1, 0, 0], (90, 1)), atol=0.06)


@pytest.mark.parametrize("name", SIZES)
def test_an_atlas_is_recognised_by_its_names_in_any_order(name: str) -> None:
    regions = names_of(name)
    mixed = tuple(np.random.default_rng(1).permutation(regions))
    assert certain(regions) == certain(mixed) == name
    reading = recognise(mixed).certain
    assert reading is not None
    found = tables()[name].taken(mixed, reading.regions)
    places = dict(zip(regions, (each.place for each in tables()[name].regions), strict=True))
    np.testing.assert_array_equal(found.coordinates, [places[region] for region in mixed])
    assert found.names == mixed


@pytest.mark.parametrize("name", sorted(set(SIZES) - {"desikan83", "desikan82", "desikan84"}))
def test_so_is_an_atlas_of_which_regions_were_dropped(name: str) -> None:
    reading = recognise(names_of(name)[:-2])
    assert reading.certain is not None
    assert tables()[reading.certain.name].family == tables()[name].family
    assert len(reading.certain.regions) == SIZES[name] - 2


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("aal90", str.upper),
        ("aal90", lambda region: region.replace("_", ".")),
        ("aal90", lambda region: region.replace("_", " ")),
        ("aal116", lambda region: region.replace("Cerebelum", "Cerebellum")),
        ("desikan68", lambda region: f"ctx-{region.replace('_', '-')}"),
        ("desikan68", lambda region: f"{region[0].upper()}_{region[3:]}"),
        ("desikan68", lambda region: f"{region[3:]}_{region[0].upper()}"),
        ("destrieux148", lambda region: region.replace("_and_", "&")),
        ("destrieux148", lambda region: f"ctx_{region}"),
        ("schaefer100x7", lambda region: region.removeprefix("7Networks_")),
        ("schaefer200x17", str.lower),
        ("harvard_oxford96", lambda region: region.replace("_", " ")),
    ],
)
def test_an_atlas_is_recognised_as_tools_write_it(name: str, write: object) -> None:
    assert callable(write)
    assert certain(tuple(write(region) for region in names_of(name))) == name


def test_codes_and_short_names_are_names() -> None:
    table = tables()["aal90"]
    codes, short = zip(*(region.aliases[:2] for region in table.regions), strict=True)
    assert codes[:3] == ("2001", "2002", "2101")
    assert certain(codes) == certain(short) == "aal90"
    assert certain(tuple(f"Mean_{code}" for code in codes)) == "aal90"  # as ADHD-200 writes it
    brainnetome = tables()["brainnetome246"].regions
    areas = tuple(next(iter(region.aliases), region.name) for region in brainnetome)
    assert areas[:2] == ("A8m_L", "A8m_R")
    assert certain(areas) == "brainnetome246"
    named = table.taken(codes, table.by_name(codes) or ())
    assert named.names[:2] == ("Precentral_L", "Precentral_R")  # as people read them
    spelled = ("PRECENTRAL_L", "Precentral.R")
    assert table.taken(spelled, (1, 2)).names == spelled  # nothing gained


@pytest.mark.parametrize(
    "regions",
    [
        ("Precentral_L", "Precentral_R", "Somewhere_L"),
        (*names_of("aal90")[:89], "Region_90"),
        (*names_of("desikan68"), *names_of("destrieux148")),
        ("Precentral_L", "PRECENTRAL_L", "Precentral_R"),  # the same one twice
        ("a", "b", "c"),
        ("precentral", "postcentral", "insula"),  # of which side?
    ],
)
def test_other_names_are_not_recognised(regions: tuple[str, ...]) -> None:
    assert recognise(regions).certain is None
    assert recognise(regions).possible == ()


def test_names_of_several_atlases_are_asked() -> None:
    shared = ("Precentral_L", "Precentral_R", "Insula_L", "Insula_R", "Cuneus_L", "Cuneus_R")
    assert certain(shared) is None
    assert {"aal90", "aal2", "aal3", "desikan68"} == set(possible(shared))


def test_of_desikan_without_what_dkt_lacks_is_asked() -> None:
    missing = ("bankssts", "frontalpole", "temporalpole")
    dkt = tuple(name for name in names_of("desikan68") if not name.endswith(missing))
    assert len(dkt) == 62
    assert certain(dkt) is None
    assert possible(dkt) == ["desikan68"]


@pytest.mark.parametrize(
    ("count", "atlases"),
    [
        (90, ["aal90"]),
        (116, ["aal116"]),
        (148, ["destrieux148"]),
        (200, ["schaefer200x7", "schaefer200x17", "cc200"]),
        (246, ["brainnetome246"]),
        (264, ["power264"]),
        (400, ["schaefer400x7", "schaefer400x17"]),
        (91, []),
    ],
)
def test_numbers_alone_are_asked_and_never_certain(count: int, atlases: list[str]) -> None:
    for regions in (
        numbers(count),
        numbers(count, first=0),
        tuple(f"ROI_{number:03}" for number in range(1, count + 1)),
    ):
        assert certain(regions) is None
        assert possible(regions) == atlases


def test_gaps_in_numbers_are_those_of_the_atlas() -> None:
    own = tuple(str(region.index) for region in tables()["aal3"].regions)
    assert "35" not in own
    assert possible(own) == ["aal3"]
    assert tables()["aal3"].by_number(own) == tuple(map(int, own))
    assert possible(("1", "2", "4", *numbers(87, first=5))) == []  # 90, not 1 to 90


def table_of(folder: Path, regions: tuple[str, ...], name: str = "small.csv") -> Path:
    generator = np.random.default_rng(3)
    columns = {f"ALFF_{region}": generator.normal(size=8) for region in regions}
    ids, groups = [f"s{row}" for row in range(8)], [0, 1] * 4
    path = folder / name
    pd.DataFrame({"ID": ids, "LABEL_GROUP": groups, **columns}).to_csv(path, index=False)
    return path


def read_whole(path: Path, **mapping: str) -> Dataset:
    return read(path, mapping=mapping).settled()


def test_a_table_with_names_has_its_atlas_at_once(tmp_path: Path) -> None:
    dataset = read_whole(table_of(tmp_path, names_of("aal90")[::-1]))
    reading = dataset.interpretation.atlas
    assert reading is not None
    assert reading.name == "aal90"
    assert reading.message == Message(
        "data.atlas-by-names", atlas=Message("names.atlas-aal90"), missing=0
    )
    assert reading.regions == tuple(range(90, 0, -1))
    assert dataset.interpretation.offers == ()
    cohort = cohort_of(dataset, "small")
    assert cohort.places is not None
    np.testing.assert_array_equal(cohort.places[-1], tables()["aal90"].regions[0].place)
    folder = tmp_path / "kept"
    folder.mkdir()
    save(dataset, folder)
    assert load(folder).interpretation.atlas == reading


def test_numbers_are_offered_and_the_dataset_is_usable(tmp_path: Path) -> None:
    path = table_of(tmp_path, numbers(200))
    dataset = read_whole(path)
    (offer,) = dataset.interpretation.offers
    assert offer.id == "atlas"
    values = [choice.value for choice in offer.choices]
    assert values == ["schaefer200x7", "schaefer200x17", "cc200", "none"]
    assert "17Networks_LH_VisCent_ExStr_1" in offer.choices[1].label
    assert dataset.interpretation.atlas is None
    assert cohort_of(dataset, "small").places is None
    stored = Interpretation.from_dict(dataset.interpretation.as_dict())
    assert stored.offers == (offer,)

    answered = read_whole(path, atlas="cc200")
    reading = answered.interpretation.atlas
    assert reading is not None
    assert (reading.name, answered.interpretation.offers) == ("cc200", ())
    assert answered.interpretation.answers == {"atlas": "cc200"}
    cohort = cohort_of(answered, "small")
    assert cohort.atlas is not None
    assert cohort.atlas.named(("7",)) == ["CC200 7"]
    assert read_whole(path, atlas="none").interpretation.offers == ()


def test_what_an_earlier_version_stored_has_no_atlas(tmp_path: Path) -> None:
    stored = read_whole(table_of(tmp_path, names_of("aal90"))).interpretation.as_dict()
    del stored["atlas"], stored["offers"]
    assert Interpretation.from_dict(stored).atlas is None


@pytest.mark.parametrize(("regions", "atlas"), [(names_of("aal90"), "aal90"), (numbers(90), None)])
def test_a_dataset_of_an_earlier_version_is_looked_at(
    tmp_path: Path, regions: tuple[str, ...], atlas: str | None
) -> None:
    dataset = read_whole(table_of(tmp_path, regions))
    folder = tmp_path / "old"
    folder.mkdir()
    save(dataset, folder)
    stored = json.loads((folder / "dataset.json").read_text())
    del stored["interpretation"]["atlas"], stored["interpretation"]["offers"], stored["sha256"]
    (folder / "dataset.json").write_text(json.dumps(stored, separators=(",", ":")))
    assert load(folder).interpretation == dataset.interpretation
    profile = profile_of(dataset, "old").as_dict()
    del profile["interpretation"]["atlas"], profile["interpretation"]["offers"]
    known = Profile.from_dict(profile)
    assert known.atlas == (tables()[atlas].title if atlas else "")
    offers = (known.interpretation or {})["offers"]
    assert [each["id"] for each in offers] == ([] if atlas else ["atlas"])


@pytest.mark.parametrize(
    ("answer", "code"), [("cc200", "data.atlas-does-not-fit"), ("mine", "data.atlas-unknown")]
)
def test_an_answer_that_cannot_be_is_refused(tmp_path: Path, answer: str, code: str) -> None:
    with pytest.raises(CohortError) as caught:
        read(table_of(tmp_path, numbers(90)), mapping={"atlas": answer})
    assert [message.code for message in caught.value.messages] == [code]


def test_data_of_two_atlases_are_not_used_together(tmp_path: Path) -> None:
    path = table_of(tmp_path, numbers(200))
    one, other = (
        cohort_of(read_whole(path, atlas=name), name) for name in ("schaefer200x7", "cc200")
    )
    unknown = cohort_of(read_whole(path), "unknown")
    for together in (lambda: merge([one, other]), lambda: Splits(one, test=other)):
        with pytest.raises(CohortError) as caught:
            together()
        assert [each.code for each in caught.value.messages] == ["data.atlases-differ"]
    assert merge([unknown, one]).atlas is one.atlas
    assert one.atlas is not None
    check_atlas({"atlas": one.atlas.as_dict()}, one)
    check_atlas({"atlas": one.atlas.as_dict()}, unknown)
    check_atlas({}, other)
    with pytest.raises(ModelError) as refused:
        check_atlas({"atlas": one.atlas.as_dict()}, other)
    assert refused.value.message.code == "model.other-atlas"


def test_an_atlas_of_a_newer_version_is_passed_over(tmp_path: Path) -> None:
    dataset = read_whole(table_of(tmp_path, names_of("aal90")))
    newer = AtlasReading("aal9", "AAL9", tuple(range(1, 91)))
    interpretation = Interpretation("csv", atlas=newer)
    assert cohort_of(dataset.with_interpretation(interpretation), "small").atlas is None


def test_a_manifest_keeps_it() -> None:
    atlas = tables()["aal90"].restricted(numbers(90))
    kept = Atlas.from_facts({"atlas": atlas.as_dict()})
    assert kept is not None
    assert (kept.regions, kept.names, kept.title) == (atlas.regions, atlas.names, atlas.title)
    np.testing.assert_array_equal(kept.coordinates, atlas.coordinates)
    assert Atlas.from_facts(None) is Atlas.from_facts({}) is None
    assert Atlas.from_facts({"atlas": {**atlas.as_dict(), "names": ["x"]}}) is None


def test_an_atlas_is_given_by_name_file_or_folder(tmp_path: Path) -> None:
    (known,) = atlases_of(Path("AAL90"))
    assert known is tables()["aal90"]
    assert known.fit(numbers(68)) is None  # numbers say nothing unless all are there
    with pytest.raises(CohortError, match="68 regions are not those of the atlas AAL"):
        known.restricted(numbers(68))
    for name in ("b.csv", "a.tsv"):
        separator = "\t" if name.endswith("tsv") else ","
        rows = [["region", "x", "y", "z"], ["1", "-40", "0", "20"]]
        (tmp_path / name).write_text("\n".join(separator.join(row) for row in rows))
    assert [atlas.title for atlas in atlases_of(tmp_path)] == ["a.tsv", "b.csv"]
    with pytest.raises(CohortError, match="is not a table"):
        atlases_of(Path("aal9"))


TRAINED = ["--model", "GCN", "--graph", "spatial", "--neighbours", "3", "--epochs", "2"]


def trained(folder: Path, table: Path, *more: str) -> tuple[dict[str, object], str]:
    """The manifest and the report of a short training."""
    out = folder / "-".join(("model", table.stem, *more)).replace("/", "")
    asked = ["--train", str(table), "--cv-folds", "0", "--no-baselines", *TRAINED, *more]
    assert main([*asked, "--out", str(out)]) == 0
    assert (out / "glass_brain.svg").is_file()
    manifest: dict[str, object] = json.loads((out / "manifest.json").read_text())
    return manifest, (out / "report.html").read_text()


@pytest.mark.nightly
def test_a_training_uses_the_atlas_of_its_data(tmp_path: Path) -> None:
    """With no setting; the places are those of the names, in whatever order these stand."""
    regions = tuple(np.random.default_rng(2).permutation(names_of("aal90")))
    manifest, report = trained(tmp_path, table_of(tmp_path, regions))
    kept = Atlas.from_facts(manifest)
    assert kept is not None
    assert kept.regions == regions
    own = {region.name: region.place for region in tables()["aal90"].regions}
    np.testing.assert_array_equal(kept.coordinates, [own[region] for region in regions])
    assert "Regions are those of the atlas AAL, 90 regions (Tzourio-Mazoyer" in report


@pytest.mark.nightly
def test_numbered_regions_are_shown_by_their_names_once_the_atlas_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = table_of(tmp_path, numbers(90))
    for more in (("--map", "atlas=aal90"), ("--atlas", "aal90")):
        manifest, report = trained(tmp_path, table, *more)
        kept = Atlas.from_facts(manifest)
        assert kept is not None
        assert kept.named(("1", "90")) == ["Precentral_L", "Temporal_Inf_R"]
        assert "_L (" in report  # Precentral_L (1)
    capsys.readouterr()
    asked = ["--train", str(table), *TRAINED, "--out", str(tmp_path / "none")]
    assert main(asked) == 1
    said = capsys.readouterr().err
    assert "--map atlas=aal90  AAL, 90 regions, in its own order" in said
    assert str(Message("graphs.spatial-needs-atlas")) in said


@pytest.mark.nightly
def test_a_model_gives_its_atlas_to_what_is_made_of_it(tmp_path: Path) -> None:
    """Also where the new data do not say theirs, and not to data of another one."""
    table = table_of(tmp_path, numbers(200))
    trained(tmp_path, table, "--map", "atlas=cc200")
    (parent,) = tmp_path.glob("model-*")
    tune = ["--train", str(table), "--parent", str(parent), "--epochs", "1", "--cv-folds", "0"]
    assert main([*tune, "--no-baselines", "--out", str(tmp_path / "tuned")]) == 0
    manifest = json.loads((tmp_path / "tuned" / "manifest.json").read_text())
    assert manifest["atlas"]["title"] == tables()["cc200"].title
    assert (tmp_path / "tuned" / "glass_brain.svg").is_file()
    other = ["--map", "atlas=schaefer200x7", "--out", str(tmp_path / "other")]
    assert main([*tune, *other]) == 1


# Tables of one's own --------------------------------------------------------------------------

HEADS = ("region,name,x,y,z", "Region,Name,X,Y,Z", "ROI Label,Name,R,A,S",
         "region,name,mni_x,mni_y,mni_z", "region,name,x (mm),y (mm),z (mm)")  # fmt: skip
PLACED = np.array([[-38.65, -5.68, 50.94], [41.37, -8.21, 52.09], [-35.08, 6.0, 3.4]])


def of_ones_own(head: str, numbers: tuple[str, ...] = ("1", "2", "3")) -> str:
    rows = [
        ",".join([number, f"R{number}", *(f"{value:g}" for value in place)])
        for number, place in zip(numbers, PLACED, strict=True)
    ]
    return "\n".join([head, *rows]) + "\n"


@pytest.mark.parametrize("head", HEADS)
def test_axes_are_called_in_several_ways(tmp_path: Path, head: str) -> None:
    (tmp_path / "atlas.csv").write_text(of_ones_own(head))
    atlas = Atlas.read(tmp_path / "atlas.csv")
    assert atlas.regions == ("1", "2", "3")
    assert atlas.names == ("R1", "R2", "R3")
    np.testing.assert_array_equal(atlas.coordinates, PLACED)


def test_an_atlas_may_have_decimal_commas(tmp_path: Path) -> None:
    text = of_ones_own(HEADS[0]).replace(",", ";").replace(".", ",")
    (tmp_path / "atlas.csv").write_text(text)
    np.testing.assert_array_equal(Atlas.read(tmp_path / "atlas.csv").coordinates, PLACED)


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_the_index_of_a_data_frame_is_no_region(tmp_path: Path, name: str) -> None:
    """Regions 1 to 3 beside a count from 0: taken as regions, it would shift all of them."""
    lines = of_ones_own(HEADS[0]).splitlines()
    shown = [f"{'' if not row else row - 1},{line}" for row, line in enumerate(lines)]
    (tmp_path / "atlas.csv").write_text("\n".join([f"{name}{shown[0]}", *shown[1:]]))
    assert Atlas.read(tmp_path / "atlas.csv").regions == ("1", "2", "3")


def test_a_region_with_two_places_is_refused(tmp_path: Path) -> None:
    (tmp_path / "atlas.csv").write_text(of_ones_own(HEADS[0], ("1", "2", "2")))
    with pytest.raises(CohortError, match="more than one row: 2"):
        Atlas.read(tmp_path / "atlas.csv")


@pytest.mark.parametrize("head", ["region,name,i,j,k", "x,y,z,region,name", "region,name,x,y", ""])
def test_other_tables_are_no_atlas(tmp_path: Path, head: str) -> None:
    (tmp_path / "atlas.csv").write_text(of_ones_own(head))
    with pytest.raises(CohortError, match="first column"):
        Atlas.read(tmp_path / "atlas.csv")
