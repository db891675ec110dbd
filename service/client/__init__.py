"""The service from Python: submit a form, wait for its task, take the model.

    with Client("http://127.0.0.1:7014") as client:
        task = client.wait(client.submit(form).task_id)
        print(task.task_result["metrics"]["test"]["auc"])

Whatever goes wrong is a :class:`ClientError` whose text is one sentence.
"""

from service.client.answers import (
    Architecture,
    Catalogue,
    Dataset,
    Finding,
    Progress,
    Submission,
    Task,
)
from service.client.errors import ClientError, NotEnded, Unreachable
from service.client.session import Client

__all__ = [
    "Architecture",
    "Catalogue",
    "Client",
    "ClientError",
    "Dataset",
    "Finding",
    "NotEnded",
    "Progress",
    "Submission",
    "Task",
    "Unreachable",
]
