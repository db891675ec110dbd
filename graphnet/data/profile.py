"""What a dataset holds, worked out once: the summary that lists, pages and forms go by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol, Self

import numpy as np

from graphnet.data.cohort import Cohort, FloatArray, IntArray, Layout
from graphnet.data.cohorts import GROUP, SCORE, cohort_of, with_target
from graphnet.data.dataset import NO_CLASS, Dataset
from graphnet.data.interpretation import Interpretation, Question
from graphnet.data.quality import Edges, blocks
from graphnet.data.recognition import ATLAS, recognised_facts
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of, rendered
from graphnet.names import rule_sentences

MOST_FINDINGS = 200
MOST_LEFT_ALONE = 200
MOST_REPEATED = 3  # ids on more than one row that are named
LISTED = ("regions", "measures", "findings", "questions")
SAID = ("notes", "problems")  # messages; stored in English too, as older versions did

Json = Mapping[str, Any]  # as it is stored and answered, read by nobody here
Box = Mapping[str, float | int | None]
READY, UNREAD, ASKS, REFUSED = "ready", "unread", "asks", "refused"


class Row(Protocol):
    """What a dataset's row says without its content."""

    @property
    def data_id(self) -> str: ...
    @property
    def data_name(self) -> str: ...
    @property
    def proj_id(self) -> str: ...
    @property
    def user_id(self) -> str: ...


@dataclass(frozen=True)
class Profile:
    """Summary of a dataset; ``problems`` says why it cannot be used, () if it can.

    ``questions`` are open: somebody must say first how the dataset is to be read. ``read`` is False
    of a dataset that no worker has read yet. ``scores`` counts subjects with a clinical score;
    that, ``connectome``, ``sites``, ``by_site`` (classes), ``distributions`` and
    ``interpretation`` are None in a profile of an older version, which did not look. ``uploaded``
    is True of one whose row this service wrote: it holds what a file was understood as.
    """

    subjects: int
    classes: dict[str, int]
    regions: tuple[str, ...]
    measures: tuple[str, ...]
    findings: tuple[Json, ...]
    notes: tuple[Message, ...]
    problems: tuple[Message, ...] = ()
    connectome: bool | None = None
    scores: int | None = None
    sites: tuple[str, ...] | None = None
    by_site: dict[str, dict[str, int]] | None = None
    distributions: Mapping[str, Mapping[str, Box]] | None = None
    interpretation: Json | None = None
    class_names: dict[str, str] = field(default_factory=dict)
    series: bool | None = None
    questions: tuple[Json, ...] = ()
    signature: str = ""
    uploaded: bool = False
    read: bool = True

    @property
    def layout(self) -> Layout:
        """Its regions and measures."""
        return Layout(self.regions, self.measures)

    @property
    def state(self) -> str:
        """``ready``, or why it cannot be used: ``unread``, ``asks``, ``refused``."""
        if not self.read:
            return UNREAD
        if self.questions:
            return ASKS
        return REFUSED if self.problems else READY

    @property
    def repetition_time(self) -> float | None:
        """The seconds from one point of its series to the next."""
        return self._reading.get("repetition_time")

    @property
    def atlas(self) -> str:
        """The title of the atlas that its regions are of; "" where that is not known."""
        atlas = self._reading.get(ATLAS)
        return str(atlas["title"]) if atlas else ""

    @property
    def _reading(self) -> Json:
        """The interpretation; empty where it is not known how the dataset was read."""
        return {} if self.interpretation is None else self.interpretation

    @classmethod
    def of(
        cls,
        cohort: Cohort,
        interpretation: Interpretation | None = None,
        edges: Edges | None = None,
    ) -> Self:
        """Summarise a cohort; ``edges`` (S, E) are those of one that holds no connectomes."""
        repeated = cohort.repeated_ids
        notes = list(cohort.notes)
        if repeated:
            notes.append(Message("data.ids-repeated", ids=first_of(repeated, MOST_REPEATED)))
        more = len(cohort.findings) - MOST_FINDINGS
        if more > 0:
            notes.append(Message("data.findings-cut", count=more))
        return cls(
            subjects=len(cohort),
            classes=_named(cohort.class_counts()),
            regions=cohort.regions,
            measures=cohort.measures,
            findings=tuple(finding.as_dict() for finding in cohort.findings[:MOST_FINDINGS]),
            notes=tuple(notes),
            connectome=cohort.connectomes is not None or edges is not None,
            scores=int((~np.isnan(cohort.scores)).sum()),
            sites=tuple(sorted(set(cohort.sites))),
            by_site={site: _named(counts) for site, counts in _classes_by_site(cohort).items()},
            distributions=distributions(cohort, edges),
            interpretation=None if interpretation is None else _shortened(interpretation),
            class_names={str(label): name for label, name in cohort.class_names.items()},
            series=cohort.series is not None,
        )

    @classmethod
    def unusable(cls, problems: Iterable[Message]) -> Self:
        """For a dataset that is not a cohort."""
        return cls(0, {}, (), (), (), (), tuple(problems), by_site={}, distributions={})

    @classmethod
    def asking(cls, questions: Iterable[Question], signature: str) -> Self:
        """For a dataset that can be read in two ways."""
        asked = tuple(question.as_dict() for question in questions)
        return cls(
            0, {}, (), (), (), (), questions=asked, signature=signature, by_site={},
            distributions={},
        )  # fmt: skip

    @classmethod
    def unread(cls) -> Self:
        """For a dataset that nobody has read yet."""
        return cls(0, {}, (), (), (), (), by_site={}, distributions={}, read=False)

    def as_dict(self) -> dict[str, Any]:
        """For the database."""
        plain = replace(self, notes=(), problems=())  # asdict would take messages apart
        stored = asdict(plain) | _sentences(self)
        del stored["read"]
        return stored

    @classmethod
    def from_dict(cls, stored: Json) -> Self:
        """Read back what :meth:`as_dict` gave, of this or an older version."""
        sites = stored.get("sites")
        plain = ("connectome", "scores", "by_site", "distributions", "interpretation", "series")
        rest: dict[str, Any] = {name: stored.get(name) for name in plain}
        rest |= {part: tuple(stored.get(part) or ()) for part in LISTED}
        rest |= {part: _messages(stored, part) for part in SAID}
        reading = rest["interpretation"]
        if reading and ATLAS not in reading:
            rest["interpretation"] = {**reading, **recognised_facts(rest["regions"])}
        return cls(
            subjects=stored["subjects"],
            classes=stored["classes"],
            sites=None if sites is None else tuple(sites),
            class_names=stored.get("class_names", {}),
            signature=stored.get("signature") or "",
            uploaded=bool(stored.get("uploaded")),
            **rest,
        )

    def shown(self, row: Row, *, detailed: bool) -> Json:
        """The dataset as an answer shows it; ``detailed`` with every finding and how values lie."""
        summary = {
            "data_id": row.data_id,
            "data_name": row.data_name,
            "proj_id": row.proj_id,
            "user_id": row.user_id,
            "state": self.state,
            "subjects": self.subjects,
            "classes": self.classes,
            "class_names": self.class_names,
            "regions": len(self.regions),
            "measures": list(self.measures),
            **_sentences(self),
            "connectome": self.connectome,
            "scores": self.scores,
            "sites": None if self.sites is None else list(self.sites),
        }
        details = {
            "findings": list(self.findings),
            "rules": rule_sentences(),
            "by_site": {} if self.by_site is None else self.by_site,
            "distributions": {} if self.distributions is None else self.distributions,
            "interpretation": self.interpretation,
            "questions": list(self.questions),
        }
        return summary | (details if detailed else {})


