"""The service starts at once: it loads neither torch nor what only an upload needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.environment import home_variables

HEAVY = ("torch", "torch_geometric", "scipy", "sklearn", "pandas", "safetensors")
# Some requests need these; they are imported once the service listens.
LATER = ("numpy", "jinja2", "babel", "fluent", "jsonschema")


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_the_service_loads_nothing_heavy() -> None:
    loaded = loaded_by("import service.app, service.serve")
    assert "starlette" in loaded
    assert not loaded.intersection(HEAVY + LATER)


@pytest.mark.nightly
def test_what_answers_is_imported_once_the_service_listens() -> None:
    loaded = loaded_by("from service.app import load_handlers; load_handlers()")
    assert loaded >= {"numpy", "jinja2"}
    assert not loaded.intersection(HEAVY)


@pytest.mark.nightly
def test_reading_a_dataset_needs_no_torch() -> None:
    reading = "from graphnet.readers import read_table; read_table(b'ID,GMV_1\\n1,2\\n')"
    loaded = loaded_by(f"import service.app; {reading}")
    assert "pandas" in loaded
    assert "torch" not in loaded


def test_a_home_reads_files_in_a_folder_of_its_own(tmp_path: Path) -> None:
    assert home_variables(tmp_path, {})["SGN_SPOOL"] == str(tmp_path / "spool")
    assert home_variables(tmp_path, {"SGN_SPOOL": "/large"})["SGN_SPOOL"] == "/large"
