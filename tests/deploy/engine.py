"""Images built by buildah, and processes in them, where there is no container engine.

A process runs as an engine would start it: the image's user, environment and command, a read-only
root, an empty /tmp, secrets below /run/secrets. It shares the network of this machine.
"""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deploy.front import REPOSITORY
from tests.servers import ServerMissing

BASE = "sgn-base"
TOOLS = ("buildah", "debootstrap", "unshare", "chroot")
ENTER = """
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs tmpfs "$ROOT/tmp"
if [ -n "$SECRETS" ]; then mount --bind "$SECRETS" "$ROOT/run/secrets"; fi
mount -o remount,bind,ro "$ROOT"
exec chroot --userspec="$OWNER" "$ROOT" env -i "$@"
"""


@dataclass(frozen=True)
class Image:
    """A built image, unpacked."""

    name: str
    root: Path
    config: Mapping[str, Any]
    size: int

    def command(
        self, arguments: Sequence[str], variables: Mapping[str, str], secrets: Path | None = None
    ) -> tuple[list[str], dict[str, str]]:
        """What to run, and its environment, for these arguments to a process of the image."""
        environment = [*self.config["Env"], *(f"{key}={value}" for key, value in variables.items())]
        outside = {
            "PATH": os.environ["PATH"],
            "ROOT": str(self.root),
            "OWNER": self.config["User"],
            "SECRETS": str(secrets or ""),
        }
        inside = ["sh", "-c", 'cd "$0" && exec "$@"', self.config["WorkingDir"], *arguments]
        command = ["unshare", "--mount", "sh", "-euc", ENTER, "enter", *environment, *inside]
        return command, outside

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """A command in the image, once it has ended."""
        command, environment = self.command(arguments, variables)
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    @property
    def start(self) -> list[str]:
        """The arguments that the image itself names."""
        return [*self.config["Entrypoint"], *self.config["Cmd"]]


@dataclass(frozen=True)
class Engine:
    """buildah with a store of its own."""

    folder: Path

    def buildah(self, *arguments: str) -> str:
        """Run buildah; what it prints."""
        store = ("--root", str(self.folder / "store"), "--runroot", str(self.folder / "run"))
        done = subprocess.run(
            ["buildah", *store, "--storage-driver", "vfs", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout.strip()

    def make_base(self) -> None:
        """A bare Debian, without Python."""
        root = self.folder / "debian"
        subprocess.run(
            ["debootstrap", "--variant=minbase", "bookworm", root], check=True, capture_output=True
        )
        shutil.rmtree(root / "var" / "cache" / "apt")
        container = self.buildah("from", "scratch")
        self.buildah("add", "--quiet", container, str(root), "/")
        self.buildah("commit", "--quiet", "--rm", container, BASE)
        shutil.rmtree(root)

    def build(self, target: str) -> Image:
        """The image of a target of the Containerfile."""
        name = f"nld-sgn/{target}:test"
        self.buildah(
            *("build", "--isolation", "chroot", "--format", "docker", "--layers=false"),
            *("--build-arg", f"BASE_IMAGE=localhost/{BASE}", *self._pip(), "--target", target),
            *("--tag", name, str(REPOSITORY)),
        )
        container = self.buildah("from", name)
        root = Path(self.buildah("mount", container))
        (root / "run" / "secrets").mkdir()
        described = json.loads(self.buildah("inspect", "--type", "image", name))
        size = sum(path.lstat().st_size for path in root.rglob("*"))
        return Image(name, root, described["Docker"]["config"], size)

    def _pip(self) -> list[str]:
        """How pip reaches its packages on this machine, as a secret and folders to read."""
        lines, volumes = ["[global]"], []
        for key in ("index-url", "extra-index-url", "find-links", "cert"):
            value = os.environ.get(f"PIP_{key.replace('-', '_').upper()}")
            if value is None:
                continue
            if key == "cert":  # not where the image keeps its own certificates
                shutil.copy(value, self.folder / "cert.pem")
                volumes.append(f"--volume={self.folder / 'cert.pem'}:/cert.pem:ro")
                value = "/cert.pem"
            elif Path(value).is_dir():
                volumes.append(f"--volume={value}:{value}:ro")
            lines.append(f"{key} = {value}")
        (self.folder / "pip.conf").write_text("\n".join(lines) + "\n")
        return ["--secret", f"id=pip,src={self.folder / 'pip.conf'}", *volumes]


@contextlib.contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """buildah in an existing folder, which is emptied at the end. Raises ServerMissing."""
    missing = [name for name in TOOLS if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        raise ServerMissing(f"Images are built by root, with {', '.join(TOOLS)}.")
    found = Engine(folder)
    try:
        found.make_base()
        yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
