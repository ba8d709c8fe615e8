"""What an application host of Aspire starts: projects it refers to, and what its code adds."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, inside

_HOST = regex(r"<IsAspireHost>\s*true|Aspire\.AppHost\.Sdk")
_REFERENCE = regex(
    r"<ProjectReference\s+Include=\"([^\"]{1,300})\""
    r"([^>]{0,300}>(?:\s{0,80}<\w{1,40}>[^<>]{0,80}</\w{1,40}>){0,4})"
)
_NO_RESOURCE = regex(r"IsAspireProjectResource(?:\s*=\s*\"|>\s*)false\b", re.IGNORECASE)
"""Says that the host uses a project as a library, and starts it not."""
_SHARED = regex(r"<IsAspireSharedProject>\s*true", re.IGNORECASE)
"""Says of a project that the others only take its defaults over."""
_ALONE = frozenset(("apphost.cs", "apphost.ts", "apphost.mts", "apphost.js", "apphost.mjs"))
"""Hosts of a single file, in small letters; one in C# has no project either."""
_APPLICATION = regex(
    r"\.[Aa]dd(?:(?:Python|Uvicorn|Npm|Node|Vite|Java|Go|Golang|Executable|Bun|Deno|Next|CSharpApp"
    r"|Project|Dockerfile|Streamlit|Spring)\w{0,30}|\w{1,30}App)"
    r"\(\s{0,80}(?:name:\s{0,9})?[\"'`][^\"'`\n]{1,100}[\"'`],\s{0,80}(?:\w{1,40}:\s{0,9})?"
    r"(?:(?:System\.IO\.)?Path\.Combine\(([^)]{1,300})\)|@?[\"'`]([^\"'`\n]{1,300})[\"'`])"
)
_CONSTANT = regex(r"\bconst\s+string\s+(\w{1,100})\s*=\s*\"([^\"\n]{1,300})\"")
_NAMED = regex(r"(?<=[(,\s])([A-Za-z_]\w{0,100})(?=\s{0,9}[,)])")


def started(reader: Reader, homes: Homes) -> Iterator[Build]:
    """The projects that each host of a tree starts."""
    for path in reader.named(lambda name: name.endswith(".csproj")):
        text = reader.text(path) or ""
        if _HOST.search(text):
            yield from _referred(reader, homes, path, text)
            for file in _code_of(reader, directory(path)):
                yield from _added(reader, homes, file, directory(path))
    for path in reader.named(lambda name: name.lower() in _ALONE):
        if "Aspire" in (reader.text(path) or "") or not path.endswith(".cs"):
            yield from _added(reader, homes, path, directory(path))


def without_hosts(reader: Reader, builds: list[Build]) -> list[Build]:
    """The builds without those of hosts: they start the application while it is made, or say how it
    is deployed, and are no part of it."""
    projects = reader.named(lambda name: name.endswith(".csproj"))
    hosts = {directory(path) for path in projects if _HOST.search(reader.text(path) or "")} - {""}
    return [build for build in builds if build.home not in hosts]


def _referred(reader: Reader, homes: Homes, path: str, text: str) -> Iterator[Build]:
    for found in _REFERENCE.finditer(text):
        project = found[1].replace("\\", "/")
        other = joined(directory(path), project)
        if _NO_RESOURCE.search(found[2]) or _SHARED.search(reader.text(other or "") or ""):
            continue
        home = joined(directory(path), posixpath.dirname(project))
        yield from _build(reader, homes, path, text, found, home)


def _added(reader: Reader, homes: Homes, path: str, host: str) -> Iterator[Build]:
    code = _with_constants(reader.text(path) or "")
    for found in _APPLICATION.finditer(code):
        parts = re.findall(r"\"([^\"]+)\"", found[1]) if found[1] else [found[2]]
        target = "/".join(parts).replace("\\", "/")
        target = posixpath.dirname(target) if target.endswith(("proj", ".cs")) else target
        yield from _build(reader, homes, path, code, found, joined(host, target))


def _with_constants(code: str) -> str:
    """The code with what its constants stand for, on the same lines."""
    known = dict(_CONSTANT.findall(code))
    return _NAMED.sub(lambda n: f'"{known[n[1]]}"' if n[1] in known else n[1], code)


def _code_of(reader: Reader, host: str) -> Iterator[str]:
    """The code of a host, if only in methods that extend what builds the application."""
    found = reader.named(lambda name: name.endswith(".cs"))
    return (path for path in found if inside(path, host) and "/obj/" not in path)


def _build(
    reader: Reader, homes: Homes, path: str, text: str, found: re.Match[str], home: str | None
) -> Iterator[Build]:
    if home is not None and home in homes.known:
        yield Build(home, reader.place(path, text.count("\n", 0, found.start()) + 1))
