"""What builds of several projects leave behind, and of which of them it is made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.reader import Reader, directory

_OUTPUT = regex(r"/(?:build/(?:libs|install|distributions)|target)(?:/|$)")
_MADE = regex(r"/(?:bin|build|dist|out|output|publish|release|target|\.next|\.output)(?:/|$)")
"""Where a project is built to, in any language."""
_GRADLE = ("build.gradle", "build.gradle.kts")
_NEEDED = regex(r"[\"']:([\w-]{1,100}(?::[\w-]{1,100}){0,5})[\"']")
_MOST = 60
_DOTNET = frozenset([".csproj", ".fsproj", ".vbproj"])


def project(manifests: Iterable[str], program: str) -> str | None:
    """The .NET project that is compiled to a program of this name."""
    for path in map(PurePosixPath, manifests):
        if path.suffix in _DOTNET and path.stem == program:
            return str(path)
    return None


def maker(path: str) -> str:
    """The directory whose build makes a path; empty where the path is no output of a build."""
    home = _MADE.split(path)[0]
    return home if home != path else ""


def home(path: str) -> str | None:
    """The directory whose build by Maven or Gradle makes a path; None where none does."""
    found = _OUTPUT.split(path)[0]
    return found if found != path else None


def modules(reader: Reader, known: Collection[str], output: str) -> set[str]:
    """The module that a path of build output is of, and those that its Gradle build names; `known`
    are the directories with a manifest."""
    home = _OUTPUT.split(output)[0]
    if home == output or home not in known:
        home = maker(output)
        absent = output not in reader.known and output not in reader.directories
        return {home} if absent and home and home in known else set()
    around = directory(home)
    found: set[str] = set()
    pending = [home]
    while pending and len(found) < _MOST:
        module = pending.pop()
        found.add(module)
        for name in _GRADLE:
            for needed in _NEEDED.findall(reader.text(f"{module}/{name}") or ""):
                other = _module(around, needed.split(":"), known)
                pending += [other] if other and other not in found else []
    return found


def _module(around: str, parts: list[str], known: Collection[str]) -> str | None:
    """The module that `:path:of:it:task` names, with or without a task at the end."""
    for end in range(len(parts), 0, -1):
        path = joined(around, "/".join(parts[:end]))
        if path in known:
            return path
    return None
