"""The tables of a report: titles and cells are text, or messages for whoever shows them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from graphnet.artifacts.explanation import RegionImportance
from graphnet.artifacts.fine_tuning import TUNED
from graphnet.artifacts.metrics import UNKNOWN, Estimate, Estimates, Permutation, SplitMetrics
from graphnet.artifacts.predictions import ETA, HEDGES, PEARSON, Effect
from graphnet.artifacts.result import QualityFinding
from graphnet.config import INHERITED
from graphnet.evaluation.calibration import predictive_values
from graphnet.figures.importance import Importance, region_titles
from graphnet.messages import Message, first_of
from graphnet.names import (
    CLASS_METRICS,
    SCORE_METRICS,
    class_name,
    method_name,
    metric_name,
    rule_name,
    split_name,
)
from graphnet.report.facts import Facts, Json
from graphnet.report.numbers import (
    KEPT,
    NOTHING,
    estimated,
    figure,
    p_value,
    share,
    signed,
    with_interval,
)

MOST_SUBJECTS, MOST_SITES, MOST_FINDINGS = 8, 50, 100
LEAST_P = 0.001  # with three decimals
COMPARED_COLUMNS = ("auc", "accuracy", "balanced_accuracy")
SITE_COLUMNS = ("auc", "accuracy", "sensitivity", "specificity")
SCORE_COLUMNS = ("r2", "mae")


Cell = str | Message | tuple[Message, ...]  # a tuple: sentences, one after the other
Row = list[Cell]


class Table(NamedTuple):
    """Titles and rows; ``left_out`` says how many more rows there are."""

    titles: Row
    rows: list[Row]
    left_out: int = 0


def first_rows(titles: Row, rows: list[Row], most: int) -> Table:
    """The first ``most`` rows."""
    return Table(titles, rows[:most], max(0, len(rows) - most))


def learning_curve_table(facts: Facts) -> Table:
    """The metric by how many subjects were trained on; no rows where no curve was asked for."""
    curve = facts.result.learning_curve
    if curve is None or not curve.points:
        return Table([], [])
    titles = [Message("report.growth-share"), Message("report.growth-subjects")]
    rows: list[Row] = []
    for point in curve.points:
        shown: Cell = estimated(point.metric)
        if point.reason is not None:
            shown = point.reason
        rows.append([f"{100 * point.share:.0f} %", f"{point.subjects:.0f}", shown])
    return Table([*titles, metric_name(curve.metric)], rows)


def tuning_table(facts: Facts) -> Table:
    """The fine-tuned model, its parent and others on the subjects of the leading comparison.

    Each other model's figures stand above the fine-tuned model's less these.
    """
    found = None if facts.result.fine_tuning is None else facts.result.fine_tuning.leading
    if found is None:
        return Table([], [])
    names = list(found.tuned)
    rows: list[Row] = [[method_name(TUNED), *_figures(found.tuned, names)]]
    for name, rival in found.rivals.items():
        if rival.reason is None:
            less = Message("report.tuned-less")
            rows.append([method_name(name), *_figures(rival.metrics, names)])
            rows.append([less, *_figures(rival.differences, names, sign="+")])
    return Table([Message("report.method"), *map(metric_name, names)], rows)


def _figures(figures: Estimates, names: Sequence[str], sign: str = "") -> Row:
    """Values with intervals; differences have a ``sign``."""
    digits = f"{sign}.3f" if sign else ".2f"
    cells: Row = []
    for name in names:
        found = figures.get(name, UNKNOWN)
        if found.value is None:
            cells.append(NOTHING)
        elif found.low is None or found.high is None:
            cells.append(f"{found.value:{sign}.3f}")
        else:
            bounds = f"[{found.low:{digits}},{KEPT}{found.high:{digits}}]"
            cells.append(f"{found.value:{sign}.3f} {bounds}")
    return cells


def cohort_table(facts: Facts) -> Table:
    """The subjects of each split, by site and class."""
    labels = sorted(
        {label for cohort in facts.cohorts.values() for label in cohort["classes"]}, key=int
    )
    shown = [] if facts.is_regression else labels
    rows: list[Row] = [
        [
            split_name(split),
            site,
            str(sum(counts.values())),
            *(str(counts.get(label, 0)) for label in shown),
        ]
        for split, cohort in facts.cohorts.items()
        for site, counts in cohort["sites"].items()
    ]
    titles: Row = [
        Message("report.split"),
        Message("report.site"),
        Message("report.subjects"),
        *(class_name(facts.class_names, int(label), title=True) for label in shown),
    ]
    return first_rows(titles, rows, MOST_SITES)


def rows_left_out(facts: Facts) -> dict[str, int]:
    """Rows without a class, or a score, by the dataset's name; only of datasets that had some."""
    found = {}
    for warning in facts.result.warnings:
        if warning.code == "data.rows-dropped":
            values = dict(warning.values)
            found[str(values["name"])] = int(str(values["count"]))
    return found


