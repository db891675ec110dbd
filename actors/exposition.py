"""What a process of either kind shows Prometheus, and the text in which it does."""

from importlib import metadata

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.registry import Collector

from db.errors import ERRORS as DATABASE_ERRORS
from registry.errors import ERRORS as STORAGE_ERRORS

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposed(*collectors: Collector) -> CollectorRegistry:
    """What both kinds of process show, and what one of them adds."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    build = Info("sgn_build", "The version that runs.", registry=None)
    build.info({"version": metadata.version("nld-sgn")})
    for collector in (build, DATABASE_ERRORS, STORAGE_ERRORS, *collectors):
        registry.register(collector)
    ProcessCollector(registry=registry)
    return registry


def text(registry: CollectorRegistry) -> bytes:
    """All of it, as a scrape gets it."""
    return generate_latest(registry)
