"""How far two careful readers agree: answers of a second person about labelled repositories.

`bench/readers/OWNER--NAME.yaml` holds what a second reader answered without seeing the first one's
`bench/labels/OWNER--NAME.yaml`, about the same commit and the same components. The figures are
those of `python -m bench labels`, with the second reader in the place of the tool: what a person
would score who knows the same definitions.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from bench.labels import FOLDER, Cell, disagreements, key, table, word

SECOND = Path(__file__).parent / "readers"


def main(arguments: Sequence[str]) -> int:
    """Print the table and every disagreement; there is no bar, so always 0."""
    argparse.ArgumentParser(prog="python -m bench readers", description=__doc__).parse_args(
        arguments
    )
    cells = answered()
    disagreements(cells)
    table(cells)
    return 0


def answered() -> list[Cell]:
    """Every cell that both have answered."""
    return [cell for file in sorted(SECOND.glob("*.yaml")) for cell in _cells(file)]


def _cells(file: Path) -> Iterator[Cell]:
    first, second = _read(FOLDER / file.name), _read(file)
    if first["commit"] != second["commit"]:
        raise SystemExit(f"{file}: another commit than in {FOLDER / file.name}")
    others = dict(_answers(second))
    for (subject, id), label in _answers(first):
        other = others.get((subject, id))
        if other is not None and word(other) != "unsure":
            said = {"yes": "pass", "no": "fail", "na": "not_applicable"}[word(other)]
            yield Cell(first["repository"], subject, id, word(label), said, key(other), key(label))


def _read(file: Path) -> dict[str, Any]:
    labels: dict[str, Any] = yaml.safe_load(file.read_text())
    return labels


def _answers(labels: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for component in labels["components"]:
        for id, label in (component.get("answers") or {}).items():
            yield (component["path"], id), label
    for id, label in (labels.get("system") or {}).items():
        yield ("system", id), label
