"""Directories that a platform serves as they stand: pages that nothing builds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentaudit.code import Role
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, mapping, sequence, word
from agentaudit.sources.git.roles import directory_role


def directories(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Those that the file of a platform names, which hold a page, and no project nor stand in one
    but the whole; what tells about the system is none."""
    for path, named in _named(reader):
        home = joined(directory(path), named.strip("/") or ".")
        if not home or f"{home}/index.html" not in reader.known or _builds(reader, path):
            continue
        if homes.is_alone(home) and directory_role(home) not in (Role.DOCS, Role.GENERATED):
            yield Build(home, reader.place(path, 1), bare=True)


def _builds(reader: Reader, path: str) -> bool:
    """Whether a project of Node stands beside the file: it makes what is published."""
    return joined(directory(path), "package.json") in reader.known


def _named(reader: Reader) -> Iterator[tuple[str, str]]:
    """Each such file, and the directory that it says is published."""
    for path in reader.named("netlify.toml".__eq__):
        yield path, word(mapping(reader.toml(path).get("build")).get("publish"))
    for path in reader.named("firebase.json".__eq__):
        hosting = mapping(reader.json(path)).get("hosting")
        sites: list[Any] = sequence(hosting) or [hosting]
        yield from ((path, word(mapping(each).get("public"))) for each in sites)
