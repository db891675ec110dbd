"""How the model was evaluated, compared and explained, in sentences of the methods section."""

from collections.abc import Iterator, Sequence

from graphnet.artifacts.confounds import LEAST_COMPARED
from graphnet.artifacts.fine_tuning import MOVED, POOLED, SCRATCH
from graphnet.artifacts.metrics import ENOUGH_PERMUTATIONS
from graphnet.catalogue import WITHOUT_DENSITY
from graphnet.evaluation.resampling import LEAST
from graphnet.messages import Message
from graphnet.report.confounds import heterogeneity_table
from graphnet.report.facts import Facts

TUNED = {"logistic_regression", "svm_linear", "svm_rbf", "ridge"}  # methods with a strength
SIMPLE = {
    "majority": Message("methods.majority"),
    "logistic_regression": Message("methods.logistic-regression"),
    "svm_linear": Message("methods.svm-linear"),
    "svm_rbf": Message("methods.svm-rbf"),
    "mean": Message("methods.mean"),
    "ridge": Message("methods.ridge"),
}


def evaluated(facts: Facts) -> Iterator[Message]:
    yield from _folds(facts)
    if not facts.is_regression:
        classes = "two" if facts.is_binary else "more"
        yield Message("methods.threshold", classes=classes, positive=facts.positive_label)
    yield from _score_intervals() if facts.is_regression else _class_intervals(facts)
    yield from _permutations(facts)
    if any(cohort.scans is not None for cohort in facts.cohorts.values()):
        yield Message("methods.scans-by-subject")
    if any(warning.code == "data.repeated-subjects" for warning in facts.result.warnings):
        yield Message("methods.scans-as-subjects")  # of an older version


def compared(facts: Facts) -> Iterator[Message]:
    yield from _baselines(facts)
    curve = facts.result.learning_curve
    if curve is not None and curve.points:
        yield Message("methods.learning-curve")


def effect_sizes(facts: Facts) -> Iterator[Message]:
    effects = facts.effects
    if effects is not None and effects.tests:
        yield Message("methods.effects", kind=effects.kind, tests=effects.tests)


def _folds(facts: Facts) -> Iterator[Message]:
    folds = facts.validated
    if not folds:
        return
    if "cv" in folds:
        yield Message(
            "methods.cross-validation",
            folds=str(folds["cv"].folds),
            repeats=folds["cv"].repeats or 1,
        )
    if "cv" in folds and facts.evaluation.cv_balance != "class":
        confounds = facts.result.confounds
        names = [] if confounds is None else list(confounds.checked)
        by_covariates = facts.evaluation.cv_balance == "covariates" and bool(names)
        by = "covariates" if by_covariates else "site"
        yield Message("methods.balanced-folds", by=by, names=names)
    yield from _left_out_sites(facts)
    yield from _begun(facts)
    yield Message("methods.pooled-folds", other="yes" if facts.within_sites else "no")
    if facts.epoch_chosen:
        yield Message("methods.last-epoch-of-folds")
    if facts.is_regression and facts.repeated:
        yield Message("methods.mean-of-repeats")
    if any(outcome.chosen for outcome in folds.values()):
        yield Message("methods.nested", density="yes" if _density_chosen(facts) else "no")


def _left_out_sites(facts: Facts) -> Iterator[Message]:
    if "leave_site_out" in facts.validated:
        folds = facts.validated["leave_site_out"].folds
        yield Message("methods.leave-site-out", sites=folds)
    if facts.within_sites:
        yield Message("methods.within-sites")


def _begun(facts: Facts) -> Iterator[Message]:
    """What the models of folds began from."""
    if not facts.fine_tuned:
        yield Message("methods.refitted-folds")
        return
    found = facts.result.fine_tuning
    if found is None:  # an older version does not say
        yield Message("methods.fine-tuned-folds", known="unknown")
    elif any(
        comparison.seen_by_parent
        for comparison in found.comparisons
        if comparison.split in facts.validated
    ):
        yield Message("methods.folds-from-scratch")
        yield Message("methods.refitted-folds")
    else:
        known = "yes" if found.parent_is_known else "partly"
        yield Message("methods.fine-tuned-folds", known=known)


