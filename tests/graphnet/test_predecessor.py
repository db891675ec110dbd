"""Old models: read without unpickling, named anew, and computing what they computed."""

import io
import json
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import GCNConv, GraphConv, TopKPooling, global_max_pool, global_mean_pool

from graphnet.artifacts.inference import predict
from graphnet.artifacts.manifest import is_complete, subjects_seen
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, Layout
from graphnet.data.splits import Splits
from graphnet.errors import ModelError
from graphnet.experiment import run
from graphnet.messages import Message
from graphnet.predecessor.model import TrainedOn, Wanted, assembled
from graphnet.predecessor.names import mapped
from graphnet.predecessor.state import State, read_state
from graphnet.preprocessing.scaling import Scaler
from graphnet.report.facts import Facts
from graphnet.report.methods import methods
from tests.graphnet.people import cohort

MOST = 64_000_000
PEOPLE = cohort()
REGIONS, MEASURES = len(PEOPLE.regions), len(PEOPLE.measures)
PLAIN = Evaluation(cv_folds=0, baselines=False, explain=False)


class OldGCN(nn.Module):
    """The reference net, with its last layer or, as it was first, without."""

    def __init__(self, measures: int = MEASURES, classes: int | None = 2) -> None:
        super().__init__()
        self.conv1 = GCNConv(measures, 16)
        self.conv2 = GCNConv(16, 64)
        self.lin = nn.Identity() if classes is None else nn.Linear(64, classes)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        hidden = self.conv2(self.conv1(x, edges).relu(), edges)
        return torch.as_tensor(self.lin(global_mean_pool(hidden, None)))


class OldTopK(nn.Module):
    """Three levels of convolution and pooling, a readout of each, and three layers.

    ``third`` is the pooling of the third level: the old service's published code took pool2.
    """

    def __init__(self, measures: int = MEASURES, classes: int = 2, third: int = 3) -> None:
        super().__init__()
        self.pools = (1, 2, third)
        for level, width in enumerate((measures, 128, 128), 1):
            setattr(self, f"conv{level}", GraphConv(width, 128))
            setattr(self, f"pool{level}", TopKPooling(128, ratio=0.8))
        self.lin1, self.lin2 = nn.Linear(256, 128), nn.Linear(128, 64)
        self.lin3 = nn.Linear(64, classes)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        total = torch.zeros(1, 256, dtype=x.dtype)
        for level, pool in enumerate(self.pools, 1):
            x = getattr(self, f"conv{level}")(x, edges).relu()
            x, edges, _, batch, _, _ = getattr(self, f"pool{pool}")(x, edges)
            total = total + torch.cat([global_max_pool(x, batch), global_mean_pool(x, batch)], 1)
        return torch.as_tensor(self.lin3(self.lin2(self.lin1(total).relu()).relu()))


