"""Why a run ended or waits, in coded messages beside the sentence."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sgn", "0005_shared_table")]

    operations = [
        ops.AddField(
            model_name="Run",
            name="error_messages",
            field=fields.TextField(null=True, unique=False),
        ),
    ]
