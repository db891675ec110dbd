"""A stored model predicts as it did, and what is none is refused."""

import hashlib
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save
from torch import Tensor

from graphnet.artifacts.manifest import FORMAT, check_fit, manifest_layout, read_manifest
from graphnet.artifacts.model import StoredModel
from graphnet.catalogue import GRAPHS
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, Layout
from graphnet.data.splits import Splits
from graphnet.errors import ModelError
from graphnet.experiment import run
from graphnet.models import build_net
from tests.graphnet.people import RECIPE, cohort

OTHERS = cohort("B", seed=1)
KINDS = [("SGN", "covariance"), ("SGN", "similarity"), ("SGN", "full"), ("GCN", "full")]
unhurried = settings(deadline=None)


def trained(model: str = "SGN", graph: str = "covariance") -> StoredModel:
    wanted = TrainingSettings.for_model(model, graph=graph, epochs=3)
    plain = Evaluation(cv_folds=0, baselines=False, explain=False)
    return run(Splits(cohort()), wanted, evaluation=plain, identity={"task_id": "TASK1"}).model


MODEL = trained()
PARAMETERS, MANIFEST = MODEL.to_bytes()
SCALER = MODEL.preprocessing.scaler.as_dict()


def named(change: dict[str, Any]) -> bytes:
    return json.dumps(json.loads(MANIFEST) | change).encode()


def rewritten(change: Callable[[dict[str, Tensor]], dict[str, Tensor]]) -> tuple[bytes, bytes]:
    """Other tensors under a manifest that names them."""
    parameters = save(change(load(PARAMETERS)))
    return parameters, named({"parameters_sha256": hashlib.sha256(parameters).hexdigest()})


@pytest.mark.parametrize(("model", "graph"), KINDS)
def test_a_model_read_back_predicts_bit_for_bit(model: str, graph: str) -> None:
    fitted = trained(model, graph)
    again = StoredModel.from_bytes(*fitted.to_bytes())
    assert again.predict(OTHERS).tobytes() == fitted.predict(OTHERS).tobytes()
    assert fitted.predict(OTHERS).std() > 1e-4
    assert again.preprocessing.graphs.shared == (graph != "similarity")
    assert again.to_bytes() == fitted.to_bytes()
    assert (again.settings, again.layout, again.classes) == (
        fitted.settings, fitted.layout, fitted.classes,
    )  # fmt: skip


def test_predictions_are_probabilities_of_each_subject_alone() -> None:
    together = MODEL.predict(OTHERS)
    assert together.shape == (40, 2)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-7)
    for row in (0, 7, 39):
        alone = OTHERS.rows(np.array([row]))
        np.testing.assert_allclose(MODEL.predict(alone)[0], together[row], atol=1e-6)


def test_labels_play_no_part_in_a_prediction() -> None:
    unknown = replace(OTHERS, labels=np.full(40, 7))
    np.testing.assert_array_equal(MODEL.predict(unknown), MODEL.predict(OTHERS))


def test_replicas_are_averaged_by_their_probabilities() -> None:
    random = torch.Generator().manual_seed(1)
    several = {
        name: torch.randn((3, *shape), generator=random)
        for name, shape in MODEL.net.shapes().items()
    }
    ensemble = replace(MODEL, parameters=several, calibration=None)
    singles = [
        replace(ensemble, parameters={name: t[k : k + 1] for name, t in several.items()})
        for k in range(3)
    ]
    expected = np.mean([single.predict(OTHERS) for single in singles], axis=0)
    np.testing.assert_allclose(ensemble.predict(OTHERS), expected, atol=1e-6)
    again = StoredModel.from_bytes(*ensemble.to_bytes())
    assert again.predict(OTHERS).tobytes() == ensemble.predict(OTHERS).tobytes()


def test_the_manifest_says_what_the_model_is() -> None:
    facts = read_manifest(MANIFEST)
    assert facts["format"] == FORMAT
    assert facts["task_id"] == "TASK1"
    assert facts["settings"] == MODEL.settings.as_dict()
    assert facts["sizes"] == {"regions": 12, "measures": 4, "classes": 2}
    assert facts["measures"] == ["ALFF", "DC", "GMV", "ReHo"]
    assert facts["parameters_sha256"] == hashlib.sha256(PARAMETERS).hexdigest()
    assert facts["metrics"]["train"]["n"] == 40
    assert {dataset["name"] for dataset in facts["datasets"]["train"]} == {"A_NC", "A_SZ"}
    assert manifest_layout(facts) == (MODEL.layout, (0, 1))
    assert np.array(facts["scaler"]["center"]).shape == (12, 4)


