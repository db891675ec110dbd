"""What was done, in sentences that can stand in a methods section."""

from collections.abc import Iterator
from string import Template

from graphnet.catalogue import WITHOUT_DENSITY
from graphnet.report.evaluation import evaluation
from graphnet.report.facts import Facts, split_name
from graphnet.report.numbers import counted, listed

Paragraph = tuple[str, str]  # heading, text with {keys} of works

OURS = "the training subjects"
OF_PARENT = "the subjects on whom its parent was first trained"


def methods(facts: Facts) -> list[Paragraph]:
    """The paragraphs, each with a heading."""
    parts = {
        "Subjects and measures": _subjects(facts),
        "Preparation": _preparation(facts),
        "Model": _model(facts),
        "Training": _training(facts),
        "Evaluation": evaluation(facts),
        "Explanation": _explanation(facts),
        "Software": _software(facts),
    }
    told = {heading: " ".join(sentences) for heading, sentences in parts.items()}
    return [(heading, text) for heading, text in told.items() if text]


def _subjects(facts: Facts) -> Iterator[str]:
    roles = {"train": "The model was trained on", "val": "It was validated on",
             "test": "It was tested on"}  # fmt: skip
    for split, cohort in facts.cohorts.items():
        counts = [
            f"{count} of {facts.numbered(int(label))}" for label, count in cohort["classes"].items()
        ]
        shown = "" if facts.by_score else f" ({listed(counts)})"
        sites = len(cohort["sites"])
        where = f" from {sites} sites" if sites > 1 else ""
        yield f"{roles[split]} {counted(cohort['subjects'], 'subject')}{shown}{where}."
    layout = facts.evidence or facts.manifest
    if layout and layout.get("regions"):
        measures = f"{counted(len(layout['measures']), 'measure')} ({listed(layout['measures'])})"
        yield f"Each subject was described by {measures} of {len(layout['regions'])} regions."
    if facts.by_score:
        yield "A clinical score (LABEL_SCORE) was predicted."
    elif facts.of_two:
        yield _labels(facts)


def _labels(facts: Facts) -> str:
    negative, positive = facts.classes
    if facts.class_names:
        return (
            f"{_capital(facts.numbered(positive))} counts as positive, "
            f"{facts.numbered(negative)} as negative."
        )
    if (negative, positive) == (0, 1):
        return "Class 0 are controls and class 1, which counts as positive, patients."
    return f"Class {positive} counts as positive."


def _preparation(facts: Facts) -> Iterator[str]:
    whom = _whom(facts)
    yield (
        "Values that were infinite, absurd or constant were found by fixed rules and treated as "
        "missing."
    )
    if facts.settings.harmonise:
        yield (
            f"Site effects were removed by ComBat {{combat,fortin}}, fitted on {whom} without the "
            "diagnosis as a covariate."
        )
    yield _scaling(facts, whom)
    if facts.fine_tuned:
        yield "Scaling, graph and classes are those of the parent."
    if facts.evidence is not None and not facts.known("val") and not facts.known("test"):
        yield "None of this was fitted on validation or test subjects."


def _scaling(facts: Facts, whom: str) -> str:
    scaler = (facts.manifest or {}).get("scaler") or {}
    if "clip" in scaler and scaler["clip"] is None:  # of an imported ancestor
        return (
            "Measures were neither scaled nor limited, as in the imported model from which this "
            "one descends."
        )
    return (
        f"Missing values were filled with the median of {whom}; each measure of each region was "
        "then scaled by their mean and standard deviation and limited to five standard deviations."
    )


def _model(facts: Facts) -> Iterator[str]:
    settings = facts.settings
    begun = "was trained from scratch"
    if facts.fine_tuned:
        parent = facts.task.get("parent_task_id") or facts.asked.get("trained_task_id")
        begun = f"began as the model of the task {parent}, and {TUNED[settings.fine_tune]}"
    yield f"The model {facts.card.name} {MODELS[facts.card.name]}; it {begun}."
    if not facts.uses_graph:
        yield GRAPHS["none"]
        return
    yield Template(GRAPHS[settings.graph]).substitute(
        whom=_whom(facts), neighbours=settings.neighbours, density=f"{100 * settings.density:g}"
    )
    if settings.graph not in {*WITHOUT_DENSITY, "mst"}:
        yield (
            f"Region pairs of a weight of at least {settings.threshold:g} are its edges."
            if settings.threshold is not None
            else f"The strongest {100 * settings.density:g} % of region pairs are its edges."
        )
    if settings.graph not in UNSIGNED:
        yield SIGNS[settings.sign]


def _training(facts: Facts) -> Iterator[str]:
    settings = facts.settings
    rate = Template(RATES[settings.lr_schedule]).substitute(
        decay=f"{settings.lr_decay:g}", step=settings.lr_step_size
    )
    aim = "mean squared error" if facts.by_score else "cross-entropy"
    decay = f"a weight decay of {settings.weight_decay:g}" if settings.weight_decay else ""
    yield (
        f"Parameters were optimised by AdamW {{adamw}} towards the least {aim}, in batches of "
        f"{settings.batch_size}, at a learning rate of {settings.learning_rate:g}, {rate}, "
        f"{f'with {decay}' if decay else 'without weight decay'}."
    )
    done = len(facts.result.get("train_epochs") or ())
    most = f" of at most {settings.epochs}" if done < settings.epochs else ""
    yield f"It was trained for {counted(done, 'epoch')}{most}."
    yield from _kept(facts)
    if settings.seeds > 1:
        yield (
            f"{settings.seeds} models, with seeds from {settings.seed} on, were trained and their "
            "predictions averaged."
        )
    else:
        yield f"The seed was {settings.seed}."


