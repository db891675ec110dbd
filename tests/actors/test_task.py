"""What a worker keeps of a training that could not go on."""

import hashlib
from pathlib import Path

import pytest
import torch

from actors import settings as process_settings
from actors.cancelled_training import store_failed
from actors.inputs import Inputs
from actors.lease import Lease
from actors.outputs import Saved
from actors.pending import PendingEndings
from actors.reading.arrays import Arrays
from actors.reading.child import ReadLimits
from actors.reading.datasets import DatasetReader
from actors.runtime import Runtime
from actors.worker_context import WorkerContext
from db.claims import Claim
from db.form import TaskForm
from graphnet.artifacts.lineage import lineage, subjects_seen
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.provenance import subjects
from graphnet.data.splits import Splits
from graphnet.errors import TrainingError
from graphnet.experiment import run
from graphnet.training.devices import DeviceChoice
from registry import MANIFEST, PARAMETERS, ObjectMissing
from registry.location import open_store
from tests.graphnet.people import cohort


class Ours(Lease):
    """A lease that nobody takes."""

    def confirm_ours(self) -> None:
        """It is."""


CLAIM = Claim("TASK1", 1, "token", "P", "name", "dl_ts", {}, "")


@pytest.mark.parametrize("save", [True, False])
def test_the_last_sound_parameters_are_kept_and_named(tmp_path: Path, *, save: bool) -> None:
    people = cohort()
    asked = Evaluation(cv_folds=0, baselines=False, explain=False)
    settings = TrainingSettings.for_model("SGN", epochs=2)
    model = run(Splits(people), settings, evaluation=asked).model
    error = TrainingError("Training stopped in epoch 3.")
    error.kept = model
    store = open_store(tmp_path.as_uri())
    runtime = Runtime(
        process_settings.ProcessSettings("sqlite:///x", "redis://x", tmp_path.as_uri())
    )
    reader = DatasetReader(
        runtime.call, store, Arrays(store, tmp_path, 1), ReadLimits(1, 1, tmp_path)
    )
    pending = PendingEndings(runtime, tmp_path)
    place = WorkerContext(runtime, store, store, DeviceChoice(torch.device("cpu")), reader, pending)
    form = TaskForm("dl_ts", "", ("A",), save_model_state=save)
    inputs = Inputs(Splits(people), settings, None, asked)
    sentence, saved = store_failed(place, form, inputs, error, Ours(runtime, CLAIM))
    assert sentence.startswith("Training stopped in epoch 3.")
    if not save:
        assert sentence == str(error)
        assert saved == Saved()
        with pytest.raises(ObjectMissing):
            store.get("TASK1", PARAMETERS)
        return
    assert sentence.endswith(f"The parameters of the last sound epoch are at {saved.path}.")
    manifest = store.get("TASK1", MANIFEST)
    assert saved.manifest_sha256 == hashlib.sha256(manifest).hexdigest()
    kept = StoredModel.from_bytes(store.get("TASK1", PARAMETERS), store.get("TASK1", MANIFEST))
    assert kept.predict(people).tobytes() == model.predict(people).tobytes()
    assert (kept.facts["task_id"], kept.facts["stopped"]) == ("TASK1", str(error))
    named = [{"name": name, "subjects": 20} for name in ("A_NC", "A_SZ")]
    assert lineage(kept.facts) == [{"task_id": "TASK1", "datasets": named}]
    assert subjects_seen(kept.facts) == subjects(people.ids)
