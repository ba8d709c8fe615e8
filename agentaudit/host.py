"""What the machine that runs the scan says about itself: never taken for the one that answered."""

from __future__ import annotations

from msgspec import Struct

from agentaudit.image import OperatingSystem, Package


class GpuProcess(Struct, frozen=True):
    """A process that holds memory of a GPU."""

    pid: int
    used: int | None
    """Bytes; None where the driver does not tell, as inside most containers."""


class Gpu(Struct, frozen=True):
    """One GPU of this host."""

    name: str
    uuid: str
    total: int | None
    """Bytes of its memory; None where the driver does not tell."""
    used: int | None
    processes: tuple[GpuProcess, ...] | None
    """None where the driver does not tell."""


class Gpus(Struct, frozen=True):
    """What the NVIDIA driver of this host says."""

    driver: str = ""
    """Version; empty where nothing tells."""
    cuda: str = ""
    """The newest CUDA that the driver supports: not the runtime that a program uses."""
    devices: tuple[Gpu, ...] = ()
    problem: str = ""
    """Why nothing, or not everything, could be read: no driver, no GPU, no permission."""


class ThisHost(Struct, frozen=True):
    """Operating system, GPUs, and the packages of the interpreter that runs the scan."""

    system: OperatingSystem | None
    kernel: str
    python: str
    """Version of the interpreter that runs the scan."""
    gpus: Gpus
    packages: tuple[Package, ...]
    """Python distributions of that interpreter."""