def as_first_versions(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The names and shapes that PyTorch Geometric 1.3 gave the same parameters."""
    found: dict[str, Tensor] = {}
    for name, value in state.items():
        conv, _, part = name.partition(".")
        old = {
            "lin.weight": ("weight", torch.atleast_2d(value).mT),
            "lin_rel.weight": ("weight", torch.atleast_2d(value).mT),
            "lin_rel.bias": ("lin.bias", value),
            "lin_root.weight": ("lin.weight", value),
            "select.weight": ("weight", value),
        }.get(part, (part, value))
        found[f"{conv}.{old[0]}"] = old[1].contiguous()
    return found


def as_middle_versions(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of its version 1.7, as far as they differ from today's."""
    renamed = (("lin_rel", "lin_l"), ("lin_root", "lin_r"), ("select.", ""))
    found = {}
    for name, value in state.items():
        spelled = name
        for new, old in renamed:
            spelled = spelled.replace(new, old)
        found[spelled] = value
    return found


def wanted(architecture: str = "GCN", **more: Any) -> Wanted:
    known = {"scaler": "none", "measures": PEOPLE.measures, "regions": PEOPLE.regions}
    return Wanted(task_id="TASK1", architecture=architecture, **(known | more))


def drawn(net: nn.Module) -> nn.Module:
    """With parameters none of which is 0, as a start leaves biases.

    Small enough that no score of a pooling is rounded to 1, where regions would be alike.
    """
    random = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in net.parameters():
            size = 0.6 / math.sqrt(parameter.shape[-1])
            parameter.copy_(torch.randn(parameter.shape, generator=random) * size)
    return net.eval()


def outputs(net: nn.Module, people: Cohort) -> Tensor:
    """What the old net gives on the old service's graph: an edge i → j for each i ≤ j.

    In double, as stored models predict: parameters stay those of single precision.
    """
    upper = torch.triu(torch.ones(REGIONS, REGIONS)).nonzero().T
    x = torch.from_numpy(np.nan_to_num(people.features)).float().double()
    try:
        with torch.no_grad():
            return torch.cat([net.double()(one, upper) for one in x])
    finally:
        net.float()


def unscaled(people: Cohort, times: float = 3.0, more: float = 7.0) -> Cohort:
    """Measures as they may stand in a file: far from 0, and some of them far from others."""
    return replace(people, features=np.nan_to_num(people.features) * times + more)


@pytest.mark.parametrize("spelled", [dict, as_first_versions, as_middle_versions])
@pytest.mark.parametrize(
    ("architecture", "net", "people"),
    [("GCN", OldGCN, unscaled(PEOPLE)), ("TopK", OldTopK, unscaled(PEOPLE, 0.05, 0.0))],
)
def test_an_imported_net_computes_what_it_computed(
    architecture: str,
    net: Callable[[], nn.Module],
    people: Cohort,
    spelled: Callable[[Any], dict[str, Tensor]],
) -> None:
    old = drawn(net())
    model = assembled(State(spelled(old.state_dict())), wanted(architecture), TrainedOn())
    again = StoredModel.from_bytes(*model.to_bytes())
    found, expected = again.outputs(people)[0], outputs(old, people)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert found.std(dim=0).min() > 0.01
    assert architecture == "TopK" or np.abs(people.features).max() > 10  # clipped at 5 by others


@pytest.mark.parametrize(
    ("architecture", "net"), [("GCN", OldGCN(classes=7)), ("TopK", OldTopK(classes=7))]
)
def test_outputs_that_are_no_class_are_left_out(architecture: str, net: nn.Module) -> None:
    old, people = drawn(net), unscaled(PEOPLE, 0.05, 0.0)
    asked = wanted(architecture, classes=("control", "patient"))
    model = assembled(State(old.state_dict()), asked, TrainedOn())
    torch.testing.assert_close(
        model.outputs(people)[0], outputs(old, people)[:, :2], rtol=1e-5, atol=1e-5
    )
    assert model.classes == (0, 1)
    assert "predecessor.unused-outputs" in codes(model.facts)
    seen_ = TrainedOn(replace(PEOPLE, labels=PEOPLE.labels + 1))
    with pytest.raises(ModelError, match="have the class 2"):
        assembled(State(old.state_dict()), asked, seen_)


@pytest.mark.parametrize("spelled", [dict, as_first_versions, as_middle_versions])
def test_a_net_that_pools_by_its_second_pooling_twice_does_so_here(
    spelled: Callable[[Any], dict[str, Tensor]],
) -> None:
    """As the old service's published code: its pool3 stands in the file, and was never used."""
    torch.manual_seed(1)
    old, people = OldTopK(classes=7, third=2), unscaled(PEOPLE, 0.05, 0.0)
    unused = old.get_submodule("pool3").state_dict()
    start = {name: value.clone() for name, value in unused.items()}
    drawn(old).get_submodule("pool3").load_state_dict(start)
    model = assembled(State(spelled(old.state_dict())), wanted("TopK"), TrainedOn())
    found = model.outputs(people)[0]
    torch.testing.assert_close(found, outputs(old, people), rtol=1e-5, atol=1e-5)
    old.pools = (1, 2, 3)
    assert (found - outputs(old, people)).abs().max() > 1e-3
    assert "predecessor.pooled-twice" in codes(model.facts)
    used = assembled(State(drawn(OldTopK()).state_dict()), wanted("TopK"), TrainedOn())
    assert "predecessor.pooled-by-pool3" in codes(used.facts)


def test_the_order_of_measures_and_regions_is_the_one_that_was_said() -> None:
    old, people = drawn(OldGCN()), unscaled(PEOPLE)
    measures, regions = PEOPLE.measures[::-1], PEOPLE.regions[::-1]
    model = assembled(
        State(old.state_dict()), wanted(measures=measures, regions=regions), TrainedOn()
    )
    turned = people.arranged(Layout(regions, measures))
    torch.testing.assert_close(model.outputs(people)[0], outputs(old, turned), rtol=1e-5, atol=1e-5)


def test_a_net_without_a_last_layer_shares_probability_among_its_classes() -> None:
    old, people = drawn(OldGCN(classes=None)), unscaled(PEOPLE)
    asked = wanted(classes=("control", "patient"))
    model = assembled(State(old.state_dict()), asked, TrainedOn())
    torch.testing.assert_close(
        model.outputs(people)[0], outputs(old, people)[:, :2], rtol=1e-5, atol=1e-5
    )
    assert model.class_names == {0: "control", 1: "patient"}
    assert "predecessor.no-output-layer" in codes(model.facts)
    with pytest.raises(ModelError, match="--classes control,patient"):
        assembled(State(old.state_dict()), wanted(), TrainedOn())


def codes(warned: Mapping[str, Any]) -> set[str]:
    """The codes of the warnings of a manifest, a prediction or a result."""
    return {message["code"] for message in warned["warning_messages"]}


def saved(folder: Path, thing: Any, **how: Any) -> Path:
    path = folder / "old.pth"
    torch.save(thing, path, **how)
    return path


def test_every_way_of_saving_a_state_dictionary_is_read(tmp_path: Path) -> None:
    net = OldGCN()
    state = net.state_dict()
    optimiser = torch.optim.Adam(net.parameters())
    ways: list[tuple[Any, dict[str, Any], str]] = [
        (state, {}, ""),
        (state, {"_use_new_zipfile_serialization": False}, ""),
        ({"state_dict": state, "optimizer": optimiser.state_dict()}, {}, "optimizer was ignored"),
        ({"model_state_dict": state, "epoch": 3}, {}, "epoch was ignored"),
        (OrderedDict((f"module.{k}", v) for k, v in state.items()), {}, "'module.' was removed"),
        ({k: v.double() for k, v in state.items()}, {}, "float64 were converted"),
    ]
    for thing, how, said in ways:
        found = read_state(saved(tmp_path, thing, **how), "old.pth", MOST)
        assert {name: each.dtype for name, each in found.tensors.items()} == dict.fromkeys(
            state, torch.float32
        )
        assert all(torch.equal(found.tensors[name], state[name]) for name in state)
        assert said in " ".join(map(str, found.said))
        assert bool(said) == bool(found.said)
    half = read_state(saved(tmp_path, {k: v.half() for k, v in state.items()}), "old.pth", MOST)
    assert half.said == (Message("predecessor.converted", kinds=["float16"]),)


def test_what_is_no_state_dictionary_is_refused_with_how_to_make_one(tmp_path: Path) -> None:
    net = OldGCN()
    state = net.state_dict()
    program = io.BytesIO()
    with pytest.warns(DeprecationWarning, match=r"torch\.jit"):
        torch.jit.save(torch.jit.script(nn.Linear(2, 2)), program)
    whole = saved(tmp_path, state).read_bytes()
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "x")
    broken = state | {"lin.bias": torch.tensor([1.0, math.nan])}
    huge = {"a": torch.zeros(1).expand(10**12)}
    ways: list[tuple[bytes, str, bool]] = [
        (saved(tmp_path, net).read_bytes(), "whole-object", True),
        (
            saved(tmp_path, net, _use_new_zipfile_serialization=False).read_bytes(),
            "whole-object",
            True,
        ),
        (pickle.dumps(state), "foreign-pickle", True),
        (program.getvalue(), "torchscript", True),
        (saved(tmp_path, [1, 2]).read_bytes(), "no-dictionary", True),
        (saved(tmp_path, {"a": 1}).read_bytes(), "no-tensors", True),
        (saved(tmp_path, {"a": torch.eye(2).to_sparse()}).read_bytes(), "no-tensors", True),
        (saved(tmp_path, {"a": torch.arange(3)}).read_bytes(), "no-tensors", True),
        (saved(tmp_path, broken).read_bytes(), "not-finite", False),
        (saved(tmp_path, huge).read_bytes(), "too-many-parameters", False),
        (whole[: len(whole) // 2], "damaged", False),
        (whole[:20] + b"\0" * 200 + whole[220:], "damaged", False),
        (other.getvalue(), "foreign-zip", False),
        (b"ID,LABEL\n1,2\n", "not-torch", False),
        (b"", "not-torch", False),
    ]
    legacy = saved(tmp_path, state, _use_new_zipfile_serialization=False).read_bytes()
    ways += [(legacy[:60], "damaged", False), (legacy[:-300], "damaged", False)]
    for content, code, has_snippet in ways:
        path = tmp_path / "given"
        path.write_bytes(content)
        with pytest.raises(ModelError) as caught:
            read_state(path, "given", MOST)
        assert caught.value.codes[0] == f"predecessor.{code}"
        assert ("    torch.save(" in "\n".join(caught.value.sentences)) is has_snippet


def test_a_parameter_that_changed_on_its_way_is_found(tmp_path: Path) -> None:
    path = saved(tmp_path, OldGCN().state_dict())
    whole = path.read_bytes()
    value = whole.index(torch.load(path, weights_only=True)["lin.weight"].numpy().tobytes())
    path.write_bytes(whole[:value] + bytes([whole[value] ^ 1]) + whole[value + 1 :])
    assert torch.load(path, weights_only=True)  # torch itself does not look
    with pytest.raises(ModelError, match="cut off or damaged"):
        read_state(path, "old.pth", MOST)


@pytest.mark.parametrize("as_zip", [True, False])
def test_whatever_damage_is_a_sentence(tmp_path: Path, *, as_zip: bool) -> None:
    path = saved(tmp_path, OldGCN().state_dict(), _use_new_zipfile_serialization=as_zip)
    whole, random, refused = path.read_bytes(), Random(1), 0
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(random.choice((1, 3, 20))):
            place = random.randrange(random.choice((len(damaged), 1_500)))
            damaged[place : place + random.randrange(3)] = random.randbytes(random.randrange(3))
        path.write_bytes(damaged)
        try:
            mapped(read_state(path, "old.pth", MOST).tensors, "GCN")
        except ModelError:
            refused += 1
    assert refused > 20


def test_the_shown_way_out_of_a_pickle_leads_to_a_model(tmp_path: Path) -> None:
    """What the refusals tell one to run, run, gives a file that is read."""
    net = OldGCN()
    for write, name in ((torch.save, "whole"), (_pickled, "pickled")):
        write(net, tmp_path / name)
        with pytest.raises(ModelError) as caught:
            read_state(tmp_path / name, name, MOST)
        lines = [each.strip() for each in caught.value.sentences if each.startswith("    ")]
        script = "\n".join(["import tests.graphnet.test_predecessor", *lines])
        script = script.replace("'OLD'", repr(str(tmp_path / name)))
        script = script.replace("map_location='cpu'", "map_location='cpu', weights_only=False")
        script = script.replace("'STATE.pth'", repr(str(tmp_path / "state.pth")))
        exec(compile(script, "shown", "exec"), {})
        found = read_state(tmp_path / "state.pth", "state.pth", MOST)
        assert set(found.tensors) == set(net.state_dict())


def _pickled(thing: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(thing))


def test_a_file_that_unpacks_to_too_much_is_refused_by_a_process_with_bounds(
    tmp_path: Path,
) -> None:
    large = saved(tmp_path, {"a": torch.zeros(3_000_000)})
    bomb = tmp_path / "bomb.pth"
    with zipfile.ZipFile(large) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            out.writestr(name, source.read(name))
    assert bomb.stat().st_size < 50_000
    with pytest.raises(ModelError, match=r"unpacks to 12 MB; a model may take 1 MB"):
        read_state(bomb, "bomb.pth", 1_000_000)


def test_another_net_than_was_said_is_named_by_its_parameters() -> None:
    gcn, topk = OldGCN().state_dict(), OldTopK().state_dict()
    with pytest.raises(ModelError, match=r"lacks pool1\.select\.weight or pool1\.weight"):
        mapped({k: v for k, v in topk.items() if not k.startswith("pool1")}, "TopK")
    with pytest.raises(ModelError, match="which GCN does not have"):
        mapped(topk, "GCN")
    with pytest.raises(ModelError, match="does not contain the parameters of TopK"):
        mapped(gcn, "TopK")
    with pytest.raises(ModelError, match=r"conv1\.weight is 4 x 32, not 4 x 16"):
        mapped(gcn | {"conv1.lin.weight": torch.zeros(32, 4)}, "GCN")
    with pytest.raises(ModelError, match=r"conv2\.bias is one number|conv2\.bias is 1, not 64"):
        mapped(gcn | {"conv2.bias": torch.tensor(1.0)}, "GCN")
    with pytest.raises(ModelError, match="1 outputs"):
        mapped(OldGCN(classes=1).state_dict(), "GCN")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scaler": ""}, "scaler-missing"),
        ({"measures": ()}, "measures-missing"),
        ({"measures": ("GMV",)}, "measures-count"),
        ({"measures": ("A", "B", "C", "A")}, "measures-twice"),
        ({"regions": ()}, "regions-missing"),
        ({"classes": ("a", "b", "c")}, "classes-too-many"),
        ({"scaler": "fit"}, "scaler-needs-data"),
        ({"graph": "covariance"}, "graph-needs-data"),
    ],
)
def test_what_the_file_does_not_say_is_asked_for(change: dict[str, Any], code: str) -> None:
    state = State(OldGCN(measures=4).state_dict())
    known = {"measures": ("A", "B", "C", "D")}
    with pytest.raises(ModelError) as caught:
        assembled(state, wanted(**(known | change)), TrainedOn())
    assert caught.value.codes == (f"predecessor.{code}",)


