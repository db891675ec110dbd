"""What reporting guidelines ask, in our words, and where this report answers it, or that it cannot.

Numbers are those of TRIPOD+AI (Collins et al. 2024), CLAIM (2024 update, Tejani et al.) and
STARD 2015 (Bossuyt et al.), which STARD-AI extends.
"""

from collections.abc import Callable
from typing import NamedTuple

from graphnet.messages import Message
from graphnet.report.facts import Facts
from graphnet.report.tables import NOTHING, Cell, Row, Table, people_of

AUTHORS = Message("checklist.authors")
Where = Callable[[Facts], Cell]


class Item(NamedTuple):
    """What is asked, its numbers in the three guidelines, and where it is answered."""

    asked: Message
    tripod: str
    claim: str
    stard: str
    where: Where


def checklist_table(facts: Facts) -> Table:
    """Every item with its numbers and its answer."""
    rows: list[Row] = [
        [
            item.asked,
            item.tripod or NOTHING,
            item.claim or NOTHING,
            item.stard or NOTHING,
            item.where(facts),
        ]
        for item in ITEMS
    ]
    titles: Row = [
        Message("checklist.asked"),
        "TRIPOD+AI",
        "CLAIM",
        "STARD",
        Message("checklist.where"),
    ]
    return Table(titles, rows)


def _authors(_: Facts) -> Cell:
    return AUTHORS


def _here(*sections: Message) -> Where:
    """Reported, in these sections."""
    return lambda _: Message("checklist.here", sections=sections)


def _partly(*sections: Message) -> Where:
    """Reported as far as the software knows; the authors know the rest."""
    return lambda _: Message("checklist.partly", sections=sections)


def _size(*sections: Message) -> Where:
    """How many parameters and inputs the model has, of results that say so."""

    def where(facts: Facts) -> Cell:
        size, reported = facts.result.size, Message("checklist.partly", sections=sections)
        if size is None:
            return reported
        counts = {"parameters": size.parameters, "inputs": size.inputs + size.connections}
        return Message("checklist.model-size", **counts), reported

    return where


def _sample(facts: Facts) -> Cell:
    """How many training subjects there are for so many parameters."""
    size, train = facts.result.size, facts.cohorts.get("train")
    reported = Message("checklist.partly", sections=[SUBJECTS])
    if size is None or train is None:
        return reported
    fewest = min(train.classes.values(), default=0)
    return (
        Message(
            "checklist.subjects-for-parameters",
            subjects=people_of(train),
            classes="no" if facts.is_regression or not fewest else "yes",
            fewest=fewest,
            trained=size.trained,
        ),
        reported,
    )


def _if(condition: Callable[[Facts], bool], then: Where, otherwise: Where = _authors) -> Where:
    return lambda facts: (then if condition(facts) else otherwise)(facts)


def _has_covariates(facts: Facts) -> bool:
    return bool(facts.result.confounds and facts.result.confounds.summaries)


def _has_groups(facts: Facts) -> bool:
    """Whether anything is told by site or stratum."""
    sites = {} if facts.predictions is None else facts.predictions.sites
    several = any(len(names) > 1 for split, names in sites.items() if split != "train")
    confounds = facts.result.confounds
    return several or bool(confounds and confounds.strata)


def _has_strata(facts: Facts) -> bool:
    confounds = facts.result.confounds
    return bool(confounds and confounds.strata)


def _has_new_sites(facts: Facts) -> bool:
    """Whether subjects of sites were tested on which the model was not trained."""
    sites = {split: set(cohort.sites) for split, cohort in facts.cohorts.items()}
    new = sites.get("test", set()) - sites.get("train", set())
    return "leave_site_out" in facts.metrics or ("test" in facts.metrics and bool(new))


def _has_held_out(facts: Facts) -> bool:
    return "test" in facts.metrics or "val" in facts.metrics


def _has_baselines(facts: Facts) -> bool:
    return any(facts.result.baselines.values())


METHODS, SUBJECTS = Message("report.methods"), Message("report.subjects")
PERFORMANCE, CURVES = Message("report.performance"), Message("report.roc-and-calibration")
STRATA, COVARIATES = Message("report.by-site-and-stratum"), Message("report.covariates-title")
READING, QUALITY = Message("report.how-read"), Message("report.data-quality")
SETTINGS, VERSIONS = Message("report.settings"), Message("report.versions-and-hashes")
LIMITS, EXPLANATION = Message("report.limits"), Message("report.explanation")
COMPARISON, REPRODUCE = Message("report.comparison"), Message("report.reproduce")


def _curves(facts: Facts) -> Cell:
    where = PERFORMANCE if facts.is_regression else CURVES
    return Message("checklist.here", sections=[where])


def _preparation(facts: Facts) -> Cell:
    sections = [METHODS, READING] if facts.model.interpretations else [METHODS]
    return Message("checklist.partly", sections=sections)


def _not_done(_: Facts) -> Cell:
    return Message("checklist.not-done")


