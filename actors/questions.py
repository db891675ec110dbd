"""What the service asks of a worker: to read a file, and to predict by a model. Torch-free."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

READ_QUEUE, READ_ACTOR = "sgn.read", "read"
QUEUE, ACTOR = "sgn.predict", "predict"
PREVIEW, KEEP, ROW = "preview", "keep", "row"  # what a file is read for
OLD_MODEL = "old_model"
LATE_SECONDS = 5.0  # clocks differ


@dataclass(frozen=True)
class ReadRequest:
    """A file to read, with the ``mapping`` that answers questions about it.

    ``purpose`` is ``preview`` (nothing is kept), ``keep`` (an upload becomes the dataset
    ``data_id``), ``row`` (a row that NEURO-LEARN wrote) or ``old_model`` (an upload becomes the
    model of the predecessor's task ``data_id``; see :mod:`actors.old_models`). ``name`` stands for
    the file in sentences, and is the dataset's. What is packed may come out as ``most`` bytes.
    Nobody waits for the answer after ``until`` (seconds since 1970).
    """

    purpose: str
    name: str
    data_id: str = ""
    upload: str = ""
    proj_id: str = ""
    user_id: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    until: float = float("inf")
    request_id: str = ""


@dataclass(frozen=True)
class Question:
    """A model, by its task and the hash of its manifest, and the upload of new subjects."""

    task_id: str
    manifest_sha256: str
    upload: str
    explain: bool
    mapping: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    until: float = float("inf")
    request_id: str = ""


def is_late(asked: ReadRequest | Question) -> bool:
    """Whether whoever asked has been told by now that nobody answered."""
    return time.time() > asked.until + LATE_SECONDS
