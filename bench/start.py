"""How long the service's import takes, against the bare import of the libraries it starts with.

``python -m bench.start``: whole processes, interleaved; medians of processor time, which other work
on the machine disturbs less than time by the clock, and their ratio. NumPy and Jinja are none of
these libraries: they are imported once the service listens.
"""

import resource
import statistics
import subprocess
import sys

LIBRARIES = "import starlette.applications, starlette.formparsers, python_multipart"
LIBRARIES += ", hypercorn.asyncio, dramatiq.brokers.redis, redis, boto3, botocore.config"
LIBRARIES += ", tortoise, tortoise.migrations.api, pydantic"
SERVICE = "import service.app"
BAR = 1.3  # of the ratio
RUNS = 15


def seconds(statement: str) -> float:
    """Processor time of one Python process that runs ``statement``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print both medians and their ratio; the exit status is 1 where it is above the bar."""
    pairs = [(seconds(LIBRARIES), seconds(SERVICE)) for _ in range(RUNS + 1)][1:]
    ratios = sorted(service / bare for bare, service in pairs)
    bare, service = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"libraries {bare:.3f} s, service {service:.3f} s, ratio {statistics.median(ratios):.2f}")
    print(f"ratio from {ratios[0]:.2f} to {ratios[-1]:.2f} in {RUNS} pairs")
    return int(statistics.median(ratios) > BAR)


if __name__ == "__main__":
    sys.exit(main())
