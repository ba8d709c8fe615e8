"""Whether a script that instruments something is ever loaded."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.source import Component, Repo

SCRIPTS = ("ts", "tsx", "js", "jsx", "mjs", "cjs")
_BY_NAME = re.compile(
    r"(?:instrumentation(?:[.-](?:node|client|edge))?|sentry\.\w{1,20}\.config"
    r"|index|main|server|app|layout|route|page|worker|cli)\.\w{2,3}"
)
"""Scripts that frameworks and people start by their name."""


def loaded(repo: Repo, component: Component, place: Place) -> bool:
    """Whether anything names the script of a place: an import, a start command, an image. What is
    written in other languages, and in functions, is judged by what reaches it."""
    path = place.path
    name = path.rpartition("/")[2]
    stem, _, suffix = name.rpartition(".")
    if suffix not in SCRIPTS or _BY_NAME.fullmatch(name):
        return True
    named = re.compile(rf"[/\"'@ .-]{re.escape(stem)}(?:\.[a-z]{{2,3}})?[\"'\s,]")
    home = "" if component.path == "." else component.path + "/"
    starts = [m.place for m in component.manifests] + [b.place for b in component.build_files]
    if any(named.search(repo.read(each) or "") for each in starts):
        return True
    return any(
        file.path != path and named.search(repo.read(file) or "")
        for kind in SCRIPTS
        for file in repo.files(f"{home}**/*.{kind}")
    )
