"""What files of hosting platforms deploy from another directory than their own: Netlify, Firebase,
DigitalOcean, Amplify, Render, Fly, AWS Copilot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import Reader, directory, mapping, sequence, word

_APPS = frozenset(("app.yaml", "app.yml"))
_PARTS = ("services", "workers", "jobs", "static_sites", "functions")
"""Kinds of parts of an application on DigitalOcean."""


def declared(reader: Reader, homes: Homes) -> Iterator[Build]:
    """The directories that such files name."""
    for path, base, line in _named(reader):
        home = joined(directory(path), base.strip("/") or ".")
        if home is not None and home in homes.known:
            yield Build(home, reader.place(path, line))


def _named(reader: Reader) -> Iterator[tuple[str, str, int]]:
    """Each file, the directory that it names relative to itself, and the line."""
    for path in reader.named("netlify.toml".__eq__):
        if base := word(mapping(reader.toml(path).get("build")).get("base")):
            yield path, base, 1
    for path in reader.named("firebase.json".__eq__):
        for source in _firebase(mapping(reader.json(path))):
            yield path, source, 1
    for path in reader.named(_APPS.__contains__):
        if directory(path).rpartition("/")[2] == ".do":
            for tree in reader.yaml(path)[:1]:
                data = mapping(tree.data)
                for kind in _PARTS:
                    for number, part in enumerate(sequence(data.get(kind))):
                        source = word(mapping(part).get("source_dir"))
                        yield path, f"../{source.strip('/') or '.'}", tree.line(kind, number)
    for path in reader.named(lambda name: name in ("amplify.yml", "amplify.yaml")):
        for tree in reader.yaml(path)[:1]:
            for number, part in enumerate(sequence(mapping(tree.data).get("applications"))):
                root = word(mapping(part).get("appRoot"))
                yield path, root or ".", tree.line("applications", number)


def _firebase(data: dict[str, Any]) -> Iterator[str]:
    functions = data.get("functions")
    for each in sequence(functions) or [functions]:
        if source := word(mapping(each).get("source")):
            yield source
    for each in sequence(data.get("apphosting")) or [data.get("apphosting")]:
        if root := word(mapping(each).get("rootDir")):
            yield root


def orders(reader: Reader) -> Iterator[Order]:
    """The images that such files have built."""
    for path in reader.named("fly.toml".__eq__):
        build = mapping(reader.toml(path).get("build"))
        if file := word(build.get("dockerfile")):
            yield from _order(reader, path, 1, ".", file)
    for path in reader.named(lambda name: name in ("render.yaml", "render.yml")):
        for tree in reader.yaml(path)[:1]:
            for number, service in enumerate(sequence(mapping(tree.data).get("services"))):
                given = mapping(service)
                if file := word(given.get("dockerfilePath")):
                    context = word(given.get("dockerContext")) or word(given.get("rootDir")) or "."
                    yield from _order(reader, path, tree.line("services", number), context, file)
    for path in reader.named(_WORKER.fullmatch):
        yield from _contained(reader, path)
    for path in reader.named("manifest.yml".__eq__):
        if "/copilot/" in f"/{path}":
            yield from _copilot(reader, path)


_WORKER = regex(r"wrangler(?:[.-][\w-]{1,40})?\.(?:toml|jsonc?)")
_CONTAINED = regex(
    r"^(?!\s*(?://|#))[^\n]{0,200}?\bimage\"?\s*[:=]\s*\"([\w./-]{1,200})\"", re.MULTILINE
)


def _contained(reader: Reader, path: str) -> Iterator[Order]:
    """The images of containers that a Worker of Cloudflare starts: each names its build file, or a
    directory with one."""
    text = reader.text(path) or ""
    start = text.find("containers")
    for found in _CONTAINED.finditer(text, max(start, 0)) if start >= 0 else ():
        named = joined(directory(path), found[1])
        if named is not None and named in reader.directories:
            named = f"{named}/Dockerfile"
        if named is not None and named in reader.known:
            line = text.count("\n", 0, found.start(1)) + 1
            yield Order(reader.place(path, line), directory(named), named, frozenset())


def _copilot(reader: Reader, path: str) -> Iterator[Order]:
    for tree in reader.yaml(path)[:1]:
        build = mapping(mapping(tree.data).get("image")).get("build")
        file = word(build) or word(mapping(build).get("dockerfile"))
        context = word(mapping(build).get("context")) or directory(file) or "."
        above = f"/{path}".partition("/copilot/")[0].strip("/")
        if file:
            line = tree.line("image", "build")
            yield from _order(reader, path, line, context, file, above)


def _order(
    reader: Reader, path: str, line: int | None, context: str, file: str, base: str | None = None
) -> Iterator[Order]:
    base = directory(path) if base is None else base
    home, recipe = joined(base, context or "."), joined(base, file)
    if home is not None and recipe in reader.known:
        yield Order(reader.place(path, line), home, recipe, frozenset())
