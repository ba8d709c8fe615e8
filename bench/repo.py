"""A scan of whole repositories against reading the same files once; and scanning them again.

`python -m bench repo DIRECTORY...`, best of 150, 1,000 and 4,500 files; the budgets in seconds and
megabytes are for the largest.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.cold import PYTHON, Cost, interleaved, median, run, verdict

RATIO = 40.0
CPU_S = 1.5
MEGABYTES = 120.0
AGAIN_S = 0.5
_FLOOR = """
import sys
read = 0
with open(sys.argv[1]) as names:
    for name in names.read().split("\\0"):
        with open(name, "rb") as file:
            read += len(file.read())
print(read)
"""
_READS = """
import os, pathlib, sys
opened = {}
root = os.getcwd() + "/"
def heard(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if path.startswith(root) and not path.startswith(root + ".git") and os.path.isfile(path):
            opened[path] = opened.get(path, 0) + 1
sys.addaudithook(heard)
out, sys.argv = sys.argv[1], ["agentaudit", *sys.argv[2:]]
from agentaudit.cli.ending import run
run(sys.argv[1:])
pathlib.Path(out).write_text("\\0".join(f"{n} {path}" for path, n in sorted(opened.items())))
"""
"""A scan that writes down how often it opened each file of the repository."""


def main(arguments: Sequence[str]) -> int:
    """Print floor, scan and re-scan of each; 1 when one of them is over a budget."""
    parser = argparse.ArgumentParser(prog="python -m bench repo", description=__doc__)
    parser.add_argument("directory", nargs="+", type=Path)
    parser.add_argument("--repetitions", type=int, default=5)
    asked = parser.parse_args(arguments)
    size = {each.absolute(): _size(each) for each in asked.directory}
    largest = max(size.values())
    codes = [
        _measured(folder, files, asked.repetitions, largest=files == largest)
        for folder, files in sorted(size.items(), key=lambda pair: pair[1])
    ]
    return max(codes)


def _size(folder: Path) -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=folder, check=True, capture_output=True)
    return listed.stdout.count(b"\0")


def _measured(folder: Path, files: int, repetitions: int, *, largest: bool) -> int:
    scan = ("scan", ".", "--format", "json", "--as-of", "2026-12-01", "--no-plugins")
    with tempfile.TemporaryDirectory() as name:
        # looking for a configuration opens pyproject.toml before any repository is opened
        counts = _opened(folder, Path(name), [*scan, "--no-cache", "--no-config"])
        (Path(name) / "names").write_text("\0".join(counts))
        command = (PYTHON, "-m", "agentaudit", *scan)
        commands: dict[str, Sequence[str]] = {
            "floor": (PYTHON, "-c", _FLOOR, f"{name}/names"),
            "scan": (*command, "--no-cache"),
            "again": ("env", f"XDG_CACHE_HOME={name}", *command),
        }
        costs = interleaved(repetitions, commands, folder)
    first, again = costs["scan"][0].output, costs["again"][0].output
    if json.loads(first) != json.loads(again):
        raise RuntimeError("what is kept gives another answer")
    twice = [path for path, times in counts.items() if times > 1]
    print(f"{folder.name}: {files:,} files, {len(counts):,} read, {len(twice)} of them again")
    return max([len(twice) > 0, *_verdicts(costs, largest=largest)])


def _opened(folder: Path, scratch: Path, scan: Sequence[str]) -> dict[str, int]:
    """Path → how often a scan opens it."""
    out = scratch / "opened"
    run((PYTHON, "-c", _READS, str(out), *scan), folder)
    rows = (row.partition(" ") for row in out.read_text().split("\0"))
    return {path: int(times) for times, _, path in rows}


def _verdicts(costs: dict[str, list[Cost]], *, largest: bool) -> list[int]:
    for name, found in costs.items():
        cpu, wall, size = (median(found, field) for field in ("cpu", "wall", "megabytes"))
        print(f"{name:<6} {cpu:6.3f} s CPU {wall:6.3f} s wall {size:5.0f} MB")
    scan = costs["scan"]
    codes = [verdict(median(scan) / median(costs["floor"]), RATIO)]
    if largest:
        codes += [
            verdict(median(scan) / CPU_S, 1.0),
            verdict(median(scan, "megabytes") / MEGABYTES, 1.0),
            verdict(median(costs["again"]) / AGAIN_S, 1.0),
        ]
    return codes
