"""The architectures, for a form's select."""

from starlette.requests import Request
from starlette.responses import Response

from graphnet.config import ALIASES, GRAPHS, MODELS, ModelCard
from service.replies import success


async def list_models(request: Request) -> Response:  # noqa: ARG001
    """Every architecture with a sentence and its recommended settings, and every graph."""
    return success(models=[_shown(card) for card in MODELS.values()], graphs=GRAPHS)


def _shown(card: ModelCard) -> dict[str, object]:
    return {
        "name": card.name,
        "aliases": [alias for alias, name in ALIASES.items() if name == card.name],
        "summary": card.summary,
        "source": card.source,
        "settings": card.settings.as_dict(),
    }
