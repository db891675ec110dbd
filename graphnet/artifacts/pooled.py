"""Whose data the pooled baselines of a fine-tuning were fitted to, typed. Free of NumPy and torch.

A fine-tuned model has learned from its ancestors' training subjects; the pooled baselines are
fitted to these and the new training subjects together. ``as_dict`` gives the JSON of a stored
result, ``from_json`` reads it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphnet.artifacts.stored_json import as_messages, as_whole
from graphnet.messages import Message, as_one

POOLED = "_pooled"  # ends the name of such a baseline


@dataclass(frozen=True)
class PooledBaselines:
    """How many training subjects of ancestors the pooled baselines were fitted to, and why no more.

    ``recorded``: those that the ancestors' manifests count, a dataset once; None where nobody
    knows. Of those that could be read, ``held_out`` are validation or test subjects of the task and
    ``in_training`` training subjects, who count once; ``subjects`` are the others, to whom the
    baselines are fitted. ``missing`` says why some could not be read, or none, ``notes`` what else
    is to be known of them. Where the folds' models were not fine-tuned, nor were their baselines
    pooled: ``in_folds`` is False.
    """

    subjects: int
    recorded: int | None = None
    held_out: int = 0
    in_training: int = 0
    missing: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    in_folds: bool = True

    @property
    def warnings(self) -> list[Message]:
        """What limits the comparison with simple methods, for a result."""
        told = []
        if self.missing:
            found, reason = self.subjects + self.held_out + self.in_training, as_one(self.missing)
            if not self.subjects:
                told.append(Message("pooled.none", reason=reason))
            elif self.recorded is None:
                told.append(Message("pooled.some", reason=reason))
            else:
                counts = {"found": found, "recorded": self.recorded}
                told.append(Message("pooled.part", **counts, reason=reason))
        if self.subjects:
            told += self.notes
            told += [] if self.in_folds else [Message("pooled.not-in-folds")]
        return told

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "subjects": self.subjects,
            "recorded": self.recorded,
            "held_out": self.held_out,
            "in_training": self.in_training,
            "missing": [message.as_dict() for message in self.missing],
            "notes": [message.as_dict() for message in self.notes],
            "in_folds": self.in_folds,
        }

    @classmethod
    def from_json(cls, stored: Any) -> "PooledBaselines | None":
        """None where nothing is stored: of a training from scratch, or by an older version."""
        if not isinstance(stored, Mapping):
            return None
        return cls(
            subjects=as_whole(stored.get("subjects")) or 0,
            recorded=as_whole(stored.get("recorded")),
            held_out=as_whole(stored.get("held_out")) or 0,
            in_training=as_whole(stored.get("in_training")) or 0,
            missing=as_messages(stored.get("missing")),
            notes=as_messages(stored.get("notes")),
            in_folds=bool(stored.get("in_folds", True)),
        )
