"""What CI builds and keeps in a store of objects, below a path that holds the commit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentaudit.expressions import regex
from agentaudit.probes.commands import commands
from agentaudit.probes.inference_code.commits import committed, holds
from agentaudit.source import Component, Place, Repo, Step

_STORES = regex(
    r"\baws\s+s3\s+(?:cp|sync|mv)\s|\bgsutil\s+(?:-\w\s+){0,3}(?:cp|rsync|mv)\s"
    r"|\bgcloud\s+storage\s+(?:cp|rsync|mv)\s|\baz\s+storage\s+blob\s+(?:upload|upload-batch|sync)\s"
)
_TARGET = regex(
    r"[\"']?(?:s3|gs)://(.{1,400})"
    r"|\s(?:-n|--name|-d|--destination|--destination-path)[ =](.{1,300})"
)
_MAKES = regex(
    r"\b(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?[\w:-]{0,40}(?:build|package|dist|make)\b"
    r"|\belectron-(?:builder|forge|packager)\b|\b(?:pyinstaller|briefcase|nuitka)\b"
    r"|\b(?:go|cargo|dotnet|flutter|swift|tauri)\s+(?:build|publish)\b"
    r"|\bmvnw?\s.{0,200}\bpackage\b|\bgradlew?\s.{0,200}\b(?:build|assemble|bootJar)\b"
    r"|\bsam\s+build\b|\bzip\s+-|\btar\s+-?c"
)
"""What makes a package, an installer or an archive of it."""


def stored(repo: Repo, component: Component) -> Iterator[Place]:
    """Steps that keep what is built of the component by the commit."""
    others = repo.components()
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    for at, step in enumerate(steps):
        if _STORES.search(step.text) and _is_by_commit(repo, step):
            above = [each for each in steps[:at] if each.place.path == step.place.path]
            made = any(_MAKES.search(each.text) for each in above)
            if made and (len(others) == 1 or _last([*above, step], others) == component.id):
                yield step.place


def _is_by_commit(repo: Repo, step: Step) -> bool:
    """Whether the path that it writes to holds the commit."""
    variables = committed(repo.read(step.place) or "")
    return any(
        holds(found[1] or found[2], variables)
        for text, _ in commands(step)
        if _STORES.search(text)
        for found in _TARGET.finditer(text)
    )


def _last(steps: Sequence[Step], components: Sequence[Component]) -> str | None:
    """Which component was named last, by its directory: a line stands where the one before it
    went."""
    inside = [each for each in components if each.path != "."]
    for step in reversed(steps):
        for component in inside:
            if re.search(rf"(?<![\w.-]){re.escape(component.path)}(?![\w-])", step.text):
                return component.id
    return None
