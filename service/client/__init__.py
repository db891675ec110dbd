"""The service from Python: submit a form, wait for its task, fetch the results.

    with Client() as client:
        task = client.wait(client.submit(form).task_id)
        print(task.metrics.loc[("test", "auc")])

A file that can be read in more than one way raises :class:`QuestionsOpen`; ``mapping`` answers.

:func:`local_service` starts the whole service for a notebook. Every error is a
:class:`ClientError` whose text is one sentence.
"""

from graphnet.data.interpretation import Interpretation, Question
from service.client.answers import (
    Architecture,
    AuditLine,
    Catalogue,
    Dataset,
    Dependent,
    Dependents,
    Erasure,
    Finding,
    Headline,
    Preview,
    Progress,
    RefusedForm,
    Submission,
    Task,
)
from service.client.client import (
    Client,
    ComparedTasks,
    HouseError,
    LocalServiceError,
    Predictions,
    house,
    local_service,
)
from service.client.datasets import Owners
from service.client.errors import ClientError, NotEnded, QuestionsOpen, Unconfirmed, Unreachable
from service.client.mlflow_export import MlflowRun
from service.client.mlflow_server import MlflowError
from service.client.tasks import Event

__all__ = [
    "Architecture",
    "AuditLine",
    "Catalogue",
    "Client",
    "ClientError",
    "ComparedTasks",
    "Dataset",
    "Dependent",
    "Dependents",
    "Erasure",
    "Event",
    "Finding",
    "Headline",
    "HouseError",
    "Interpretation",
    "LocalServiceError",
    "MlflowError",
    "MlflowRun",
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
    "Unconfirmed",
    "Unreachable",
    "house",
    "local_service",
]
