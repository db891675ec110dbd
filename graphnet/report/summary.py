"""The number that matters, in a sentence that does not claim more than it says."""

from graphnet.report.facts import Facts, split_name
from graphnet.report.numbers import signed, with_interval

WHERE = {
    "test": "on test subjects",
    "cv": "in cross-validation",
    "leave_site_out": "at sites that were left out",
    "val": "on validation subjects",
    "train": "on the training subjects themselves, which says nothing about new ones",
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
    sentences = []
    split = facts.headline
    bounds = ((facts.metrics.get(split) or {}).get("ci") or {}).get("auc")
    if bounds and bounds[0] <= 0.5 <= bounds[1]:
        sentences.append(
            "The interval of the AUC holds 0.5: it is not shown that the model tells the classes "
            "apart."
        )
    shared = _known(facts, split)
    if shared and split != "train":
        sentences.append(
            f"The model has trained on {shared} of these subjects, so the figure is too good."
        )
    sentences += _beaten(facts, split)
    helps = facts.result.get("graph_helps")
    if helps:
        sentences.append(str(helps["sentence"]))
    return sentences


def _beaten(facts: Facts, split: str) -> list[str]:
    """Which simple methods did better on the same subjects, beyond chance."""
    found = (facts.result.get("differences") or {}).get(split) or {}
    better = [
        f"{name.replace('_', ' ')} ({signed(each['auc'])})"
        for name, each in found.items()
        if each and each["auc"].get("excludes_zero") and each["auc"]["difference"] < 0
    ]
    if not better:
        return []
    return [f"Simple methods did better on the same subjects: {', '.join(better)} in AUC."]


def _known(facts: Facts, split: str) -> int:
    found = ((facts.evidence or {}).get("predictions") or {}).get(split) or {}
    return sum(map(bool, found.get("known") or ()))