def flow_table(facts: Facts) -> Table:
    """Each file of each split: rows read, rows left out and why, subjects analysed."""
    left_out = rows_left_out(facts)
    datasets = (facts.manifest or {}).get("datasets") or {}
    why = Message("report.no-target", target="score" if facts.is_regression else "group")
    rows: list[Row] = [
        [
            dataset["name"],
            split_name(split),
            str(dataset["subjects"] + left_out.get(dataset["name"], 0)),
            str(left_out.get(dataset["name"], 0)),
            why if dataset["name"] in left_out else NOTHING,
            str(dataset["subjects"]),
        ]
        for split, listed in datasets.items()
        for dataset in listed
    ]
    titles: Row = [
        Message("report.dataset"),
        Message("report.split"),
        Message("report.rows-read"),
        Message("report.rows-left-out"),
        Message("report.why"),
        Message("report.analysed"),
    ]
    return first_rows(titles, rows, MOST_SITES)


def metric_table(facts: Facts) -> Table:
    """Metrics with intervals, a column per split."""
    measured = list(facts.metrics.values())
    names = SCORE_METRICS if facts.is_regression else CLASS_METRICS
    rows: list[Row] = [
        [metric_name(name), *(with_interval(metrics, name) for metrics in measured)]
        for name in names
        if name == "n" or any(name in metrics for metrics in measured)  # older results have fewer
    ]
    rows += prevalence_rows(facts)
    titles: Row = [Message("report.metric"), *map(split_name, facts.metrics)]
    return Table(titles, [*rows, *_further_metrics(facts)])


def _further_metrics(facts: Facts) -> list[Row]:
    """Rows that only some trainings have."""
    rows: list[Row] = []
    seen = [facts.seen_in_training(split) for split in facts.metrics if split != "train"]
    if any(seen):
        counts = [str(facts.seen_in_training(split)) for split in facts.metrics]
        rows.append([Message("report.of-these-seen"), *counts])
    permutations = {kind: folds.permutation for kind, folds in facts.validated.items()}
    if any(permutations.values()):
        tests = [permutations.get(split) for split in facts.metrics]
        rows.append([Message("report.p-value"), *map(_p_value, tests)])
    if any(metrics.sd_over_repeats for metrics in facts.metrics.values()):
        spreads = [metrics.sd_over_repeats.get("auc") for metrics in facts.metrics.values()]
        rows.append([Message("report.sd-over-repeats"), *map(figure, spreads)])
    return rows


def _p_value(test: Permutation | None) -> str:
    """Such as 0.012; ``≤`` before the least of so many permutations, and of fewer than 1,000."""
    if test is None or test.p is None:
        return NOTHING
    shown = figure(test.p) if test.p >= LEAST_P else f"{test.p:.1g}"
    return f"≤ {shown}" if test.is_bound else shown


def prevalence_rows(facts: Facts) -> list[Row]:
    """PPV and NPV by split at the prevalence that the form states; none without.

    Of two classes only.
    """
    prevalence = facts.evaluation.prevalence
    if prevalence is None or not facts.is_binary:
        return []
    found = [_at_prevalence(metrics, prevalence) for metrics in facts.metrics.values()]
    shown = f"{100 * prevalence:g}{KEPT}%"
    return [
        [Message(code, prevalence=shown), *(estimated(pair[place]) for pair in found)]
        for place, code in enumerate(("report.ppv-at", "report.npv-at"))
    ]


def _at_prevalence(metrics: SplitMetrics, prevalence: float) -> tuple[Estimate, Estimate]:
    """Of repeated folds by the mean counts, as each has every subject once."""
    if metrics.confusion is None:
        return UNKNOWN, UNKNOWN
    counts = [[count / metrics.repeats for count in row] for row in metrics.confusion]
    return predictive_values(counts, prevalence)


