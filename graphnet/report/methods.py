"""What was done, in sentences that can stand in a methods section."""

from collections.abc import Iterator
from importlib import metadata

from graphnet.catalogue import GRAPHS, WITHOUT_DENSITY
from graphnet.report.facts import Facts, split_name
from graphnet.report.references import OF_GRAPH, OF_MODEL

DEFAULT = " The default."
Paragraph = tuple[str, str]  # heading, text with {keys} of works

GRAPH_WORDS = {
    "covariance": "one graph for all, of regions that vary together over the training subjects "
    "(Pearson correlation by measure, averaged over measures)",
    "similarity": "a morphometric similarity network of each subject (correlation of two regions' "
    "measures)",
    "connectome": "each subject's own connectome (Fisher-transformed)",
    "group_connectome": "the mean connectome of the training subjects",
    "partial": "partial correlations by each subject's connectome, shrunk by 0.1",
    "tangent": "each subject's connectome in the tangent space at the training subjects' mean",
    "knn": "links to the most similar regions over all training subjects and measures",
    "mst": "the maximum spanning tree of the regions' covariance with the strongest further edges",
    "spatial": "links to the nearest regions in space",
    "full": "a link between every pair of regions, unweighted",
    "none": "no graph",
}
TUNED = {
    "all": "all its parameters were trained on",
    "last_layers": "only its last layers were trained on",
    "readout": "only its readout was trained on",
}


def methods(facts: Facts) -> list[Paragraph]:
    """The paragraphs, each with a heading."""
    parts = {
        "Subjects and measures": _subjects(facts),
        "Preparation": _preparation(facts),
        "Model": _model(facts),
        "Training": _training(facts),
        "Evaluation": _evaluation(facts),
        "Explanation": _explanation(facts),
        "Software": _software(facts),
    }
    told = {heading: " ".join(sentences) for heading, sentences in parts.items()}
    return [(heading, text) for heading, text in told.items() if text]


def _subjects(facts: Facts) -> Iterator[str]:
    for split, cohort in facts.cohorts.items():
        counts = ", ".join(f"{n} of class {label}" for label, n in cohort["classes"].items())
        sites = len(cohort["sites"])
        where = f" from {sites} sites" if sites > 1 else ""
        shown = "" if facts.by_score else f" ({counts})"
        yield f"{split_name(split)} subjects: {cohort['subjects']}{shown}{where}."
    layout = facts.evidence or facts.manifest
    if layout and layout.get("regions"):
        measures = ", ".join(layout["measures"])
        yield f"Each subject is described by {len(layout['regions'])} regions and {measures}."
    if facts.by_score:
        yield "The clinical score (LABEL_SCORE) was predicted."


def _preparation(facts: Facts) -> Iterator[str]:
    yield (
        "Values that are missing, infinite, absurd or constant were found by fixed rules, subject "
        "by subject, and filled with the median of the training subjects; all measures were then "
        "scaled by the training subjects' mean and standard deviation and limited to five standard "
        "deviations."
    )
    if facts.fine_tuned:
        yield "Scaler, graph and classes are those of the model that was fine-tuned."
    if facts.settings.harmonise:
        yield ("Site effects were removed by ComBat {combat,fortin}, fitted on training subjects.")
    yield "Nothing was fitted on validation or test subjects."


def _model(facts: Facts) -> Iterator[str]:
    settings, card = facts.settings, facts.card
    begun = "was fine-tuned" if facts.fine_tuned else "was trained from scratch"
    summary = card.summary.removesuffix(DEFAULT)
    yield f"The model {card.name} {{{OF_MODEL[card.name]}}} {begun}. {summary}"
    if facts.fine_tuned:
        parent = facts.task.get("parent_task_id") or facts.asked.get("trained_task_id")
        yield f"It began with the model of the task {parent}; {TUNED[settings.fine_tune]}."
    source = f" {{{OF_GRAPH[settings.graph]}}}" if settings.graph in OF_GRAPH else ""
    yield f"Its graph: {GRAPH_WORDS.get(settings.graph, GRAPHS.get(settings.graph, ''))}{source}."
    if settings.graph not in WITHOUT_DENSITY:
        kept = (
            f"edges of weight {settings.threshold:g} and more"
            if settings.threshold is not None
            else f"the strongest {settings.density:.0%} of region pairs"
        )
        yield f"Of its edges, {kept} were kept (sign policy: {settings.sign})."