def _density_chosen(facts: Facts) -> bool:
    """Whether nested selection chose the density, too."""
    settings = facts.settings
    if settings.graph in WITHOUT_DENSITY or settings.threshold is not None:
        return False
    chosen = [fold for folds in facts.validated.values() for fold in folds.chosen]
    return not facts.fine_tuned or any("density" in fold for fold in chosen)


def _score_intervals() -> Iterator[Message]:
    yield Message("methods.intervals-of-scores")
    yield Message("methods.meaning-of-intervals")


def _class_intervals(facts: Facts) -> Iterator[Message]:
    if facts.is_binary:
        yield Message("methods.intervals-of-two-classes")
    else:
        yield Message("methods.intervals-of-classes")
        yield Message("methods.auc-of-classes")
    if facts.repeated:
        yield Message("methods.intervals-of-repeats")
    yield Message("methods.meaning-of-intervals")
    yield from _probabilities(facts)


def _probabilities(facts: Facts) -> Iterator[Message]:
    """How probabilities are judged; an older version did so otherwise."""
    measured = facts.headline_metrics
    if measured is None or "calibration_error" not in measured:
        return
    yield Message("methods.calibration-error")
    if not facts.is_binary:
        return
    yield Message("methods.calibration-of-two-classes")
    prevalence = facts.evaluation.prevalence
    if prevalence is None:
        yield Message("methods.predictive-values")
    else:
        yield Message("methods.predictive-values-at", prevalence=f"{prevalence:g}")
    if facts.evidence is not None:
        interval = "yes" if _may_be_drawn_again(facts) else "no"
        yield Message("methods.decision-curve", interval=interval)


def _may_be_drawn_again(facts: Facts) -> bool:
    """Whether each of two classes has subjects enough for a bootstrap."""
    if facts.predictions is None:
        return False
    _, truth = facts.predictions.of_class(facts.headline, 1)
    return bool(min(truth.sum(), len(truth) - truth.sum()) >= LEAST)


def _baselines(facts: Facts) -> Iterator[Message]:
    fitted = [name for name, by_split in facts.result.baselines.items() if by_split]
    simple = [SIMPLE[name] for name in fitted if name in SIMPLE]
    if simple:
        code = "methods.baselines-of-tuned" if facts.fine_tuned else "methods.baselines"
        yield Message(code, methods=simple, count=len(simple))
        if TUNED.intersection(fitted):
            kind = "score" if facts.is_regression else "class"
            yield Message("methods.baselines-strength", kind=kind)
        if len(facts.classes) > 2 and {"svm_linear", "svm_rbf"}.intersection(fitted):
            yield Message("methods.machines-for-each-class")
    yield from _pooled(facts, fitted, simple)
    if "no_edge" in fitted:
        folds_only = facts.fine_tuned
        yield Message("methods.no-edge-on-folds" if folds_only else "methods.no-edge")
    yield from _covariates(facts, fitted)
    if facts.result.baseline("parent", facts.headline) is not None:
        yield Message("methods.parent-evaluated")
    yield from _tuning(facts)
    if any(facts.result.differences.values()):
        of_folds = facts.result.differences.keys() - {"val", "test"}
        yield Message("methods.differences", folds="yes" if of_folds else "no")


def _pooled(facts: Facts, fitted: Sequence[str], alone: Sequence[Message]) -> Iterator[Message]:
    """To whom else the simple methods of a fine-tuning were fitted, and with which inputs."""
    pooled = facts.result.pooled
    names = [name.removesuffix(POOLED) for name in fitted if name.endswith(POOLED)]
    simple = [SIMPLE[name] for name in names if name in SIMPLE]
    if pooled is None or not simple:
        return
    yield Message(
        "methods.baselines-pooled",
        methods=simple,
        same="yes" if simple == alone else "no",
        subjects=pooled.subjects,
        ancestors="one" if len(facts.lineage) == 2 else "several",
    )
    settings = facts.settings
    steps = [Message("methods.pooled-scaling")]
    if settings.harmonise or settings.adjust == "combat":
        steps.append(Message("methods.pooled-harmonising"))
    if settings.adjust in {"regress", "regress_controls"}:
        steps.append(Message("methods.pooled-adjusting"))
    in_folds = bool(facts.validated) and pooled.in_folds
    yield Message("methods.pooled-inputs", steps=steps, folds="yes" if in_folds else "no")
    if pooled.held_out or pooled.in_training:
        counts = {"held_out": pooled.held_out, "in_training": pooled.in_training}
        yield Message("methods.pooled-left-out", **counts)


