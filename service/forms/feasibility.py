"""Forms that can only fail: what folds, sites, covariates and graphs need of the datasets.

A worker would find out the same, minutes later. Only what is certain from the profiles is refused;
where a profile of an older version does not say, the worker decides.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.submissions.form import FINE_TUNE, TaskForm
from graphnet.artifacts.result import USUAL_FOLDS
from graphnet.catalogue import INNER_FOLDS, WITHOUT_DENSITY, find_model
from graphnet.config import TrainingSettings, compared_by, sweep_problems
from graphnet.data.cohort import EDGES
from graphnet.data.dataset import NUMERIC, RECOGNISED, covariate_key
from graphnet.data.interpretation import Z
from graphnet.data.profile import MOST_SITES, Profile
from graphnet.messages import Message
from graphnet.preprocessing.covariates import FEWEST, LEAST_SUBJECTS
from graphnet.preprocessing.harmonise import LEAST_SUBJECTS as LEAST_OF_SITE
from service.http.responses import FieldError

Profiles = Mapping[str, Profile]


@dataclass(frozen=True)
class Covariate:
    """A column that describes subjects; ``kind`` is ``numeric`` or another."""

    name: str
    kind: str


def covariates_of(profile: Profile) -> tuple[Covariate, ...] | None:
    """The covariates that a dataset was read with; None where its profile does not say."""
    if profile.interpretation is None:
        return None
    listed = profile.interpretation.get("covariates", ())
    return tuple(Covariate(column["name"], column["kind"]) for column in listed)


def feasibility_errors(
    form: TaskForm, profiles: Profiles, *, by_score: bool
) -> Iterator[FieldError]:
    """Why nothing can come of what the form asks for; ``profiles`` are its datasets', by name."""
    train = _Training.of(form, profiles, by_score=by_score)
    yield from _folds(train)
    yield from _sites(form, train)
    yield from _nested(form, train)
    yield from _learning_curve(form, train)
    yield from _sweep(form)
    yield from _connectomes(form, profiles)
    if form.task_type != FINE_TUNE:  # which keeps its parent's preprocessing, whatever it says
        yield from _harmonise(form, train)
        yield from _adjust(form, train, [profiles[name] for name in form.train_data])
        yield from _density(form, train.regions)


