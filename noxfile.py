"""What a developer runs and CI runs, each in an environment of its own."""

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "imports", "tests"]
nox.options.reuse_existing_virtualenvs = True

PYPROJECT = nox.project.load_toml("pyproject.toml")
CONSTRAINED = ("-c", "constraints.txt")
# One thread each, and no process compiles again what another has compiled.
SPARING = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": ""}


def group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(PYPROJECT, name))


@nox.session
def lint(session: nox.Session) -> None:
    session.install(*CONSTRAINED, *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    # What is only read needs no compiled files, which are half of installing it.
    session.install("--no-compile", *CONSTRAINED, "-e", ".[all]", *group("types"))
    session.run("mypy")


@nox.session
def imports(session: nox.Session) -> None:
    session.install(*CONSTRAINED, "-e", ".", *group("imports"))
    session.run("lint-imports")


@nox.session
def tests(session: nox.Session) -> None:
    session.install(*CONSTRAINED, "-e", ".[all]", *group("tests"))
    # Five processes, as many tests wait more than they compute; threads of torch that wait for
    # each other would undo the gain. Files in their order: the long ones of acceptance come first,
    # and not at the end, where one process would have them and the others nothing left to do.
    spread = ("-n", "5", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=25")
    some = () if session.posargs else spread
    session.run("pytest", *some, *session.posargs, env=SPARING)


@nox.session
def docs(session: nox.Session) -> None:
    """The pages, in docs/_build/html; `nox -s docs -- pictures` takes the screenshots anew."""
    if "pictures" in session.posargs:
        session.install(*CONSTRAINED, "-e", ".[all]", *group("tests"))
        session.run("python", "docs/pictures/take.py")
        return
    session.install(*CONSTRAINED, *group("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def manifests(session: nox.Session) -> None:
    """Render every overlay of kustomize/ and check it; needs kubectl."""
    session.install(*CONSTRAINED, "-e", ".[embedded,postgres]", *group("tests"))
    session.run("pytest", "tests/deploy", "-m", "not slow", *session.posargs)  # these need torch


@nox.session
def faults(session: nox.Session) -> None:
    """The long plan of faults: `nox -s faults -- --count 1000 --seed 1`."""
    session.install(*CONSTRAINED, "-e", ".[all]", *group("tests"))
    session.run("python", "-m", "tests.faults", *session.posargs, env=SPARING)


@nox.session
def images(session: nox.Session) -> None:
    """Both images, built by buildah on a bare Debian and started: as root, in minutes."""
    session.install(*CONSTRAINED, "-e", ".[all]", *group("tests"))
    log = ("-o", "log_cli=true", "-o", "log_cli_level=INFO")
    session.run("pytest", "tests/deploy/images.py", *log, *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    session.install(*CONSTRAINED, "-e", ".[all]")
    session.run("sgn", "demo", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    session.install(*CONSTRAINED, "-e", ".[all]", *group("tests"))
    session.run("python", "-m", "bench.train", *session.posargs)
    session.run("python", "-m", "bench.start")