def baseline_table(facts: Facts) -> Table:
    """The model and simple methods on the same subjects, with paired differences of the AUC."""
    split = facts.headline
    names = SCORE_COLUMNS if facts.is_regression else COMPARED_COLUMNS
    differences = facts.result.differences.get(split) or {}
    ours: list[Row] = [[facts.card.name, *_cells(facts.headline_metrics, names)]]
    others: list[Row] = [
        [method_name(method), *_cells(by_split.get(split), names)]
        for method, by_split in facts.result.baselines.items()
        if by_split
    ]
    titles: Row = [Message("report.method"), *map(metric_name, names)]
    if not facts.is_regression:  # of a score there are no paired differences
        titles.append(Message("report.auc-difference"))
        methods = [method for method, by_split in facts.result.baselines.items() if by_split]
        for row, method in zip(others, methods, strict=True):
            row.append(signed((differences.get(method) or {}).get("auc")))
        ours[0].append("")
    rows = [*(ours if facts.headline_metrics else []), *others]
    return Table(titles, rows if len(rows) > 1 else [])


def _cells(metrics: SplitMetrics | None, names: Sequence[str]) -> list[str]:
    return [with_interval(metrics, name) for name in names]


def site_tables(facts: Facts) -> list[tuple[Message, Table]]:
    """Metrics by site for each split that has more than one, with the split's name."""
    names = SCORE_COLUMNS if facts.is_regression else SITE_COLUMNS
    titles: Row = [
        Message("report.site"),
        Message("report.subjects"),
        *map(metric_name, names),
    ]
    tables = []
    for split, sites in ((facts.evidence or {}).get("sites") or {}).items():
        if len(sites) < 2 or split == "train":
            continue
        metrics = {site: SplitMetrics.from_json(stored) for site, stored in sites.items()}
        rows: list[Row] = [[site, *_cells(each, ("n", *names))] for site, each in metrics.items()]
        tables.append((split_name(split), first_rows(titles, rows, MOST_SITES)))
    return tables


def lineage_table(facts: Facts) -> Table:
    """The tasks behind the model and itself, with the datasets that each trained on."""
    rows: list[Row] = [
        [step.get("task_id") or NOTHING, _origin(place, step), _datasets(step.get("datasets"))]
        for place, step in enumerate(facts.lineage)
    ]
    titles: Row = [
        Message("report.task"),
        Message("report.trained"),
        Message("report.datasets-with-subjects"),
    ]
    return Table(titles, rows if len(rows) > 1 else [])


def _origin(place: int, step: Json) -> Cell:
    if place:
        return Message("report.fine-tuned")
    return NOTHING if step.get("datasets") is None else Message("report.from-scratch")


def _datasets(datasets: Any) -> Message:
    if datasets is None:
        return Message("report.not-stored")
    names = [
        Message(
            "report.dataset-with-subjects",
            name=dataset["name"] or Message("report.another-project"),
            count=str(dataset["subjects"]),
        )
        for dataset in datasets
    ]
    return Message("report.listed", items=first_of(names, len(names)))


def quality_table(facts: Facts) -> Table:
    """What was found in the data, by split, dataset, measure and rule."""
    grouped: dict[tuple[str, str, str, str], list[QualityFinding]] = defaultdict(list)
    for split, findings in facts.result.quality.findings.items():
        for finding in findings:
            grouped[split, finding.site, finding.measure, finding.rule].append(finding)
    rows: list[Row] = [
        [
            split_name(split),
            site,
            measure,
            rule_name(rule),
            str(sum(finding.count for finding in findings)),
            _people(findings),
        ]
        for (split, site, measure, rule), findings in grouped.items()
    ]
    titles: Row = [
        Message("report.split"),
        Message("report.dataset"),
        Message("report.measure"),
        Message("report.rule"),
        Message("report.values"),
        Message("report.subjects"),
    ]
    return first_rows(titles, rows, MOST_FINDINGS)


def _people(findings: Iterable[QualityFinding]) -> Message:
    subjects = dict.fromkeys(finding.subject for finding in findings)
    return Message("report.listed", items=first_of(subjects, MOST_SUBJECTS))


MOST_SIGNS = 8  # measures whose directions a table names


def region_table(facts: Facts) -> Table:
    """The most important regions, with what each contributes and how measures go with the score."""
    explanation = facts.result.explanation
    regions = explanation.regions if explanation else ()
    has_sign = any(region.contribution is not None for region in regions)
    has_folds = any(region.agreement is not None for region in regions)
    titles = _titles(facts)
    signs = _signs(facts)
    rows: list[Row] = [
        [
            str(place),
            titles.get(region.region, region.region),
            share(region.share),
            *([_contribution(region)] if has_sign else []),
            *([share(region.agreement or 0.0, 0)] if has_folds else []),
            *([signs.get(region.region, "")] if signs else []),
            figure(region.occlusion),
        ]
        for place, region in enumerate(regions, 1)
    ]
    return Table(
        [
            Message("report.rank"),
            Message("report.region"),
            Message("report.share"),
            *([Message("report.contribution")] if has_sign else []),
            *([Message("report.same-sign")] if has_folds else []),
            *([Message("report.measure-signs")] if signs else []),
            Message("report.occlusion"),
        ],
        rows,
    )