def test_an_architecture_that_the_old_service_did_not_have_is_refused() -> None:
    with pytest.raises(ModelError, match="--architecture is 'SGN'; it must be GCN or TopK"):
        wanted("SGN")


def test_data_that_are_not_what_was_said_are_refused() -> None:
    state, seen_ = State(OldGCN().state_dict()), TrainedOn(PEOPLE)
    other = (*PEOPLE.measures[:-1], "XYZ")
    with pytest.raises(ModelError, match=r"Only the model has the measures XYZ"):
        assembled(state, wanted(measures=other), seen_)
    third = TrainedOn(replace(PEOPLE, labels=PEOPLE.labels + 1))
    with pytest.raises(ModelError, match="have the class 2; the net's 2 classes"):
        assembled(state, wanted(), third)


def test_names_of_old_versions_say_that_the_graph_may_have_been_normalised_otherwise() -> None:
    for spelled, said in ((as_first_versions, True), (dict, False)):
        state = State(spelled(drawn(OldGCN()).state_dict()))
        model = assembled(state, wanted(), TrainedOn())
        child, result = tuned(model)
        assert ("normalisation" in model.facts["unknown"]) is said
        code = "predecessor.other-normalisation"
        for warned in (model.facts, predict(model, PEOPLE, explain=False), result):
            assert (code in codes(warned)) is said
        assert code not in codes(predict(child, PEOPLE, explain=False))
    topk = State(as_first_versions(OldTopK().state_dict()))
    assert "normalisation" not in assembled(topk, wanted("TopK"), TrainedOn()).facts["unknown"]


