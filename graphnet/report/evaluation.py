"""How the model was judged, in sentences that can stand in a methods section."""

from collections.abc import Iterator

from graphnet.catalogue import WITHOUT_DENSITY
from graphnet.report.facts import Facts
from graphnet.report.numbers import counted, listed

ANEW = "with all preparation fitted anew on the training subjects of each fold"
ON_PARENT = (
    "where each fold's model was fine-tuned from the parent; if the parent had been trained on any "
    "of these subjects, all were trained from scratch instead"
)
WHAT_INTERVALS_SAY = (
    "Intervals say how much figures depend on which subjects were judged, not on which were "
    "trained on."
)
SIMPLE = {
    "majority": "a majority vote",
    "logistic_regression": "logistic regression",
    "svm_linear": "a linear support vector machine",
    "svm_rbf": "a support vector machine with a radial kernel",
    "mean": "the mean score",
    "ridge": "ridge regression",
}


def evaluation(facts: Facts) -> Iterator[str]:
    """Folds, intervals, baselines and p-values; {keys} of works in braces."""
    yield from _folds(facts)
    yield from _score_intervals() if facts.by_score else _intervals(facts)
    yield from _baselines(facts)
    yield from _permutations(facts)


def _folds(facts: Facts) -> Iterator[str]:
    how = ON_PARENT if facts.fine_tuned else ANEW
    told = facts.validated
    if "cv" in told:
        repeats = told["cv"].get("repeats") or 1
        often = f", repeated {repeats} times" if repeats > 1 else ""
        yield (
            f"The training subjects were judged by {told['cv']['folds']}-fold cross-validation by "
            f"subject{often}, {how}."
        )
    if "leave_site_out" in told:
        sites = told["leave_site_out"]["folds"]
        yield f"The training subjects were judged with each of {sites} sites left out, {how}."
    if told:
        yield "The predictions of all folds were judged together."
    if told and facts.epoch_chosen:
        yield "The models of the folds kept the parameters of their last epoch."
    if facts.by_score and facts.repeated:
        yield (
            "Of repeated folds, the mean of each subject's predictions was judged, which may be "
            "better than what one model predicts."
        )
    if any(each.get("chosen") for each in told.values()):
        yield (
            f"{listed(_tried(facts)).capitalize()} were chosen within each fold, by inner folds of "
            "its training subjects {cawley}."
        )


def _tried(facts: Facts) -> list[str]:
    settings = facts.settings
    fixed = settings.graph in WITHOUT_DENSITY or settings.threshold is not None
    chosen = [fold for each in facts.validated.values() for fold in each.get("chosen") or ()]
    fixed |= facts.fine_tuned and not any("density" in fold for fold in chosen)
    return ["learning rate", "weight decay", *([] if fixed else ["density"])]


def _score_intervals() -> Iterator[str]:
    yield "Intervals are 95 % percentile intervals of a bootstrap over subjects {efron}."
    yield WHAT_INTERVALS_SAY


def _intervals(facts: Facts) -> Iterator[str]:
    area = "Newcombe's method 5 for the area under the ROC curve {newcombe}, " * facts.of_two
    yield (
        "Intervals are 95 % confidence intervals: Wilson's for proportions {wilson}, these "
        f"combined for the balanced accuracy {{zou}}, {area}and Student's t for the Brier score "
        "{brier}."
    )
    if not facts.of_two:
        yield (
            "The area under the ROC curve is the mean over each class against the rest, without "
            "an interval."
        )
    if facts.repeated:
        yield (
            "Of repeated folds, figures are means over the repeats, and intervals of accuracy, "
            "balanced accuracy and area are those of a bootstrap over subjects {efron}; other "
            "intervals are those of the first repeat, moved to the mean."
        )
    yield WHAT_INTERVALS_SAY
    yield "The expected calibration error is over ten bins of equal width {naeini}."


def _baselines(facts: Facts) -> Iterator[str]:
    there = [name for name, each in (facts.result.get("baselines") or {}).items() if each]
    simple = [SIMPLE[name] for name in there if name in SIMPLE]
    if simple:
        were = "was" if len(simple) == 1 else "were"
        text = f"{listed(simple)} {were} fitted to the same training subjects {{sklearn}}."
        yield text[0].upper() + text[1:]
    if "no_edge" in there:
        where = " on the folds" if facts.fine_tuned else ""
        yield f"The same net was also trained without its graph{where}."
    if "parent" in there:
        yield "The parent was judged on the same subjects as it was before fine-tuning."
    if any((facts.result.get("differences") or {}).values()):
        yield (
            "Differences to these are paired over subjects, with percentile intervals of a "
            "bootstrap {efron}."
        )


def _permutations(facts: Facts) -> Iterator[str]:
    found = {kind: each.get("permutation") or {} for kind, each in facts.validated.items()}
    known = {kind: each for kind, each in found.items() if each.get("p") is not None}
    if not known:
        return
    shuffled = counted(max(each["permutations"] for each in known.values()), "shuffling")
    within = " (of left-out sites within each site)" if "leave_site_out" in known else ""
    yield (
        f"The p-value of the area is by {shuffled} of the labels{within} against the out-of-fold "
        "predictions as they are {phipson}."
    )
