"""The components that the tool finds, against those that a person named before it was run.

A component that is not found costs all of its answers, and one at another place is another one.
`bench/components/OWNER--NAME.yaml` names the components of a public repository and whether they
ask a model; the files of `bench/labels` do so too. Fetch the repositories as for `bench labels` and
run `python -m bench components DIR`. `bench/components/second` is what a second person named,
without having seen the first one's: compared in the same way, it says how far people agree.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from agentaudit.sources.git import open_repos
from bench.labels import FOLDER, checked_out, named

KEYS = Path(__file__).parent / "components"
_ENVIRONMENT = "ENV-"

Parts = Mapping[str, bool]
"""Path of a component → whether it asks a model."""


class Count(NamedTuple):
    """Components by what became of them."""

    found: int
    missing: int
    extra: int
    """Found where nobody named any."""
    otherwise: int
    """Found, and asking a model by one side only."""


def main(arguments: Sequence[str]) -> int:
    """Print every difference, the counts, and those of the second person; always 0."""
    parser = argparse.ArgumentParser(prog="python -m bench components", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the repositories are")
    parser.add_argument("--only", default="", help="part of a repository's name")
    asked = parser.parse_args(arguments)
    files = [file for file in _files() if asked.only in file.name]
    _told(
        "tool", [_compared(file.stem, _named(file), _found(file, asked.folder)) for file in files]
    )
    second = sorted((KEYS / "second").glob("*.yaml"))
    _told("second person", [_compared(f.stem, _named(FOLDER / f.name), _named(f)) for f in second])
    return 0


def _files() -> list[Path]:
    return sorted([*KEYS.glob("*.yaml"), *FOLDER.glob("*.yaml")], key=lambda file: file.name)


def _named(file: Path) -> Parts:
    """What a person named; labels say that it asks a model by asking about more than ENV."""
    return {entry["path"]: _agentic(entry) for entry in _read(file)["components"]}


def _agentic(entry: Mapping[str, Any]) -> bool:
    asked = entry.get("answers") or {}
    return bool(entry.get("agentic", any(not id.startswith(_ENVIRONMENT) for id in asked)))


def _found(file: Path, folder: Path) -> Parts:
    """What the tool found, by the path that the person gave where both mean the same."""
    checked_out(_read(file), folder / file.stem)
    with open_repos([file.stem], folder) as repo:
        components = repo.components()
        called = {each.id: path for path, each in named(_named(file), components).items()}
        return {called.get(each.id, each.path): each.agentic for each in components}


def _read(file: Path) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(file.read_text())
    return said


def _compared(name: str, named: Parts, found: Parts) -> Count:
    """The counts of one repository; what differs is printed."""
    for row in _differences(named, found):
        print(f"{name} {row}")
    shared = named.keys() & found.keys()
    return Count(
        found=len(shared),
        missing=len(named.keys() - shared),
        extra=len(found.keys() - shared),
        otherwise=sum(named[path] != found[path] for path in shared),
    )


def _differences(named: Parts, found: Parts) -> Iterator[str]:
    for path in sorted(named.keys() | found.keys()):
        if path not in found:
            yield f"{path}: missing"
        elif path not in named:
            yield f"{path}: extra"
        elif named[path] != found[path]:
            yield f"{path}: expected to ask {'a' if named[path] else 'no'} model"


def _told(who: str, counts: Sequence[Count]) -> None:
    total = Count(*map(sum, zip(*counts, strict=True)))
    known = total.found + total.missing
    print(
        f"{who}: {len(counts)} repositories, {total.found} of {known} components found "
        f"({total.found / max(known, 1):.3f}), {total.extra} extra, {total.otherwise} asking a "
        "model by one side only"
    )
