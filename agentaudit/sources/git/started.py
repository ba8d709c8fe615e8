"""Programs that images start, packages install and `npm start` runs, by their paths."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import dockerfile
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.reader import Reader, directory, mapping, word

_MODULE = regex(r"(?<![\w./-])(\w{1,80}(?:\.\w{1,80}){1,9})(?=[:\s\"',]|$)")
"""A module as Python is told it: `services.api.main` of `uvicorn services.api.main:app`."""
_FILE = regex(r"(?<![\w./-])(?:\./)?((?:[\w-]{1,80}/){1,9}[\w-]{1,80}\.(?:py|[cm]?[jt]s))\b")
_ENDS = (".py", "/__main__.py", "/__init__.py")
_OFFERS = ("main", "module", "exports", "types", "bin")
"""What a package has that others use: what `npm start` runs of it only shows that."""


def programs(reader: Reader) -> Iterator[str]:
    """Every file of the repository that one of them names."""
    for recipe in dockerfile.find(reader):
        homes = dict.fromkeys((directory(recipe.path), ""))
        yield from _held(reader, tuple(homes), recipe.started)
    for path in reader.named("pyproject.toml".__eq__):
        given = reader.toml(path)
        poetry = mapping(mapping(given.get("tool")).get("poetry")).get("scripts")
        scripts = {**mapping(mapping(given.get("project")).get("scripts")), **mapping(poetry)}
        home = directory(path)
        below = (home, f"{home}/src".lstrip("/"))
        for each in scripts.values():
            yield from _held(reader, below, word(each))
    for path in reader.named("package.json".__eq__):
        given = mapping(reader.json(path))
        if given.get("private") is True or not any(given.get(key) for key in _OFFERS):
            start = word(mapping(given.get("scripts")).get("start"))
            yield from _held(reader, (directory(path),), start)


def _held(reader: Reader, homes: tuple[str, ...], command: str) -> Iterator[str]:
    for home in homes:
        yield from (path for path in named(home, command) if path in reader.known)


def named(home: str, command: str) -> Iterator[str]:
    """Paths that a program may have which a command names, as a module or a file below where it
    works."""
    modules = (each.replace(".", "/") for each in _MODULE.findall(command))
    paths = (*_FILE.findall(command), *(f"{each}{end}" for each in modules for end in _ENDS))
    yield from filter(None, (joined(home, path) for path in paths))
