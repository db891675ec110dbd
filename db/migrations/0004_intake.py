"""How each dataset was read: the answers to what was asked about its file."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sgn", "0003_deployable")]

    operations = [
        ops.CreateModel(
            name="Mapping",
            fields=[
                (
                    "data_id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("proj_id", fields.CharField(max_length=32)),
                ("signature", fields.CharField(max_length=64)),
                ("answers", fields.TextField(unique=False)),
                ("created_at", fields.BigIntField()),
            ],
            options={
                "table": "sgn_mappings",
                "app": "sgn",
                "indexes": [
                    Index(fields=["proj_id", "signature"], name="sgn_mappings_signature"),
                ],
                "pk_attr": "data_id",
            },
            bases=["Model"],
        ),
    ]
