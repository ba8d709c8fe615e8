"""What the machine that runs the scan says about itself: never taken for the one that answered."""

from __future__ import annotations

from dataclasses import dataclass

from agentaudit.image import OperatingSystem, Package


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that holds memory of a GPU."""

    pid: int
    used: int | None
    """Bytes; None where the driver does not tell, as inside most containers."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU of this host."""

    name: str
    uuid: str
    total: int | None
    """Bytes of its memory; None where the driver does not tell."""
    used: int | None
    processes: tuple[GpuProcess, ...] | None
    """None where the driver does not tell."""


@dataclass(frozen=True, slots=True)
class Gpus:
    """What the NVIDIA driver of this host says."""

    driver: str = ""
    """Version; empty where nothing tells."""
    cuda: str = ""
    """The newest CUDA that the driver supports: not the runtime that a program uses."""
    devices: tuple[Gpu, ...] = ()
    problem: str = ""
    """Why nothing, or not everything, could be read: no driver, no GPU, no permission."""


@dataclass(frozen=True, slots=True)
class ThisHost:
    """Operating system, GPUs, and the packages of the interpreter that runs the scan."""

    system: OperatingSystem | None
    kernel: str
    python: str
    """Version of the interpreter that runs the scan."""
    gpus: Gpus
    packages: tuple[Package, ...]
    """Python distributions of that interpreter."""