def _titles(facts: Facts) -> dict[str, str]:
    """The regions' names by region."""
    if facts.evidence is None:
        return {}
    regions = [str(region) for region in facts.evidence["regions"]]
    return dict(zip(regions, region_titles(facts.evidence), strict=True))


def _contribution(region: RegionImportance) -> str:
    if region.contribution is None or region.low is None or region.high is None:
        return NOTHING
    unsure = "" if region.is_stable else " ±"
    return f"{signed(Estimate(region.contribution, region.low, region.high))}{unsure}"


def _signs(facts: Facts) -> dict[str, str]:
    """Such as ``ALFF +, GMV −, ReHo ±`` by region; {} of many measures, or where none is known."""
    evidence = facts.evidence or {}
    found = Importance.of(evidence)
    measures = [str(measure) for measure in evidence.get("measures") or ()]
    if found is None or found.slope is None or len(measures) > MOST_SIGNS:
        return {}
    return {
        str(region): ", ".join(
            f"{measure}{KEPT}{sign}"
            for measure, sign in zip(measures, found.signs(place), strict=True)
        )
        for place, region in enumerate(evidence["regions"])
    }


MOST_EFFECTS = 30
KINDS = {
    HEDGES: Message("report.hedges-g"),
    ETA: Message("report.eta-squared"),
    PEARSON: Message("report.pearson-r"),
}


def effect_table(facts: Facts) -> Table:
    """The largest effects of class or score on single measures of single regions."""
    effects = facts.effects
    titles: Row = [
        Message("report.region"),
        Message("report.measure"),
        Message("report.subjects"),
        KINDS.get(effects.kind, effects.kind) if effects else "",
        Message("report.p"),
        Message("report.q"),
    ]
    if effects is None:
        return Table(titles, [])
    names = _titles(facts)
    rows: list[Row] = [
        [
            names.get(each.region, each.region),
            each.measure,
            str(each.n),
            _effect(each),
            p_value(each.p),
            p_value(each.q),
        ]
        for each in effects.rows
    ]
    return first_rows(titles, rows, MOST_EFFECTS)


def _effect(effect: Effect) -> str:
    if effect.low is None or effect.high is None:
        return figure(effect.value)
    return f"{effect.value:+.2f} [{effect.low:+.2f},{KEPT}{effect.high:+.2f}]"


def settings_table(facts: Facts) -> Table:
    """All settings, and where each is from."""
    values = facts.settings.as_dict() | vars(facts.evaluation)
    rows: list[Row] = [
        [name, _value(value), _source(facts, name)] for name, value in values.items()
    ]
    titles: Row = [Message("report.setting"), Message("report.value"), Message("report.source")]
    return Table(titles, rows)


def chosen_table(facts: Facts) -> Table:
    """Which settings nested selection chose, and in how many folds."""
    rows: list[Row] = [
        [
            split_name(kind),
            name,
            ", ".join(f"{value:g} ({count}×)" for value, count in sorted(counts.items())),
        ]
        for kind, folds in facts.validated.items()
        for name, counts in _chosen(folds.chosen).items()
    ]
    titles: Row = [Message("report.folds"), Message("report.setting"), Message("report.chosen")]
    return Table(titles, rows)


def reason_table(facts: Facts) -> Table:
    """Why a method has no metrics."""
    reasons = dict(facts.result.baselines_left_out)
    for folds in facts.validated.values():
        reasons |= folds.reasons
    rows: list[Row] = [[method_name(method), why] for method, why in reasons.items()]
    return Table([Message("report.method"), Message("report.why-no-metrics")], rows)


def _chosen(folds: Iterable[Mapping[str, float]]) -> dict[str, Counter[float]]:
    counts: dict[str, Counter[float]] = {}
    for fold in folds:
        for name, value in fold.items():
            counts.setdefault(name, Counter())[value] += 1
    return counts


def _value(value: Any) -> Cell:
    if isinstance(value, bool):
        return Message("report.yes") if value else Message("report.no")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or NOTHING
    return NOTHING if value is None else str(value)


def _source(facts: Facts, name: str) -> Message:
    """Where a setting is from; fine-tuning takes some from its parent, whatever the form says."""
    named = bool(facts.config.get("model"))
    if facts.fine_tuned and (name in {*INHERITED, "seeds"} or (name == "model" and not named)):
        return Message("report.from-parent")
    if name in facts.param_set or (name == "model" and named):
        return Message("report.from-form")
    return Message("report.recommended")
