"""How long the service takes to start, against the bare import of the libraries it uses.

``python -m bench.start``: whole processes, interleaved, medians and their ratio.
"""

import statistics
import subprocess
import sys
import time

LIBRARIES = "import starlette.applications, starlette.formparsers, python_multipart"
LIBRARIES += ", hypercorn.asyncio, dramatiq.brokers.redis, redis, boto3, botocore.config"
LIBRARIES += ", tortoise, tortoise.migrations.api, pydantic, numpy"
SERVICE = "import service.serve, service.app"
RUNS = 15


def seconds(statement: str) -> float:
    """Wall time of one Python process that runs ``statement``."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print both medians and their ratio."""
    pairs = [(seconds(LIBRARIES), seconds(SERVICE)) for _ in range(RUNS + 1)][1:]
    ratios = sorted(service / bare for bare, service in pairs)
    bare, service = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"libraries {bare:.3f} s, service {service:.3f} s, ratio {statistics.median(ratios):.2f}")
    print(f"ratio from {ratios[0]:.2f} to {ratios[-1]:.2f} in {RUNS} pairs")


if __name__ == "__main__":
    main()
