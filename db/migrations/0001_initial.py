"""Runs, outbox and profiles."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Outbox",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("task_id", fields.CharField(max_length=32)),
                ("created_at", fields.BigIntField()),
                ("sent_at", fields.BigIntField(default=0)),
            ],
            options={
                "table": "sgn_outbox",
                "app": "sgn",
                "indexes": [
                    Index(fields=["sent_at"], name="sgn_outbox_sent"),
                    Index(fields=["task_id"], name="sgn_outbox_task"),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Profile",
            fields=[
                (
                    "data_id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("length", fields.BigIntField()),
                ("profile", fields.TextField(unique=False)),
            ],
            options={"table": "sgn_profiles", "app": "sgn", "pk_attr": "data_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Run",
            fields=[
                (
                    "task_id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("state", fields.CharField(max_length=16)),
                ("attempt", fields.IntField(default=0)),
                ("lease_token", fields.CharField(default="", max_length=36)),
                ("lease_until", fields.BigIntField(default=0)),
                ("parent_task_id", fields.CharField(default="", max_length=32)),
                ("device", fields.CharField(default="", max_length=64)),
                ("worker", fields.CharField(default="", max_length=128)),
                ("epoch", fields.IntField(default=0)),
                ("epochs", fields.IntField(default=0)),
                ("error", fields.CharField(default="", max_length=1024)),
                ("submitted_at", fields.BigIntField(default=0)),
                ("started_at", fields.BigIntField(default=0)),
                ("progress_at", fields.BigIntField(default=0)),
                ("finished_at", fields.BigIntField(default=0)),
            ],
            options={
                "table": "sgn_runs",
                "app": "sgn",
                "indexes": [Index(fields=["state", "lease_until"], name="sgn_runs_state_lease")],
                "pk_attr": "task_id",
            },
            bases=["Model"],
        ),
    ]
