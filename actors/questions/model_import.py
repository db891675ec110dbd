"""Models of the service before this one: read by a child process, completed, stored, noted."""

import hashlib
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from actors.questions.answers import refusal
from actors.questions.rpc import ReadRequest
from actors.reading import uploads
from actors.reading.child import ReadLimits, child_outcome, run_child, working_folder
from actors.reading.datasets import DatasetReader
from actors.tasks.outputs import output_files
from db import datasets
from db.submissions import predecessor
from db.submissions.predecessor import NotImportable, OldTask
from db.texts import other_ways
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import StoredObjects
from graphnet.data.cohort import Cohort, merge
from graphnet.data.cohorts import cohort_of
from graphnet.errors import CohortError, ModelError, SettingsError
from graphnet.messages import Message
from graphnet.predecessor.__main__ import TENSORS
from graphnet.predecessor.model import FIT, TrainedOn, Wanted, assembled
from graphnet.predecessor.state import State
from registry import MANIFEST, PARAMETERS, RegistryError, Store

log = logging.getLogger(__name__)

Answer = dict[str, Any]
LISTS = ("regions", "measures", "classes", "train_data")
ANSWERED = ("class_names", "warnings", "warning_messages", "unknown")  # of a stored result


@dataclass(frozen=True)
class ModelImporter:
    """Imports them into the store ``models``; ``reader`` opens uploads and datasets."""

    reader: DatasetReader
    models: Store

    def __call__(self, request: ReadRequest) -> Answer:
        """``{"imported": …}``, or ``{"refused": sentences}``.

        Raises:
            UploadGone, RegistryError, DatabaseError: it can be tried again.

        """
        try:
            said = _said(request.mapping)
            again = request.mapping.get("replace") == "yes"
            old: OldTask = self.reader.call(
                predecessor.find_old_task(request.data_id, replace=again)
            )
            wanted = _wanted(old, said)
            state, digest = self._read(request)
            model = assembled(state, wanted, self._seen(old, said))
            self._check_again(old, again=again)
            return {"imported": self._stored(old, _with_origin(model, request.name, digest))}
        except (CohortError, ModelError, SettingsError) as error:
            return refusal(error.messages)
        except NotImportable as error:
            return refusal([error.message])

    def _read(self, request: ReadRequest) -> tuple[State, str]:
        """The upload's tensors, and the SHA-256 of the file."""
        with working_folder(self.reader.bounds.spool) as folder:
            path = folder / "file"
            uploads.download(self.reader.uploads, request.upload, path)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            return read_state_file(path, folder, request, self.reader.bounds), digest

    def _seen(self, old: OldTask, said: Mapping[str, Any]) -> TrainedOn:
        """On whom it was trained: whom the operator names, else whom its form names."""
        named: Sequence[str] = said["train_data"]
        certain = bool(named)
        cohorts, problems = self._cohorts(named or old.form.train_data)
        if problems and certain:
            raise ModelError(*problems)
        if problems and said["scaler"] == FIT:
            needed = Message("predecessor.scaler-needs-all-data")
            advice = Message("predecessor.name-data-or-choose-none")
            raise ModelError(needed, *problems, advice)
        cohort = merge(cohorts) if cohorts else None
        return TrainedOn(cohort, certain=certain, said=tuple(problems))

    def _cohorts(self, names: Sequence[str]) -> tuple[list[Cohort], list[Message]]:
        # NEURO-LEARN's forms name a dataset with .csv, which it is called without here.
        others = other_ways(names)
        asked_names = sorted({*names, *others.values()})
        rows = self.reader.call(datasets.find_datasets(asked_names)) if names else []
        # A database may take names for equal that are not (small and SMALL).
        by_name = {row.data_name: row for row in rows}
        chosen = {name: by_name.get(name) or by_name.get(others.get(name, "")) for name in names}
        records = {name: record for name, record in chosen.items() if record is not None}
        gone = [name for name in chosen if name not in records]
        problems = [Message("predecessor.datasets-missing", datasets=gone)] if gone else []
        cohorts = []
        for name, record in {record.data_name: record for record in records.values()}.items():
            try:
                cohorts.append(cohort_of(self.reader.dataset(record), name))
            except CohortError as error:
                problems.append(
                    Message("predecessor.dataset-unreadable", dataset=name, reason=error.message)
                )
        return cohorts, problems

    def _check_again(self, old: OldTask, *, again: bool) -> None:
        """Look once more before anything is stored over another's. Raises NotImportable."""
        now: OldTask = self.reader.call(predecessor.find_old_task(old.task_id, replace=again))
        if now.imported_at != old.imported_at:
            raise predecessor.meanwhile(old.task_id)

    def _stored(self, old: OldTask, model: StoredModel) -> Answer:
        """Store it, and note it beside the old row; what was said and assumed."""
        content = output_files(model, {})
        paths = {name: self.models.put(old.task_id, name, data) for name, data in content.items()}
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
        stored = StoredObjects(paths[PARAMETERS], sums[MANIFEST], sums)
        result = {
            "train_epochs": list(old.train_epochs),
            **stored.as_dict(),
            "class_names": {str(label): name for label, name in model.class_names.items()},
            "warnings": list(model.facts["warnings"]),
            "warning_messages": list(model.facts["warning_messages"]),
            "imported": model.facts["imported"],
            "unknown": list(model.facts["unknown"]),
        }
        try:
            self.reader.call(predecessor.insert_import(old, result))
        except NotImportable:
            raise
        except Exception:
            self._take_back(old)
            raise
        log.info("task %s: an old %s was imported", old.task_id, model.settings.model)
        return {
            "task_id": old.task_id,
            "model": model.settings.model,
            "sizes": model.net.sizes.as_dict(),
            "regions": list(model.layout.regions),
            "measures": list(model.layout.measures),
            **{name: result[name] for name in ANSWERED},
            "model_state_path": stored.model_state_path,
            "manifest_sha256": stored.manifest_sha256,
        }

    def _take_back(self, old: OldTask) -> None:
        """Remove what no row vouches for; not so what another import may have stored."""
        if old.imported_at:
            return
        try:
            self.models.delete(old.task_id)
        except RegistryError as error:
            log.warning("task %s: what was stored stays: %s", old.task_id, error)


