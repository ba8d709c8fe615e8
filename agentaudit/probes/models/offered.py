"""Lists of models in data files that the code loads: whoever uses the system may choose them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from agentaudit import parse
from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.models.ids import Used
from agentaudit.source import Component, Repo

_LIST = regex(r"(?i)(?:.{0,400}/)?(?:[\w.-]{0,40}[_.-])?(?:llms?|models?)\.json")
_CHOSEN = frozenset({"id", "model", "modelId", "model_id", "modelName", "model_name"})
_MOST = 5_000
"""Values of one file that are looked at."""


def offered(repo: Repo, component: Component, purposes: frozenset[str]) -> Iterator[Used]:
    """Ids of these purposes in lists that the serving code imports."""
    for file in sorted(_lists(repo, component)):
        text = repo.read(Place(component.repo, file)) or ""
        for written in dict.fromkeys(_texts(text)):
            named = model_id(written)
            if named is not None and named.purpose in purposes:
                line = text.count("\n", 0, max(text.find(f'"{written}"'), 0)) + 1
                yield Used(named, Place(component.repo, file, line, written), None)


def _lists(repo: Repo, component: Component) -> set[str]:
    wanted = {
        posixpath.normpath(each.module).lstrip("@~./")
        for each in component.code.imports
        if each.role is Role.APP and _LIST.fullmatch(each.module)
    }
    found = [file.path for file in repo.files("**/*.json") if file.repo == component.repo]
    return {path for path in found if any(f"/{path}".endswith(f"/{end}") for end in wanted)}


def _texts(text: str) -> Iterator[str]:
    """What stands under the names of ids, however deep, and plain lists of texts."""
    try:
        rows: list[tuple[str, Any]] = [("id", parse.json(text))]
    except parse.Malformed:
        return
    for name, value in _each(rows):
        if isinstance(value, str) and name in _CHOSEN:
            yield value


def _each(rows: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Every value with the name that it stands under, in the order of the file."""
    for _ in range(_MOST):
        if not rows:
            return
        name, value = rows.pop()
        yield name, value
        if isinstance(value, dict):
            rows += reversed([(key, each) for key, each in value.items()])
        elif isinstance(value, list):
            rows += reversed([(name, each) for each in value])
