"""How the learning rate goes down over the epochs."""

import math

from graphnet.config import Settings


def factor(settings: Settings, epoch: int) -> float:
    """What the learning rate is multiplied by in ``epoch``, counted from 1.

    ``step``: ``lr_decay`` every ``lr_step_size`` epochs. ``cosine``: half a cosine from 1 to 0
    over all epochs (Loshchilov & Hutter 2017, arXiv:1608.03983). ``constant``: 1.
    """
    done = epoch - 1
    if settings.lr_schedule == "constant":
        return 1.0
    if settings.lr_schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done / settings.epochs))
    return settings.lr_decay ** (done // settings.lr_step_size)