def _kept(facts: Facts) -> Iterator[str]:
    """Which epoch's parameters, and why."""
    if not facts.epoch_chosen:
        yield "The parameters of the last epoch were kept."
        return
    first = " of the first model" if facts.settings.seeds > 1 else ""
    yield (
        f"The parameters with the least loss on the validation subjects were kept: those of epoch "
        f"{facts.result.get('selected_epoch')}{first}."
    )
    if facts.settings.early_stopping:
        waited = counted(facts.settings.early_stopping, "epoch")
        yield f"Training was to stop once this loss had not fallen for {waited}."


def _explanation(facts: Facts) -> Iterator[str]:
    found = facts.result.get("explanation")
    if not found:
        return
    whose = next((each for each in ("test", "val") if each in facts.cohorts), "train")
    what = (
        "the predicted score"
        if facts.by_score
        else "the score of {1} over that of {0}".format(*map(facts.numbered, facts.classes))
        if facts.of_two
        else "the score of the likeliest class over the mean of all"
    )
    split = split_name(whose).lower()
    yield (
        f"For {counted(found['subjects'], f'{split} subject')}, {what} was attributed to regions "
        f"and measures by integrated gradients {{ig,captum}} from the mean of {_whom(facts)}, and "
        "by putting single regions to that mean (occlusion {occlusion})."
    )
    if found.get("stability"):
        yield (
            "How far the first regions of several models agree is corrected for chance {kuncheva}."
        )
    if facts.glass_brain:
        yield "Regions were drawn with Nilearn {nilearn}."


def _software(facts: Facts) -> Iterator[str]:
    version = facts.result.get("code_version") or "of an unknown version"
    torch = (facts.result.get("versions") or {}).get("torch")
    library = f"PyTorch {torch}" if torch else "PyTorch"
    device = facts.result.get("device") or facts.task.get("device") or "an unknown device"
    yield f"The model was trained by nld-sgn {version} with {library} {{torch}} on {device}."


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _whom(facts: Facts) -> str:
    return OF_PARENT if facts.fine_tuned else OURS


MODELS = {
    "SGN": "applies graph convolutions {kipf} that keep apart which region is which, beside a "
    "linear path",
    "GCN": "applies two graph convolutions {kipf} and takes the mean over regions",
    "TopK": "applies graph convolutions {morris}, drops the least telling regions step by step "
    "{gao} and summarises those that stay",
    "GAT": "weighs the neighbours of each region by learned attention {velickovic}",
    "GIN": "sums up the neighbours of each region so that graphs of different shape are told "
    "apart {xu}",
    "BrainNetCNN": "applies convolutions over each subject's graph, edge by edge {kawahara}",
    "BNT": "applies attention between all regions and then groups them into clusters {kan}",
    "Linear": "is linear in all measures of all regions {cox}",
    "MLP": "is a neural network with one hidden layer on all measures of all regions {rumelhart}",
    "NoEdge": "is SGN without its graph {errica}",
}
GRAPHS = {
    "covariance": "The graph, the same for all, links regions that vary together over $whom "
    "(Pearson correlation by measure, averaged over measures).",
    "similarity": "Each subject's graph is their own morphometric similarity network: the "
    "correlation of two regions over their measures {seidlitz}.",
    "connectome": "Each subject's graph is their own connectome, as it stands in the data.",
    "group_connectome": "The graph, the same for all, is the mean connectome of $whom.",
    "partial": "Each subject's graph holds the partial correlations of their own connectome, "
    "shrunk a tenth of the way to the identity {marrelec}.",
    "tangent": "Each subject's graph is their own connectome in the tangent space at the mean of "
    "$whom {varoquaux}.",
    "knn": "The graph, the same for all, links each region to the $neighbours that are most like "
    "it over all measures of $whom.",
    "mst": "The graph, the same for all, is the maximum spanning tree of how regions vary "
    "together over $whom, with the strongest further edges up to $density % of region pairs "
    "{tewarie}.",
    "spatial": "The graph, the same for all, links each region to the $neighbours nearest in "
    "space, without weights.",
    "full": "The graph links every pair of regions, without weights.",
    "none": "No graph is used.",
}
UNSIGNED = {"spatial", "full", "none"}
SIGNS = {
    "positive": "Negative weights were dropped.",
    "absolute": "Of weights the magnitude was taken.",
    "signed": "Weights kept their sign and were ranked by magnitude.",
}
TUNED = {
    "all": "all its parameters were trained on",
    "last_layers": "only its last layers were trained on",
    "readout": "only its readout was trained on",
}
RATES = {
    "step": "multiplied by $decay every $step epochs",
    "cosine": "lowered to zero along half a cosine",
    "constant": "kept constant",
}
