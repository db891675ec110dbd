"""Size and colour of regions: one rule for both brains and the files for other programs."""

import base64
import gzip

import nibabel
import numpy as np
import pytest

from graphnet.artifacts.evidence import Evidence, Importance
from graphnet.figures import glass_brain as drawing
from graphnet.figures.importance import RegionMarks
from graphnet.report.explanation import regions_node, regions_volume
from service.pages.brain import PlacedRegion, placed
from tests.graphnet.test_report import explained, facts_of

SHARE = np.array([0.5, 0.3, 0.2])


def marks(**stored: object) -> RegionMarks:
    importance = Importance.from_json({"share": SHARE.tolist(), **stored})
    assert importance is not None
    return RegionMarks.of(importance)


def test_a_region_has_the_colour_of_its_contribution_if_its_sign_is_stable() -> None:
    """Of three regions one is stable, of one the interval has 0, of one the folds disagree."""
    found = marks(
        contribution=[-0.4, 0.2, 0.1],
        low=[-0.7, -0.1, 0.05],
        high=[-0.1, 0.5, 0.2],
        agreement=[1.0, 1.0, 0.5],
    )
    assert found.value.tolist() == [-0.4, 0.2, 0.1]
    assert found.tone.tolist() == [-0.4, 0.0, 0.0]
    assert found.depth.tolist() == [-1.0, 0.0, 0.0]


def test_without_intervals_nothing_is_known_against_a_sign() -> None:
    assert marks(contribution=[-0.4, 0.2, 0.1]).tone.tolist() == [-0.4, 0.2, 0.1]


def test_what_could_not_be_computed_has_neither_size_nor_colour() -> None:
    found = marks(contribution=[float("nan"), 0.2, 0.1])
    assert found.value.tolist() == found.tone.tolist() == [0.0, 0.2, 0.1]


def test_an_older_version_stored_shares_and_the_mean_attribution() -> None:
    found = marks(direction=[0.1, -0.2, 0.0])
    assert found.value.tolist() == SHARE.tolist()
    assert found.tone.tolist() == [0.1, -0.2, 0.0]
    assert marks().tone.tolist() == [0.0, 0.0, 0.0]  # a share has no sign
    assert marks().depth.tolist() == [0.0, 0.0, 0.0]


def test_one_extreme_region_does_not_make_the_others_pale() -> None:
    contribution = [*[0.1] * 98, 0.1, 50.0]
    importance = Importance(np.ones(100), np.array(contribution))
    assert RegionMarks.of(importance).depth.tolist() == pytest.approx([1.0] * 100)


@pytest.mark.parametrize("is_old", [False, True])
def test_both_brains_and_the_files_show_the_same(
    monkeypatch: pytest.MonkeyPatch, *, is_old: bool
) -> None:
    stored = explained()
    if is_old:
        for name in ("contribution", "low", "high", "agreement", "slope", "slope_agreement"):
            del stored["importance"][name]
        stored["importance"]["direction"] = [0.3, -0.1]
    drawn: list[np.ndarray] = []

    def draw(*asked: object) -> bytes:
        drawn.extend(np.asarray(each) for each in asked[:2])
        return b"<svg/>"

    monkeypatch.setattr(drawing, "glass_brain", draw)
    assert drawing.picture(stored) == "<svg/>"
    turned: list[PlacedRegion] = list(placed(Evidence.from_json(stored)))
    tone, size = drawn
    signs = {1: "up", -1: "down", 0: "unsure"}
    assert [each.sign for each in turned] == [signs[int(sign)] for sign in np.sign(tone)]
    assert [abs(each.value) for each in turned] == size.tolist()
    assert [each.sign for each in turned] == (["up", "down"] if is_old else ["up", "unsure"])
    # The files of a report for other programs, too.
    facts = facts_of(evidence=stored)
    nodes = np.array([line.split()[:5] for line in regions_node(facts).splitlines()], dtype=float)
    assert nodes[:, 3].tolist() == tone.tolist()
    assert nodes[:, 4].tolist() == pytest.approx(size / size.max(), abs=1e-4)
    volume = nibabel.Nifti1Image.from_bytes(
        gzip.decompress(base64.b64decode(regions_volume(facts)))
    ).get_fdata()
    assert np.unique(volume).tolist() == pytest.approx(sorted({0.0, *tone.tolist()}))
