"""Which objects were stored of a task, and the SHA-256 of each."""

from db.tasks import TaskRecord
from registry import EVIDENCE, MANIFEST, PARAMETERS

IN_MANIFEST = "in the manifest"  # of parameters that an older version has stored


def sums_of(task: TaskRecord) -> dict[str, str]:
    """The SHA-256 of each object, by name, as far as anybody has noted it."""
    result = task.task_result or {}
    noted = result.get("stored")
    noted = noted if isinstance(noted, dict) else {}
    known = {str(name): str(digest) for name, digest in noted.items()}
    if result.get("evidence_sha256"):  # all that an older version has noted
        known.setdefault(EVIDENCE, str(result["evidence_sha256"]))
    if task.manifest_sha256:
        known |= {MANIFEST: task.manifest_sha256}
        known.setdefault(PARAMETERS, IN_MANIFEST)
    return known
