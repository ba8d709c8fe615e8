"""What .NET writes into an assembly by itself: the commit, behind the `+` of its informational
version, wherever it is built in a repository by a kit of version 8 or later."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.environment.variables import is_comment
from agentaudit.source import Component, Repo

_READS = regex(r"\bAssemblyInformationalVersion\w{0,20}>|\.InformationalVersion\b")
_CUT = regex(r"['\"]\+['\"]")
"""The commit is what stands behind it."""
_NEW = regex(r"<TargetFrameworks?>[^<]{0,100}\bnet(?:[89]|[1-9]\d)\.")
_OFF = regex(
    r"<IncludeSourceRevisionInInformationalVersion>\s{0,9}false|<InformationalVersion>"
    r"|p:InformationalVersion="
)
_OWN = regex(
    r"\bGet(?:Entry|Executing)Assembly\(\)|\btypeof\((?:[\w.]{1,80}\.)?(\w{1,60})\)\.Assembly\b"
)
"""The assembly of the program itself, or that of a type."""
_ABOVE = 6
"""Rows that may stand between the assembly and what is read of it."""
_MADE = regex(r"\bdotnet\s+(?:publish|build|pack)\b")
_SHARED = "Directory.Build.props"


def assembled(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of the serving code that read it, of what CI builds from its checkout."""
    if all(manifest.ecosystem != "dotnet" for manifest in component.manifests):
        return
    projects = [repo.read(each.place) or "" for each in component.manifests]
    projects += [repo.read(file) or "" for file in repo.files(_SHARED)]
    texts = [step.text for step in repo.steps() if step.place.repo == component.repo]
    made = [text for text in texts if _MADE.search(text)]
    off = any(_OFF.search(text) for text in (*projects, *made))
    if off or not made or component.build_files or not any(map(_NEW.search, projects)):
        return
    home = "" if component.path == "." else f"{component.path}/"
    for file in repo.files(f"{home}**/*.cs", saying=("InformationalVersion",)):
        text = (repo.read(file) or "")[:300_000]
        if file.repo != component.repo or not is_serving(repo, file) or _CUT.search(text):
            continue
        rows = text.split("\n")
        for number, line in enumerate(rows, 1):
            near = "\n".join(rows[max(0, number - _ABOVE) : number])[-4000:]
            if _READS.search(line[:1000]) and not is_comment(line) and _is_own(repo, home, near):
                yield replace(file, line=number, text=line.strip()[:300])


def _is_own(repo: Repo, home: str, near: str) -> bool:
    """Whether the rows speak of the program's own assembly: of no type but its own."""
    names = [found[1] for found in _OWN.finditer(near)]
    return bool(names) and all(not name or _is_declared(repo, home, name) for name in names)


def _is_declared(repo: Repo, home: str, name: str) -> bool:
    declared = re.compile(rf"\b(?:class|record|struct|interface|enum)\s+{name}\b")
    return name == "Program" or any(
        declared.search((repo.read(file) or "")[:300_000])
        for file in repo.files(f"{home}**/*.cs", saying=(name,))
    )
