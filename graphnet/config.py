"""The settings of a training and of its evaluation, each declared once. Free of torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from math import prod
from typing import Any, Self

from graphnet.catalogue import (
    GRAPHS,
    MODELS,
    SERIES_CONNECTIVITY,
    SERIES_MEASURES,
    WITHOUT_DENSITY,
    ModelCard,
    find_model,
    uses_graph,
)
from graphnet.errors import SettingsError
from graphnet.messages import Message
from graphnet.options import (
    MOST_CANDIDATES,
    NOTHING,
    Bound,
    Choice,
    Flag,
    Grid,
    NameLists,
    Names,
    Option,
    Several,
    option,
    options_of,
)

LAST_SEED = 2**31 - 1
NEIGHBOURLY = ("knn", "spatial")  # graphs that link a number of neighbours
ADJUSTMENTS = ("none", "regress", "regress_controls", "combat")
DEVICES = ("any", "cpu", "cuda")


@dataclass(frozen=True)
class TrainingSettings:
    """How one model is trained. The defaults are the usual ones; a model's own may differ.

    ``learning_rate`` is multiplied by ``lr_decay`` every ``lr_step_size`` epochs (``lr_schedule``
    ``step``), follows half a ``cosine``, or stays ``constant``; ``weight_decay`` is decoupled
    (AdamW, Loshchilov & Hutter 2019). A data-driven ``graph`` keeps ``density`` of the region
    pairs as edges, or those of weight ``threshold`` and more, by its ``sign`` policy; k-nearest
    graphs link ``neighbours`` regions. Of time series ``series_connectivity`` is the connectome,
    and ``series_measures`` are the measures of each region. ``label`` is the class or the clinical
    score. ``early_stopping`` is how many epochs without gain on the validation subjects are
    waited for (0: all epochs). ``calibrate`` corrects how certain the probabilities are, by
    predictions of training subjects out of folds. ``seeds`` replicas, from ``seed`` on, are trained
    and averaged. ``fine_tune`` says which parameters of a parent are trained on, ``optimiser``
    whether its moments are kept. ``harmonise`` removes site effects by ComBat, fitted on training
    subjects. ``adjust`` regresses the covariates out of the measures, fitted on all training
    subjects or on the controls among them; or it removes site effects by a ComBat that keeps what
    they explain. ``covariate_inputs`` are those that the model sees beside the measures.
    """

    model: str = "SGN"
    learning_rate: float = option(0.01, Bound(float, 0, 10, open=True), "usual", descent=True)
    batch_size: int = option(32, Bound(int, 1, 100_000), "usual", descent=True)
    epochs: int = option(200, Bound(int, 1, 100_000), "usual", descent=True)
    lr_step_size: int = option(60, Bound(int, 1, 100_000), "usual", descent=True)
    lr_decay: float = option(0.2, Bound(float, 0, 1, open=True), "usual", descent=True)
    lr_schedule: str = option(
        "step",
        Choice(("step", "cosine", "constant")),
        "training",
        paragraph="training",
        descent=True,
    )
    weight_decay: float = option(
        0.0, Bound(float, 0, 10), "training", paragraph="training", descent=True
    )
    graph: str = option("covariance", Choice(GRAPHS), "graph")
    density: float = option(0.1, Bound(float, 0, 1, open=True), "graph")
    threshold: float | None = option(None, Bound(float, 0, 100), "graph")
    sign: str = option("positive", Choice(("positive", "absolute", "signed")), "graph")
    neighbours: int = option(8, Bound(int, 1, 1000), "graph")
    series_connectivity: str = option("correlation", Choice(SERIES_CONNECTIVITY), "graph")
    series_measures: str = option(NOTHING, Several(SERIES_MEASURES), "graph")
    label: str = option("group", Choice(("group", "score")), "target")
    harmonise: bool = option(default=False, accepts=Flag(), group="target")
    adjust: str = option("none", Choice(ADJUSTMENTS), "target")
    covariate_inputs: tuple[str, ...] | None = option(None, Names(), "target")
    early_stopping: int = option(0, Bound(int, 0, 100_000), "training", descent=True)
    calibrate: bool = option(default=True, accepts=Flag(), group="training")
    fine_tune: str = option(
        "all", Choice(("all", "last_layers", "readout")), "fine-tuning", descent=True
    )
    optimiser: str = option("fresh", Choice(("fresh", "kept")), "fine-tuning", descent=True)
    seed: int = option(0, Bound(int, 0, LAST_SEED), "usual")
    seeds: int = option(1, Bound(int, 1, 100), "training", paragraph="training", descent=True)

    def __post_init__(self) -> None:
        _check(self)
        if self.covariate_inputs is not None:  # a list where it comes from JSON
            object.__setattr__(self, "covariate_inputs", tuple(self.covariate_inputs))
        card = MODELS.get(self.model)
        if card is not None and card.is_solved and self.label == "score":
            raise SettingsError(Message("options.solved-score", model=self.model))

    @classmethod
    def for_model(cls, name: str, **chosen: Any) -> Self:
        """The model's recommended settings, overridden by ``chosen`` where these have an effect.

        Raises:
            SettingsError: an unknown model or setting, or a value out of range.

        """
        card = find_model(name)
        unknown = sorted(set(chosen) - SETTINGS)
        if unknown:
            raise SettingsError(Message("options.unknown", names=unknown))
        chosen = {name: chosen[name] for name in chosen if name not in without_effect(card)}
        return cls(**{**card.recommended, **chosen, "model": card.name})

    @classmethod
    def for_connectomes(cls, name: str, **chosen: Any) -> Self:
        """Likewise where the rows of a connectome are the measures. Raises SettingsError."""
        return cls.for_model(name, **{**find_model(name).of_connectomes, **chosen})

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)


# What a sweep may list. Not what decides which question is asked: whom the data are adjusted for,
# or what is predicted.
SWEPT = ("graph", "density", "threshold", "sign", "neighbours", "learning_rate", "weight_decay",
         "batch_size", "epochs", "lr_decay", "lr_step_size", "lr_schedule", "seed")  # fmt: skip
SWEEP = Grid(
    {
        "model": Choice(tuple(MODELS)),
        **{
            name: declared.accepts
            for name, declared in options_of(TrainingSettings).items()
            if name in SWEPT and isinstance(declared.accepts, Bound | Choice)
        },
    }
)


@dataclass(frozen=True)
class Evaluation:
    """How a trained model is judged, besides by the subjects of the form.

    ``cv_folds``-fold cross-validation of the training subjects, ``cv_repeats`` times; None: ten
    folds where the form has no subjects who are new to the model, otherwise none. Each fold has as
    many of each class, with ``cv_balance`` of each site, and of each level of the covariates, too.
    ``nested`` chooses learning rate, weight decay and density within each fold, on its training
    subjects alone. ``sweep`` lists values of settings: all combinations are compared within each
    fold likewise, and the model has those that are best on inner folds of all training subjects.
    ``atlases`` names other datasets with the same subjects, the datasets of one atlas together:
    every combination is compared on each, and the model is that of the best one.
    ``learning_curve`` trains on shares of the training subjects, too.
    ``leave_site_out`` tests on each site in turn. ``permutations`` of the labels
    give a p-value of the cross-validated AUC. ``baselines`` are fitted on the same subjects and
    folds; ``covariates`` are those that results are checked against; None: age, sex, motion and
    others that are recognised. ``explain`` attributes the predictions to regions and measures.
    ``compare_scratch`` trains a fine-tuned model from scratch too, if there are baselines.
    ``prevalence`` is the share of class 1 for which predictive values are reported besides.
    ``fan_out`` is how many workers may share the folds, and the seeds.
    """

    cv_folds: int | None = option(None, Bound(int, 2, 100, or_zero=True), "usual")
    cv_repeats: int = option(1, Bound(int, 1, 100), "usual")
    cv_balance: str = option("class", Choice(("class", "site", "covariates")), "evaluation")
    nested: bool = option(default=False, accepts=Flag(), group="evaluation")
    learning_curve: bool = option(default=False, accepts=Flag(), group="evaluation")
    sweep: str | None = option(None, SWEEP, "evaluation")
    atlases: tuple[tuple[str, ...], ...] | None = option(None, NameLists(), "evaluation")
    leave_site_out: bool = option(default=False, accepts=Flag(), group="evaluation")
    permutations: int = option(0, Bound(int, 0, 100_000), "evaluation")
    baselines: bool = option(default=True, accepts=Flag(), group="evaluation")
    explain: bool = option(default=True, accepts=Flag(), group="evaluation")
    compare_scratch: bool = option(default=True, accepts=Flag(), group="fine-tuning")
    covariates: tuple[str, ...] | None = option(None, Names(), "evaluation")
    prevalence: float | None = option(None, Bound(float, 0, 1, open=True), "evaluation")
    fan_out: int = option(1, Bound(int, 1, 100), "execution")

    def __post_init__(self) -> None:
        _check(self)
        if self.atlases is not None:  # lists where they come from JSON
            object.__setattr__(self, "atlases", tuple(map(tuple, self.atlases)))

    @property
    def compares(self) -> bool:
        """Whether candidates are compared: a sweep, or atlases."""
        return bool(compared_by(vars(self)))


@dataclass(frozen=True)
class Execution:
    """What a form says besides: on which device a task may run, and whether its model is kept."""

    save_model_state: bool = option(default=True, accepts=Flag(), group="usual")
    device: str = option("any", Choice(DEVICES), "execution")


SETTINGS = {declared.name for declared in fields(TrainingSettings)}
EVALUATION = {declared.name for declared in fields(Evaluation)}
OPTIONS = options_of(TrainingSettings) | options_of(Evaluation)
FORM_OPTIONS = OPTIONS | options_of(Execution)
# What a fine-tuning takes from its parent, whatever the form says.
INHERITED = ("graph", "density", "threshold", "sign", "neighbours", "harmonise", "adjust", "label",
             "series_connectivity", "series_measures", "covariate_inputs")  # fmt: skip


def without_effect(card: ModelCard) -> frozenset[str]:
    """The settings that change nothing in a model."""
    solved = (name for name, declared in OPTIONS.items() if declared.descent and card.is_solved)
    return frozenset(solved)


def candidates_of(
    sweep: str | None,
    model: str,
    chosen: Mapping[str, Any],
    *,
    connectomes: bool,
    atlases: bool = False,
) -> tuple[TrainingSettings, ...]:
    """The settings that a sweep compares, each once, in the order of its lists; () without one.

    Where ``atlases`` are compared and nothing is listed, what was ``chosen`` is the only one. Each
    has its own model's recommended settings, then what was ``chosen`` for all, then its own values.
    What a model or graph makes no use of is as usual, so that no candidate counts twice.

    Raises:
        SettingsError: an unknown model or setting, or a value out of range.

    """
    if not (sweep or atlases):
        return ()
    lists = SWEEP.lists(sweep or "")
    recommended = TrainingSettings.for_connectomes if connectomes else TrainingSettings.for_model
    found = []
    for values in product(*lists.values()):
        own = {**chosen, **dict(zip(lists, values, strict=True))}
        found.append(_in_use(recommended(own.pop("model", model), **own)))
    return tuple(dict.fromkeys(found))


def _in_use(settings: TrainingSettings) -> TrainingSettings:
    """The same without values that change nothing."""
    usual = TrainingSettings()
    if not uses_graph(settings.model):
        settings = replace(settings, graph="none")
    unused = ["density", "threshold"] if settings.graph in WITHOUT_DENSITY else []
    unused += ["density"] if settings.threshold is not None else []
    unused += ["neighbours"] if settings.graph not in NEIGHBOURLY else []
    unused += ["sign"] if settings.graph == "none" else []
    settings = replace(settings, **{name: getattr(usual, name) for name in unused})
    own = TrainingSettings.for_model(settings.model)
    idle = without_effect(find_model(settings.model)) & SETTINGS
    return replace(settings, **{name: getattr(own, name) for name in idle})


def swept_values(settings: TrainingSettings, sweep: str) -> dict[str, Any]:
    """What a candidate has of the settings that a sweep lists; None where it makes no use of it."""
    values = {name: getattr(settings, name) for name in SWEEP.lists(sweep)}
    if settings.graph in WITHOUT_DENSITY:
        values |= dict.fromkeys({"density", "threshold"} & set(values))
    if settings.graph not in NEIGHBOURLY:
        values |= dict.fromkeys({"neighbours"} & set(values))
    idle = without_effect(find_model(settings.model))
    return {name: None if name in idle else value for name, value in values.items()}


def swept_words(settings: TrainingSettings, sweep: str) -> list[str]:
    """Its values of what a sweep lists, in words: ``graph knn`` and ``neighbours 8``."""
    values = swept_values(settings, sweep).items()
    return [f"{name} {value}" for name, value in values if value is not None]


def options_in(group: str) -> list[Option]:
    """The options of a group, in the order of their declarations."""
    return [declared for declared in FORM_OPTIONS.values() if declared.group == group]


def compared_by(settings: Mapping[str, Any]) -> str:
    """The setting that has candidates compared, ``sweep`` or ``atlases``; "" where none has."""
    return next((name for name in ("sweep", "atlases") if settings.get(name)), "")


def candidate_count(settings: Mapping[str, Any]) -> int:
    """How many combinations a sweep and its atlases are; 1 without both."""
    listed = SWEEP.lists(settings.get("sweep") or "").values()
    atlases = settings.get("atlases")
    others = len(atlases) if isinstance(atlases, (list, tuple)) else 0
    return (1 + others) * prod(map(len, listed))


def sweep_problems(settings: Mapping[str, Any]) -> list[Message]:
    """What a sweep, or atlases, cannot be combined with."""
    setting = compared_by(settings)
    problems = {
        "options.sweep-nested": settings.get("nested"),
        "options.sweep-curve": settings.get("learning_curve"),
        "options.sweep-needs-folds": settings.get("cv_folds") == 0,
    }
    found = [Message(code, setting=setting) for code, is_so in problems.items() if is_so]
    count = candidate_count(settings) if setting else 0
    if count > MOST_CANDIDATES:
        found.append(Message("options.atlases-count", count=count, most=MOST_CANDIDATES))
    return found


def _check(settings: TrainingSettings | Evaluation) -> None:
    values = {name: getattr(settings, name) for name in options_of(settings)}
    accepted = {
        name: value for name, value in values.items() if value is None or OPTIONS[name].holds(value)
    }
    problems = [
        OPTIONS[name].refusal(value) for name, value in values.items() if name not in accepted
    ]
    if isinstance(settings, Evaluation) and compared_by(accepted):
        problems += sweep_problems(accepted)
    if problems:
        raise SettingsError(*problems)
