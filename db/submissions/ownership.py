"""Whose a row of NEURO-LEARN's submissions is: its other services write theirs there too.

A row is *ours* if it has a run of ours. A training (``dl_ts``, ``dl_ft``) without one is the
*predecessor's*: the service that did this work before, whose rows stay as it left them. All else
is *foreign*: of a service for machine learning or statistics, and not for us to show. A task is
written in one transaction with its run, so one of ours always has a run.

Whatever has a run is a training too, as no other form is accepted; so a query tells ours by the
type alone. It never joins the tables: NEURO-LEARN's may be of another character set or collation.
"""

from dataclasses import dataclass
from enum import StrEnum

from tortoise.expressions import Q

from db.models import Run
from db.neurolearn import Submission
from db.server.errors import translate_errors
from db.submissions.form import FINE_TUNE, FROM_SCRATCH
from graphnet.messages import Message

TYPES = (FROM_SCRATCH, FINE_TUNE)
TRAINING = Q(task_type__in=TYPES)
# Of other services of NEURO-LEARN; api.kind-of-task has their names.
KINDS = {"ml_clf", "ml_rgs", "sa_da_ttest", "sa_da_anova", "sa_ca_prson", "sa_ca_spman"}


class Owner(StrEnum):
    """Who has written a row, and may change it."""

    OURS = "ours"
    PREDECESSOR = "predecessor"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Stranger:
    """A foreign row, as far as anybody here is told of it."""

    task_id: str
    proj_id: str
    task_type: str

    @property
    def kind(self) -> Message:
        """The kind of task, as it stands in a message after "is"."""
        if self.task_type in KINDS:
            return Message("api.kind-of-task", type=self.task_type)
        if not self.task_type:
            return Message("api.kind-absent")
        return Message("api.kind-unknown", type=repr(self.task_type))


def owner_of(task_type: str, *, has_run: bool) -> Owner:
    """Whose a row of this type is."""
    if has_run:
        return Owner.OURS
    return Owner.PREDECESSOR if task_type in TYPES else Owner.FOREIGN


def may_be_task(task_id: str) -> bool:
    """Whether an id can be any task's: a latin1 database refuses to look for others."""
    return task_id.isascii()


@translate_errors()
async def find_stranger(task_id: str) -> Stranger | None:
    """The foreign row of this id; None if there is none. Its result is not read."""
    if not may_be_task(task_id):
        return None
    rows = await Submission.filter(task_id=task_id).values("task_id", "proj_id", "task_type")
    if not rows or rows[0]["task_id"] != task_id or rows[0]["task_type"] in TYPES:
        return None
    has_run = await Run.filter(task_id=task_id).exists()
    return None if has_run else Stranger(**rows[0])
