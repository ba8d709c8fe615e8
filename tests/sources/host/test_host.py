"""The scanning machine: read by the real library, and by a stand-in for each thing it can say."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from agentaudit.audit.host import ledgers
from agentaudit.host import GpuProcess, Gpus
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.memory import MemoryCommit
from agentaudit.sources.host import LocalHost
from agentaudit.sources.host.gpus import NO_GPU, NO_LIBRARY, read_gpus


def driver(count: int = 1, used: int | None = 2_000_000_000, **refused: str) -> ModuleType:
    """A stand-in for `pynvml`; `refused` names calls that raise an error of that name."""
    nvml: Any = ModuleType("pynvml")
    nvml.NVMLError = type("NVMLError", (Exception,), {})

    def answering(name: str, value: Any) -> Any:
        def answer(*given: Any) -> Any:
            if name in refused:
                raise type(refused[name], (nvml.NVMLError,), {})("refused")
            return value

        return answer

    for name, value in {
        "nvmlInit": None,
        "nvmlShutdown": None,
        "nvmlSystemGetDriverVersion": "550.54.15",
        "nvmlSystemGetCudaDriverVersion_v2": 12040,
        "nvmlDeviceGetCount": count,
        "nvmlDeviceGetHandleByIndex": object(),
        "nvmlDeviceGetName": b"NVIDIA H200",
        "nvmlDeviceGetUUID": "GPU-1",
        "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=143_000_000_000, used=3_000_000_000),
        "nvmlDeviceGetComputeRunningProcesses_v3": [SimpleNamespace(pid=42, usedGpuMemory=used)],
    }.items():
        setattr(nvml, name, answering(name, value))
    return nvml


def test_a_gpu_with_its_processes() -> None:
    found = read_gpus(driver())
    assert (found.driver, found.cuda, found.problem) == ("550.54.15", "12.4", "")
    (gpu,) = found.devices
    assert (gpu.name, gpu.uuid, gpu.total, gpu.used) == (
        "NVIDIA H200",
        "GPU-1",
        143_000_000_000,
        3_000_000_000,
    )
    assert gpu.processes == (GpuProcess(42, 2_000_000_000),)
    assert read_gpus(driver(used=None)).devices[0].processes == (GpuProcess(42, None),)


@pytest.mark.parametrize(
    ("refused", "problem"),
    [
        ({"nvmlInit": "NVMLError_LibraryNotFound"}, "no NVIDIA driver is installed"),
        ({"nvmlInit": "NVMLError_DriverNotLoaded"}, "installed but not loaded"),
        ({"nvmlInit": "NVMLError_NoPermission"}, "may not ask"),
        ({"nvmlInit": "NVMLError_Odd"}, "answered: refused"),
    ],
)
def test_a_driver_that_does_not_start(refused: dict[str, str], problem: str) -> None:
    found = read_gpus(driver(**refused))
    assert problem in found.problem
    assert found == Gpus(problem=found.problem)


def test_a_driver_without_a_gpu() -> None:
    found = read_gpus(driver(count=0))
    assert (found.driver, found.devices, found.problem) == ("550.54.15", (), NO_GPU)


def test_processes_that_may_not_be_seen_leave_the_rest() -> None:
    call = "nvmlDeviceGetComputeRunningProcesses_v3"
    found = read_gpus(driver(**{call: "NVMLError_NoPermission"}))
    assert found.devices[0].processes is None
    assert found.devices[0].total == 143_000_000_000
    assert "may not ask" in found.problem


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert read_gpus() == Gpus(problem=NO_LIBRARY)


def test_the_real_library() -> None:
    """On a machine without a driver it says so; on one with a GPU it names it."""
    found = read_gpus()
    assert found.problem != NO_LIBRARY
    assert found.devices or "NVIDIA driver" in found.problem
    assert bool(found.devices) <= bool(re.fullmatch(r"[\d.]+", found.driver))


def test_this_host_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "os-release").write_text(
        'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian 12"'
    )
    host = LocalHost(tmp_path)
    names = {package.name.lower() for package in host.facts().packages}
    assert {"pytest", "pydantic"} <= names
    (ledger,) = ledgers(host, None)
    assert (ledger.kind, ledger.uri) == ("host", "this host")
    assert "need not be where the answers were given: Debian 12, kernel" in ledger.notes[0]
    assert "no lock file to compare them with" in ledger.notes[-1]


def test_packages_of_this_host_against_the_lock_file(tmp_path: Path) -> None:
    lock = "pytest==1.0 --hash=sha256:aa\nnot-installed-anywhere==2.0 --hash=sha256:bb\n"
    repo = MemoryRepo({}, [MemoryCommit({"requirements.txt": lock}, sha="a" * 40)])
    repo._all[0].revision = "a" * 40
    (ledger,) = ledgers(LocalHost(tmp_path), repo)
    assert "an unnamed system" in ledger.notes[0]
    assert "differences from requirements.txt: " in ledger.notes[-1]