def test_without_a_scale_nobody_is_told_to_be_standard_deviations_away() -> None:
    """Not by the imported model, and not by one that was fine-tuned from it."""
    state = State(drawn(OldGCN()).state_dict())
    known = assembled(state, wanted(), TrainedOn(PEOPLE))
    child, _ = tuned(assembled(state, wanted(), TrainedOn()))
    grown = replace(PEOPLE, features=PEOPLE.features * 1.001)
    scaled = assembled(state, wanted(scaler="fit"), TrainedOn(PEOPLE))
    far = replace(PEOPLE, features=PEOPLE.features * 50)
    for model in (known, child):
        for people in (grown, far):
            shown = json.dumps(predict(model, people, explain=False))
            assert "standard deviations" not in shown
    assert "standard deviations" in json.dumps(predict(scaled, far, explain=False))


def test_a_report_does_not_claim_that_an_imported_model_was_scaled() -> None:
    model = assembled(State(drawn(OldGCN()).state_dict()), wanted(), TrainedOn())
    child, result = tuned(model)
    task = {"task_id": "TASK2", "parent_task_id": "TASK1", "task_type": "dl_ft"}
    for stored, code in (
        (child, "methods.not-scaled"),
        (
            assembled(State(OldGCN().state_dict()), wanted(scaler="fit"), TrainedOn(PEOPLE)),
            "methods.scaled",
        ),
    ):
        manifest = json.loads(stored.to_bytes()[1])
        facts = Facts({**task, "task_result": result}, None, None, manifest)
        codes = {message.code for _, sentences in methods(facts) for message in sentences}
        assert codes & {"methods.not-scaled", "methods.scaled"} == {code}


