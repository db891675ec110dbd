"""The service's own tables, which `db/migrations` makes.

All times are milliseconds since 1970 in UTC by the database's clock; 0 is not yet.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Run(Model):
    """What the service knows of a task beside its submission; the authority on its state.

    ``version`` counts the changes of state; ``crashes`` the claims since the last checkpoint, which
    was saved at ``checkpoint``; ``cancel_at`` is when somebody asked the worker to stop;
    ``manifest_sha256`` vouches for what was stored, until it was cleaned away at ``removed_at``.
    A run that is ``part_of`` a task is its ``part``-th share of work, from 1 on, and has no
    submission of its own. ``kind`` is of the device asked for, such as ``cuda``; empty for any.
    ``error`` is a sentence and ``error_messages`` the same as coded messages in JSON.
    ``traceparent`` is of the W3C's Trace Context. ``imported_at`` is when a model of the
    predecessor was brought in for a submission that had no run. ``stage`` is what it does at the
    moment, as a coded message in JSON.
    """

    task_id = fields.CharField(max_length=32, primary_key=True)
    state = fields.CharField(max_length=16)
    attempt = fields.IntField(default=0)
    lease_token = fields.CharField(max_length=36, default="")
    lease_until = fields.BigIntField(default=0)
    parent_task_id = fields.CharField(max_length=32, default="")
    device = fields.CharField(max_length=64, default="")
    worker = fields.CharField(max_length=128, default="")
    epoch = fields.IntField(default=0)
    epochs = fields.IntField(default=0)
    error = fields.CharField(max_length=1024, default="")
    submitted_at = fields.BigIntField(default=0)
    started_at = fields.BigIntField(default=0)
    progress_at = fields.BigIntField(default=0)
    finished_at = fields.BigIntField(default=0)
    proj_id = fields.CharField(max_length=32, default="")
    request_id = fields.CharField(max_length=64, default="")
    retry_of = fields.CharField(max_length=32, default="")
    version = fields.IntField(default=0)
    crashes = fields.IntField(default=0)
    checkpoint = fields.BigIntField(default=0)
    permille = fields.IntField(default=0)
    remaining_ms = fields.BigIntField(default=-1)
    cancel_at = fields.BigIntField(default=0)
    manifest_sha256 = fields.CharField(max_length=64, default="")
    part_of = fields.CharField(max_length=32, default="")
    part = fields.IntField(default=0)
    kind = fields.CharField(max_length=8, default="")
    traceparent = fields.CharField(max_length=64, default="")
    removed_at = fields.BigIntField(default=0)
    imported_at = fields.BigIntField(default=0)
    error_messages = fields.TextField(null=True)
    stage = fields.CharField(max_length=255, null=True)

    class Meta:
        table = "sgn_runs"
        indexes = (
            Index(fields=("state", "lease_until"), name="sgn_runs_state_lease"),
            Index(fields=("state", "proj_id"), name="sgn_runs_state_project"),
            Index(fields=("part_of", "state"), name="sgn_runs_part"),
            Index(fields=("proj_id", "started_at"), name="sgn_runs_project_start"),
        )


class Outbox(Model):
    """A message that is to be sent, or was."""

    id = fields.BigIntField(primary_key=True)
    task_id = fields.CharField(max_length=32)
    created_at = fields.BigIntField()
    sent_at = fields.BigIntField(default=0)
    request_id = fields.CharField(max_length=64, default="")
    kind = fields.CharField(max_length=8, default="")

    class Meta:
        table = "sgn_outbox"
        indexes = (
            Index(fields=("sent_at",), name="sgn_outbox_sent"),
            Index(fields=("task_id",), name="sgn_outbox_task"),
        )


class Profile(Model):
    """What a dataset holds, as JSON, and its length by the database when this was found.

    ``stored_bytes`` is what its arrays take in the registry, where that was asked.
    """

    data_id = fields.CharField(max_length=32, primary_key=True)
    length = fields.BigIntField()
    profile = fields.TextField()
    stored_bytes = fields.BigIntField(null=True)

    class Meta:
        table = "sgn_profiles"


class Mapping(Model):
    """How a dataset is to be read: ``answers`` by the ids of the questions, as JSON.

    ``signature`` is the same for files that look the same, for which one mapping may serve.
    """

    data_id = fields.CharField(max_length=32, primary_key=True)
    proj_id = fields.CharField(max_length=32)
    signature = fields.CharField(max_length=64)
    answers = fields.TextField()
    created_at = fields.BigIntField()

    class Meta:
        table = "sgn_mappings"
        indexes = (Index(fields=("proj_id", "signature"), name="sgn_mappings_signature"),)


class Key(Model):
    """An Idempotency-Key that was used, by its hash, and the answer that it got."""

    key_sha256 = fields.CharField(max_length=64, primary_key=True)
    body_sha256 = fields.CharField(max_length=64)
    task_id = fields.CharField(max_length=32)
    answer = fields.TextField()
    created_at = fields.BigIntField()

    class Meta:
        table = "sgn_keys"
        indexes = (Index(fields=("created_at",), name="sgn_keys_created"),)


class Token(Model):
    """An API token without its secret; ``proj_id`` is ``*`` for all projects."""

    token_id = fields.CharField(max_length=16, primary_key=True)
    secret_sha256 = fields.CharField(max_length=64)
    proj_id = fields.CharField(max_length=32)
    role = fields.CharField(max_length=16)
    created_at = fields.BigIntField()
    expires_at = fields.BigIntField()
    revoked_at = fields.BigIntField(default=0)

    class Meta:
        table = "sgn_tokens"


class Result(Model):
    """The whole result of a task as JSON in ASCII; NEURO-LEARN's row has an extract of it."""

    task_id = fields.CharField(max_length=32, primary_key=True)
    result = fields.TextField()

    class Meta:
        table = "sgn_results"


