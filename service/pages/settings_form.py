"""The settings of a form as a person sees them: in groups, each with a name and what it does."""

from typing import Any, NamedTuple

from graphnet.catalogue import GRAPHS
from graphnet.config import OPTIONS, Bound, Choice, Flag

NUMBER, CHOICE, FLAG = "number", "choice", "flag"


class Setting(NamedTuple):
    """A field of ``param_set``: its label and a sentence of what it does, both in English."""

    name: str
    label: str
    told: str


class Group(NamedTuple):
    """Settings that belong together."""

    title: str
    settings: tuple[Setting, ...]


USUAL = (
    Setting("epochs", "Epochs", "How often the training goes through all training subjects."),
    Setting("learning_rate", "Learning rate", "How large the first steps are."),
    Setting("batch_size", "Batch size", "Subjects that a step looks at."),
    Setting(
        "lr_step_size",
        "Epochs between decays",
        "After so many epochs, again and again, the learning rate is multiplied by the decay.",
    ),
    Setting("lr_decay", "Decay", "What the learning rate is then multiplied by."),
    Setting("seed", "Seed", "The same seed on the same device gives the same model."),
    Setting(
        "cv_folds",
        "Cross-validation folds",
        "Empty: 10 where no validation or test subject is new to the model. 0: never.",
    ),
    Setting("cv_repeats", "Repeats of the folds", "How often the subjects are divided anew."),
    Setting(
        "save_model_state",
        "Keep the model",
        "Needed to fine-tune it, to predict with it, and to download it.",
    ),
)

MORE = (
    Group(
        "Graph of regions",
        (
            Setting("graph", "Graph", "Which regions are joined."),
            Setting("density", "Density", "The share of region pairs that are kept as edges."),
            Setting(
                "threshold",
                "Threshold",
                "Edges of this weight and more are kept, instead of by density.",
            ),
            Setting("sign", "Negative weights", "What becomes of edges below zero."),
            Setting("neighbours", "Neighbours", "How many regions the graph knn joins to each."),
        ),
    ),
    Group(
        "Training",
        (
            Setting("lr_schedule", "Course of the learning rate", "How it falls over the epochs."),
            Setting("weight_decay", "Weight decay", "Draws parameters towards zero (AdamW)."),
            Setting(
                "early_stopping",
                "Early stopping",
                "Epochs without gain on the validation subjects to wait for. 0: all epochs.",
            ),
            Setting(
                "seeds", "Seeds", "So many models are trained, and their predictions averaged."
            ),
        ),
    ),
    Group(
        "Evaluation",
        (
            Setting(
                "leave_site_out",
                "Leave each site out",
                "Each site of the training subjects is tested on in turn.",
            ),
            Setting(
                "nested",
                "Nested selection",
                "Learning rate, weight decay and density are chosen in each fold.",
            ),
            Setting(
                "permutations",
                "Permutations",
                "Shufflings of the labels, for a p-value of the AUC. 0: none.",
            ),
            Setting("baselines", "Baselines", "Simple methods on the same subjects, to compare."),
            Setting("explain", "Explanation", "Which regions the predictions come from."),
        ),
    ),
    Group(
        "Target and sites",
        (
            Setting("label", "To predict", "The class, or the clinical score (LABEL_SCORE)."),
            Setting(
                "harmonise",
                "Harmonise sites",
                "Site effects are taken out by ComBat, fitted on training subjects.",
            ),
        ),
    ),
    Group(
        "Fine-tuning",
        (
            Setting("fine_tune", "What is trained on", "Which parameters may change."),
            Setting("optimiser", "Optimiser", "Begin anew, or keep what the parent's had learnt."),
        ),
    ),
    Group(
        "Where it runs",
        (
            Setting("device", "Device", "The task waits for a worker that has one."),
            Setting("fan_out", "Workers", "How many may share the folds, and the seeds."),
        ),
    ),
)

# How a value of a choice is called; a graph by its name and its sentence.
CALLED = {
    "step": "In steps",
    "cosine": "Along half a cosine",
    "constant": "Constant",
    "positive": "Left out",
    "absolute": "Taken without their sign",
    "signed": "Kept as they are",
    "group": "The class",
    "score": "The clinical score",
    "all": "All parameters",
    "last_layers": "The last layers",
    "readout": "The readout only",
    "fresh": "Anew",
    "kept": "Kept from the parent",
    "any": "Any",
    "cpu": "CPU",
    "cuda": "GPU (CUDA)",
}
DEVICES = ("any", "cpu", "cuda")
# No settings of a model.
BESIDE: dict[str, Bound | Choice | Flag] = {
    "save_model_state": Flag(),
    "device": Choice(DEVICES),
}


def option_of(name: str) -> Bound | Choice | Flag:
    """What may be asked for. Raises KeyError."""
    return OPTIONS[name] if name in OPTIONS else BESIDE[name]


def kind_of(name: str) -> str:
    """How a field is shown."""
    option = option_of(name)
    if isinstance(option, Flag):
        return FLAG
    return CHOICE if isinstance(option, Choice) else NUMBER


def range_of(name: str) -> tuple[str, dict[str, str]]:
    """The range of a number as a sentence to translate, with what stands in it."""
    option = option_of(name)
    if not isinstance(option, Bound):
        return "", {}
    bounds = {"low": f"{option.low:g}", "high": f"{option.high:.10g}"}
    if option.kind is int:
        return "A whole number from %(low)s to %(high)s.", bounds
    if option.open:
        return "A number above %(low)s, up to %(high)s.", bounds
    return "A number from %(low)s to %(high)s.", bounds


def choices_of(name: str) -> list[tuple[str, str, str]]:
    """Each value with what it is called and a sentence, "" where it needs none."""
    option = option_of(name)
    if not isinstance(option, Choice):
        return []
    if name == "graph":
        return [(each, each, GRAPHS[each]) for each in option.names]
    return [(each, CALLED[each], "") for each in option.names]


def every() -> list[Setting]:
    """All settings that the form shows."""
    return [*USUAL, *(each for group in MORE for each in group.settings)]


def typed(name: str, text: Any) -> Any:
    """What was typed as a program would send it; as it stands where it is not of the kind."""
    if not isinstance(text, str):
        return text
    text = text.strip()
    option = option_of(name)
    if isinstance(option, Flag):
        return {"true": True, "false": False}.get(text, text)
    if not isinstance(option, Bound):
        return text
    for kind in (int, float) if option.kind is float else (int,):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if abs(number) < 1e15 else text
    return text
