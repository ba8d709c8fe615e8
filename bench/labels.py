"""Answers about real repositories, against those that a person gave before the tool was run.

`bench/labels/OWNER--NAME.yaml` names a public repository, a commit, and the expected answers. The
repositories are not ours to ship: fetch them, each to `DIR/OWNER--NAME` (a work tree, or a bare
repository), and run `python -m bench labels DIR`.
"""

from __future__ import annotations

import argparse
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agentaudit import rubric
from agentaudit.finding import Answer, Outcome
from agentaudit.lineage.placing import find
from agentaudit.probe import Probe
from agentaudit.probes import builtin
from agentaudit.rubric import Criterion
from agentaudit.source import Component, Repo
from agentaudit.sources.git import open_repos

FOLDER = Path(__file__).parent / "labels"
PRECISION, RECALL, OVERCLAIM = 0.95, 0.9, 0.02


@dataclass(frozen=True, slots=True)
class Cell:
    """One question about one subject: what was expected, and what the tool said."""

    repository: str
    subject: str
    criterion: str
    expected: str
    """yes, no, na or unsure."""
    said: str
    """pass, fail, unknown, not_applicable, error, or `no component`."""
    why: str
    """The sentence of the tool."""
    key: str
    """The place and sentence of the person."""

    @property
    def wrong(self) -> bool:
        said_yes = self.said == "pass"
        return self.expected != "unsure" and said_yes != (self.expected == "yes")


@dataclass(frozen=True, slots=True)
class Figures:
    """Cells by what was expected and said."""

    cells: int
    right: int
    """Expected yes, said yes."""
    said: int
    """Said yes where a person was sure of anything."""
    yes: int
    no: int
    over: int
    """Expected no, said yes."""

    @property
    def precision(self) -> float:
        return self.right / max(self.said, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.yes, 1)

    @property
    def overclaimed(self) -> float:
        return self.over / max(self.no, 1)


class Asked:
    """The default rubric, asked about one repository without any other source."""

    def __init__(self) -> None:
        asked = rubric.load("agentic-mlops")
        self._criteria = {c.id: c for c in asked.criteria}
        self._environment = {
            c.id for d in asked.dimensions if d.id == "environment" for c in d.criteria
        }
        self._probes: Mapping[str, Probe] = rubric.resolve(asked, builtin())

    def about(self, id: str, repo: Repo, component: Component | None) -> Answer | None:
        """The answer; None for a criterion that nobody asks yet."""
        criterion = self._criteria.get(id)
        if criterion is None:
            return None
        if component and id not in self._environment and not component.agentic:
            return Answer(Outcome.NOT_APPLICABLE, "calls no model, agent, retriever or trainer")
        return self._probes[id].ask(self._inputs(criterion, repo, component))

    @staticmethod
    def _inputs(criterion: Criterion, repo: Repo, component: Component | None) -> dict[str, Any]:
        given = {"repo": repo, "limits": criterion.limits}
        return given | ({"component": component} if component else {})


