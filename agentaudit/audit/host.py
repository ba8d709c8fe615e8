"""What the scanning machine adds to a report: notes that name it as this host, and no credit."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.host import Gpu, ThisHost
from agentaudit.image import Contents, FileMap, LockFile
from agentaudit.ledger import Ledger
from agentaudit.lineage.drift import choose, drift
from agentaudit.source import Host, Repo

_SHOWN = 5
_GB = 1_000_000_000


def ledgers(host: Host, repo: Repo | None) -> list[Ledger]:
    """The ledger of the host with its facts as notes, the packages against the lock files."""
    found = host.ledgers()
    for ledger in found:
        ledger.notes += list(notes(host.facts(), repo))
    return found


def notes(host: ThisHost, repo: Repo | None) -> Iterator[str]:
    """A sentence each."""
    system = host.system.name if host.system else "an unnamed system"
    yield (
        "this host is where the scan ran, which need not be where the answers were given: "
        f"{system}, kernel {host.kernel}, Python {host.python}"
    )
    gpus = host.gpus
    if gpus.driver:
        supported = f"supports CUDA up to {gpus.cuda}" if gpus.cuda else "does not say its CUDA"
        yield f"this host: NVIDIA driver {gpus.driver}, which {supported}"
    for number, gpu in enumerate(gpus.devices):
        yield f"this host: GPU {number} {gpu.name}, {_memory(gpu)}"
    if gpus.problem:
        yield f"this host: {gpus.problem}"
    yield _packages(host, repo)


def _memory(gpu: Gpu) -> str:
    if gpu.total is None or gpu.used is None:
        return "its memory could not be read"
    said = f"{gpu.used / _GB:.1f} of {gpu.total / _GB:.1f} GB in use"
    if gpu.processes is None:
        return f"{said}, by processes that could not be read"
    shown = ", ".join(
        f"process {p.pid} {'an unknown amount' if p.used is None else f'{p.used / _GB:.1f} GB'}"
        for p in gpu.processes[:_SHOWN]
    )
    return f"{said}{': ' + shown if shown else ', by no process'}"


def _packages(host: ThisHost, repo: Repo | None) -> str:
    said = f"this host: {len(host.packages)} Python packages beside the scan"
    locks = [lock for lock in choose(_locks(repo), ("",)) if lock.ecosystem == "python"]
    if not locks or locks[0].problem:
        return f"{said}; no lock file to compare them with"
    found = drift(Contents(FileMap({}), packages=host.packages), locks[0])
    if not found.names:
        return f"{said}; {found.compared} of them equal {found.lock.path}"
    more = f" and {len(found.names) - _SHOWN} more" if len(found.names) > _SHOWN else ""
    shown = "; ".join(found.names[:_SHOWN])
    return f"{said}; {len(found.names)} differences from {found.lock.path}: {shown}{more}"


def _locks(repo: Repo | None) -> list[LockFile]:
    """The lock files of the first repository, as it was read."""
    for ledger in repo.ledgers() if repo is not None else ():
        if ledger.revision:
            content = repo.locks_at(ledger.revision).content if repo is not None else None
            return (
                [x for x in content if isinstance(x, LockFile)]
                if isinstance(content, tuple)
                else []
            )
    return []
