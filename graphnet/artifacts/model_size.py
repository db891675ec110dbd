"""How large a model is, for a reader who asks whether it is too large for its subjects.

Free of NumPy and torch. ``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from graphnet.artifacts.stored_json import as_whole


@dataclass(frozen=True)
class ModelSize:
    """Numbers of one network, of which a model averages ``networks``.

    ``parameters`` that training could change, of which ``trained`` were trained: fewer in a
    fine-tuning of the last layers. ``inputs``: values of a subject that the network sees, without
    those that hardly vary in training subjects; of connectomes each connection once.
    ``connections``: those that it sees beside them, as the edges of the subject's own graph.
    """

    parameters: int
    trained: int
    networks: int
    inputs: int
    connections: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Any) -> "ModelSize | None":
        """None where an older version stored none, or it cannot be read."""
        if not isinstance(stored, Mapping):
            return None
        names = ("parameters", "trained", "networks", "inputs", "connections")
        counts = [as_whole(stored.get(name)) for name in names]
        known = [count for count in counts if count is not None]
        return cls(*known) if len(known) == len(names) else None
