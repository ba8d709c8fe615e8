"""Applications of a .NET solution: projects that `dotnet run` starts, where nothing else does."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, inside

_SUFFIXES = (".csproj", ".fsproj", ".vbproj")
_RUNS = regex(
    r"\bSdk=\"Microsoft\.NET\.Sdk\.(?:Web|Worker|BlazorWebAssembly)\b"
    r"|<OutputType>\s*WinExe\b|<PackageReference\s[^>]{0,200}?(?i:Include=\"ExcelDna\.AddIn\")"
)
"""Kinds of projects that stay up: a server, a worker, a page that a browser runs, a program with
windows, an add-in of Excel."""
_PROGRAM = regex(r"<OutputType>\s*Exe\b")
_FUNCTIONS = regex(r"<(?:AzureFunctionsVersion|AWSProjectType)>")
_HOST = regex(r"\bAspire\.AppHost|<IsAspireHost>\s*true")
"""A program that starts the others while they are made."""
_REFERENCE = regex(r"<ProjectReference\s[^>]{0,200}?Include=\"([^\"]{1,300})\"")
_MOST = 200
_ASIDE = regex(r"(?i)(?:^|[./_-])(?:tests?|bench(?:marks?)?)$")


def started(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """Projects that run by themselves, where nothing that was found is about them: what another
    of them refers to, as a server does to its page, ends in that one."""
    built = {build.home for build in found}
    projects = {home for path, home in homes.manifests.items() if path.endswith(_SUFFIXES)}
    covered = {p for b in found for p in b.covers if b.home not in projects or _takes(b, p)}
    running = dict(_running(reader, homes, programs=not built & homes.known))
    within = {path for path in homes.manifests if path.endswith(_SUFFIXES) and path in covered}
    within |= {path for path, home in homes.manifests.items() if home in built}
    parts = {target for path in {*running, *within} for target in _needed(reader, path)}
    return [
        Build(
            homes.manifests[path], reader.place(path, line), through(reader, homes.manifests, path)
        )
        for path, line in running.items()
        if path not in within and path not in parts
    ]


def _takes(build: Build, path: str) -> bool:
    """Whether an image of one project is of another too: what is copied with all the rest, only to
    compile the one, is not in it."""
    copies = build.recipe.copies if build.recipe is not None else ()
    return "." not in copies or any(inside(path, each.strip("/")) for each in copies if each != ".")


def is_library(reader: Reader, paths: Collection[str]) -> bool:
    """Whether the project files of a directory start nothing: what refers to them runs them."""
    kinds = (_RUNS, _PROGRAM, _FUNCTIONS)
    texts = [reader.text(path) or "" for path in paths]
    return all(path.endswith(_SUFFIXES) for path in paths) and not any(
        kind.search(text) for kind in kinds for text in texts
    )


def _running(reader: Reader, homes: Homes, *, programs: bool) -> Iterator[tuple[str, int]]:
    """Project files of the application, with the line that says what kind they are of; `programs`
    where those that are started by hand count."""
    for path, home in sorted(homes.manifests.items()):
        if not path.endswith(_SUFFIXES) or reader.directory_role(home) is not Role.APP:
            continue
        text = reader.text(path) or ""
        told = _RUNS.search(text) or (_PROGRAM.search(text) if programs else None)
        aside = _ASIDE.search(path.rpartition(".")[0]) or _HOST.search(text)
        if told is not None and not aside:
            yield path, text.count("\n", 0, told.start()) + 1


def through(reader: Reader, known: Collection[str], path: str) -> tuple[str, ...]:
    """Projects of .NET that end in one, if only through others; `known` are the manifests."""
    found: dict[str, None] = {}
    pending = list(_needed(reader, path)) if path.endswith(_SUFFIXES) else []
    while pending and len(found) < _MOST:
        each = pending.pop()
        if each not in found and each in known:
            found[each] = None
            pending += _needed(reader, each)
    return tuple(found)


def _needed(reader: Reader, path: str) -> Iterator[str]:
    """Projects that a project refers to."""
    for named in _REFERENCE.findall(reader.text(path) or ""):
        if (target := joined(directory(path), named.replace("\\", "/"))) is not None:
            yield target
