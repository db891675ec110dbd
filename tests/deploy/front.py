"""nginx with the configuration that ships; only what stands in ``site`` is the test's own."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers import ServerMissing, free_ports

REPOSITORY = Path(__file__).parents[2]
SHIPPED = REPOSITORY / "nginx"
SITE = REPOSITORY / "compose" / "nginx"
SECRETS = "/run/secrets/"
START_SECONDS = 20.0


@dataclass(frozen=True)
class Front:
    """A running nginx; what it writes is in ``log``."""

    url: str
    tls_url: str
    certificate: Path
    log: Path


@contextlib.contextmanager
def nginx(
    folder: Path, upstreams: Sequence[int], *, tokens: str = "", more: str = ""
) -> Iterator[Front]:
    """Run nginx before processes on these ports, until the block ends.

    ``tokens`` are lines of the secret ``neuro_learn_token``, ``more`` lines of ``clients.conf``.
    Raises ServerMissing.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise ServerMissing("The program nginx is not installed on this machine.")
    if shutil.which("openssl") is None:
        raise ServerMissing("The program openssl is not installed on this machine.")
    folder.mkdir()
    port, tls_port = free_ports(2)
    _write_site(folder, upstreams, (port, tls_port))
    (folder / "neuro_learn_token").write_text(tokens)
    with (folder / "site" / "clients.conf").open("a") as clients:
        clients.write(more)
    log = folder / "log"
    front = Front(
        f"http://127.0.0.1:{port}", f"https://127.0.0.1:{tls_port}", folder / "tls.pem", log
    )
    # As root, nginx would become somebody who may not enter a test's folder.
    only = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
    command = [program, "-p", f"{folder}/", "-c", str(folder / "sgn" / "nginx.conf"), "-g", only]
    with log.open("wb") as output:
        started = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(front, started)
        yield front
    finally:
        started.terminate()
        started.wait()


def _write_site(folder: Path, upstreams: Sequence[int], ports: tuple[int, int]) -> None:
    port, tls_port = ports
    shipped, site = folder / "sgn", folder / "site"
    shipped.mkdir()
    site.mkdir()
    for path in SHIPPED.iterdir():
        (shipped / path.name).symlink_to(path)
    servers = [f"server 127.0.0.1:{each} max_fails=1 fail_timeout=1s;\n" for each in upstreams]
    (site / "upstream.conf").write_text("".join(servers))
    (site / "listen.conf").write_text(f"listen 127.0.0.1:{port};\n")
    (site / "clients.conf").write_text(_moved(folder, "clients.conf"))
    _make_certificate(folder)
    tls = _moved(folder, "example-tls.conf").replace("8443", f"127.0.0.1:{tls_port}")
    (site / "tls.conf").write_text(
        tls.replace("tls_certificate;", "tls.pem;").replace("tls_key;", "tls.key;")
    )


def _moved(folder: Path, name: str) -> str:
    """A file that compose uses, with its secrets in this folder."""
    return (SITE / name).read_text().replace(SECRETS, f"{folder}/")


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.pem")),
        ],
        check=True,
        capture_output=True,
    )


def _wait(front: Front, started: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"{front.url}/healthz")
        except httpx.TransportError as error:
            if started.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nginx did not start:\n{front.log.read_text()}") from error
            time.sleep(0.02)
        else:
            return
