"""A number has a minus where people read it, and what is quoted keeps its hyphen."""

import pytest

from graphnet.artifacts.metrics import Estimate
from graphnet.figures.drawing import text, ticks
from graphnet.messages import LANGUAGES, Figure, Message, first_of, readable, render
from graphnet.report.tables import signed


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("-0.054 [-0.120, -0.001]", "−0.054 [−0.120, −0.001]"),
        ("-.5", "−.5"),
        ("[-0.040,\u00a0-0.01]", "[−0.040,\u00a0−0.01]"),
        ("-1.2 ± 3 (n = 4)", "−1.2 ± 3 (n = 4)"),
        ("-2e-05", "−2e-05"),
        ("+0.500", "+0.500"),
    ],
)
def test_negative_figures_have_a_minus(written: str, shown: str) -> None:
    assert readable(Figure(written)) == shown


@pytest.mark.parametrize("quoted", ["-9999", "-99.5", "-1", "sub -01", "--cv-folds -1", "a/-1.csv"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_quoted_keeps_its_hyphen(quoted: str, language: str) -> None:
    """By itself, within a sentence, within a list in a sentence, and in a drawing."""
    said = Message("report.missing-code", code=quoted, column="-5", count="3")
    listed = Message("report.listed", items=first_of([said, quoted]))
    for each in (quoted, said, listed):
        shown = render(each, language, minus=True)
        assert quoted in shown
        assert "−" not in shown
    assert f">{quoted}</text>" in text(0, 0, quoted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_among_it_have_their_minus(language: str) -> None:
    difference = signed(Estimate(-0.054, -0.12, -0.001))
    said = Message("report.method-difference", method="-1", difference=difference)
    shown = render(Message("report.listed", items=[said, said]), language, minus=True)
    assert shown.count("−0.054 [−0.120") == shown.count("-1") == 2
    assert "−" not in render(said, language)
    assert "-0.054 [-0.120" in render(said, language)


def test_drawings_have_it_at_their_axes() -> None:
    value, label = ticks(-0.5, 0.5)[0]
    assert value < 0
    assert ">−0" in text(0, 0, label)