def _tuning(facts: Facts) -> Iterator[Message]:
    """How it was judged whether the fine-tuning helped."""
    found = None if facts.result.fine_tuning is None else facts.result.fine_tuning.leading
    if found is None:
        return
    yield Message("methods.tuning-compared", subjects=found.n, split=found.split)
    if MOVED in found.rivals:
        yield Message("methods.tuning-moved")
    if SCRATCH in found.rivals and found.rivals[SCRATCH].reason is None:
        yield Message("methods.tuning-scratch")
    yield Message("methods.tuning-intervals", kind="score" if facts.is_regression else "classes")
    if found.split != "test":
        yield Message("methods.tuning-widened")


def _covariates(facts: Facts, fitted: Sequence[str]) -> Iterator[Message]:
    confounds = facts.result.confounds
    if confounds is not None and "covariates" in fitted:
        names = list(confounds.checked)
        if facts.is_regression:
            yield Message("methods.score-covariates", names=names)
        else:
            yield Message("methods.covariates", names=names)
    if "site" in fitted:
        yield Message("methods.site-alone")
    if confounds is not None and confounds.checked:
        classes = "two" if facts.is_binary else "more"
        target = "score" if facts.is_regression else classes
        yield Message("methods.confounds", target=target)
    if heterogeneity_table(facts).rows:
        yield Message("methods.heterogeneity", least=LEAST_COMPARED)


def _permutations(facts: Facts) -> Iterator[Message]:
    counts = {
        kind: folds.permutation.permutations
        for kind, folds in facts.validated.items()
        if folds.permutation is not None and folds.permutation.p is not None
    }
    if counts:
        within = "yes" if "leave_site_out" in counts else "no"
        yield Message("methods.permutations", count=max(counts.values()), within_sites=within)
    tests = [folds.permutation for folds in facts.validated.values()]
    if any(test is not None and test.is_bound for test in tests):
        yield Message("methods.permutations-bound", enough=ENOUGH_PERMUTATIONS)


def explained(facts: Facts) -> Iterator[Message]:
    explanation = facts.result.explanation
    if explanation is None:
        return
    split = next((split for split in ("test", "val") if split in facts.cohorts), "train")
    yield Message(
        "methods.attribution",
        count=explanation.subjects,
        split=split,
        explained=explained_score(facts),
        fitted_on=fitted_on(facts),
    )
    if explanation.steps is None:
        yield Message("methods.integral-exact")
    else:
        yield Message("methods.integral-in-steps", steps=explanation.steps)
    if any(region.contribution is not None for region in explanation.regions):
        target = "classes" if not facts.is_binary else "two-classes"
        kind = "score" if facts.is_regression else target
        yield Message("methods.contribution", kind=kind, positive=facts.positive_label)
        if split == "train":
            yield Message("methods.explained-training")
        with_folds = any(region.agreement is not None for region in explanation.regions)
        yield Message("methods.stable-signs" if with_folds else "methods.stable-without-folds")
    if explanation.stability is not None:
        yield Message("methods.stability")
    if explanation.randomised is not None:
        yield Message("methods.randomised", models=explanation.randomised.models)
    if facts.glass_brain:
        yield Message("methods.glass-brain")


def explained_score(facts: Facts) -> Message:
    """Which score the attributions explain, within a sentence."""
    if facts.is_regression:
        return Message("methods.explained-score")
    if facts.is_binary:
        negative, positive = (facts.class_label(label) for label in facts.classes)
        return Message("methods.explained-class", positive=positive, negative=negative)
    return Message("methods.explained-likeliest-class")


def fitted_on(facts: Facts) -> Message:
    """The subjects on whom preprocessing was fitted, within a sentence."""
    return Message("methods.subjects-of-parent" if facts.fine_tuned else "methods.subjects-of-own")