ITEMS = (
    Item(Message("checklist.title"), "1, 2", "1, 2", "1, 2", _authors),
    Item(Message("checklist.background"), "3a, 3b", "3", "3", _authors),
    Item(Message("checklist.inequalities"), "3c", "", "", _authors),
    Item(Message("checklist.objectives"), "4", "4, 6", "4", _authors),
    Item(Message("checklist.design"), "5a", "5", "5", _authors),
    Item(Message("checklist.sources"), "5a, 5b", "7", "8", _partly(SUBJECTS, VERSIONS)),
    Item(Message("checklist.eligibility"), "6b", "8, 10", "6, 7, 9", _authors),
    Item(Message("checklist.setting"), "6a, 6c", "", "8", _authors),
    Item(Message("checklist.acquisition"), "9b", "13", "10a", _authors),
    Item(Message("checklist.preparation"), "7, 12b", "9", "10a", _preparation),
    Item(Message("checklist.deidentification"), "", "11", "", _authors),
    Item(Message("checklist.reference"), "8a, 8b", "14, 15, 16, 17", "10b, 11, 12b", _authors),
    Item(Message("checklist.raters"), "8c, 9c", "18", "13a, 13b", _authors),
    Item(Message("checklist.predictors"), "9a, 9b", "", "10a", _partly(METHODS)),
    Item(Message("checklist.sample-size"), "10", "21", "18", _sample),
    Item(Message("checklist.missing"), "11", "12", "15, 16", _here(METHODS, QUALITY)),
    Item(Message("checklist.partitions"), "12a", "19, 20", "", _partly(METHODS, SUBJECTS)),
    Item(Message("checklist.model"), "12c, 12g, 22", "22, 24", "10a", _size(METHODS, SETTINGS)),
    Item(Message("checklist.training"), "12c", "25, 26, 27", "", _here(METHODS, SETTINGS)),
    Item(Message("checklist.software"), "", "23", "", _here(METHODS, VERSIONS)),
    Item(Message("checklist.measures"), "12e", "28, 29", "14", _here(METHODS)),
    Item(
        Message("checklist.updating"),
        "12f, 24",
        "",
        "",
        _if(lambda facts: facts.fine_tuned, _here(METHODS), _not_done),
    ),
    Item(
        Message("checklist.threshold"),
        "15",
        "",
        "12a",
        _if(lambda facts: facts.is_regression, _not_done, _here(METHODS)),
    ),
    Item(Message("checklist.imbalance"), "13", "", "", _partly(METHODS, SUBJECTS)),
    Item(
        Message("checklist.fairness"),
        "14, 23a",
        "",
        "",
        _if(_has_strata, _partly(STRATA), _not_done),
    ),
    Item(
        Message("checklist.differences"),
        "16, 20c",
        "36",
        "",
        _if(
            _has_held_out,
            _if(_has_covariates, _partly(SUBJECTS, COVARIATES), _partly(SUBJECTS)),
            _not_done,
        ),
    ),
    Item(Message("checklist.ethics"), "17", "", "", _authors),
    Item(Message("checklist.funding"), "18a, 18b", "44", "30", _authors),
    Item(Message("checklist.protocol"), "18c, 18d", "34, 42", "28, 29", _authors),
    Item(Message("checklist.sharing"), "18e, 18f", "43", "", _partly(VERSIONS, REPRODUCE)),
    Item(Message("checklist.public"), "19", "", "", _authors),
    Item(Message("checklist.flow"), "20a, 21", "35", "19", _partly(SUBJECTS)),
    Item(
        Message("checklist.characteristics"),
        "20b",
        "36",
        "20, 21a, 21b",
        _if(_has_covariates, _partly(COVARIATES)),
    ),
    Item(Message("checklist.interval"), "", "", "22", _authors),
    Item(Message("checklist.cross-table"), "23a", "38", "23", _curves),
    Item(
        Message("checklist.accuracy"),
        "23a",
        "32, 37, 38",
        "24",
        _if(_has_baselines, _here(PERFORMANCE, COMPARISON), _partly(PERFORMANCE)),
    ),
    Item(
        Message("checklist.clusters"),
        "12d, 23b",
        "30",
        "17",
        _if(_has_groups, _here(STRATA), _not_done),
    ),
    Item(
        Message("checklist.external"),
        "12a, 16",
        "33",
        "",
        _if(_has_new_sites, _partly(METHODS, PERFORMANCE), _not_done),
    ),
    Item(
        Message("checklist.explained"),
        "",
        "31",
        "",
        _if(lambda facts: facts.result.explanation is not None, _here(EXPLANATION), _not_done),
    ),
    Item(Message("checklist.failures"), "", "39", "25", _authors),
    Item(Message("checklist.limits"), "26", "40", "26", _partly(LIMITS)),
    Item(Message("checklist.interpretation"), "25, 27a, 27b, 27c", "41", "27", _authors),
)
