"""What builds of several projects leave behind, and of which of them it is made."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.reader import Reader, directory

_OUTPUT = regex(r"/(?:build/(?:libs|install|distributions)|target)(?:/|$)")
_MADE = regex(r"/(?:bin|build|dist|out|output|publish|release|target|\.next|\.output)(?:/|$)")
"""Where a project is built to, in any language."""
_GRADLE = ("build.gradle", "build.gradle.kts")
_BUILDS = ("pom.xml", *_GRADLE)
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


def named(taken: Collection[str]) -> bool:
    """Whether what an image takes from the stages before is what their builds make, by name, and
    not all that lies there."""
    paths = [f"/{each}" for each in taken]
    whole = any(other.startswith(f"{each}/") for each in paths for other in paths)
    deep = all(each.count("/") > 1 for each in paths)
    return deep and not whole and any(map(_MADE.search, paths))


def home(path: str) -> str | None:
    """The directory whose build by Maven or Gradle makes a path; None where none does."""
    found = _OUTPUT.split(path)[0]
    return found if found != path else None


_ARTIFACT = regex(r"<artifactId>\s{0,9}([\w.-]{1,120})\s{0,9}</artifactId>")
_PARENT = regex(r"<parent>.{0,2000}?</parent>", re.DOTALL)
_PROJECT = regex(r"[\"':]([\w-]{1,100})[\"']|\bprojects\.([\w.]{1,100})")


def needed(reader: Reader, module: str, modules: Collection[str]) -> set[str]:
    """The module and those of the same build that it needs, if only through others."""
    files = {home: [reader.text(f"{home}/{n}") or "" for n in _BUILDS] for home in modules}
    texts = {home: _PARENT.sub("", "\n".join(each)) for home, each in files.items()}
    called = {
        home: {home.rpartition("/")[2], *_ARTIFACT.findall(texts[home])[:1]} for home in modules
    }
    found: set[str] = set()
    pending = [module]
    while pending:
        home = pending.pop()
        found.add(home)
        told = {name for pair in _PROJECT.findall(texts[home]) for name in pair}
        told = {name.rpartition(".")[2] for name in told} | {*_ARTIFACT.findall(texts[home])}
        fresh = {other for other in modules if other not in found and called[other] & told}
        pending += fresh - set(pending)
    return found


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
