"""Files that CI writes the commit into before it builds or deploys what reads them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.inference_code.handed_over import SOURCES, is_read
from agentaudit.probes.inference_code.stamps import COMMIT
from agentaudit.source import Component, Repo

_FILE = r"[\"']?(?:\./)?((?:[\w.-]{1,60}/){0,9}[\w.-]{3,60})[\"']?"
_INTO = regex(rf"(?<![\d>&])>>?[ \t]{{0,4}}{_FILE}")
_CHANGES = regex(rf"\bsed[ \t]+(?:-\w+[ \t]+)*-i[^\n]{{0,400}}[ \t]{_FILE}[ \t]*$")
_HERE = regex(r"<<-?[ \t]*[\"']?\w")
_DOCUMENT = 12
"""Rows of a text that stands in a script."""


def filed(repo: Repo, component: Component) -> Iterator[Place]:
    """Steps that write the commit into a file which the code names, or into the code itself."""
    home = "" if component.path == "." else f"{component.path}/"
    for step in repo.steps():
        if step.place.repo != component.repo or not COMMIT.search(step.text):
            continue
        for path in _written(step.text):
            whole = posixpath.normpath(posixpath.join(step.home, path))
            code = whole.endswith(tuple(f".{suffix}" for suffix in SOURCES))
            if not whole.startswith(home):
                continue
            if (
                any(repo.files(whole))
                if code
                else is_read(repo, component, whole.rpartition("/")[2])
            ):
                yield step.place


def _written(text: str) -> Iterator[str]:
    """Paths of the files that the commands of a step write the commit into."""
    rows = text[:20_000].split("\n")
    for at, row in enumerate(rows):
        found = _INTO.search(row[:1000]) or _CHANGES.search(row[:1000])
        said = "\n".join(rows[at : at + _DOCUMENT]) if _HERE.search(row[:1000]) else row
        if found and COMMIT.search(said[:8000]):
            yield found[1]
