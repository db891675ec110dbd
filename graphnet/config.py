"""What can be asked of a training and of its evaluation. Free of torch."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from graphnet.catalogue import GRAPHS, find_model
from graphnet.errors import SettingsError


@dataclass(frozen=True)
class Bound:
    """The range of a number: up to ``high``; from ``low``, or above it where that is ``open``."""

    kind: type[int] | type[float]
    low: float
    high: float
    open: bool = False

    def holds(self, value: object) -> bool:
        """Whether ``value`` is of the kind and lies in the range; NaN and booleans do not."""
        kinds = int if self.kind is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return False
        above = value > self.low if self.open else value >= self.low
        return above and value <= self.high

    def __str__(self) -> str:
        kind = "a whole number" if self.kind is int else "a number"
        start = f"above {self.low:g}" if self.open else f"from {self.low:g}"
        return f"{kind} {start} up to {self.high:.10g}"


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    names: Collection[str]

    def holds(self, value: object) -> bool:
        """Whether ``value`` is one of the names."""
        return isinstance(value, str) and value in self.names

    def __str__(self) -> str:
        return f"one of {', '.join(self.names)}"


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def holds(self, value: object) -> bool:
        """Whether ``value`` is a boolean."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


Option = Bound | Choice | Flag

BOUNDS = {
    "learning_rate": Bound(float, 0, 10, open=True),
    "batch_size": Bound(int, 1, 100_000),
    "epochs": Bound(int, 1, 100_000),
    "lr_step_size": Bound(int, 1, 100_000),
    "lr_decay": Bound(float, 0, 1, open=True),
    "weight_decay": Bound(float, 0, 10),
    "density": Bound(float, 0, 1, open=True),
    "threshold": Bound(float, 0, 100),
    "neighbours": Bound(int, 1, 1000),
    "early_stopping": Bound(int, 0, 100_000),
    "seed": Bound(int, 0, 2**31 - 1),
    "seeds": Bound(int, 1, 100),
    "cv_folds": Bound(int, 0, 100),
    "cv_repeats": Bound(int, 1, 100),
    "permutations": Bound(int, 0, 100_000),
    "fan_out": Bound(int, 1, 100),
}

CHOICES = {
    "lr_schedule": Choice(("step", "cosine", "constant")),
    "graph": Choice(GRAPHS),
    "sign": Choice(("positive", "absolute", "signed")),
    "label": Choice(("group", "score")),
    "fine_tune": Choice(("all", "last_layers", "readout")),
    "optimiser": Choice(("fresh", "kept")),
}

FLAGS = {name: Flag() for name in ("harmonise", "leave_site_out", "nested", "baselines", "explain")}

OPTIONS: dict[str, Option] = {**BOUNDS, **CHOICES, **FLAGS}


@dataclass(frozen=True)
class TrainingSettings:
    """How one model is trained. The defaults are the usual ones; a model's own may differ.

    ``learning_rate`` is multiplied by ``lr_decay`` every ``lr_step_size`` epochs (``lr_schedule``
    ``step``), follows half a ``cosine``, or stays ``constant``; ``weight_decay`` is decoupled
    (AdamW, Loshchilov & Hutter 2019). A data-driven ``graph`` keeps ``density`` of the region
    pairs as edges, or those of weight ``threshold`` and more, by its ``sign`` policy; k-nearest
    graphs link ``neighbours`` regions. ``label`` is the class or the clinical score.
    ``early_stopping`` is how many epochs without gain on the validation subjects are waited for
    (0: all epochs). ``seeds`` replicas, from ``seed`` on, are trained and averaged.
    ``fine_tune`` says which parameters of a parent are trained on, ``optimiser`` whether its
    moments are kept. ``harmonise`` removes site effects by ComBat, fitted on training subjects.
    """

    model: str = "SGN"
    learning_rate: float = 0.01
    batch_size: int = 32
    epochs: int = 200
    lr_step_size: int = 60
    lr_decay: float = 0.2
    lr_schedule: str = "step"
    weight_decay: float = 0.0
    graph: str = "covariance"
    density: float = 0.1
    threshold: float | None = None
    sign: str = "positive"
    neighbours: int = 8
    label: str = "group"
    harmonise: bool = False
    early_stopping: int = 0
    fine_tune: str = "all"
    optimiser: str = "fresh"
    seed: int = 0
    seeds: int = 1

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def for_model(cls, name: str, **asked: Any) -> Self:
        """The model's recommended settings, with what was asked for in their place.

        Raises:
            SettingsError: an unknown model or setting, or a value out of range.

        """
        card = find_model(name)
        unknown = sorted(set(asked) - SETTINGS)
        if unknown:
            raise SettingsError(f"Unknown settings: {', '.join(unknown)}.")
        return cls(**{**card.recommended, **asked, "model": card.name})

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)


@dataclass(frozen=True)
class Evaluation:
    """How a trained model is judged, besides by the subjects of the form.

    ``cv_folds``-fold cross-validation of the training subjects, ``cv_repeats`` times; None: ten
    folds where the form has no subjects who are new to the model, otherwise none. ``nested``
    chooses learning rate, weight decay and density within each fold, on its training subjects
    alone. ``leave_site_out`` tests on each site in turn. ``permutations`` of the labels give a
    p-value of the cross-validated AUC. ``baselines`` are fitted on the same subjects and folds;
    ``explain`` attributes the predictions to regions and measures. ``fan_out`` is how many workers
    may share the folds, and the seeds.
    """

    cv_folds: int | None = None
    cv_repeats: int = 1
    nested: bool = False
    leave_site_out: bool = False
    permutations: int = 0
    baselines: bool = True
    explain: bool = True
    fan_out: int = 1

    def __post_init__(self) -> None:
        _check(self)
        if self.cv_folds == 1:
            raise SettingsError("cv_folds is 1; it must be 2 or more, or 0 for none.")


SETTINGS = {each.name for each in fields(TrainingSettings)}
# What a fine-tuning takes from its parent, whatever was asked for.
INHERITED = ("graph", "density", "threshold", "sign", "neighbours", "harmonise", "label")
EVALUATION = {each.name for each in fields(Evaluation)}


def _check(asked: TrainingSettings | Evaluation) -> None:
    values = {each.name: getattr(asked, each.name) for each in fields(asked)}
    problems = [
        f"{name} is {value!r}; it must be {OPTIONS[name]}."
        for name, value in values.items()
        if name in OPTIONS and value is not None and not OPTIONS[name].holds(value)
    ]
    if problems:
        raise SettingsError(*problems)
