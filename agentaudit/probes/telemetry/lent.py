"""Code of .NET that one project lends to others, as that of service defaults: it runs in those that
call it, whoever refers to the project that it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Component, Repo

_METHOD = regex(
    r"\b(?:public|internal)\s+static\s+(?:async\s+)?[\w<>?.,\[\] ]{1,80}?\s(\w{1,80})"
    r"(?:<[^>\n]{1,80}>)?\(\s*this\s"
)
_CLASS = regex(r"\b(?:class|record|struct)\s+(\w{1,80})")
_ENTRY = regex(r"(?:^|/)(?:Program|Startup)\.cs$")
_BUILT = regex(r"(?:^|/)obj/")


def runs_here(repo: Repo, component: Component, place: Place) -> bool:
    """Whether what stands at a place in C# runs in the component: its own code always; that of a
    library where what it offers is called by name; the start-up of another program never."""
    if not place.path.endswith(".cs") or _within(place.path, component.path):
        return True
    others = _others(repo, component)
    if _ENTRY.search(place.path) and any(_within(place.path, each) for each in others):
        return False
    text = repo.read(Place(place.repo, place.path)) or ""
    offered = _METHOD.findall(text[:200_000]) or _CLASS.findall(text[:200_000])
    if not offered:
        return True
    called = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, set(offered))))})\s*[(<.;{{]")
    return any(map(called.search, own_texts(repo, component, without=place.path)))


def own_texts(repo: Repo, component: Component, without: str = "") -> Iterator[str]:
    """The texts of these files, but for one."""
    return (text for file, text in own_files(repo, component) if file.path != without)


def own_files(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """The files of C# that are of the component or of no program at all, tests left out."""
    others = _others(repo, component)
    for kind in ("cs", "csproj"):
        for file in repo.files(f"**/*.{kind}"):
            if _BUILT.search(file.path) or repo.role(file) in ASIDE:
                continue
            if not any(_within(file.path, each) for each in others):
                yield file, (repo.read(file) or "")[:200_000]


def _others(repo: Repo, component: Component) -> list[str]:
    """Directories of the other programs, without those around it."""
    homes = (each.path for each in repo.components())
    return [each for each in homes if not _within(component.path, each)]


def _within(path: str, home: str) -> bool:
    return home == "." or path == home or path.startswith(f"{home}/")
