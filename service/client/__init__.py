"""The service from Python: submit a form, wait for its task, take what came of it.

    with Client() as client:
        task = client.wait(client.submit(form).task_id)
        print(task.metrics.loc[("test", "auc")])

:func:`house` starts the whole service for a notebook. Whatever goes wrong is a
:class:`ClientError` whose text is one sentence.
"""

from service.client.answers import (
    Architecture,
    Catalogue,
    Headline,
    Progress,
    Submission,
    Task,
)
from service.client.datasets import Dataset, Finding, Preview
from service.client.embedded import HouseError, house
from service.client.errors import ClientError, NotEnded, Unreachable
from service.client.events import Event
from service.client.results import Predictions
from service.client.session import Client

__all__ = [
    "Architecture",
    "Catalogue",
    "Client",
    "ClientError",
    "Dataset",
    "Event",
    "Finding",
    "Headline",
    "HouseError",
    "NotEnded",
    "Predictions",
    "Preview",
    "Progress",
    "Submission",
    "Task",
    "Unreachable",
    "house",
]
