"""The number that matters, in a sentence that does not claim more than it says."""

from collections.abc import Callable, Iterator

from graphnet import figures
from graphnet.report.facts import Facts, Json, method_name, split_name
from graphnet.report.numbers import interval, signed, with_interval

WHERE = {
    "test": "on test subjects",
    "cv": "in cross-validation",
    "leave_site_out": "at sites that were left out",
    "val": "on validation subjects",
    "train": "on the training subjects themselves, which says nothing about new ones",
}

CHANCE = {
    "open, class": "The interval of the AUC holds 0.5: it is not shown that the model tells the "
    "classes apart.",
    "open, score": "The interval of R² holds 0: it is not shown that the model does better than "
    "the mean score.",
    "worse, class": "The whole interval is worse than chance.",
    "worse, score": "The whole interval is worse than the mean score.",
}


def headline(facts: Facts) -> str:
    """Such as ``AUC 0.923 [0.81, 0.97] on test subjects (n 58)``; "" without figures."""
    split = facts.headline
    if not split:
        return ""
    found = facts.metrics[split]
    name, label = ("r2", "R²") if facts.by_score else ("auc", "AUC")
    if found.get(name) is None and not facts.by_score:
        name, label = "accuracy", "Accuracy"
    where = WHERE.get(split, split_name(split))
    return f"{label} {with_interval(found, name)} {where} (n {found.get('n')})"


def verdict(facts: Facts) -> list[str]:
    """What follows, and what does not."""
    sentences = [*filter(None, [by_chance(facts)]), *_known(facts), *_beaten(facts)]
    helps = facts.result.get("graph_helps")
    return [*sentences, str(helps["sentence"])] if helps else sentences


def by_chance(facts: Facts) -> str:
    """Whether chance could have done it, in a sentence; "" where it could not, or who knows."""
    name, nothing = ("r2", 0.0) if facts.by_score else ("auc", 0.5)
    bounds = ((facts.metrics.get(facts.headline) or {}).get("ci") or {}).get(name)
    if not bounds or None in bounds or bounds[0] > nothing:
        return ""
    kind = "worse" if bounds[1] < nothing else "open"
    return CHANCE[f"{kind}, {'score' if facts.by_score else 'class'}"]


def _known(facts: Facts) -> Iterator[str]:
    """Which figures are too good."""
    for split in facts.metrics:
        count = facts.known(split)
        if not count or split == "train":
            continue
        whose = f"{count} of the {facts.metrics[split].get('n')} {split_name(split).lower()}"
        yield f"The model has trained on {whose} subjects, so the figures on these are too good."


def _beaten(facts: Facts) -> Iterator[str]:
    """Which other methods did better on the same subjects, beyond chance."""
    found = (facts.result.get("differences") or {}).get(facts.headline) or {}
    better = [
        f"{method_name(name)} ({signed(each['auc'])})"
        for name, each in found.items()
        if each and each["auc"].get("excludes_zero") and each["auc"]["difference"] < 0
    ]
    if better:
        yield (f"Better on the same subjects, by AUC (model − method): {', '.join(better)}.")


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
