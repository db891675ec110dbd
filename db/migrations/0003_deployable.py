"""Parts of a task, kinds of device, the trace a task belongs to, models that were cleaned away."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# The database fills in what the rows of an older version have no value for.
NEW_OF_RUN: dict[str, fields.Field[Any]] = {
    "part_of": fields.CharField(default="", db_default="", max_length=32),
    "part": fields.IntField(default=0, db_default=0),
    "kind": fields.CharField(default="", db_default="", max_length=8),
    "traceparent": fields.CharField(default="", db_default="", max_length=64),
    "removed_at": fields.BigIntField(default=0, db_default=0),
}


class Migration(migrations.Migration):
    dependencies = [("sgn", "0002_reliability")]

    operations = [
        *(
            ops.AddField(model_name="Run", name=name, field=field)
            for name, field in NEW_OF_RUN.items()
        ),
        ops.AddField(
            model_name="Outbox",
            name="kind",
            field=fields.CharField(default="", db_default="", max_length=8),
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(fields=["part_of", "state"], name="sgn_runs_part"),
        ),
    ]