def tuned(model: StoredModel) -> tuple[StoredModel, dict[str, Any]]:
    """A fine-tuning, and its result, tested on people of another site."""
    settings = TrainingSettings.for_model("GCN", epochs=2)
    data = Splits(cohort("C", seed=5), test=cohort("B", seed=1))
    outcome = run(data, settings, evaluation=PLAIN, parent=model, identity={"task_id": "TASK2"})
    return outcome.model, outcome.result.as_dict()


def test_a_model_of_unknown_cohort_says_so_in_every_descendant() -> None:
    model = assembled(State(drawn(OldGCN()).state_dict()), wanted(), TrainedOn())
    assert model.facts["unknown"] == ["cohort"]
    assert not is_complete(model.facts)
    child, result = tuned(model)
    grandchild, again = tuned(child)
    for found in (result, again):
        assert found["known_subjects"]["test"] is None  # not 0
        assert {"code": "warnings.parent-incomplete", "values": {}} in found["warning_messages"]
    assert not is_complete(grandchild.facts)
    assert next(step["task_id"] for step in grandchild.facts["lineage"]) == "TASK1"


def test_data_that_the_operator_names_are_the_whole_cohort() -> None:
    state = State(drawn(OldGCN()).state_dict())
    certain = assembled(state, wanted(), TrainedOn(cohort("B", seed=1), certain=True))
    assumed = assembled(state, wanted(), TrainedOn(cohort("B", seed=1)))
    assert certain.facts["unknown"] == []
    assert is_complete(certain.facts)
    assert assumed.facts["unknown"] == ["cohort"]
    assert not is_complete(assumed.facts)
    assert subjects_seen(certain.facts) == subjects_seen(assumed.facts) != []
    count = tuned(certain)[1]["known_subjects"]["test"]
    assert count == tuned(assumed)[1]["known_subjects"]["test"] == len(cohort("B", seed=1))
    assert "predecessor.training-data-assumed" in codes(assumed.facts)
    # What an ancestor has seen is not known, whoever names the data.
    of_parent = assembled(
        state, wanted(parent="TASK0"), TrainedOn(cohort("B", seed=1), certain=True)
    )
    assert not is_complete(of_parent.facts)
    assert [step["task_id"] for step in of_parent.facts["lineage"]] == ["TASK0", "TASK1"]


