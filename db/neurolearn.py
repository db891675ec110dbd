"""NEURO-LEARN's two tables: read and written here, never altered."""

from tortoise import fields
from tortoise.models import Model


class Submission(Model):
    """A task as NEURO-LEARN sees it. An absent value is ''."""

    id = fields.IntField(primary_key=True)
    task_id = fields.CharField(max_length=32, unique=True)
    proj_id = fields.CharField(max_length=32)
    task_name = fields.CharField(max_length=64)
    task_type = fields.CharField(max_length=16)
    task_config = fields.CharField(max_length=4096)
    task_status = fields.CharField(max_length=16)
    task_result = fields.TextField()

    class Meta:
        table = "backend_submissions"


class Dataset(Model):
    """A dataset; ``data_cont`` is column-wise JSON as pandas writes it."""

    id = fields.IntField(primary_key=True)
    data_id = fields.CharField(max_length=32, unique=True)
    proj_id = fields.CharField(max_length=32)
    user_id = fields.CharField(max_length=32)
    data_name = fields.CharField(max_length=64, unique=True)
    data_cont = fields.TextField()
    hdfs_path = fields.CharField(max_length=256)

    class Meta:
        table = "backend_datasets"
