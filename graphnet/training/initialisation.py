"""A model before its first epoch, and what of it is to be trained."""

import math
from dataclasses import replace

from torch import Tensor

from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import ModelSize
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort
from graphnet.graphs import Graphs
from graphnet.models import Sizes, build_net
from graphnet.preprocessing.pipeline import Preprocessing, rule
from graphnet.preprocessing.scaling import Scale


def initialise(train: Cohort, settings: TrainingSettings, classes: tuple[int, ...]) -> StoredModel:
    """A model that knows its training subjects' scales and graph, with initial parameters.

    All of these are to be trained, whatever a fine-tuning would train.

    Raises:
        CohortError: subjects that cannot be harmonised, or a score that does not vary.
        SettingsError: a graph that these data cannot have.

    """
    scale = Scale.fit(train) if settings.label == "score" else None
    outputs = len(classes) if scale is None else 1
    preprocessing = Preprocessing.fit(train, settings)
    sizes = Sizes(len(train.regions), len(train.measures), outputs)
    net = build_net(settings.model, sizes, preprocessing.columns)
    return StoredModel(
        settings=replace(settings, fine_tune="all"),
        layout=train.layout,
        classes=() if scale is not None else classes,
        preprocessing=preprocessing,
        parameters=net.initial(seeds(settings)),
        facts={},
        scale=scale,
        class_names={} if scale is not None else train.class_names,
        edges="" if train.connectomes is None else train.edges,
    )


def without_graph(model: StoredModel) -> StoredModel:
    """The same model before its first epoch and without its graph; its scales stay."""
    settings = replace(model.settings, graph="none")
    graphs = Graphs.without_edges(rule(settings), len(model.layout.regions))
    return replace(
        model,
        settings=settings,
        preprocessing=replace(model.preprocessing, graphs=graphs),
        parameters=model.net.initial(seeds(settings)),
        moments={},
        calibration=None,
    )


def seeds(settings: TrainingSettings) -> list[int]:
    """The seeds of the replicas that are averaged."""
    return list(range(settings.seed, settings.seed + settings.seeds))


def frozen(model: StoredModel) -> set[str]:
    """The parameters that a fine-tuning leaves as they are."""
    net, names = model.net, set(model.parameters)
    trained = {
        "all": names,
        "last_layers": {*net.last_layers, *net.readout},
        "readout": set(net.readout),
    }[model.settings.fine_tune]
    return names - trained


def size_of(model: StoredModel) -> ModelSize:
    """How many parameters a network of the model has, and how many inputs.

    An optimum of two classes has one weight for each input, which is stored for both.
    """
    net, scaler = model.net, model.preprocessing.scaler
    shared = 2 if net.is_solved and net.sizes.classes == 2 else 1
    sizes = {name: math.prod(shape) // shared for name, shape in net.shapes().items()}
    varying, regions = int((scaler.scale > 0).sum()), net.sizes.regions
    own_graph = net.edge_aware and model.settings.graph == "connectome" and not scaler.per_subject
    return ModelSize(
        parameters=sum(sizes.values()),
        trained=sum(size for name, size in sizes.items() if name not in frozen(model)),
        networks=replicas(model),
        inputs=(varying // 2 if scaler.per_subject else varying) + model.preprocessing.columns,
        connections=regions * (regions - 1) // 2 if own_graph else 0,
    )


def replicas(model: StoredModel) -> int:
    """K."""
    return len(next(iter(model.parameters.values())))


def moments(model: StoredModel) -> dict[str, Tensor]:
    """The optimiser's, where the training is to go on with them."""
    return dict(model.moments) if model.settings.optimiser == "kept" else {}
