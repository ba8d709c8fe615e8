"""Code of .NET that one project lends to others, as that of service defaults: it runs in those that
call it, whoever refers to the project that it stands in."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_METHOD = regex(
    r"\b(?:public|internal)\s+static\s+(?:async\s+)?[\w<>?.,\[\] ]{1,80}?\s(\w{1,80})(?:<[^>\n]{1,80}>)?"
    r"\(\s*this\s"
)
_CLASS = regex(r"\b(?:class|record|struct)\s+(\w{1,80})")
_ENTRY = regex(r"(?:^|/)(?:Program|Startup)\.cs$")
_ASIDE = regex(r"(?i)(?:^|/)(?:[\w.-]{0,80}[._-])?tests?/|(?:^|/)obj/")


def runs_here(repo: Repo, component: Component, place: Place) -> bool:
    """Whether what stands at a place in C# runs in the component: in its own code always; in that
    of a library where what it offers is called by name; in the start-up of another program never."""
    if not place.path.endswith(".cs") or _within(place.path, component.path):
        return True
    others = [c.path for c in repo.components() if c.path not in (component.path, ".")]
    if _ENTRY.search(place.path) and any(_within(place.path, each) for each in others):
        return False
    text = repo.read(Place(place.repo, place.path)) or ""
    offered = _METHOD.findall(text[:200_000]) or _CLASS.findall(text[:200_000])
    if not offered:
        return True
    called = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, set(offered))))})\s*[(<.;{{]")
    return any(
        called.search(repo.read(file) or "")
        for file in repo.files("**/*.cs")
        if file.path != place.path
        and not _ASIDE.search(file.path)
        and not any(
            _within(file.path, each) for each in others if not _within(component.path, each)
        )
    )


def _within(path: str, home: str) -> bool:
    return home == "." or path == home or path.startswith(f"{home}/")
