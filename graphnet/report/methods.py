"""What was done, in sentences that can stand in a methods section.

A sentence is a message whose text cites works by their keys, as ``[@kipf]``; those of settings
come from their options (:mod:`graphnet.options`), those of models from the catalogue.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graphnet.artifacts.confounds import LEAST_COMPARED
from graphnet.artifacts.fine_tuning import MOVED, POOLED, SCRATCH
from graphnet.artifacts.metrics import ENOUGH_PERMUTATIONS
from graphnet.catalogue import WITHOUT_DENSITY
from graphnet.config import OPTIONS, SETTINGS
from graphnet.data.atlas import Atlas, shown_title, tables
from graphnet.data.series_measures import SeriesOptions
from graphnet.evaluation.headline import seen_in_training
from graphnet.evaluation.resampling import LEAST
from graphnet.messages import Message
from graphnet.names import class_name, metric_name
from graphnet.report.confounds import heterogeneity_table
from graphnet.report.facts import Facts
from graphnet.typography import Figure

UNSIGNED = {"spatial", "full", "none"}  # graphs of which the option ``sign`` changes nothing
COHORTS = {
    "train": "methods.cohort-train",
    "val": "methods.cohort-val",
    "test": "methods.cohort-test",
}
TUNED = {"logistic_regression", "svm_linear", "svm_rbf", "ridge"}  # methods with a strength
SIMPLE = {
    "majority": Message("methods.majority"),
    "logistic_regression": Message("methods.logistic-regression"),
    "svm_linear": Message("methods.svm-linear"),
    "svm_rbf": Message("methods.svm-rbf"),
    "mean": Message("methods.mean"),
    "ridge": Message("methods.ridge"),
}


class Paragraph(NamedTuple):
    """A heading and the sentences below it."""

    heading: Message
    sentences: list[Message]


def methods(facts: Facts) -> list[Paragraph]:
    """The paragraphs that have something to say."""
    paragraphs = [Paragraph(heading, list(write(facts))) for heading, write in PARAGRAPHS]
    return [paragraph for paragraph in paragraphs if paragraph.sentences]


def _subjects(facts: Facts) -> Iterator[Message]:
    for split, cohort in facts.cohorts.items():
        counts = [
            Message("methods.count-of-class", count=count, label=facts.class_label(label))
            for label, count in cohort.classes.items()
        ]
        yield Message(
            COHORTS[split],
            count=cohort.subjects,
            by_class="no" if facts.is_regression else "yes",
            classes=counts,
            sites=len(cohort.sites),
        )
    yield from _of_ancestors(facts)
    stored = facts.stored
    if stored.regions:
        yield Message(
            "methods.measures",
            count=0 if facts.model.per_subject else len(stored.measures),
            measures=list(stored.measures),
            regions=len(stored.regions),
        )
    yield from _atlas(facts)
    if facts.is_regression:
        yield Message("methods.target-score")
    elif facts.is_binary:
        yield _positive_class(facts)


def _of_ancestors(facts: Facts) -> Iterator[Message]:
    """How many subjects the parent of a fine-tuning and its own had been trained on."""
    before = facts.lineage[:-1]
    if not facts.fine_tuned or not before or any(step.datasets is None for step in before):
        return
    datasets = {
        (each.name or f"{place} {number}"): each.subjects
        for place, step in enumerate(before)
        for number, each in enumerate(step.datasets or ())
    }
    if all(datasets.values()):
        ancestors = "one" if len(before) == 1 else "several"
        yield Message("methods.cohort-ancestors", count=sum(datasets.values()), ancestors=ancestors)


def _atlas(facts: Facts) -> Iterator[Message]:
    """The atlas of the regions, with what its authors want cited, if it is one of the package."""
    atlas = Atlas.from_facts(facts.manifest)
    known = {table.title: table.citation for table in tables().values()}
    if atlas is not None and atlas.title in known:
        yield Message("methods.atlas", atlas=shown_title(atlas.title), citation=known[atlas.title])


def _positive_class(facts: Facts) -> Message:
    negative, positive = facts.classes
    if not facts.class_names and (negative, positive) == (0, 1):
        return Message("methods.controls-and-patients")
    return Message(
        "methods.positive-class",
        positive=class_name(facts.class_names, positive, title=True),
        negative=class_name(facts.class_names, negative, title=True),
    )


def _preprocessing(facts: Facts) -> Iterator[Message]:
    yield from _series(facts)
    yield Message("methods.quality-rules")
    if facts.settings.harmonise and facts.settings.adjust != "combat":
        yield _setting(facts, "harmonise")
    yield from _not_harmonised(facts)
    if facts.settings.adjust != "none":
        model = facts.model
        names = model.kept if facts.settings.adjust == "combat" else model.adjusted
        yield _setting(facts, "adjust", names=list(names) or ["…"])
    if facts.result.covariate_inputs:
        yield _setting(facts, "covariate_inputs", names=list(facts.result.covariate_inputs))
    if not facts.model.scaled:  # of an imported ancestor
        yield Message("methods.not-scaled")
    else:
        code = "methods.scaled-per-subject" if facts.model.per_subject else "methods.scaled"
        yield Message(code, fitted_on=_fitted_on(facts))
    if facts.fine_tuned:
        yield Message("methods.inherited")
    held_out = [split for split in ("val", "test") if split in facts.metrics]
    seen = any(map(facts.seen_in_training, held_out))
    if facts.evidence is not None and held_out and not seen:
        counts = seen_in_training(facts.result, facts.evidence)
        if all(counts.get(split) == 0 for split in held_out):  # None: nobody can say
            yield Message("methods.no-subject-twice")
        yield Message("methods.not-fitted-on-others")


def _not_harmonised(facts: Facts) -> Iterator[Message]:
    """Whom ComBat left as they were: subjects of sites that it was not fitted to."""
    if not facts.settings.harmonise and facts.settings.adjust != "combat":
        return
    if "leave_site_out" in facts.validated:
        yield Message("methods.not-harmonised-sites", where="folds")
    elif any(warning.code == "warnings.not-harmonised" for warning in facts.result.warnings):
        yield Message("methods.not-harmonised-sites", where="split")


def _series(facts: Facts) -> Iterator[Message]:
    """What was computed from time series, where that is not the usual."""
    chosen = SeriesOptions.of(facts.settings)
    if chosen.setting:
        yield _setting(facts, "series_connectivity")
    if chosen.measures:
        yield _setting(facts, "series_measures")


def _model(facts: Facts) -> Iterator[Message]:
    settings = facts.settings
    yield facts.card.methods
    if facts.fine_tuned:
        parent = facts.task.get("parent_task_id") or facts.param_set.get("trained_task_id")
        yield _setting(facts, "fine_tune", parent=str(parent))
    elif not facts.card.is_solved:
        yield Message("methods.from-scratch")
    yield from _size(facts)
    if not facts.uses_graph:
        yield OPTIONS["graph"].methods({"graph": "none"})
        return
    yield _setting(facts, "graph")
    if settings.graph not in {*WITHOUT_DENSITY, "mst"}:
        yield _setting(facts, "density" if settings.threshold is None else "threshold")
    if settings.graph not in UNSIGNED:
        yield _setting(facts, "sign")


def _size(facts: Facts) -> Iterator[Message]:
    """How many parameters and inputs there are, of results that say so."""
    size = facts.result.size
    if size is not None:
        yield Message(
            "methods.model-size",
            parameters=size.parameters,
            trained=size.trained,
            all="yes" if size.trained == size.parameters else "no",
            networks=size.networks,
            inputs=size.inputs,
            connections=size.connections,
        )


def _training(facts: Facts) -> Iterator[Message]:
    settings = facts.settings
    if facts.card.is_solved:
        yield from _solved(facts)
        return
    yield Message(
        "methods.optimiser",
        target="score" if facts.is_regression else "class",
        batch_size=settings.batch_size,
    )
    for option in OPTIONS.values():
        if option.paragraph == "training":
            yield _setting(facts, option.name)
    trained = len(facts.result.history)
    if trained < settings.epochs:
        yield Message("methods.epochs-of-most", count=trained, most=settings.epochs)
    else:
        yield Message("methods.epochs", count=trained)
    yield from _kept_epoch(facts)
    yield from _calibrated(facts)
    if not facts.is_regression:
        yield Message("methods.unweighted")
    yield from _settings_chosen(facts)


def _solved(facts: Facts) -> Iterator[Message]:
    """How a model was fitted whose optimum is computed."""
    chosen = "" if facts.penalty is None else f"{facts.penalty:g}"
    values = {"chosen": "yes" if chosen else "no", "strength": chosen}
    if facts.card.name == "LinearSVM":
        yield Message("methods.solved-svm", **values)
        if len(facts.classes) > 2:
            yield Message("methods.machine-for-each-class")
    else:
        yield Message("methods.solved", **values)
    yield from _calibrated(facts)
    yield Message("methods.unweighted")


def _settings_chosen(facts: Facts) -> Iterator[Message]:
    """Which settings somebody chose, and that this run chose none but those it says."""
    given = [name for name in facts.param_set if name in SETTINGS and name != "model"]
    if not facts.fine_tuned:
        yield Message("methods.settings-given", count=len(given))
    sweep = facts.result.sweep
    if sweep is not None:
        yield Message(
            "methods.sweep",
            tried=sweep.tried,
            settings=list(sweep.candidates[0].settings) if sweep.candidates else [],
            metric=metric_name(sweep.metric),
            inner=sweep.inner_folds,
        )
    elif any(folds.chosen for folds in facts.validated.values()):
        yield Message("methods.nested-for-folds-only")
    elif not facts.epoch_chosen:
        yield Message("methods.no-tuning")


def _kept_epoch(facts: Facts) -> Iterator[Message]:
    """Which epoch's parameters were kept, and why."""
    if not facts.epoch_chosen:
        yield Message("methods.last-epoch")
        return
    epoch = str(facts.result.selected_epoch)
    if facts.settings.seeds > 1:
        yield Message("methods.best-epoch-of-first", epoch=epoch)
    else:
        yield Message("methods.best-epoch", epoch=epoch)
    if facts.settings.early_stopping:
        yield _setting(facts, "early_stopping")


