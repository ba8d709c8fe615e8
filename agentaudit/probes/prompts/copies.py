"""Prompts in code that stand in a file too, which the same code reads: what is told where the file
is missing."""

from __future__ import annotations

from agentaudit.code import Prompt, PromptKind, Role
from agentaudit.evidence import Place
from agentaudit.source import Component, Repo

_ROW, _SHARE = 8, 0.8
"""Characters of a row that is compared, and the share of rows that must stand in one file."""
_LONGEST = 100_000


def copies(repo: Repo, component: Component) -> list[Prompt]:
    """The prompts in its code whose text a file holds that the same code names."""
    prompts = [p for p in component.code.prompts if p.role is Role.APP]
    files = [p.place.path for p in prompts if p.kind is PromptKind.FILE and p.used]
    inline = [p for p in prompts if p.kind is PromptKind.INLINE] if files else []
    told = {(each.place.path, each.place.line): each.text for each in component.code.literals}
    found = list[Prompt]()
    for prompt in inline:
        around = _read(repo, component, prompt.place.path)
        named = (path for path in files if path.rpartition("/")[2] in around)
        rows = _rows(told.get((prompt.place.path, prompt.place.line), ""))
        if rows and any(_holds(_read(repo, component, path), rows) for path in named):
            found.append(prompt)
    return found


def _read(repo: Repo, component: Component, path: str) -> str:
    return (repo.read(Place(component.repo, path)) or "")[:_LONGEST]


def _rows(text: str) -> list[str]:
    return [row for line in text.split("\n") if len(row := _plain(line)) >= _ROW]


def _holds(text: str, rows: list[str]) -> bool:
    """Whether most rows stand in a text."""
    kept = _plain(text)
    return sum(row in kept for row in rows) >= _SHARE * len(rows)


def _plain(text: str) -> str:
    return " ".join(text.split())
