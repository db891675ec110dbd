"""Bytes by task id: an S3-compatible bucket or a directory behind one small interface.

An object lives at ``models/<task_id>/<name>``, or ``checkpoints/…``, ``datasets/…``, ``uploads/…``,
below the place that the URL names. A reader sees a whole object or none. Whatever goes wrong is a
:class:`RegistryError` with a message that says what happened and what to do.
"""

from registry.location import open_multipart, open_store
from registry.multipart import MultipartStore, Part, Unfinished
from registry.store import (
    CHECKPOINTS,
    DATASETS,
    EVIDENCE,
    GLASS_BRAIN,
    LOG,
    MANIFEST,
    MAX_BYTES,
    MODELS,
    PARAMETERS,
    REPORT,
    UPLOADS,
    ObjectDamaged,
    ObjectMissing,
    RegistryError,
    RegistryRefuses,
    RegistryUnavailable,
    Store,
)

__all__ = [
    "CHECKPOINTS",
    "DATASETS",
    "EVIDENCE",
    "GLASS_BRAIN",
    "LOG",
    "MANIFEST",
    "MAX_BYTES",
    "MODELS",
    "PARAMETERS",
    "REPORT",
    "UPLOADS",
    "MultipartStore",
    "ObjectDamaged",
    "ObjectMissing",
    "Part",
    "RegistryError",
    "RegistryRefuses",
    "RegistryUnavailable",
    "Store",
    "Unfinished",
    "open_multipart",
    "open_store",
]
