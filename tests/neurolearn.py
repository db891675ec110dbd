"""A stand-in of NEURO-LEARN: its API service forwards a form, and reads and writes its database.

It does what NEURO-LEARN-DOCKER at commit 2c75a79 was seen to do, and knows nothing of this service
but the address of one call; see docs/neuro-learn.md. Beside it its other services and the
predecessor of this one write their rows.
"""

import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pandas as pd

from tests.databases import query
from tests.installations import GIVE_UP_SECONDS

ENDED = {"Finished", "Failed"}
COUNTED = ("Submitted", "Running", "Finished", "Failed")
PROJECT = "PROJ20191217104136"
USER = "USER20191001000000"
SUBMISSION = "task_id, proj_id, task_name, task_type, task_config, task_status, task_result"
DATASET = "data_id, proj_id, user_id, data_name, data_cont, hdfs_path"
LINE = (
    "Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000, Test Loss: 0.6931, "
    "Test Accuracy: 0.5000"
)
OLD_CONFIG = {
    "proj_name": "P", "train_data": ["A.csv"], "val_data": [], "enable_test": False,
    "test_data": [], "model": "GNN", "param_set": {"epochs": 1},
}  # fmt: skip


@dataclass(frozen=True)
class NeuroLearn:
    """Its settings: where tasks go, and its database as its own user sees it."""

    address: str
    database_url: str

    def new_task(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Forward what its front end posts: ``requests.post(url, data=text).json()``.

        The browser escapes nothing, and the pinned requests encodes text as Latin-1. No type, no
        token, and the host name that is compiled in.

        Raises:
            UnicodeEncodeError: the form holds what Latin-1 does not, so nothing is ever sent.

        """
        body = json.dumps(form, ensure_ascii=False).encode("latin-1")
        with httpx.Client() as client:
            request = client.build_request("POST", self.address, content=body)
            request.headers["host"] = "sgn.neurolearn.com:7014"
            assert not {"content-type", "authorization"} & set(request.headers)
            answer: dict[str, Any] = client.send(request).json()
        return answer

    def upload(self, file_name: str, table: pd.DataFrame) -> str:
        """Keep a dataset as its upload of a CSV file does, by the file's name; the dataset's id."""
        data_id = f"DATA{abs(hash(file_name)) % 10**14:014}"
        content = pd.read_csv(io.StringIO(table.to_csv(index=False))).to_json()
        self.insert("backend_datasets", DATASET, (data_id, PROJECT, USER, file_name, content, ""))
        return data_id

    def download(self, data_id: str, user_id: str = USER) -> pd.DataFrame:
        """Give a dataset to the user whose it is.

        Raises:
            PermissionError: it is another's, or nobody's.

        """
        content, path = self._dataset(data_id, user_id)
        assert not path, "its HDFS would be asked"
        return pd.read_json(io.StringIO(content))

    def delete(self, data_id: str, user_id: str = USER) -> None:
        """Remove a dataset of a user's own. Raises PermissionError."""
        _, path = self._dataset(data_id, user_id)
        assert not path, "its HDFS would be asked"
        query(self.database_url, f"DELETE FROM backend_datasets WHERE data_id = '{data_id}'")

    def _dataset(self, data_id: str, user_id: str) -> tuple[str, str]:
        found = query(
            self.database_url,
            "SELECT data_cont, hdfs_path FROM backend_datasets "
            f"WHERE data_id = '{data_id}' AND user_id = '{user_id}'",
        )
        if not found:
            raise PermissionError("Oops! No access!")
        ((content, path),) = found
        return str(content), str(path)

    def overview(self) -> dict[str, int]:
        """Count the project's submissions as its front page does, all services' together."""
        rows = query(
            self.database_url,
            "SELECT task_status, COUNT(*) FROM backend_submissions "
            f"WHERE proj_id = '{PROJECT}' GROUP BY task_status",
        )
        counted = {str(status): int(number) for status, number in rows}
        return {status: counted.get(status, 0) for status in COUNTED}

    def trainings(self, size: int = 10) -> list[str]:
        """The ids on the first page of its list of trainings."""
        rows = query(
            self.database_url,
            "SELECT task_id FROM backend_submissions WHERE task_type IN ('dl_ts', 'dl_ft') "
            f"AND proj_id = '{PROJECT}' ORDER BY id DESC LIMIT {size}",
        )
        return [str(task_id) for (task_id,) in rows]

    def row(self, task_id: str) -> tuple[str, str]:
        """The state and the result as its pages show them."""
        ((status, result),) = query(
            self.database_url,
            f"SELECT task_status, task_result FROM backend_submissions WHERE task_id = '{task_id}'",
        )
        return str(status), str(result)

    def follow(self, task_id: str, seconds: float = GIVE_UP_SECONDS) -> tuple[list[str], str]:
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

    def add_other_rows(self) -> dict[str, str]:
        """Write rows of its other services and of the predecessor; the type of each by its id."""
        rows = {
            "TASK19100100000000": ("ml_clf", "Finished", {"Accuracy": 0.7, "Feature Weights": []}),
            "TASK19100100000001": ("sa_da_ttest", "Finished", {"GMV_1": {"p": 0.03}}),
            "TASK19100100000002": ("ml_rgs", "Running", ""),
            "TASK20012912454500": (
                "dl_ts",
                "Success",
                {"train_epochs": [LINE], "model_path": "/nls-sgn/models/TASK20012912454500.pkl"},
            ),
            "TASK20012912454501": ("dl_ft", "Finished", {"model_state_path": "None"}),
            "TASK20012912454502": ("dl_ts", "Running", ""),
            "TASK20012912454503": ("dl_ts", "Submitted", ""),
        }
        config = json.dumps(OLD_CONFIG)
        for task_id, (kind, status, result) in rows.items():
            text = json.dumps(result) if result else ""
            values = (task_id, PROJECT, "old", kind, config, status, text)
            self.insert("backend_submissions", SUBMISSION, values)
        return {task_id: kind for task_id, (kind, _, _) in rows.items()}

    def insert(self, table: str, columns: str, values: Sequence[str]) -> None:
        """Write a row of its own."""
        escaped = (value.replace("\\", "\\\\").replace("'", "''") for value in values)
        told = ", ".join(f"'{value}'" for value in escaped)
        query(self.database_url, f"INSERT INTO {table} ({columns}) VALUES ({told})")
