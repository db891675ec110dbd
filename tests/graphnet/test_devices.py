"""Which device is trained on, and what is said where it cannot be had."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from graphnet.errors import SettingsError
from graphnet.training import devices
from graphnet.training.devices import (
    Machine,
    best,
    choose,
    choose_device,
    describe,
    is_lost,
    limit,
    look,
    memory,
    named,
)

CPU = torch.device("cpu")
SOUND = Machine("2.13.0+cu130", "13.0", driver="580.65.06", files=("/dev/nvidia0",), count=2)
BROKEN = {
    "no CUDA build": (replace(SOUND, cuda="", count=0), "was built without CUDA"),
    "hidden": (replace(SOUND, hidden=True, count=0), "CUDA_VISIBLE_DEVICES"),
    "no driver": (
        replace(SOUND, driver="", files=(), asked="GPU-1a2b", count=0),
        "Install the driver on the node",
    ),
    "no file": (replace(SOUND, files=(), asked="0", count=0), "there is no /dev/nvidia0"),
    "old driver": (
        replace(SOUND, count=0, trouble="The NVIDIA driver on your system is too old (found …)"),
        "The NVIDIA driver 580.65.06 is too old; torch 2.13.0+cu130 needs CUDA 13.0.",
    ),
    "unknown card": (
        replace(SOUND, trouble="CUDA error: no kernel image is available for execution"),
        "no code for this device",
    ),
    "else": (replace(SOUND, count=0, trouble="Unexpected error"), "cannot use the device (Unexpe"),
}


@pytest.mark.parametrize("asked", ["gpu", "", "meta"])
def test_what_is_no_device_is_refused(asked: str) -> None:
    with pytest.raises(SettingsError) as caught:
        choose(asked, {})
    assert caught.value.sentences == (
        f"device is {asked!r}; it must be auto, cpu, cuda or cuda:0.",
    )


@pytest.mark.parametrize("found", BROKEN.values(), ids=list(BROKEN))
def test_a_device_that_cannot_be_used_is_never_passed_over_in_silence(
    found: tuple[Machine, str],
) -> None:
    broken, words = found
    with pytest.raises(SettingsError, match="no CUDA device can be used") as asked:
        named(torch.device("cuda"), broken)
    with pytest.raises(SettingsError, match="has an NVIDIA device that cannot be used") as auto:
        best(broken, fallback=False)
    assert words in str(asked.value)
    assert words in str(auto.value)
    choice = best(broken, fallback=True)
    assert choice.device == CPU
    assert choice.name == "cpu (no usable CUDA device)"
    assert choice.warning is not None
    assert choice.warning.code == "device.fell-back-to-cpu"
    assert words in str(choice.warning)


def test_a_sound_device_is_taken_and_a_number_beyond_the_last_refused() -> None:
    assert best(SOUND, fallback=False).device == torch.device("cuda")
    assert named(torch.device("cuda:1"), SOUND).device == torch.device("cuda:1")
    with pytest.raises(SettingsError, match="the last CUDA device of this machine is cuda:1"):
        named(torch.device("cuda:2"), SOUND)


@pytest.mark.parametrize("asked", ["", "all", "none", "void"])
def test_where_there_is_no_device_auto_is_the_cpu(asked: str) -> None:
    nothing = Machine("2.13.0+cu130", "13.0", asked=asked)
    choice = best(nothing, fallback=False)
    assert (choice.device, choice.warning, choice.name) == (CPU, None, "cpu")


def test_this_machine_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nvidia0").touch()
    (tmp_path / "nvidiactl").touch()
    (tmp_path / "version").write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n"
    )
    monkeypatch.setattr(devices, "FILES", tmp_path)
    monkeypatch.setattr(devices, "DRIVER", tmp_path / "version")
    found = look({"NVIDIA_VISIBLE_DEVICES": "all", "CUDA_VISIBLE_DEVICES": ""}, CPU)
    assert (found.driver, found.asked, found.hidden) == ("550.54.15", "all", True)
    assert found.files == (str(tmp_path / "nvidia0"),)
    assert found.has_device


def test_the_cpu_is_described_and_has_no_memory_of_its_own() -> None:
    assert choose_device("cpu") == CPU
    assert describe(CPU) == "cpu"
    assert memory(CPU) == {}
    limit(CPU, 0.5)


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (torch.AcceleratorError("CUDA error: device-side assert triggered"), True),
        (RuntimeError("CUDA error: unspecified launch failure"), True),
        (RuntimeError("CUDA error: out of memory"), False),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), False),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("CUDA error"), False),
    ],
)
def test_a_lost_device_is_told_from_a_task_that_failed(error: Exception, *, lost: bool) -> None:
    assert is_lost(error) == lost


@pytest.mark.cuda
def test_a_process_has_no_more_than_its_share(cuda: torch.device) -> None:
    total = memory(cuda)["total"]
    limit(cuda, 0.01)
    try:
        with pytest.raises(torch.OutOfMemoryError):
            torch.empty(total // 20, dtype=torch.uint8, device=cuda)
        kept = torch.ones(1 << 20, device=cuda)
        assert memory(cuda)["allocated"] >= kept.nbytes
        assert describe(cuda).startswith("cuda (")
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, cuda)
