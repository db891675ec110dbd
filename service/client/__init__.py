"""The service from Python: submit a form, wait for its task, take what came of it.

    with Client() as client:
        task = client.wait(client.submit(form).task_id)
        print(task.metrics.loc[("test", "auc")])

A file that can be understood in two ways is :class:`QuestionsOpen`; ``mapping`` answers.

:func:`house` starts the whole service for a notebook. Whatever goes wrong is a
:class:`ClientError` whose text is one sentence.
"""

from graphnet.data.interpretation import Interpretation, Question
from service.client.answers import (
    Architecture,
    Catalogue,
    Headline,
    Progress,
    RefusedForm,
    Submission,
    Task,
)
from service.client.described import Dataset, Finding, Owners, Preview
from service.client.embedded import HouseError, house
from service.client.errors import ClientError, NotEnded, QuestionsOpen, Unreachable
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
    "Interpretation",
    "NotEnded",
    "Owners",
    "Predictions",
    "Preview",
    "Progress",
    "Question",
    "QuestionsOpen",
    "RefusedForm",
    "Submission",
    "Task",
    "Unreachable",
    "house",
]
