"""What was done, in sentences that can stand in a methods section.

A sentence is a message whose text cites works by their keys, as ``[@kipf]``; those of settings
come from their options (:mod:`graphnet.options`), those of models from the catalogue.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from graphnet.catalogue import WITHOUT_DENSITY
from graphnet.config import OPTIONS, SETTINGS
from graphnet.data.atlas import Atlas, shown_title, tables
from graphnet.data.series_measures import SeriesOptions
from graphnet.evaluation.headline import seen_in_training
from graphnet.messages import Figure, Message
from graphnet.names import class_name, metric_name
from graphnet.report.evaluation_methods import (
    compared,
    effect_sizes,
    evaluated,
    explained,
    fitted_on,
)
from graphnet.report.facts import Facts

UNSIGNED = {"spatial", "full", "none"}  # graphs of which the option ``sign`` changes nothing
COHORTS = {
    "train": "methods.cohort-train",
    "val": "methods.cohort-val",
    "test": "methods.cohort-test",
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
        if cohort.scans is not None:
            yield Message("methods.scans", split=split, scans=cohort.scans)
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
        (dataset.name or f"{place} {number}"): dataset.subjects
        for place, step in enumerate(before)
        for number, dataset in enumerate(step.datasets or ())
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
        yield Message(code, fitted_on=fitted_on(facts))
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
        if sweep.atlases:
            atlases = [Message("methods.sweep-atlas", datasets=name) for name in sweep.atlases]
            yield Message("methods.sweep-atlases", count=len(atlases), atlases=atlases)
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
    return OPTIONS[name].methods(settings, fitted_on=fitted_on(facts), percent=percent, **more)


PARAGRAPHS: tuple[tuple[Message, Callable[[Facts], Iterator[Message]]], ...] = (
    (Message("methods.heading-subjects"), _subjects),
    (Message("methods.heading-preprocessing"), _preprocessing),
    (Message("methods.heading-model"), _model),
    (Message("methods.heading-training"), _training),
    (Message("methods.heading-evaluation"), evaluated),
    (Message("methods.heading-comparison"), compared),
    (Message("methods.heading-effects"), effect_sizes),
    (Message("methods.heading-explanation"), explained),
    (Message("methods.heading-software"), _software),
)