def _evaluation(facts: Facts) -> Iterator[Message]:
    yield from _folds(facts)
    if not facts.is_regression:
        classes = "two" if facts.is_binary else "more"
        yield Message("methods.threshold", classes=classes, positive=facts.positive_label)
    yield from _score_intervals() if facts.is_regression else _class_intervals(facts)
    yield from _permutations(facts)


def _compared(facts: Facts) -> Iterator[Message]:
    yield from _baselines(facts)
    curve = facts.result.learning_curve
    if curve is not None and curve.points:
        yield Message("methods.learning-curve")


def _effects(facts: Facts) -> Iterator[Message]:
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
    if any(each.chosen for each in folds.values()):
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
    elif any(each.seen_by_parent for each in found.comparisons if each.split in facts.validated):
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


def _calibrated(facts: Facts) -> Iterator[Message]:
    """How probabilities were calibrated, of results that say so."""
    calibration = facts.result.calibration
    if calibration is None or facts.is_regression:
        return
    if calibration.slope is None:
        yield Message("methods.not-calibrated")
    else:
        yield Message(
            "methods.calibrated",
            source=calibration.source,
            slope=Figure(f"{calibration.slope:.3f}"),
            subjects=calibration.subjects,
        )
    if any(folds.slopes for folds in facts.validated.values()):
        yield Message("methods.calibrated-folds")


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


