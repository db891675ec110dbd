"""What can be asked of a training: settings and the catalogue of models. Free of torch."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from graphnet.errors import SettingsError


@dataclass(frozen=True)
class Bound:
    """The range of a setting: up to ``high``; from ``low``, or above it where that is ``open``."""

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


BOUNDS = {
    "learning_rate": Bound(float, 0, 10, open=True),
    "batch_size": Bound(int, 1, 100_000),
    "epochs": Bound(int, 1, 100_000),
    "lr_step_size": Bound(int, 1, 100_000),
    "lr_decay": Bound(float, 0, 1, open=True),
    "weight_decay": Bound(float, 0, 10),
    "density": Bound(float, 0, 1, open=True),
    "seed": Bound(int, 0, 2**31 - 1),
}


@dataclass(frozen=True)
class ModelCard:
    """A model as a form's select shows it."""

    name: str
    summary: str
    source: str
    settings: "Settings"


@dataclass(frozen=True)
class Settings:
    """How one model is trained. The defaults are the model's own, see :data:`MODELS`.

    ``learning_rate`` is multiplied by ``lr_decay`` every ``lr_step_size`` epochs;
    ``weight_decay`` is decoupled (AdamW, Loshchilov & Hutter 2019); ``density`` is the share of
    region pairs that a data-driven graph keeps as edges.
    """

    model: str = "SGN"
    learning_rate: float = 0.01
    batch_size: int = 32
    epochs: int = 200
    lr_step_size: int = 60
    lr_decay: float = 0.2
    weight_decay: float = 0.0
    graph: str = "covariance"
    density: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        problems = [
            f"{name} is {getattr(self, name)!r}; it must be {bound}."
            for name, bound in BOUNDS.items()
            if not bound.holds(getattr(self, name))
        ]
        if self.graph not in GRAPHS:
            problems.append(f"graph is {self.graph!r}; it must be one of {', '.join(GRAPHS)}.")
        if problems:
            raise SettingsError(*problems)

    @classmethod
    def for_model(cls, name: str, **asked: Any) -> Self:
        """The model's recommended settings, with what was asked for in their place.

        Raises:
            SettingsError: an unknown model or setting, or a value out of range.

        """
        card = find_model(name)
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(asked) - known)
        if unknown:
            raise SettingsError(f"Unknown settings: {', '.join(unknown)}.")
        merged = {**asdict(card.settings), **asked, "model": card.name}
        return cls(**merged)

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)


GRAPHS = {
    "covariance": "Regions that vary together over the training subjects, one graph for all.",
    "similarity": "Regions with a like profile of measures, one graph for each subject.",
    "full": "Every pair of regions i ≤ j, without weights: the reference net's graph.",
}

LEAST_MEASURES = 3  # for the graph 'similarity': over two, every correlation is ±1

MODELS = {
    "SGN": ModelCard(
        name="SGN",
        summary=(
            "Schizo Graph Net: graph convolutions that keep apart which region is which, "
            "beside a linear path. The default."
        ),
        source="This project; graph convolution after Kipf & Welling 2017 (arXiv:1609.02907).",
        settings=Settings(model="SGN"),
    ),
    "GCN": ModelCard(
        name="GCN",
        summary=(
            "The reference net of the service before this one: two graph convolutions and a mean "
            "over regions. Kept for comparison; it forgets which region is which."
        ),
        source="Kipf & Welling 2017, arXiv:1609.02907.",
        settings=Settings(
            model="GCN", learning_rate=0.05, batch_size=10, weight_decay=0.0, graph="full"
        ),
    ),
}

ALIASES = {"GNN": "SGN"}


def find_model(name: str) -> ModelCard:
    """The card of a model by its name or alias, in any case; an empty name is the default.

    Raises:
        SettingsError: there is no such model.

    """
    by_name = {known.upper(): known for known in MODELS} | ALIASES
    found = by_name.get(name.strip().upper() or "SGN")
    if found is None:
        raise SettingsError(
            f"model is {name!r}; it must be one of {', '.join([*MODELS, *ALIASES])}."
        )
    return MODELS[found]
