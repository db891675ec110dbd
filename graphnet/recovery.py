"""The model of a training that was interrupted."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from graphnet import parts
from graphnet.errors import ModelError
from graphnet.fits import Watched
from graphnet.journal import Journal
from graphnet.training import Training
from graphnet.work import Work


def recovered(work: Work, state: Mapping[str, Tensor], *, shared: bool = False) -> Watched:
    """The model with the best parameters that ``state``, of its own training, holds.

    Of a task that was ``shared``, the replicas that its own worker trained.

    Raises:
        GraphnetError: a state of another training.

    """
    settings = work.start.settings
    done = replace(settings, epochs=int(state["epoch"]))
    until = replace(work, start=replace(work.start, settings=done))
    mine = parts.own(work) if shared else parts.everything(work)
    found = parts.watched(until, mine, device=torch.device("cpu"), journal=_Reading(state))
    asked = replace(found.model.settings, epochs=settings.epochs)
    return replace(found, model=replace(found.model, settings=asked))


class _Reading(Journal):
    """Gives back one state, and refuses to train beyond it."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._state = state

    def kept(self, stage: int) -> Mapping[str, Tensor]:  # noqa: ARG002
        return self._state

    def began(self, training: Training) -> None:
        if training.epoch != int(self._state["epoch"]):
            raise ModelError("The checkpoint is of another training.")