def _explanation(facts: Facts) -> Iterator[Message]:
    explanation = facts.result.explanation
    if explanation is None:
        return
    split = next((split for split in ("test", "val") if split in facts.cohorts), "train")
    yield Message(
        "methods.attribution",
        count=explanation.subjects,
        split=split,
        explained=_explained(facts),
        fitted_on=_fitted_on(facts),
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


def _explained(facts: Facts) -> Message:
    if facts.is_regression:
        return Message("methods.explained-score")
    if facts.is_binary:
        negative, positive = (facts.class_label(label) for label in facts.classes)
        return Message("methods.explained-class", positive=positive, negative=negative)
    return Message("methods.explained-likeliest-class")


def _software(facts: Facts) -> Iterator[Message]:
    result = facts.result
    device = result.device or facts.task.get("device") or Message("methods.unknown-device")
    yield Message(
        "methods.software",
        version=result.code_version or Message("methods.unknown-version"),
        library=f"PyTorch {result.versions.get('torch', '')}".rstrip(),
        device=device,
    )


def _setting(facts: Facts, name: str, **more: Any) -> Message:
    """What a setting's option says of it, with all that such a sentence may need."""
    settings: Mapping[str, Any] = facts.settings.as_dict()
    percent = f"{100 * facts.settings.density:g}"
    return OPTIONS[name].methods(settings, fitted_on=_fitted_on(facts), percent=percent, **more)


def _fitted_on(facts: Facts) -> Message:
    """The subjects on whom preprocessing was fitted, within a sentence."""
    return Message("methods.subjects-of-parent" if facts.fine_tuned else "methods.subjects-of-own")


PARAGRAPHS: tuple[tuple[Message, Callable[[Facts], Iterator[Message]]], ...] = (
    (Message("methods.heading-subjects"), _subjects),
    (Message("methods.heading-preprocessing"), _preprocessing),
    (Message("methods.heading-model"), _model),
    (Message("methods.heading-training"), _training),
    (Message("methods.heading-evaluation"), _evaluation),
    (Message("methods.heading-comparison"), _compared),
    (Message("methods.heading-effects"), _effects),
    (Message("methods.heading-explanation"), _explanation),
    (Message("methods.heading-software"), _software),
)
