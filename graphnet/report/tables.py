"""The rows of a report's tables, as text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphnet.config import INHERITED
from graphnet.evaluation.headline import OF_CLASSES, OF_SCORES
from graphnet.figures.importance import named
from graphnet.report.facts import Facts, Json, method_name, split_name
from graphnet.report.numbers import NOTHING, figure, signed, with_interval
from graphnet.report.reading import reading_rows

MOST_SUBJECTS, MOST_SITES, MOST_FOUND = 8, 50, 100
KNOWN = "Subjects that the model has trained on"
P_VALUE, SPREAD = "p-value of the AUC", "SD of the AUC over repeats"
COMPARED = ("auc", "accuracy", "balanced_accuracy")


class Table(NamedTuple):
    """Titles and rows; ``left_out`` says how many more rows there are."""

    titles: list[str]
    rows: list[list[str]]
    left_out: int = 0


def cohort_rows(facts: Facts) -> Table:
    """Who was in each split, by site and class."""
    labels = sorted(
        {label for each in facts.cohorts.values() for label in each["classes"]}, key=int
    )
    rows = [
        [
            split_name(split),
            site,
            str(sum(counts.values())),
            *(str(counts.get(c, 0)) for c in labels),
        ]
        for split, each in facts.cohorts.items()
        for site, counts in each["sites"].items()
    ]
    shown = [] if facts.by_score else labels
    titles = ["Split", "Site", "Subjects", *(_title(facts, label) for label in shown)]
    return Table(titles, [row[: len(titles)] for row in rows[:MOST_SITES]], _more(rows, MOST_SITES))


def _title(facts: Facts, label: str) -> str:
    named = facts.numbered(int(label))
    return named[0].upper() + named[1:]


def reading_table(facts: Facts) -> Table:
    """How each dataset was read."""
    titles, rows = reading_rows(facts.manifest)
    return Table(titles, rows[:MOST_SITES], _more(rows, MOST_SITES))


def metric_rows(facts: Facts) -> Table:
    """Figures with intervals, a column a split."""
    names = OF_SCORES if facts.by_score else OF_CLASSES
    rows = [
        [label, *(with_interval(found, name) for found in facts.metrics.values())]
        for name, label in names.items()
    ]
    return Table(["Metric", *map(split_name, facts.metrics)], [*rows, *_further(facts)])


def _further(facts: Facts) -> list[list[str]]:
    """Rows that only some trainings have."""
    found = facts.metrics
    rows = []
    if any(facts.known(split) for split in found if split != "train"):
        known = [str(facts.known(split)) for split in found]
        rows.append([KNOWN, *known])
    if any(each.get("permutation") for each in facts.validated.values()):
        permuted = [(facts.validated.get(split) or {}).get("permutation") or {} for split in found]
        rows.append([P_VALUE, *(figure(each.get("p")) for each in permuted)])
    if any(each.get("sd_over_repeats") for each in found.values()):
        spreads = [each.get("sd_over_repeats") or {} for each in found.values()]
        rows.append([SPREAD, *(figure(each.get("auc")) for each in spreads)])
    return rows


def baseline_rows(facts: Facts) -> Table:
    """The model and simple methods on the same subjects, with paired differences."""
    split = facts.headline
    found = {name: (each or {}).get(split) for name, each in _baselines(facts).items()}
    differences = (facts.result.get("differences") or {}).get(split) or {}
    shown = ("r2", "mae") if facts.by_score else COMPARED
    names = OF_SCORES if facts.by_score else OF_CLASSES
    ours = facts.metrics.get(split)
    rows = [[facts.card.name, *(with_interval(ours, name) for name in shown), ""]] if ours else []
    rows += [
        [
            method_name(name),
            *(with_interval(each, shown_name) for shown_name in shown),
            signed((differences.get(name) or {}).get("auc")),
        ]
        for name, each in found.items()
    ]
    titles = ["Method", *(names[name] for name in shown), "AUC: model − method"]
    if facts.by_score:  # there are no paired differences of these
        titles, rows = titles[:-1], [row[:-1] for row in rows]
    return Table(titles, rows) if len(rows) > 1 else Table(titles, [])


def site_tables(facts: Facts) -> list[tuple[str, Table]]:
    """Figures by site for each split that has more than one."""
    name = "r2" if facts.by_score else "auc"
    shown = [name, "mae"] if facts.by_score else [name, "accuracy", "sensitivity", "specificity"]
    names = OF_SCORES if facts.by_score else OF_CLASSES
    found = (facts.evidence or {}).get("sites") or {}
    return [
        (
            split_name(split),
            Table(
                ["Site", "Subjects", *(names[each] for each in shown)],
                [
                    [site, str(each.get("n")), *(with_interval(each, one) for one in shown)]
                    for site, each in list(sites.items())[:MOST_SITES]
                ],
                _more(sites, MOST_SITES),
            ),
        )
        for split, sites in found.items()
        if len(sites) > 1 and split != "train"
    ]


def lineage_rows(facts: Facts) -> Table:
    """The tasks that the model comes from and itself, with whom each trained on."""
    rows = [
        [each.get("task_id") or NOTHING, _begun(place, each), _named(each.get("datasets"))]
        for place, each in enumerate(facts.lineage)
    ]
    return Table(["Task", "Trained", "Datasets (subjects)"], rows if len(rows) > 1 else [])


def _begun(place: int, step: Json) -> str:
    if place:
        return "fine-tuned"
    return NOTHING if step.get("datasets") is None else "from scratch"


def _named(datasets: Any) -> str:
    if datasets is None:
        return "not stored"
    return ", ".join(
        f"{each['name'] or 'of another project'} ({each['subjects']})" for each in datasets
    )


def quality_rows(facts: Facts) -> Table:
    """What was found in whom, by split, dataset, measure and rule."""
    grouped: dict[tuple[str, str, str, str], list[Json]] = defaultdict(list)
    for split, listed in (facts.result.get("quality") or {}).get("findings", {}).items():
        for each in listed:
            grouped[split, each["site"], each["measure"], each["rule"]].append(each)
    rows = [
        [
            *(split_name(split), site, measure, rule, str(sum(each["count"] for each in found))),
            _people([each["subject"] for each in found]),
        ]
        for (split, site, measure, rule), found in grouped.items()
    ]
    titles = ["Split", "Dataset", "Measure", "Rule", "Values", "Subjects"]
    return Table(titles, rows[:MOST_FOUND], _more(rows, MOST_FOUND))


def region_rows(facts: Facts) -> Table:
    """The most important regions."""
    found = (facts.result.get("explanation") or {}).get("regions") or []
    names: dict[str, str] = {}
    if facts.evidence is not None:
        regions = [str(each) for each in facts.evidence["regions"]]
        names = dict(zip(regions, named(facts.evidence), strict=True))
    rows = [
        [
            *(str(place), names.get(each["region"], each["region"]), f"{each['share']:.1%}"),
            *(f"{each['direction']:+.3f}", figure(each["occlusion"])),
        ]
        for place, each in enumerate(found, 1)
    ]
    return Table(["Rank", "Region", "Share", "Direction", "Occlusion"], rows)


def settings_rows(facts: Facts) -> Table:
    """All settings, and whether the form gave them."""
    shown: dict[str, Any] = facts.settings.as_dict() | {
        name: getattr(facts.evaluation, name) for name in facts.evaluation.__dataclass_fields__
    }
    rows = [[name, _shown(value), _source(facts, name)] for name, value in shown.items()]
    return Table(["Setting", "Value", "From"], rows)


def chosen_rows(facts: Facts) -> Table:
    """Which settings the inner folds chose, and in how many folds."""
    rows = [
        [
            split_name(kind),
            name,
            ", ".join(f"{value:g} ({n}×)" for value, n in sorted(counts.items())),
        ]
        for kind, told in facts.validated.items()
        for name, counts in _chosen(told.get("chosen") or ()).items()
    ]
    return Table(["Folds", "Setting", "Chosen (in how many folds)"], rows)


def reason_rows(facts: Facts) -> Table:
    """Why a method has no figures."""
    found = dict(facts.result.get("baselines_left_out") or {})
    for told in facts.validated.values():
        found |= told.get("reasons") or {}
    return Table(
        ["Method", "Why it has no figures"], [[method_name(n), why] for n, why in found.items()]
    )


def _chosen(folds: Iterable[Mapping[str, float]]) -> dict[str, Counter[float]]:
    found: dict[str, Counter[float]] = {}
    for fold in folds:
        for name, value in fold.items():
            found.setdefault(name, Counter())[value] += 1
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NOTHING if value is None else str(value)


def _source(facts: Facts, name: str) -> str:
    """Where a setting is from; a fine-tuning takes some from its parent, whatever the form says."""
    named = bool(facts.config.get("model"))
    if facts.fine_tuned and (name in {*INHERITED, "seeds"} or (name == "model" and not named)):
        return "parent"
    return "form" if name in facts.asked or (name == "model" and named) else "recommended"


def _baselines(facts: Facts) -> dict[str, Json]:
    return {name: each for name, each in (facts.result.get("baselines") or {}).items() if each}


def _people(subjects: list[str]) -> str:
    unique = list(dict.fromkeys(subjects))
    more = f" and {len(unique) - MOST_SUBJECTS} more" if len(unique) > MOST_SUBJECTS else ""
    return ", ".join(unique[:MOST_SUBJECTS]) + more


def _more(rows: Any, most: int) -> int:
    return max(0, len(rows) - most)
