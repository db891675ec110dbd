"""What is ours beside NEURO-LEARN's table: whole results, refused forms, the installation's name."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sgn", "0004_intake")]

    operations = [
        ops.CreateModel(
            name="Result",
            fields=[
                (
                    "task_id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("result", fields.TextField(unique=False)),
            ],
            options={"table": "sgn_results", "app": "sgn", "pk_attr": "task_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RefusedForm",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("created_at", fields.BigIntField()),
                ("proj_id", fields.CharField(max_length=32)),
                ("request_id", fields.CharField(max_length=64)),
                ("error_num", fields.IntField()),
                ("sentence", fields.TextField(unique=False)),
                ("errors", fields.TextField(unique=False)),
            ],
            options={
                "table": "sgn_refused_forms",
                "app": "sgn",
                "indexes": [
                    Index(fields=["proj_id", "id"], name="sgn_refused_forms_project"),
                ],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Installation",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16),
                ),
                ("installation_id", fields.CharField(max_length=16)),
                ("created_at", fields.BigIntField()),
            ],
            options={"table": "sgn_installation", "app": "sgn", "pk_attr": "name"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Run",
            name="imported_at",
            field=fields.BigIntField(default=0, db_default=0),
        ),
        # When a project was last given a worker: projects take turns.
        ops.AddIndex(
            model_name="Run",
            index=Index(fields=["proj_id", "started_at"], name="sgn_runs_project_start"),
        ),
    ]
