"""What goes along with the trainings of one task: watched after each epoch, and resumed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from torch import Tensor

from graphnet.training.history import Epoch
from graphnet.training.loop import Training


class Callback:
    """Follows the trainings of a task, one stage each, always in the same order.

    The first is the model itself; the others judge it. This one only counts them. A subclass may
    keep the state of each stage and give it back as :meth:`kept` when the task is begun again; what
    a method raises ends the task.
    """

    def __init__(self) -> None:
        self.stage = -1
        self.costs: Sequence[float] = (1.0,)

    def expect(self, costs: Sequence[float]) -> None:
        """Note how much work each stage will be, the model's own 1; an estimate."""
        self.costs = costs

    def follow(self, training: Training) -> Iterator[Epoch]:
        """The epochs of the next stage that are still to do. Raises TrainingError."""
        self.stage += 1
        state = self.kept(self.stage)
        if state is not None and training.takes(state):
            training.restore(state)
        self.began(training)
        for epoch in training:
            yield epoch
            self.trained(training, epoch)
        self.ended(training)

    def kept(self, stage: int) -> Mapping[str, Tensor] | None:  # noqa: ARG002
        """What :meth:`Training.state` gave when this stage was interrupted; None: begin."""
        return None

    def began(self, training: Training) -> None:
        """A stage is about to train."""

    def trained(self, training: Training, epoch: Epoch) -> None:
        """An epoch is done."""

    def ended(self, training: Training) -> None:
        """A stage is done."""

    def step(self, name: str) -> AbstractContextManager[object]:  # noqa: ARG002
        """Around each step of a task: ``train``, ``assess``, ``validate``."""
        return nullcontext()

    def out_of_memory(self) -> None:
        """The models of a stage did not fit; they are trained in halves."""

    def pause(self) -> None:
        """Between two steps that are no training; a place to end the task."""