def _training(facts: Facts) -> Iterator[str]:
    settings = facts.settings
    decay = {
        "step": f"multiplied by {settings.lr_decay:g} every {settings.lr_step_size} epochs",
        "cosine": "lowered to zero along half a cosine",
        "constant": "kept constant",
    }[settings.lr_schedule]
    yield (
        f"Parameters were optimised by AdamW {{adamw}} over {settings.epochs} epochs in batches of "
        f"{settings.batch_size}, at a learning rate of {settings.learning_rate:g}, {decay}, with a "
        f"weight decay of {settings.weight_decay:g}."
    )
    selected = facts.result.get("selected_epoch")
    if selected and selected != len(facts.result.get("train_epochs") or ()):
        yield f"The parameters of epoch {selected} were kept, chosen by the validation loss."
    if settings.early_stopping:
        yield f"Training was to stop after {settings.early_stopping} epochs without gain."
    if settings.seeds > 1:
        yield (
            f"{settings.seeds} models with seeds from {settings.seed} on were trained and their "
            "predictions averaged."
        )
    else:
        yield f"The seed was {settings.seed}."


def _evaluation(facts: Facts) -> Iterator[str]:
    for kind, told in (facts.result.get("cross_validation") or {}).items():
        if not told.get("folds"):
            continue
        repeats = told.get("repeats") or 1
        often = f", repeated {repeats} times" if repeats > 1 else ""
        folds = (
            f"{told['folds']}-fold cross-validation by subject{often}"
            if kind == "cv"
            else f"each of {told['folds']} sites left out in turn"
        )
        yield f"Training subjects were also judged by {folds}, with all preparation fitted anew."
    if facts.evaluation.nested:
        yield "Learning rate, weight decay and density were chosen by inner folds of each fold."
    if facts.by_score:
        yield "Intervals are 95 % confidence intervals."
        return
    yield (
        "Intervals are 95 % confidence intervals: Wilson's for proportions {wilson}, Newcombe's "
        "method 5 for the area under the ROC curve {newcombe}, and of repeated folds a bootstrap "
        "over subjects {efron}. Calibration is summarised by the Brier score {brier}."
    )
    if facts.result.get("baselines"):
        yield (
            "Majority vote, logistic regression, linear and RBF support vector machines {sklearn} "
            "and, where there is a graph, the same net without it were fitted to the same training "
            "subjects; differences are paired over subjects."
        )
    if facts.evaluation.permutations:
        yield (
            f"The p-value of the AUC is by {facts.evaluation.permutations} shufflings of the "
            "labels {ojala}."
        )


def _explanation(facts: Facts) -> Iterator[str]:
    found = facts.result.get("explanation")
    if not found:
        return
    yield (
        f"Predictions of {found['subjects']} subjects were attributed to regions and measures by "
        "integrated gradients {ig,captum} from the training mean, and by putting single regions to "
        "that mean (occlusion {occlusion})."
    )
    if found.get("stability"):
        yield "How far rankings of several models agree is corrected for chance {kuncheva}."
    if facts.glass_brain:
        yield "Regions were drawn with Nilearn {nilearn}."


def _software(facts: Facts) -> Iterator[str]:
    version = facts.result.get("code_version") or metadata.version("nld-sgn")
    device = facts.result.get("device") or facts.task.get("device") or "an unknown device"
    yield f"nld-sgn {version} on PyTorch {{torch}} trained it on {device}."
