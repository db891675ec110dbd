"""What a task does at the moment, as a coded message."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sgn", "0006_error_messages")]

    operations = [
        ops.AddField(
            model_name="Run",
            name="stage",
            field=fields.CharField(max_length=255, null=True),
        ),
    ]
