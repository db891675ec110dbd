"""A minus is a minus where people read, and a hyphen stays one."""

import pytest

from graphnet.artifacts.metrics import Estimate
from graphnet.figures.drawing import text
from graphnet.report.tables import signed
from graphnet.typography import with_minus


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("-0.054 [-0.120, -0.001]", "−0.054 [−0.120, −0.001]"),
        ("from -.5 to -3", "from −.5 to −3"),
        ("(95 % CI -0.099 to +0.095)", "(95 % CI −0.099 to +0.095)"),
        ("差异为-0.5", "差异为−0.5"),
        ("[-0.040,\u00a0-0.01]", "[−0.040,\u00a0−0.01]"),
    ],
)
def test_negative_numbers_have_a_minus(written: str, shown: str) -> None:
    assert with_minus(written) == shown


@pytest.mark.parametrize(
    "name",
    ["sub-01", "2026-11-25", "A_181210_140-2", "1e-05", "--cv-folds 5", "患者-01", "SHA-256",
     "10-fold", "a/-1", "+-3", "well-being", "- a point", "5-10"],
)  # fmt: skip
def test_names_dates_and_ranges_keep_their_hyphen(name: str) -> None:
    assert with_minus(name) == name


def test_figures_have_it_and_numbers_for_programs_do_not() -> None:
    assert ">−0.5</text>" in text(0, 0, "-0.5")
    assert signed(Estimate(-0.054, -0.12, -0.001)).startswith("-0.054 [-0.120")