def test_data_of_other_regions_or_measures_are_refused_by_name() -> None:
    narrow = cohort(recipe=replace(RECIPE, regions=11))
    with pytest.raises(ModelError) as caught:
        MODEL.predict(narrow)
    assert caught.value.sentences == (
        "The data do not match the stored model.",
        "Only the stored model has the regions 12.",
    )
    check_fit(MODEL.layout, OTHERS.layout)


def test_parameters_that_are_not_the_manifests_are_refused() -> None:
    other, _ = trained("SGN", "full").to_bytes()
    damaged = [
        other,
        b"",
        PARAMETERS[:-1],
        PARAMETERS + b"\0",
        PARAMETERS[:100] + bytes([PARAMETERS[100] ^ 1]) + PARAMETERS[101:],
    ]
    for parameters in damaged:
        with pytest.raises(ModelError, match=r"not those of the manifest \(SHA-256\)\.$"):
            StoredModel.from_bytes(parameters, MANIFEST)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x80\x04", PARAMETERS[:40], pickle.dumps({"weight": [1.0]}), MANIFEST, b"PK\x03\x04"],
)
def test_bytes_that_are_no_tensors_are_refused_even_if_named(content: bytes) -> None:
    manifest = named({"parameters_sha256": hashlib.sha256(content).hexdigest()})
    with pytest.raises(ModelError, match="cannot be read"):
        StoredModel.from_bytes(content, manifest)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda t: {name: tensor for name, tensor in t.items() if name != "graph.graph"},
            "graphs.stored-graph-damaged",
        ),
        (
            lambda t: {name: tensor for name, tensor in t.items() if name != "bias"},
            "model.wrong-shapes",
        ),
        (
            lambda t: t | {"bias": torch.zeros(1, 3)},
            "model.wrong-shapes",
        ),
        (
            lambda t: t | {"bias": torch.tensor(1.0)},
            "model.wrong-shapes",
        ),
        (
            lambda t: t | {"bias": torch.zeros(2, 2)},
            "model.wrong-shapes",
        ),
        (
            lambda t: {
                n: x if n.startswith(("graph", "optimiser")) else x[:0].contiguous()
                for n, x in t.items()
            },
            "model.wrong-shapes",
        ),
        (
            lambda t: t | {"bias": torch.tensor([[0.0, torch.nan]])},
            "model.not-finite",
        ),
        (
            lambda t: t | {"bias": torch.zeros(1, 2, dtype=torch.int64)},
            "model.not-finite",
        ),
        (
            lambda t: t | {"graph.graph": torch.full((1, 12, 12), torch.inf)},
            "model.not-finite",
        ),
        (
            lambda t: t | {"graph.graph": torch.ones(40, 12, 12)},
            "model.wrong-shapes",
        ),
        (dict, ""),
    ],
)  # fmt: skip
def test_tensors_that_are_not_the_nets_are_refused(
    change: Callable[[dict[str, Tensor]], dict[str, Tensor]], code: str
) -> None:
    if not code:  # unchanged, so that it is the change that is refused above
        StoredModel.from_bytes(*rewritten(change))
        return
    with pytest.raises(ModelError) as caught:
        StoredModel.from_bytes(*rewritten(change))
    assert caught.value.codes == (code,)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (pickle.dumps({"format": FORMAT}), "not JSON"),
        (MANIFEST.replace(b'"classes"', b'"loss": NaN, "classes"'), "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "does not have the format"),
        (b"{}", "does not have the format"),
        (named({"format": "nld-sgn/1"}), "does not have the format nld-sgn/3"),
        (named({"regions": "123456789012"}), "does not list its regions"),
        (named({"regions": list(range(12))}), "does not list its regions"),
        (named({"regions": ["1"] * 11}), "does not have the shapes|do not have the shapes"),
        (named({"measures": []}), "does not list its measures"),
        (named({"classes": [0.5, 1]}), "does not list its classes"),
        (named({"classes": None}), "does not list its classes"),
        (named({"classes": [0, 1, 2]}), "do not have the shapes"),
        (named({"settings": []}), "has no settings"),
        (named({"settings": {**MODEL.settings.as_dict(), "epochs": 0}}), "epochs is 0"),
        (named({"settings": {**MODEL.settings.as_dict(), "density": "1"}}), "density is '1'"),
        (named({"settings": {**MODEL.settings.as_dict(), "graph": ["full"]}}), "graph is"),
        (named({"settings": {**MODEL.settings.as_dict(), "model": "CNN"}}), "no model 'CNN'"),
        (
            named({"settings": {**MODEL.settings.as_dict(), "model": "GCN"}}),
            "shapes of its arch",
        ),
        (named({"settings": {**MODEL.settings.as_dict(), "graph": "similarity"}}), "similarity"),
        (named({"scaler": {}}), "its scaler is damaged"),
        (named({"scaler": []}), "its scaler is damaged"),
        (named({"scaler": SCALER | {"clip": 8}}), "scaler"),
        (
            named(
                {
                    "scaler": {part: [[1.0]] for part in MODEL.preprocessing.scaler.as_dict()}
                    | {"clip": 5.0}
                }
            ),
            "scaler does not have one scale per region",
        ),
        (named({"parameters_sha256": None}), "SHA-256"),
    ],
)
def test_a_manifest_that_is_none_is_refused(manifest: bytes, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        StoredModel.from_bytes(PARAMETERS, manifest)


@unhurried
@given(st.integers(0, len(MANIFEST) - 1), st.integers(1, 255), st.booleans())
def test_a_flipped_byte_of_the_manifest_is_an_error_of_ours_or_harmless(
    place: int, mask: int, cut: bool  # noqa: FBT001
) -> None:  # fmt: skip
    flipped = MANIFEST[:place] + bytes([MANIFEST[place] ^ mask]) + MANIFEST[place + 1 :]
    _read_and_predict(PARAMETERS, flipped[:place] if cut else flipped, OTHERS)


@unhurried
@given(st.integers(0, len(PARAMETERS) - 1), st.integers(1, 255))
def test_flipped_tensors_under_their_own_name_are_an_error_of_ours_or_harmless(
    place: int, mask: int
) -> None:
    flipped = PARAMETERS[:place] + bytes([PARAMETERS[place] ^ mask]) + PARAMETERS[place + 1 :]
    name = named({"parameters_sha256": hashlib.sha256(flipped).hexdigest()})
    _read_and_predict(flipped, name, OTHERS)


def _read_and_predict(parameters: bytes, manifest: bytes, people: Cohort) -> None:
    try:
        probabilities = StoredModel.from_bytes(parameters, manifest).predict(people)
    except ModelError as error:
        assert all(error.sentences)
    else:
        assert len(probabilities) == len(people)


def test_the_net_of_a_stored_model_is_that_of_its_sizes() -> None:
    assert MODEL.net.shapes() == build_net("SGN", MODEL.net.sizes).shapes()
    assert MODEL.net.sizes.as_dict() == {"regions": 12, "measures": 4, "classes": 2}


@pytest.mark.cuda
@pytest.mark.parametrize(("model", "graph"), KINDS)
def test_cuda_predicts_as_cpu_does(model: str, graph: str, cuda: torch.device) -> None:
    fitted = trained(model, graph)
    np.testing.assert_allclose(fitted.predict(OTHERS, cuda), fitted.predict(OTHERS), atol=1e-4)


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_model_of_any_graph_is_what_it_was_once_it_is_stored(graph: str) -> None:
    people, random = cohort(), np.random.default_rng(0)
    series = tuple(random.standard_normal((30, 12)) for _ in people.ids)
    correlations = np.stack([np.corrcoef(one.T) - np.eye(12) for one in series])
    whole = replace(
        people,
        connectomes=np.arctanh(correlations),
        series=series,
        coordinates=random.normal(scale=40, size=(12, 3)),
    )
    wanted = TrainingSettings.for_model("SGN", epochs=1, graph=graph, density=0.5)
    asked = Evaluation(cv_folds=0, baselines=False, explain=False)
    made = run(Splits(whole), wanted, evaluation=asked).model
    again = StoredModel.from_bytes(*made.to_bytes())
    assert again.edges == "z"
    np.testing.assert_array_equal(again.predict(whole), made.predict(whole))
    turned = whole.arranged(Layout(whole.regions[::-1], whole.measures[::-1]))
    np.testing.assert_array_equal(again.predict(turned), made.predict(whole))
    counts = replace(whole, edges="counts")
    with pytest.raises(ModelError, match="connectomes that hold Fisher's z; "):
        again.predict(counts)
