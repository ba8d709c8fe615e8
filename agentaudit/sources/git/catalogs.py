"""Libraries that build files of Gradle take from the catalogue beside them, by names of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentaudit.expressions import regex
from agentaudit.sources.git.reader import Reader, ancestors, directory, mapping, sequence, word

_TESTED = regex(r"^\s{0,40}[\"'(]{0,2}(?:test|androidTest|integrationTest|jmh)\w{0,40}\b")
"""Configurations of what is only tried."""
_ACCESSOR = regex(r"(?<![\w.])libs\.(\w{1,60}(?:\.\w{1,60}){0,8})")


def taken(reader: Reader, path: str, lines: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Line and `group:artifact` of each library that a build file takes so; `lines` are those of
    the file, by number."""
    catalogue: dict[str, list[str]] | None = None
    aside = False
    for number, line in lines.items():
        row, aside = line if not aside else "", (aside or "/*" in line) and "*/" not in line
        row = "" if _TESTED.match(row) else row.partition("/*")[0]
        for accessor in _ACCESSOR.findall(row):
            catalogue = _catalogue(reader, path) if catalogue is None else catalogue
            yield from ((number, name) for name in catalogue.get(accessor, ()))


def _catalogue(reader: Reader, path: str) -> dict[str, list[str]]:
    """Accessor → the libraries that it stands for, of the nearest catalogue."""
    places = (f"{home}/gradle/libs.versions.toml".lstrip("/") for home in _homes(directory(path)))
    data = next((reader.toml(place) for place in places if place in reader.known), {})
    known = {alias: _module(given) for alias, given in mapping(data.get("libraries")).items()}
    found = {_accessor(alias): [name] for alias, name in known.items() if name}
    for alias, members in mapping(data.get("bundles")).items():
        names = [known.get(word(member), "") for member in sequence(members)]
        found[f"bundles.{_accessor(alias)}"] = [name for name in names if name]
    return found


def _homes(home: str) -> Iterator[str]:
    yield from (above for above in ancestors(home) if above)
    yield ""


def _accessor(alias: str) -> str:
    return re.sub(r"[-_]", ".", alias)


def _module(given: Any) -> str:
    """`group:artifact` of an entry, in any of the ways to write one."""
    if isinstance(given, str):
        return ":".join(given.split(":")[:2])
    told = mapping(given)
    apart = f"{word(told.get('group'))}:{word(told.get('name'))}"
    return word(told.get("module")) or apart.strip(":")
