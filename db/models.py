"""The service's own tables, which `db/migrations` makes.

All times are milliseconds since 1970 in UTC by the database's clock; 0 is not yet.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Run(Model):
    """What the service knows of a task beside its submission; the authority on its state."""

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

    class Meta:
        table = "sgn_runs"
        indexes = (Index(fields=("state", "lease_until"), name="sgn_runs_state_lease"),)


class Outbox(Model):
    """A message that is to be sent, or was."""

    id = fields.BigIntField(primary_key=True)
    task_id = fields.CharField(max_length=32)
    created_at = fields.BigIntField()
    sent_at = fields.BigIntField(default=0)

    class Meta:
        table = "sgn_outbox"
        indexes = (
            Index(fields=("sent_at",), name="sgn_outbox_sent"),
            Index(fields=("task_id",), name="sgn_outbox_task"),
        )


class Profile(Model):
    """What a dataset holds, as JSON, and its length by the database when this was found."""

    data_id = fields.CharField(max_length=32, primary_key=True)
    length = fields.BigIntField()
    profile = fields.TextField()

    class Meta:
        table = "sgn_profiles"