def profile_of(dataset: Dataset, name: str) -> Profile:
    """The profile of a dataset.

    It is of the subjects with a class, or of those with a score where nobody has a class.

    Raises:
        CohortError: nobody has either.

    """
    target = _target_of(dataset, name)
    cohort = cohort_of(dataset, name, target, squares=False)
    edges = dataset.connectomes
    if edges is not None and len(cohort) < len(edges):
        edges = edges[with_target(dataset, target)]
    return Profile.of(cohort, dataset.interpretation, edges)


def _target_of(dataset: Dataset, name: str) -> str:
    """What can be learned from a dataset: ``group``, else ``score``. Raises CohortError."""
    if (dataset.subjects.labels != NO_CLASS).any():
        return GROUP
    if np.isfinite(dataset.subjects.scores).any():
        return SCORE
    raise CohortError(Message("data.no-class-no-score", name=name))


def _sentences(profile: Profile) -> dict[str, Any]:
    """``notes`` and ``problems`` in English, and as messages."""
    sentences: dict[str, Any] = {}
    for name, messages in (("notes", profile.notes), ("problems", profile.problems)):
        sentences[name] = rendered(messages)
        sentences[f"{name[:-1]}_messages"] = [message.as_dict() for message in messages]
    return sentences


def _messages(stored: Json, name: str) -> tuple[Message, ...]:
    """As :func:`_sentences` gave them; of an older version, which stored sentences alone."""
    coded = stored.get(f"{name[:-1]}_messages")
    listed = (stored.get(name) or ()) if coded is None else coded
    return tuple(Message.from_json(message) for message in listed)


