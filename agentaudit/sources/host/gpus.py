"""GPUs through the NVIDIA management library. No driver, no GPU and no permission are three
answers, each said plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

from agentaudit.host import Gpu, GpuProcess, Gpus

_T = TypeVar("_T")
_MOST_DEVICES = 64
_PLAINLY = {
    "NVMLError_LibraryNotFound": "no NVIDIA driver is installed on this host",
    "NVMLError_DriverNotLoaded": "the NVIDIA driver of this host is installed but not loaded",
    "NVMLError_NoPermission": "this user may not ask the NVIDIA driver of this host",
    "NVMLError_LibRmVersionMismatch": "the NVIDIA driver of this host was updated and needs a "
    "restart",
    "NVMLError_GpuIsLost": "a GPU of this host was lost",
}
NO_LIBRARY = "the Python package nvidia-ml-py is not installed, so GPUs were not looked for"
NO_GPU = "the NVIDIA driver of this host sees no GPU"


def read_gpus(nvml: ModuleType | None = None) -> Gpus:
    """What the driver says; `nvml` stands in for the module `pynvml`. Never raises."""
    try:
        module = nvml or import_module("pynvml")
    except ImportError:
        return Gpus(problem=NO_LIBRARY)
    try:
        module.nvmlInit()
    except module.NVMLError as error:
        return Gpus(problem=_plainly(error))
    try:
        return _read(module)
    finally:
        _told(module, module.nvmlShutdown, [])


def _read(nvml: ModuleType) -> Gpus:
    problems: list[str] = []
    driver = _told(nvml, nvml.nvmlSystemGetDriverVersion, problems)
    cuda = _told(nvml, nvml.nvmlSystemGetCudaDriverVersion_v2, problems)
    count = _told(nvml, nvml.nvmlDeviceGetCount, problems)
    if count == 0:
        problems.append(NO_GPU)
    devices = tuple(_devices(nvml, min(count or 0, _MOST_DEVICES), problems))
    shown = "" if cuda is None else f"{cuda // 1000}.{cuda % 1000 // 10}"
    return Gpus(_text(driver), shown, devices, "; ".join(dict.fromkeys(problems)))


def _devices(nvml: ModuleType, count: int, problems: list[str]) -> Iterator[Gpu]:
    for index in range(count):
        handle = _asked(nvml, "nvmlDeviceGetHandleByIndex", index, problems)
        if handle is None:
            continue
        memory = _asked(nvml, "nvmlDeviceGetMemoryInfo", handle, problems)
        listed = _asked(nvml, "nvmlDeviceGetComputeRunningProcesses_v3", handle, problems)
        processes = None
        if listed is not None:
            held = sorted((p.pid, p.usedGpuMemory) for p in listed)
            processes = tuple(GpuProcess(pid, used) for pid, used in held)
        yield Gpu(
            _text(_asked(nvml, "nvmlDeviceGetName", handle, problems)),
            _text(_asked(nvml, "nvmlDeviceGetUUID", handle, problems)),
            None if memory is None else memory.total,
            None if memory is None else memory.used,
            processes,
        )


def _asked(nvml: ModuleType, name: str, handle: Any, problems: list[str]) -> Any:
    return _told(nvml, lambda: getattr(nvml, name)(handle), problems)


def _told(nvml: ModuleType, ask: Callable[[], _T], problems: list[str]) -> _T | None:
    """The answer; None and a problem where the driver refuses it."""
    try:
        return ask()
    except nvml.NVMLError as error:
        problems.append(_plainly(error))
        return None


def _plainly(error: Exception) -> str:
    name = type(error).__name__
    return _PLAINLY.get(name, f"the NVIDIA driver of this host answered: {error}")


def _text(value: Any) -> str:
    """Older bindings answer in bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
