"""Cold processes and what they cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process and those below it cost."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time, user and system."""
    megabytes: float
    """Largest resident memory of one process of the tree."""
    output: bytes
    """Standard output."""


def run(command: Sequence[str], folder: Path = ROOT) -> Cost:
    """Run a process to its end. Raises RuntimeError when it fails."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"{command}: exit {process.returncode}: {err.read().decode()}")
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit, out.read())


def interleaved(
    repetitions: int, commands: Mapping[str, Sequence[str]], folder: Path = ROOT
) -> dict[str, list[Cost]]:
    """Every command in turn, over and over, so that a busy moment strikes all alike. Each runs
    once before, so that byte code is compiled and files are cached for all alike."""
    for command in commands.values():
        run(command, folder)
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            costs[name].append(run(command, folder))
    for name, found in costs.items():
        if len({cost.output for cost in found}) > 1:
            raise RuntimeError(f"{name}: its results differ, so its times mean nothing")
    return costs


def median(costs: Sequence[Cost], field: str = "cpu") -> float:
    """Median of one figure."""
    return float(statistics.median(getattr(cost, field) for cost in costs))


def verdict(ratio: float, budget: float) -> int:
    """Say whether a ratio is within its budget; the exit code."""
    word = "within" if ratio <= budget else "OVER"
    print(f"ratio {ratio:.2f}, budget {budget:g}: {word}")
    return 0 if ratio <= budget else 1