def _named(counts: Mapping[Any, int]) -> dict[str, int]:
    """By class as JSON names it, without those who have none."""
    return {str(label): count for label, count in counts.items() if str(label) != str(NO_CLASS)}


def _shortened(interpretation: Interpretation) -> Json:
    """As JSON, with so much of what was left alone as a person may read."""
    shortened = interpretation.as_dict()
    for part in ("left_alone", "left_alone_messages"):
        shortened[part] = shortened[part][:MOST_LEFT_ALONE]
    return shortened


QUANTILES = {"low": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "high": 0.95}
MOST_SITES = 50
MOST_MEASURES = 50
OTHER = "other"
CONNECTIVITY = "FC"
DIGITS = 6


def distributions(cohort: Cohort, edges: Edges | None = None) -> dict[str, dict[str, Box]]:
    """By measure and site: subjects ``n``, and the 5, 25, 50, 75 and 95 % of their values.

    Over all regions and subjects of the site that are usable; nothing is filled, scaled or clipped.
    None where there is no value. Connectivity, over the pairs of regions, stands as ``FC``. The
    smallest of more than 50 sites are taken together as ``other``; of more than 50 measures the
    first are told. ``edges`` (S, E) are those of a cohort that holds no connectomes.
    """
    rows = _rows(cohort)
    boxes = {
        measure: _boxes(cohort.features[:, :, place], rows)
        for place, measure in enumerate(_measures(cohort))
    }
    if edges is None and cohort.connectomes is not None:
        edges = _edges(cohort.connectomes)
    if edges is not None:
        boxes[CONNECTIVITY] = _boxes(edges, rows)
    return boxes


def _classes_by_site(cohort: Cohort) -> dict[str, dict[str, int]]:
    """How many subjects of each class every site has; the smallest sites as above."""
    counts = {site: Counter(cohort.labels[rows].tolist()) for site, rows in _rows(cohort).items()}
    return {
        site: {str(label): by_class[label] for label in sorted(by_class)}
        for site, by_class in counts.items()
    }


def _measures(cohort: Cohort) -> tuple[str, ...]:
    """Those of the table; a connectome that stands in their place is told as one."""
    rows = tuple(f"{CONNECTIVITY}_{region}" for region in cohort.regions)
    return () if cohort.measures == rows else cohort.measures[:MOST_MEASURES]


def _rows(cohort: Cohort) -> dict[str, IntArray]:
    """The subjects of each site, by name."""
    counts = Counter(cohort.sites)
    apart = {site for site, _ in counts.most_common(MOST_SITES)}
    names = np.array([site if site in apart else OTHER for site in cohort.sites], dtype=object)
    return {str(name): np.flatnonzero(names == name) for name in sorted(set(names.tolist()))}


def _edges(connectomes: FloatArray) -> FloatArray:
    """The edges (S, E) of connectomes (S, N, N)."""
    rows, columns = np.triu_indices(connectomes.shape[1], 1)
    edges = np.empty((len(connectomes), len(rows)), connectomes.dtype)
    for some in blocks(len(connectomes), connectomes[:1].nbytes):
        edges[some] = connectomes[some][:, rows, columns]
    return edges


def _boxes(values: Edges, rows: Mapping[str, IntArray]) -> dict[str, Box]:
    """A box for each site of ``values`` (S, …)."""
    return {site: {"n": len(own), **_quantiles(values[own])} for site, own in rows.items()}


def _quantiles(values: Edges) -> dict[str, float | None]:
    """Of ``values``, which are nobody else's and may be reordered."""
    is_usable = np.isfinite(values)
    usable = values.ravel() if is_usable.all() else values[is_usable]
    if not usable.size:
        return dict.fromkeys(QUANTILES)
    quantiles = _ordered_at(usable, np.array(list(QUANTILES.values())))
    return {
        name: float(f"{value:.{DIGITS}g}") for name, value in zip(QUANTILES, quantiles, strict=True)
    }


def _ordered_at(values: Edges, shares: FloatArray) -> FloatArray:
    """The quantiles of ``values`` (M,), which are reordered, by linear interpolation.

    As ``numpy.quantile``, which would take the memory of all values once more, and interpolate
    numbers of 32 bits in as many.
    """
    places = shares * (len(values) - 1)
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, len(values) - 1)
    values.partition(np.unique([low, high]))
    below, above = values[low].astype(np.float64), values[high].astype(np.float64)
    return np.asarray(below + (above - below) * (places - low))
