"""What the tool says about repositories that it has never met: its first answers are kept.

`python -m bench first DIR` asks about those labelled repositories that `bench/first_sight.yaml`
does not name yet, and adds a run: the commit of the tool, the repositories, and the counts. Whoever
mends the tool afterwards has seen them, so a run is never made again. `earlier` are repositories
that were met before this record began; `part_of` is the commit that carries the changes of a `tool`
which the history does not have any more.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bench.labels import FOLDER, Asked, Figures, answered, disagreements, figures, table

RECORD = Path(__file__).parent / "first_sight.yaml"


def main(arguments: Sequence[str]) -> int:
    """Print the table and every disagreement, and keep the counts; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench first", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the repositories are")
    folder = parser.parse_args(arguments).folder
    record = recorded()
    met = {*record["earlier"], *(name for run in record["runs"] for name in run["repositories"])}
    files = [file for file in sorted(FOLDER.glob("*.yaml")) if file.stem not in met]
    if not files:
        raise SystemExit("every labelled repository has been met before")
    if changed := _git("status", "--porcelain", "--", "agentaudit", "rubrics"):
        raise SystemExit(f"commit these first, so that the entry names what answered:\n{changed}")
    cells = [cell for file in files for cell in answered(file, folder, Asked())]
    disagreements(cells)
    run = {"tool": _git("rev-parse", "HEAD"), **dataclasses.asdict(figures(cells))}
    record["runs"].append({**run, "repositories": [file.stem for file in files]})
    RECORD.write_text(yaml.safe_dump(record, sort_keys=False))
    return table(cells)


def recorded() -> dict[str, Any]:
    """What is kept: `earlier`, and `runs`, the oldest first."""
    record: dict[str, Any] = yaml.safe_load(RECORD.read_text())
    return record


def counted(run: dict[str, Any]) -> Figures:
    """The counts of a run."""
    return Figures(**{field.name: run[field.name] for field in dataclasses.fields(Figures)})


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=FOLDER.parent.parent, capture_output=True, text=True, check=True
    ).stdout.strip()
