"""Cancelling, retrying, checkpoints, keys of repeated posts, tokens."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# The database fills in what the rows of an older version have no value for.
NEW_OF_RUN: dict[str, fields.Field[Any]] = {
    "proj_id": fields.CharField(default="", db_default="", max_length=32),
    "request_id": fields.CharField(default="", db_default="", max_length=64),
    "retry_of": fields.CharField(default="", db_default="", max_length=32),
    "version": fields.IntField(default=0, db_default=0),
    "crashes": fields.IntField(default=0, db_default=0),
    "checkpoint": fields.BigIntField(default=0, db_default=0),
    "permille": fields.IntField(default=0, db_default=0),
    "remaining_ms": fields.BigIntField(default=-1, db_default=-1),
    "cancel_at": fields.BigIntField(default=0, db_default=0),
    "manifest_sha256": fields.CharField(default="", db_default="", max_length=64),
}


class Migration(migrations.Migration):
    dependencies = [("sgn", "0001_initial")]

    operations = [
        *(
            ops.AddField(model_name="Run", name=name, field=field)
            for name, field in NEW_OF_RUN.items()
        ),
        ops.AddField(
            model_name="Outbox",
            name="request_id",
            field=fields.CharField(default="", db_default="", max_length=64),
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(fields=["state", "proj_id"], name="sgn_runs_state_project"),
        ),
        ops.CreateModel(
            name="Key",
            fields=[
                (
                    "key_sha256",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("body_sha256", fields.CharField(max_length=64)),
                ("task_id", fields.CharField(max_length=32)),
                ("answer", fields.TextField(unique=False)),
                ("created_at", fields.BigIntField()),
            ],
            options={
                "table": "sgn_keys",
                "app": "sgn",
                "indexes": [Index(fields=["created_at"], name="sgn_keys_created")],
                "pk_attr": "key_sha256",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Token",
            fields=[
                (
                    "token_id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16),
                ),
                ("secret_sha256", fields.CharField(max_length=64)),
                ("proj_id", fields.CharField(max_length=32)),
                ("role", fields.CharField(max_length=16)),
                ("created_at", fields.BigIntField()),
                ("expires_at", fields.BigIntField()),
                ("revoked_at", fields.BigIntField(default=0)),
            ],
            options={"table": "sgn_tokens", "app": "sgn", "pk_attr": "token_id"},
            bases=["Model"],
        ),
    ]