def test_training_data_give_regions_names_scales_and_domain() -> None:
    state = State(drawn(OldGCN()).state_dict())
    asked = wanted(regions=(), scaler="fit", param_set={"epochs": "7", "learning_rate": 99})
    model = assembled(state, asked, TrainedOn(PEOPLE))
    assert sorted(model.layout.regions) == sorted(PEOPLE.regions)
    assert list(model.layout.regions) == sorted(PEOPLE.regions, key=int)
    arranged = PEOPLE.arranged(model.layout)
    expected = Scaler.fit(arranged.features)
    assert model.preprocessing.scaler.as_dict() == expected.as_dict()
    assert (model.settings.epochs, model.settings.graph) == (7, "full")
    assert (
        model.settings.learning_rate == TrainingSettings.for_model("GCN").learning_rate
    )  # 99 is none
    assert model.facts["domain"]["sites"]


def test_a_model_of_unknown_scale_predicts_nobody() -> None:
    state = State(drawn(OldGCN()).state_dict())
    known = assembled(state, wanted(), TrainedOn())
    assert len(predict(known, PEOPLE, explain=False)["predictions"]) == len(PEOPLE)
    unknown = assembled(state, wanted(scaler="unknown"), TrainedOn())
    assert unknown.facts["unknown"] == ["cohort", "scaler"]
    with pytest.raises(ModelError, match="It is unknown how the measures"):
        predict(unknown, PEOPLE)
    assert tuned(unknown)[0].facts.get("unknown") is None  # the child's scale is known


def test_a_scaler_that_scales_nothing_is_read_back() -> None:
    scaler = Scaler.none(np.zeros((2, 1)))
    again = Scaler.from_dict(json.loads(json.dumps(scaler.as_dict(), allow_nan=False)))
    values = np.array([[[1e4], [-7.0]], [[np.nan], [0.5]]])
    assert again.transform(values).tolist() == [[[1e4], [-7.0]], [[0.0], [0.5]]]
    assert again.clipped(values).tolist() == [[0], [0]]
    assert again.is_none
    for clip in (4.0, "5", math.inf):
        with pytest.raises(ModelError):
            Scaler.from_dict(scaler.as_dict() | {"clip": clip})
