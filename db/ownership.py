"""Whose a row of NEURO-LEARN's submissions is: its other services write theirs there too.

A row is *ours* if it has a run of ours. A training (``dl_ts``, ``dl_ft``) without one is the
*predecessor's*: the service that did this work before, whose rows stay as it left them. All else
is *foreign*: of a service for machine learning or statistics, and not for us to show. A task is
written in one transaction with its run, so none of ours is ever seen without.

Whatever has a run is a training too, as no other form is accepted; so a query tells ours by the
type alone. It never joins the tables: NEURO-LEARN's may be of another character set or collation.
"""

from dataclasses import dataclass
from enum import StrEnum

from tortoise.expressions import Q

from db.errors import translate_errors
from db.form import FINE_TUNE, FROM_SCRATCH
from db.models import Run
from db.neurolearn import Submission

TYPES = (FROM_SCRATCH, FINE_TUNE)
TRAINING = Q(task_type__in=TYPES)
KINDS = {
    "ml_clf": "a classification",
    "ml_rgs": "a regression",
    "sa_da_ttest": "a t-test",
    "sa_da_anova": "an analysis of variance",
    "sa_ca_prson": "a Pearson correlation",
    "sa_ca_spman": "a Spearman correlation",
}


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

    def __str__(self) -> str:
        """A phrase that fits after "is": the kind of task, and that it is no training."""
        return f"{kind_of(self.task_type)} of another NEURO-LEARN service; it is not a training"


def owner_of(task_type: str, *, has_run: bool) -> Owner:
    """Whose a row of this type is."""
    if has_run:
        return Owner.OURS
    return Owner.PREDECESSOR if task_type in TYPES else Owner.FOREIGN


def kind_of(task_type: str) -> str:
    """What a foreign row's type means, as far as that is known."""
    if task_type in KINDS:
        return f"{KINDS[task_type]} ({task_type})"
    return f"a task of type {task_type!r}" if task_type else "a task of no type"


def may_be_task(task_id: str) -> bool:
    """Whether an id can be any task's: a latin1 database refuses to look for others."""
    return task_id.isascii()


@translate_errors()
async def find_stranger(task_id: str) -> Stranger | None:
    """The foreign row of this id; None if there is none, or it is none. No result is read."""
    if not may_be_task(task_id):
        return None
    rows = await Submission.filter(task_id=task_id).values("task_id", "proj_id", "task_type")
    if not rows or rows[0]["task_id"] != task_id or rows[0]["task_type"] in TYPES:
        return None
    has_run = await Run.filter(task_id=task_id).exists()
    return None if has_run else Stranger(**rows[0])