class RefusedForm(Model):
    """A form that was refused: ``errors`` are its fields and what is wrong with each, as JSON."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.BigIntField()
    proj_id = fields.CharField(max_length=32)
    request_id = fields.CharField(max_length=64)
    error_num = fields.IntField()
    sentence = fields.TextField()
    errors = fields.TextField()

    class Meta:
        table = "sgn_refused_forms"
        indexes = (Index(fields=("proj_id", "id"), name="sgn_refused_forms_project"),)


class Label(Model):
    """What people have noted of a dataset or a task; ``label_key`` is its kind and id.

    ``notes`` are JSON in ASCII, as :mod:`db.labels` writes them; ``archived_at`` hides
    it in lists.
    """

    label_key = fields.CharField(max_length=40, primary_key=True)
    kind = fields.CharField(max_length=8)
    archived_at = fields.BigIntField()
    notes = fields.TextField()

    class Meta:
        table = "sgn_labels"
        indexes = (Index(fields=("kind", "archived_at"), name="sgn_labels_archived"),)


class AuditEntry(Model):
    """Who has changed, deleted or erased what; ``details`` are JSON in ASCII."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.BigIntField()
    proj_id = fields.CharField(max_length=32)
    actor = fields.CharField(max_length=64)
    action = fields.CharField(max_length=16)
    kind = fields.CharField(max_length=8)
    object_id = fields.CharField(max_length=32)
    request_id = fields.CharField(max_length=64)
    details = fields.TextField()

    class Meta:
        table = "sgn_audit"
        indexes = (Index(fields=("proj_id", "id"), name="sgn_audit_project"),)


class Installation(Model):
    """The one row, ``name`` = ``this``, that tells this database from others on the same Redis."""

    name = fields.CharField(max_length=16, primary_key=True)
    installation_id = fields.CharField(max_length=16)
    created_at = fields.BigIntField()

    class Meta:
        table = "sgn_installation"
