"""How much of the registry each dataset takes, for the quotas of projects."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sgn", "0007_stage")]

    operations = [
        ops.AddField(
            model_name="Profile",
            name="stored_bytes",
            field=fields.BigIntField(null=True),
        ),
    ]
