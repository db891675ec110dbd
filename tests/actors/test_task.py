"""What a worker keeps of a training that could not go on."""

import hashlib
from pathlib import Path

import pytest

from actors.tasks.inputs import Inputs
from actors.tasks.outputs import store_failed
from db.submissions.form import TaskForm
from graphnet.artifacts.manifest import lineage, subjects_seen
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import StoredObjects
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.provenance import subjects
from graphnet.data.splits import Splits
from graphnet.errors import TrainingError
from graphnet.experiment import run
from graphnet.messages import Message
from registry import MANIFEST, PARAMETERS, ObjectMissing
from registry.location import open_store
from tests.actors.contexts import task_context
from tests.graphnet.people import cohort


@pytest.mark.parametrize("save", [True, False])
def test_the_last_sound_parameters_are_kept_and_named(tmp_path: Path, *, save: bool) -> None:
    people = cohort()
    asked = Evaluation(cv_folds=0, baselines=False, explain=False)
    settings = TrainingSettings.for_model("SGN", epochs=2)
    model = run(Splits(people), settings, evaluation=asked).model
    error = TrainingError("Training stopped in epoch 3.")
    error.kept = model
    store = open_store(tmp_path.as_uri())
    form = TaskForm("dl_ts", "", ("A",), save_model_state=save)
    inputs = Inputs(Splits(people), settings, None, asked)
    reasons, saved = store_failed(task_context(tmp_path, store, form=form), inputs, error)
    if not save:
        assert reasons == error.messages
        assert saved == StoredObjects()
        with pytest.raises(ObjectMissing):
            store.get("TASK1", PARAMETERS)
        return
    last = Message("tasks.last-sound-epoch", path=saved.model_state_path)
    assert reasons == (*error.messages, last)
    manifest = store.get("TASK1", MANIFEST)
    assert saved.manifest_sha256 == hashlib.sha256(manifest).hexdigest()
    kept = StoredModel.from_bytes(store.get("TASK1", PARAMETERS), store.get("TASK1", MANIFEST))
    assert kept.predict(people).tobytes() == model.predict(people).tobytes()
    assert (kept.facts["task_id"], kept.facts["stopped"]) == ("TASK1", str(error))
    stopped = [Message.from_json(message) for message in kept.facts["stopped_messages"]]
    assert stopped == list(error.messages)
    named = [{"name": name, "subjects": 20} for name in ("A_NC", "A_SZ")]
    assert lineage(kept.facts) == [{"task_id": "TASK1", "datasets": named}]
    assert subjects_seen(kept.facts) == subjects(people.ids)
