"""What people note of datasets and tasks, and who has changed, deleted or erased what."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sgn", "0008_stored_bytes")]

    operations = [
        ops.CreateModel(
            name="Label",
            fields=[
                (
                    "label_key",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40),
                ),
                ("kind", fields.CharField(max_length=8)),
                ("archived_at", fields.BigIntField()),
                ("notes", fields.TextField(unique=False)),
            ],
            options={
                "table": "sgn_labels",
                "app": "sgn",
                "indexes": [Index(fields=["kind", "archived_at"], name="sgn_labels_archived")],
                "pk_attr": "label_key",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("created_at", fields.BigIntField()),
                ("proj_id", fields.CharField(max_length=32)),
                ("actor", fields.CharField(max_length=64)),
                ("action", fields.CharField(max_length=16)),
                ("kind", fields.CharField(max_length=8)),
                ("object_id", fields.CharField(max_length=32)),
                ("request_id", fields.CharField(max_length=64)),
                ("details", fields.TextField(unique=False)),
            ],
            options={
                "table": "sgn_audit",
                "app": "sgn",
                "indexes": [Index(fields=["proj_id", "id"], name="sgn_audit_project")],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
