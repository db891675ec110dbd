"""What a developer runs and CI runs, each in an environment of its own."""

import os
from itertools import chain
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "imports", "tests"]
nox.options.reuse_existing_virtualenvs = True
# uv installs in seconds what pip does in minutes; where it is not there, pip does.
nox.options.default_venv_backend = "uv|virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
CONSTRAINED = ("-c", "constraints.txt")
# One thread each, and no process compiles again what another has compiled.
SPARING = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": ""}
# Six processes on two cores, as most slow tests wait; threads of torch that wait for each other
# would undo the gain. A file's tests stay in one process (see tests/forks.py); files without slow
# tests come first (see tests/conftest.py).
PARALLEL = ("--forks", "6", "--durations=25")
FAST = ("-m", "not slow", "--nightly", "none", *PARALLEL)
# Of the tests that take long, which: all, none, or a share such as 3/8.
NIGHTLY = ("--nightly", os.environ.get("NIGHTLY", "none"))


def group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(PYPROJECT, name))


def install(
    session: nox.Session, *packages: str, compiled: bool = True, silent: bool = True
) -> None:
    """Install at the versions of constraints.txt; what is only read need not be compiled."""
    if session.venv_backend == "uv":
        options = ["--compile-bytecode"] if compiled else []
    else:
        options = [] if compiled else ["--no-compile"]
    session.install(*CONSTRAINED, *options, *packages, silent=silent)


@nox.session
def lint(session: nox.Session) -> None:
    install(session, *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    install(session, "-e", ".[all]", *group("types"), compiled=False)
    session.run("mypy")


@nox.session
def imports(session: nox.Session) -> None:
    install(session, "-e", ".", *group("imports"))
    session.run("lint-imports")


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, the fast ones first; `-- tests/db` only these, `NIGHTLY=all` the nightly too."""
    # What is imported is compiled as it is: a third of the modules that are installed.
    install(session, "-e", ".[all]", *group("tests"), compiled=False)
    session.run("pytest", *(session.posargs or (*NIGHTLY, *PARALLEL)), env=SPARING)


@nox.session(python=["3.11", "3.12", "3.13"])
def pythons(session: nox.Session) -> None:
    """The fast tests on each Python that the metadata allows; `nox -s pythons-3.12` on one."""
    install(session, "-e", ".[all]", *group("tests"))
    session.run("pytest", *(session.posargs or FAST), env=SPARING)


@nox.session(venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """The fast tests on the lowest versions that the metadata allows, by the newest test tools."""
    versions = f"{session.create_tmp()}/lowest.txt"
    resolve = ("uv", "pip", "compile", "--quiet", "--no-header", "--resolution", "lowest-direct")
    session.run(*resolve, "--extra", "all", "pyproject.toml", "--output-file", versions)
    session.install("-c", versions, "-e", ".[all]", *group("tests"))
    session.run("pytest", *(session.posargs or FAST), env=SPARING)


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines and branches the tests reach, those of processes that they start too."""
    install(session, "-e", ".[all]", *group("tests"), *group("coverage"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *(session.posargs or PARALLEL), env=SPARING)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")
    session.run("coverage", "html", "--quiet")


@nox.session
def constraints(session: nox.Session) -> None:
    """Renew constraints.txt and requirements.txt; `-- --upgrade-package numpy` renews one.

    pip refuses an editable project where constraints have hashes, so these are in a file of
    their own: `pip install --require-hashes -r requirements.txt` gives what `.[all]` needs.
    """
    install(session, *group("tools"))
    resolve = (
        *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        *("--no-annotate", "--custom-compile-command", "nox -s constraints", "pyproject.toml"),
    )
    groups = chain.from_iterable(("--group", name) for name in PYPROJECT["dependency-groups"])
    session.run(
        *(*resolve, "--all-extras", *groups, *(session.posargs or ("--upgrade",))),
        *("--output-file", "constraints.txt"),
    )
    session.run(
        *(*resolve, "--extra", "all", "--constraints", "constraints.txt", "--upgrade"),
        *("--generate-hashes", "--output-file", "requirements.txt"),
    )


@nox.session
def docs(session: nox.Session) -> None:
    """The pages, in docs/_build/html; `nox -s docs -- pictures` takes the screenshots anew."""
    if "pictures" in session.posargs:
        install(session, "-e", ".[all]", *group("tests"))
        session.run("python", "docs/pictures/take.py")
        return
    install(session, *group("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def manifests(session: nox.Session) -> None:
    """Render every overlay of kustomize/ and check it; needs kubectl."""
    install(session, "-e", ".[embedded,postgres]", *group("tests"))
    session.run("pytest", "tests/deploy", "-m", "not slow", *session.posargs)  # these need torch


@nox.session
def faults(session: nox.Session) -> None:
    """The long plan of faults: `nox -s faults -- --count 1000 --seed 1`."""
    install(session, "-e", ".[all]", *group("tests"))
    session.run("python", "-m", "tests.faults", *session.posargs, env=SPARING)


@nox.session
def images(session: nox.Session) -> None:
    """Both images, built by buildah on a bare Debian and started: as root, in minutes."""
    install(session, "-e", ".[all]", *group("tests"))
    log = ("-o", "log_cli=true", "-o", "log_cli_level=INFO")
    session.run("pytest", "tests/deploy/images.py", *log, *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Train and test a model on synthetic subjects; what is needed is installed the first time."""
    if not (Path(session.bin) / "sgn").exists():
        session.log(
            "Installing into .nox/demo, once and for some minutes: 2 GB on disk with PyTorch for "
            "CPUs, several GB more with PyTorch for GPUs. The demo itself takes about a minute."
        )
    install(session, "-e", ".[all]", silent=False)
    # By the PATH that there is once this session has ended, for the commands that it suggests.
    sgn = str(Path(session.bin) / "sgn")
    session.run("env", f"PATH={os.environ['PATH']}", sgn, "demo", *session.posargs, external=True)


@nox.session
def bench(session: nox.Session) -> None:
    install(session, "-e", ".[all]", *group("tests"))
    session.run("python", "-m", "bench.train", *session.posargs)
    session.run("python", "-m", "bench.start")
