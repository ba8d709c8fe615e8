"""Templates of an environment in the directories above a component, which may be about it too."""

from __future__ import annotations

import re
from collections.abc import Collection

from agentaudit.expressions import regex
from agentaudit.source import Component, Place, Repo

_NAMES = (".env.example", ".env.sample", ".env.template", "env.example", "example.env", ".env.dist")
_SETS = regex(r"^[ \t]*(?:#[ \t]?)?(?:export[ \t]+)?([A-Z][A-Z0-9_]{1,100})=", re.MULTILINE)


def listed(repo: Repo, component: Component, names: Collection[str]) -> Place | None:
    """The template that lists every one of the names."""
    pieces = component.path.split("/")
    for depth in range(len(pieces) - 1, -1, -1) if names and component.path != "." else ():
        home = "/".join(pieces[:depth])
        for name in _NAMES:
            for file in repo.files(f"{home}/{name}".lstrip("/")):
                text = (repo.read(file) or "")[:200_000]
                if file.repo == component.repo and set(names) <= set(_SETS.findall(text)):
                    return file
    return None