@dataclass(frozen=True)
class _Training:
    """The training subjects by their profiles: how many of each class, and of each site.

    ``classes`` is {} of a clinical score. ``by_site`` (classes) is {} where that is not known.
    """

    subjects: int
    classes: Mapping[str, int]
    sites: frozenset[str] | None
    by_site: Mapping[str, Counter[str]]
    folds: int
    asked_folds: int
    regions: int

    @classmethod
    def of(cls, form: TaskForm, profiles: Profiles, *, by_score: bool) -> "_Training":
        trained = [profiles[name] for name in form.train_data]
        classes: Counter[str] = Counter()
        for profile in trained:
            classes.update(profile.classes)
        subjects = sum(classes.values())
        if by_score:
            subjects, classes = sum(map(_with_score, trained)), Counter()
        asked = form.settings.get("cv_folds")
        fewest = min(classes.values(), default=subjects)
        alone = not form.val_data and not form.splits.get("test")
        alone = alone or bool(compared_by(form.settings))
        usual = min(USUAL_FOLDS, fewest) if alone and fewest > 1 else 0
        sites = [profile.sites for profile in trained]
        named = frozenset(site for listed in sites for site in listed or ())
        known = None if None in sites else named
        return cls(
            *(subjects, classes, known, {} if by_score else _by_site(trained, known)),
            *(usual if asked is None else asked, asked or 0, len(trained[0].regions)),
        )

    def left(self, count: int) -> int:
        """How many of so many are trained on in the smallest fold, if there are folds."""
        return count - -(-count // self.folds) if self.folds else count

    @property
    def at_sites(self) -> dict[str, int]:
        """Subjects by site; {} where that is not known."""
        return {site: counts.total() for site, counts in self.by_site.items()}


def _with_score(profile: Profile) -> int:
    """How many subjects have a score; an old profile does not say, so all may."""
    return sum(profile.classes.values()) if profile.scores is None else profile.scores


def _by_site(trained: Sequence[Profile], sites: frozenset[str] | None) -> dict[str, Counter[str]]:
    """{} where a profile does not say, or takes its smallest sites together."""
    if sites is None:
        return {}
    by_site: dict[str, Counter[str]] = {}
    for profile in trained:
        if profile.by_site is None or len(profile.sites or ()) > MOST_SITES:
            return {}
        for site, counts in profile.by_site.items():
            by_site.setdefault(site, Counter()).update(counts)
    return by_site


def _folds(train: _Training) -> Iterator[FieldError]:
    """No more folds than the smallest class has subjects, or than there are with a score."""
    folds = train.asked_folds
    if not folds:
        return
    if not train.classes:
        fewest = train.subjects
        message = Message("forms.folds-over-subjects", folds=folds, count=fewest)
    else:
        label, fewest = min(train.classes.items(), key=lambda counted: counted[1])
        message = Message("forms.folds-over-class", folds=folds, label=label, count=fewest)
    if fewest < folds:
        yield FieldError("param_set.cv_folds", message)


def _sites(form: TaskForm, train: _Training) -> Iterator[FieldError]:
    """What compares sites needs two of them, and both classes at the others."""
    if train.sites is None:
        return
    # A fine-tuning keeps its parent's harmonisation, whatever the form says.
    settings = ["leave_site_out"] * bool(form.settings.get("leave_site_out"))
    if form.task_type != FINE_TUNE and _harmonises(form):
        settings.append(_harmonises(form))
    if len(train.sites) < 2:
        for name in settings:
            field, named = f"param_set.{name}", sorted(train.sites)
            yield FieldError(field, Message("forms.one-site", field=field, sites=named))
        return
    if not form.settings.get("leave_site_out"):
        return
    alone = [site for site in sorted(train.by_site) if sum(map(bool, _others(train, site))) < 2]
    if alone:
        yield FieldError("param_set.leave_site_out", Message("forms.site-of-class", sites=alone))


def _others(train: _Training, site: str) -> list[int]:
    """How many subjects of each class are at all other sites."""
    at = train.by_site.get(site, Counter())
    return [count - at[label] for label, count in train.classes.items()]


def _harmonises(form: TaskForm) -> str:
    """The setting that has site effects removed; "" where none has."""
    if form.settings.get("adjust") == "combat":
        return "adjust"
    return "harmonise" if form.settings.get("harmonise") else ""


def _harmonise(form: TaskForm, train: _Training) -> Iterator[FieldError]:
    """Every site needs subjects, in every fold; of two sites none can be left out."""
    name = _harmonises(form)
    if not name or train.sites is None or len(train.sites) < 2:
        return
    field = f"param_set.{name}"
    few = {site: count for site, count in train.at_sites.items() if count < LEAST_OF_SITE}
    if few:
        yield FieldError(field, Message("forms.harmonise-few", field=field, **_named_sites(few)))
    elif train.folds:
        few = {
            site: count
            for site, count in train.at_sites.items()
            if train.left(count) < LEAST_OF_SITE
        }
        if few:
            values: dict[str, Any] = {"folds": train.folds, "field": field, **_named_sites(few)}
            yield FieldError(field, Message("forms.harmonise-few-in-folds", **values))
    if form.settings.get("leave_site_out") and len(train.sites) == 2:
        message = Message("forms.harmonise-two-sites", sites=sorted(train.sites))
        yield FieldError("param_set.leave_site_out", message)


def _named_sites(few: Mapping[str, int]) -> dict[str, int | list[Message]]:
    sites = [Message("data.site-has", site=site, count=count) for site, count in few.items()]
    return {"least": LEAST_OF_SITE, "sites": sites}


def _nested(form: TaskForm, train: _Training) -> Iterator[FieldError]:
    """The inner folds need as many subjects of each class, of those that a fold trains on."""
    setting = "nested" if form.settings.get("nested") else compared_by(form.settings)
    if not setting:
        return
    field, least = f"param_set.{setting}", INNER_FOLDS
    if train.folds and train.folds >= 2:
        label, fewest = min(
            train.classes.items(), key=lambda counted: counted[1], default=("", train.subjects)
        )
        left = train.left(fewest)
        if left < least and fewest >= train.folds:
            values = {"label": label, "count": fewest, "folds": train.folds, "left": left}
            values["setting"] = setting
            named = "yes" if train.classes else "no"
            yield FieldError(field, Message("forms.nested-few", least=least, named=named, **values))
    if form.settings.get("leave_site_out") and len(train.by_site) > 1:
        few = [site for site in sorted(train.by_site) if 0 < min(_others(train, site)) < least]
        if few:
            message = Message(
                "forms.nested-few-without-site", least=least, sites=few, setting=setting
            )
            yield FieldError(field, message)


def _learning_curve(form: TaskForm, train: _Training) -> Iterator[FieldError]:
    """It needs somebody to test on, and settings that are the same for every share."""
    if not form.settings.get("learning_curve"):
        return
    field = "param_set.learning_curve"
    if form.settings.get("nested"):
        yield FieldError(field, Message("options.curve-nested"))
    if not train.folds and not form.splits.get("test"):
        yield FieldError(field, Message("forms.learning-curve-nobody"))


def _sweep(form: TaskForm) -> Iterator[FieldError]:
    """A sweep trains from scratch, and needs folds of which each makes its own choice."""
    setting = compared_by(form.settings)
    if not setting:
        return
    field = f"param_set.{setting}"
    if form.task_type == FINE_TUNE:
        yield FieldError(field, Message("options.sweep-from-scratch", setting=setting))
    for problem in sweep_problems(form.settings):
        yield FieldError(field, problem)


def _adjust(form: TaskForm, train: _Training, profiles: Sequence[Profile]) -> Iterator[FieldError]:
    """Covariates need subjects to be fitted on, of the controls if it is to be these."""
    adjust = str(form.settings.get("adjust") or "none")
    if adjust == "none":
        return
    fitted_on = train.subjects
    if adjust == "regress_controls":
        labelled = sorted({int(label) for profile in profiles for label in profile.classes})
        if len(labelled) < 2:
            yield FieldError("param_set.adjust", Message("data.adjust-no-controls"))
            return
        if train.classes:
            fitted_on = train.classes[str(labelled[0])]
    columns = _columns(form, profiles)
    least = max(FEWEST, LEAST_SUBJECTS * (columns + 1))
    values = {"least": least, "columns": columns}
    if fitted_on < least:
        message = Message("data.adjust-few-subjects", count=fitted_on, **values)
        yield FieldError("param_set.adjust", message)
    elif train.left(fitted_on) < least:
        counts = {"folds": train.folds, "left": train.left(fitted_on), "count": fitted_on}
        message = Message("forms.adjust-few-in-folds", **counts, **values)
        yield FieldError("param_set.adjust", message)


def _columns(form: TaskForm, profiles: Sequence[Profile]) -> int:
    """How many columns covariates have at least: one of a number, two of words that vary."""
    asked = {covariate_key(name) for name in form.settings.get("covariates") or ()}
    known = [covariates_of(profile) for profile in profiles]
    kinds = {
        covariate_key(covariate.name): covariate.kind
        for covariates in known
        for covariate in covariates or ()
    }
    if not asked:  # of those that are recognised, one at least varies
        return 1 if kinds.keys() & set(RECOGNISED) else 0
    return sum(1 if kinds.get(key, NUMERIC) == NUMERIC else 2 for key in asked)


def _density(form: TaskForm, regions: int) -> Iterator[FieldError]:
    """A density that was asked for leaves an edge."""
    settings, usual = form.settings, TrainingSettings()
    density = settings.get("density", usual.density)
    pairs = regions * (regions - 1) // 2
    recommended = find_model(form.model).recommended.get("graph", usual.graph)
    free = settings.get("graph", recommended) in {*WITHOUT_DENSITY, "mst"}
    if free or settings.get("threshold") is not None or density == usual.density or not pairs:
        return
    if round(density * pairs) == 0:
        values = {"density": density, "pairs": pairs, "regions": regions}
        least = -(-501 // pairs) / 1000
        message = Message("graphs.density-without-edges", least=least, **values)
        yield FieldError("param_set.density", message)


def _connectomes(form: TaskForm, profiles: Profiles) -> Iterator[FieldError]:
    """All connectomes hold the same, and ``partial`` is computed from correlations."""
    kinds = {name: kind for name in profiles if (kind := _edges(profiles[name]))}
    if len(kinds) < len(profiles):
        return  # connectomes are used where all have them
    trained = kinds[form.train_data[0]]
    for split, names in form.splits.items():
        other = [name for name in names if kinds[name] != trained]
        if other:
            values = {"train": EDGES[trained], "edges": EDGES[kinds[other[0]]], "split": split}
            yield FieldError(f"{split}_data", Message("data.other-edges", **values))
            return
    if form.settings.get("graph") == "partial" and form.task_type != FINE_TUNE and trained != Z:
        message = Message("graphs.partial-needs-correlations", edges=EDGES[trained])
        yield FieldError("param_set.graph", message)


def _edges(profile: Profile) -> str:
    """What the connectomes of a dataset hold; "" where it has none, or does not say."""
    reading = None if profile.interpretation is None else profile.interpretation.get("connectome")
    if not profile.connectome or not reading:
        return ""
    kind = Z if reading.get("values") == "r" else str(reading.get("values"))
    return kind if kind in EDGES else ""
