"""Starting, stopping and killing: what was accepted is not lost, and nothing stays behind."""

import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.installations import GIVE_UP_SECONDS, Installation, end, run_sgn, sgn_up
from tests.service.forms import JUDGED, form

pytestmark = pytest.mark.slow


def long_task(installation: Installation, epochs: int = 3000) -> str:
    task_id: str = installation.post(form(param_set={"epochs": epochs}))["task_form"]["task_id"]
    installation.wait_for(task_id, {"Running"})
    return task_id


def test_ctrl_c_ends_everything(tmp_path: Path) -> None:
    with sgn_up(tmp_path / "a home", cold=True) as installation:
        end(installation, signal.SIGINT)


def test_killing_the_parent_leaves_no_child(tmp_path: Path) -> None:
    with sgn_up(tmp_path / "a home") as installation:
        family = installation.processes()
        installation.process.kill()
        installation.process.wait()
        _, alive = psutil.wait_procs(family, timeout=40)
        assert not alive
    with sgn_up(installation.home) as again:
        assert again.get("/readyz")["error_num"] == 0


def test_progress_moves_while_it_trains(small: Installation) -> None:
    task_id = long_task(small, epochs=20_000)
    deadline = time.monotonic() + 20
    seen: set[int] = set()
    while len(seen) < 3 and time.monotonic() < deadline:
        progress = small.get(f"/api/v0/tasks/{task_id}")["task"]["progress"]
        seen.add(progress["epoch"])
        time.sleep(0.2)
    assert len(seen) >= 3
    assert progress["epochs"] == 20_000
    assert 0 < progress["percent"] < 100
    assert progress["eta_seconds"] > 0
    small.http.post(f"/api/v0/tasks/{task_id}/cancel").raise_for_status()


def test_a_running_task_says_what_it_does_in_the_language_of_its_reader(
    small: Installation,
) -> None:
    task_id = long_task(small, epochs=20_000)
    stages: list[str | None] = []
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while "Training the model" not in stages and time.monotonic() < deadline:
        progress = small.get(f"/api/v0/tasks/{task_id}")["task"]["progress"]
        stages.append(progress["stage"])
        time.sleep(0.2)
    assert set(stages) <= {None, "Reading and preparing the data", "Training the model"}
    assert progress["stage_message"] == {"code": "progress.training", "values": {}}
    for language, sentence in (("en", "Training the model"), ("zh-CN", "正在训练模型")):
        headers = {"accept": "text/html", "accept-language": language}
        assert sentence in small.http.get(f"/tasks/{task_id}/live", headers=headers).text
    small.http.post(f"/api/v0/tasks/{task_id}/cancel").raise_for_status()
    small.wait_for(task_id, {"Cancelled"})
    progress = small.get(f"/api/v0/tasks/{task_id}")["task"]["progress"]
    assert (progress["stage"], progress["stage_message"]) == (None, None)


@pytest.mark.nightly
def test_progress_is_of_the_whole_task_and_never_goes_back(small: Installation) -> None:
    asked = {**JUDGED, "epochs": 300, "cv_folds": 5, "cv_repeats": 4}
    task_id: str = small.post(form(param_set=asked))["task_form"]["task_id"]
    shares, stages, ended = [0.0], set(), False
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not ended and time.monotonic() < deadline:
        task = small.get(f"/api/v0/tasks/{task_id}")["task"]
        ended = task["task_status"] not in {"Submitted", "Running"}
        shares.append(task["progress"]["percent"])
        stages.add((task["progress"]["stage_message"] or {}).get("code"))
        time.sleep(0.2)
    assert task["task_status"] == "Finished"
    assert shares == sorted(shares)
    assert {"progress.folds", "progress.folds-baselines"} <= stages


def refused_start(*arguments: str) -> str:
    ended = run_sgn("up", *arguments)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.nightly
def test_a_second_installation_on_the_same_home_or_port_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    assert "Another sgn up is running" in refused_start(
        "--home", str(installation.home), "--port", "0"
    )
    port = installation.url.rpartition(":")[2]
    said = refused_start("--home", str(tmp_path / "other"), "--port", port)
    assert f"cannot listen on 127.0.0.1:{port}" in said


def test_strangers_are_kept_out_unless_told_otherwise(tmp_path: Path) -> None:
    said = refused_start("--home", str(tmp_path), "--host", "0.0.0.0", "--port", "0")
    assert "SGN_ALLOW_ANONYMOUS" in said
