"""A stand-in of NEURO-LEARN: its API service forwards a form, and then reads its own database.

It knows nothing of this service but the address of one call; see docs/neuro-learn.md.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.databases import query

ENDED = {"Finished", "Failed"}


@dataclass(frozen=True)
class NeuroLearn:
    """Its settings: where tasks go, and its database as its own user sees it."""

    address: str
    database_url: str

    def new_task(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """As ``requests.post(url, data=json.dumps(form)).json()``: no type, no token."""
        with httpx.Client() as client:
            request = client.build_request("POST", self.address, content=json.dumps(form))
            assert not {"content-type", "authorization"} & set(request.headers)
            answer: dict[str, Any] = client.send(request).json()
        return answer

    def add_dataset(self, name: str, content: str) -> None:
        """As its upload writes ``pandas.read_csv(file).to_json()``."""
        assert not set("'\\") & set(content), "this stand-in does not escape"
        query(
            self.database_url,
            "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, "
            f"hdfs_path) VALUES ('DATA{name}', 'PROJ20191217104136', 'u', '{name}', "
            f"'{content}', '')",
        )

    def row(self, task_id: str) -> tuple[str, str]:
        """The state and the result as its pages show them."""
        ((status, result),) = query(
            self.database_url,
            f"SELECT task_status, task_result FROM backend_submissions WHERE task_id = '{task_id}'",
        )
        return str(status), str(result)

    def follow(self, task_id: str, seconds: float = 90) -> tuple[list[str], str]:
        """The states that were seen until it ended, and the result."""
        seen, deadline = [], time.monotonic() + seconds
        while time.monotonic() < deadline:
            status, result = self.row(task_id)
            if status not in seen:
                seen.append(status)
            if status in ENDED:
                return seen, result
            time.sleep(0.02)
        raise AssertionError(f"{task_id} is {seen} after {seconds} s")
