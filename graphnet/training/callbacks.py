"""What follows the trainings of one task: told of each epoch, and able to resume them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from torch import Tensor

from graphnet.artifacts.model import StoredModel
from graphnet.training.history import Epoch
from graphnet.training.loop import Training
from graphnet.training.progress import Progress


class Callback:
    """Follows the trainings of a task, counted from 0 by ``index``, always in the same order.

    Number 0 is the model itself; the others evaluate it, or choose its settings. This class
    only counts them. A subclass may store the state of each training and give it back from
    :meth:`load_state` when the task starts again. Whatever a method raises ends the
    task. ``progress`` is how far the task is.
    """

    def __init__(self, progress: Progress | None = None) -> None:
        self.index = -1
        self._others = 0
        self.progress = progress or Progress()

    def follow(self, training: Training) -> Iterator[Epoch]:
        """The remaining epochs of the next training, each as it ends. Raises TrainingError."""
        self.index = max(self.index + 1, self._others + 1) if self.index == 0 else self.index + 1
        state = self.load_state(self.index)
        if state is not None and training.accepts(state):
            training.restore(state)
        self.on_train_begin(training)
        self.progress.resume(training.epoch / training.settings.epochs)
        for epoch in training:
            self.progress.advance(epoch.number / training.settings.epochs)
            yield epoch
            self.on_epoch_end(training, epoch)
        self.on_train_end(training)

    @contextmanager
    def before_model(self) -> Iterator[None]:
        """Trainings that come before the model itself, which has number 0 all the same."""
        self.index = 0
        yield
        self._others, self.index = self.index, -1

    def load_state(self, index: int) -> Mapping[str, Tensor] | None:  # noqa: ARG002
        """The state of an interrupted training; None to start from the first epoch."""
        return None

    def on_train_begin(self, training: Training) -> None:
        """Called before the first epoch that is still to do."""

    def on_epoch_end(self, training: Training, epoch: Epoch) -> None:
        """Called after each epoch."""

    def on_train_end(self, training: Training) -> None:
        """Called after the last epoch."""

    def on_model(self, model: Callable[[], StoredModel]) -> None:
        """Called once the model itself is trained, before all else; ``model`` makes its manifest.

        Of a task that is shared, the model has the replicas that were trained here.
        """

    def stage(self, name: str) -> AbstractContextManager[object]:  # noqa: ARG002
        """Wraps each stage of a task: ``train``, ``assess``, ``validate``."""
        return nullcontext()

    def on_out_of_memory(self) -> None:
        """Called when a stack of models did not fit into memory and is trained in halves."""

    def raise_if_cancelled(self) -> None:
        """Called between steps that train nothing: the place to end a cancelled task."""
