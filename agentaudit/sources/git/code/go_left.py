"""Packages of Go that nothing of their module takes in: what stands below `internal/` only the code
around it can import, so that no program ever holds one that none of it imports."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from agentaudit.expressions import regex
from agentaudit.sources.git.reader import Reader, ancestors, directory

_MODULE = regex(r"^module[ \t]{1,9}\"?([\w./~-]{1,200})", re.MULTILINE)
_IMPORTED = regex(rb"\"([\w./~-]{1,300})\"")
_MAIN = regex(rb"^package[ \t]{1,9}main\b", re.MULTILINE)


def left(reader: Reader) -> frozenset[str]:
    """Directories of such packages; none where a file cannot be read, which may import any."""
    modules = _modules(reader)
    paths = reader.paths if modules else ()
    files = [path for path in paths if path.endswith(".go") and not reader.foreign(path)]
    if not any(_hidden(directory(path)) for path in files):
        return frozenset()
    taken: dict[str, set[bytes]] = {}
    roots = set[str]()
    for path in files:
        data, home = reader.data(path), directory(path)
        if isinstance(data, str):
            return frozenset()
        taken.setdefault(home, set()).update(_IMPORTED.findall(data))
        if not _hidden(home) or _MAIN.search(data):
            roots.add(home)
    return frozenset(taken.keys() - _reached(_named(taken, modules), taken, roots))


def _hidden(home: str) -> bool:
    return "internal" in home.split("/")


def _modules(reader: Reader) -> dict[str, str]:
    """Directory of a module → the name that its packages are imported by."""
    found: dict[str, str] = {}
    for path in reader.paths:
        if path.rpartition("/")[2] == "go.mod" and not reader.foreign(path):
            named = _MODULE.search(reader.text(path) or "")
            found |= {directory(path): named[1]} if named else {}
    return found


def _named(homes: Collection[str], modules: Mapping[str, str]) -> dict[bytes, str]:
    """Name that a package is imported by → its directory."""
    found = {}
    for home in homes:
        around = next((above for above in ancestors(home) if above in modules), None)
        if around is not None:
            name = f"{modules[around]}/{home[len(around) :].strip('/')}".rstrip("/")
            found[name.encode()] = home
    return found


def _reached(
    named: Mapping[bytes, str], taken: Mapping[str, Collection[bytes]], roots: Collection[str]
) -> set[str]:
    """Directories of what the roots import, at any remove; of what is in no module, all."""
    found = {*roots, *(taken.keys() - set(named.values()))}
    pending = list(found)
    while pending:
        more = {named[each] for each in taken[pending.pop()] if each in named} - found
        found |= more
        pending += more
    return found
