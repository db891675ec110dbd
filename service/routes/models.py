"""The architectures, for a form's select."""

from starlette.requests import Request
from starlette.responses import Response

from graphnet.catalogue import ALIASES, GRAPHS, MODELS, ModelCard
from graphnet.config import OPTIONS, Settings
from service.replies import success


async def list_models(request: Request) -> Response:  # noqa: ARG001
    """Every architecture with a sentence and its recommended settings, every graph and option."""
    return success(
        models=[_shown(card) for card in MODELS.values()],
        graphs=GRAPHS,
        options={name: str(option) for name, option in OPTIONS.items()},
    )


def _shown(card: ModelCard) -> dict[str, object]:
    return {
        "name": card.name,
        "aliases": [alias for alias, name in ALIASES.items() if name == card.name],
        "summary": card.summary,
        "source": card.source,
        "settings": Settings.for_model(card.name).as_dict(),
    }