def main(arguments: Sequence[str]) -> int:
    """Print the table and every disagreement; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench labels", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the repositories are")
    parser.add_argument("--only", default="", help="part of a repository's name")
    asked = parser.parse_args(arguments)
    cells = [c for file in _files(asked.only) for c in answered(file, asked.folder, Asked())]
    disagreements(cells)
    return table(cells)


def _files(only: str) -> list[Path]:
    return [file for file in sorted(FOLDER.glob("*.yaml")) if only in file.name]


def answered(file: Path, folder: Path, asked: Asked) -> Iterator[Cell]:
    """Every cell of a file of labels; SystemExit where the repository stands at another commit."""
    labels = yaml.safe_load(file.read_text())
    name = labels["repository"]
    checked_out(labels, folder / file.stem)
    with open_repos([file.stem], folder) as repo:
        meant = named([entry["path"] for entry in labels["components"]], repo.components())
        for entry in labels["components"]:
            component = meant.get(entry["path"])
            for id, label in (entry.get("answers") or {}).items():
                answer = asked.about(id, repo, component) if component else None
                yield _cell(name, entry["path"], id, label, answer, component is not None)
        for id, label in (labels.get("system") or {}).items():
            yield _cell(name, "system", id, label, asked.about(id, repo, None), True)


def named(paths: Iterable[str], components: Sequence[Component]) -> dict[str, Component]:
    """The component that each path means: the one there, else the only one built from there, where
    no other path means that one."""
    asked = set(paths)
    found = {path: each for path in asked if (each := find(components, path)) is not None}
    times = Counter(each.id for each in found.values())
    return {p: each for p, each in found.items() if p == each.path or times[each.id] == 1}


def checked_out(labels: Mapping[str, Any], path: Path) -> None:
    """Raises SystemExit where the repository at a path stands at another commit than labelled."""
    head = ["git", "-C", str(path), "rev-parse", "HEAD"]
    commit = subprocess.run(head, capture_output=True, text=True, check=True).stdout.strip()
    if commit != labels["commit"]:
        name = labels["repository"]
        raise SystemExit(f"{name}: labelled at {labels['commit']}, found {commit}")


def _cell(
    name: str, subject: str, id: str, label: dict[str, Any], answer: Answer | None, found: bool
) -> Cell:
    said = answer.outcome.value if answer else "not asked" if found else "no component"
    return Cell(name, subject, id, word(label), said, _shown(answer), key(label))


def word(label: Mapping[str, Any]) -> str:
    """yes, no, na or unsure; bare `yes` and `no` are booleans of YAML 1.1."""
    return {True: "yes", False: "no"}.get(label["answer"]) or str(label["answer"])


def key(label: Mapping[str, Any]) -> str:
    """The place and sentence of the person."""
    return f"{label.get('at', '')} {label.get('why', '')}".strip()


def _shown(answer: Answer | None) -> str:
    if answer is None:
        return ""
    places = [str(evidence.location) for evidence in answer.evidence[:2]]
    return f"{answer.message} {' '.join(places)}".strip()


def disagreements(cells: list[Cell]) -> None:
    """Print every cell whose yes the two sides do not share."""
    for cell in cells:
        if cell.wrong:
            print(f"{cell.repository} {cell.subject} {cell.criterion}: expected {cell.expected}")
            print(f"    tool:   {cell.said}: {cell.why}\n    person: {cell.key}")


def table(cells: list[Cell]) -> int:
    """Print the counts by criterion and the three figures; 1 when a bar is missed."""
    heads = ("cells", "yes", "no", "na", "right yes", "missed", "overclaimed", "unknown")
    print(f"\n{'':10}" + "".join(f"{head:>13}" for head in heads))
    for id in sorted({cell.criterion for cell in cells}):
        print(f"{id:10}" + _counts([cell for cell in cells if cell.criterion == id]))
    print(f"{'all':10}" + _counts(cells))
    found = figures(cells)
    print(f"{len({cell.repository for cell in cells})} repositories, {len(cells)} cells:")
    print(f"precision   {found.precision:.3f}, at least {PRECISION}")
    print(f"recall      {found.recall:.3f}, at least {RECALL}")
    print(f"overclaimed {found.overclaimed:.3f}, at most {OVERCLAIM}")
    return int(
        found.precision < PRECISION or found.recall < RECALL or found.overclaimed > OVERCLAIM
    )


def figures(cells: Iterable[Cell]) -> Figures:
    """The counts that precision, recall and overclaim are made of."""
    kinds = Counter((cell.expected, cell.said == "pass") for cell in cells)
    return Figures(
        cells=kinds.total(),
        right=kinds["yes", True],
        said=sum(kinds[expected, True] for expected in ("yes", "no", "na")),
        yes=kinds["yes", True] + kinds["yes", False],
        no=kinds["no", True] + kinds["no", False],
        over=kinds["no", True],
    )


def _counts(cells: list[Cell]) -> str:
    kinds = Counter((cell.expected, cell.said == "pass") for cell in cells)
    expected = Counter(cell.expected for cell in cells)
    unknown = sum(cell.said in ("unknown", "error", "no component") for cell in cells)
    figures = (
        *(len(cells), expected["yes"], expected["no"], expected["na"]),
        *(kinds["yes", True], kinds["yes", False], kinds["no", True], unknown),
    )
    return "".join(f"{figure:>13}" for figure in figures)
