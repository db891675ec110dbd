"""The model's headline figure beside those of the baselines, drawn."""

from collections.abc import Callable

from graphnet import figures
from graphnet.report.facts import Facts, Json
from graphnet.report.numbers import interval


def beside(
    facts: Facts,
    title: str,
    called: Callable[[str], str],
    *,
    by_score: bool,
    words: Callable[[str], str] = str,
) -> str:
    """R² of a score, else the AUC; ``called`` names a baseline. "" where there is no figure."""
    ours = facts.metrics.get(facts.headline)
    if ours is None:
        return ""
    name = "r2" if by_score else "auc"
    rows = [_row(facts.card.name, ours, name, ours=True)]
    rows += [
        _row(called(other), (each or {}).get(facts.headline), name, ours=False)
        for other, each in (facts.result.get("baselines") or {}).items()
    ]
    return figures.forest(rows, title, reference=0.0 if by_score else 0.5, words=words)


def _row(label: str, found: Json | None, name: str, *, ours: bool) -> figures.Row:
    return figures.Row(label, (found or {}).get(name), interval(found, name), ours)