def read_state_file(path: Path, folder: Path, request: ReadRequest, bounds: ReadLimits) -> State:
    """The tensors of a file that ``torch.save`` has written, read by a process of its own.

    Raises:
        ModelError: it is no state dictionary.
        ReadingFailed: it took too long or too much, or ended its process.

    """
    out = folder / "out"
    out.mkdir()
    command = [
        *(sys.executable, "-m", "graphnet.predecessor", str(path), str(out)),
        *(f"--name={request.name}", f"--most={request.most}", f"--memory-mb={bounds.memory_mb}"),
    ]
    outcome = child_outcome(
        run_child(command, folder, request.name, bounds), out, request.name, bounds
    )
    if "refused" in outcome:
        raise ModelError(*map(Message.from_json, outcome["refused"]))
    return State(load_file(out / TENSORS), tuple(map(Message.from_json, outcome["said"])))


def _wanted(old: OldTask, said: Mapping[str, Any]) -> Wanted:
    """What the file cannot say. Raises ModelError where nobody has said it."""
    names = ("architecture", "scaler", "graph", "regions", "measures", "classes")
    return Wanted(
        task_id=old.task_id,
        param_set=old.form.param_set,
        parent=old.form.parent,
        **{name: said[name] for name in names},
    )


def _with_origin(model: StoredModel, name: str, digest: str) -> StoredModel:
    """The same, whose manifest says which file it was."""
    imported = {"from": "predecessor", "file": name, "file_sha256": digest}
    return replace(model, facts={**model.facts, "imported": imported})


def _said(mapping: Mapping[str, str]) -> dict[str, Any]:
    """What the operator said, as it travels: names in lists as JSON."""
    plain = {key: mapping.get(key, "") for key in ("architecture", "scaler", "graph")}
    lists = {key: tuple(json.loads(mapping.get(key, "[]"))) for key in LISTS}
    return {**plain, **lists}
