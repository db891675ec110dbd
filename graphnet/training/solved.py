"""The training of a model whose optimum is computed: one epoch, after which nothing is better."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graphnet.config import TrainingSettings
from graphnet.data.cohort import FloatArray
from graphnet.errors import TrainingError
from graphnet.models import Net
from graphnet.models.net import COVARIATE_WEIGHT
from graphnet.training.inputs import ModelInputs
from graphnet.training.loop import Plan, Training

STRENGTH = "strength"  # among the moments of a stored model
ABSENT = -20.0  # log odds of a class that no training subject has


class SolvedTraining(Training):
    """Finds each replica's optimum in its first and only epoch.

    Of :class:`graphnet.models.mlp.LinearSVM` that is :func:`graphnet.evaluation.baselines.fit_svm`.
    Otherwise it is a logistic regression with an L2 penalty: minimised is
    C · Σ log loss + ½ ‖weights‖², with the C among
    :data:`graphnet.evaluation.baselines.STRENGTHS` that has the least log loss on inner folds of
    the replica's own training subjects. It is the ``logistic_regression`` of the baselines, in the
    parameters of the network :class:`graphnet.models.mlp.Linear`. Neither the seed nor the start
    changes anything.
    """

    def __init__(
        self,
        net: Net,
        start: Mapping[str, Tensor],
        train: ModelInputs,
        settings: TrainingSettings,
        plan: Plan,
        **options: Any,
    ) -> None:
        super().__init__(net, start, train, replace(settings, epochs=1), plan, **options)
        self.strengths = torch.zeros(
            len(self.members), dtype=torch.float64
        )  # C; 0 before the optimum is found

    def _train(self, rate: float) -> None:  # noqa: ARG002
        self.total.zero_()
        named = self.parameters.named(self.parameters.flat)
        solutions = [self._solved(replica) for replica in range(len(self.members))]
        with torch.no_grad():
            for replica, (weights, bias, _) in enumerate(solutions):
                measures = self.net.sizes.regions * self.net.sizes.measures
                of_measures = weights[:measures] * math.sqrt(measures)
                named["linear.weight"][replica] = torch.from_numpy(of_measures)
                if COVARIATE_WEIGHT in named:
                    columns = slice(measures, measures + named[COVARIATE_WEIGHT].shape[1])
                    named[COVARIATE_WEIGHT][replica] = torch.from_numpy(weights[columns])
                named["linear.bias"][replica] = torch.from_numpy(bias)
        self.strengths = torch.tensor([strength for *_, strength in solutions], dtype=torch.float64)

    def _solved(self, replica: int) -> tuple[FloatArray, FloatArray, float]:
        """Weights (N·F, C) and bias (C,), and the strength C; covariates are further weights."""
        # scikit-learn, which cuts the folds, is slow to import.
        from graphnet.evaluation.baselines import (  # noqa: PLC0415
            fit_logistic,
            fit_svm,
            too_large,
        )

        rows = self.members[replica]
        seen = 0 if self.train.view is None else int(self.train.view[replica])
        inputs = self.train.inputs
        x = inputs[seen].index_select(0, rows.to(inputs.device)).flatten(1).cpu().numpy()
        refused = too_large(x)
        if refused is not None:
            raise TrainingError(refused)
        targets = self.train.targets
        own = (targets if targets.ndim == 1 else targets[replica]).cpu()[rows].numpy()
        present, places = np.unique(own, return_inverse=True)
        persons = [self.persons[row] for row in rows.tolist()] if self.persons else None
        fit = fit_svm if self.net.baseline == "svm_linear" else fit_logistic
        fitted = fit(x, places, persons)
        weights = np.zeros((x.shape[1], self.net.sizes.classes))
        bias = np.full(self.net.sizes.classes, ABSENT)
        weights[:, present], bias[present] = _by_class(fitted.weights, fitted.bias)
        return weights, bias, fitted.strength

    def moments(self) -> dict[str, Tensor]:
        """The strengths: there is no optimiser."""
        return {STRENGTH: self.strengths}

    def state(self) -> dict[str, Tensor]:
        """See :class:`Training`."""
        return super().state() | {STRENGTH: self.strengths.clone()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """See :class:`Training`."""
        super().restore(state)
        self.strengths = state[STRENGTH].clone().cpu()


def _by_class(weights: FloatArray, bias: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of two classes the log odds (P, 1) shared out to both: (P, 2) and (2,)."""
    if weights.shape[1] > 1:
        return weights, bias
    return np.hstack([-weights, weights]) / 2, np.append(-bias, bias) / 2
