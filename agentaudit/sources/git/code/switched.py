"""Lines of a template of Azure that name a variable which is empty unless somebody switches on what
is off by default, or because everybody who deploys it switches it off."""

from __future__ import annotations

from agentaudit.parse.bicep import (
    asked,
    default_of,
    false_by_default,
    spelled,
    switches,
    true_by_default,
    unset,
)
from agentaudit.sources.git.code.handed import handed
from agentaudit.sources.git.reader import Reader, mapping


def switched_off(reader: Reader, path: str) -> frozenset[int]:
    """Their numbers; none where the parameter is handed over as true."""
    text = reader.text(path) or "" if path.endswith(".bicep") else ""
    names = switches(text)
    if not unset(text, names | {f"!{name}" for name in names}):
        return frozenset()
    off = false_by_default(text)
    on = {name for name in off if _is_on(reader, path, name)}
    declined = _declined(reader, path, names - off)
    held = {f"!{name}" for name in true_by_default(text) if not _is_handed(reader, path, name)}
    return unset(text, (off - on) | declined | held)


def _is_handed(reader: Reader, path: str, name: str) -> bool:
    """Whether somebody hands a parameter anything, be it what it is by default."""
    parameter, _ = asked(name)
    return any(row.name == parameter for row in handed(reader, path))


def _declined(reader: Reader, path: str, names: frozenset[str]) -> frozenset[str]:
    """Those that are handed over as false by all who hand it anything: files of parameters, and
    templates that use it as a module."""
    rows = list(handed(reader, path)) if names else []
    callers = {row.caller for row in rows}
    found = set()
    for name in names:
        parameter, wanted = asked(name)
        by = {row.caller: row for row in rows if row.name == parameter}
        others = (row.value and spelled(row.value) != wanted for row in by.values())
        denied = (row.meant == "false" for row in by.values())
        if callers and by.keys() == callers and all(map(any, zip(others, denied, strict=True))):
            found.add(name)
    return frozenset(found)


def _is_on(reader: Reader, path: str, name: str) -> bool:
    parameter, wanted = asked(name)
    beside = f"{path.removesuffix('.bicep')}.parameters.json"
    given = mapping(reader.json(beside)).get("parameters") if beside in reader.known else None
    if spelled(str(mapping(mapping(given).get(parameter)).get("value"))) == wanted:
        return True
    rows = [row for row in handed(reader, path) if row.name == parameter]
    return any(
        spelled(row.value) == wanted
        or (row.meant and not _is_false(reader.text(row.caller) or "", row.meant, name))
        for row in rows
    )


def _is_false(text: str, meant: str, name: str) -> bool:
    """Whether what a caller means is false by default, as far as it says."""
    _, wanted = asked(name)
    if wanted == "true":
        return meant in {"false"} | false_by_default(text)
    return default_of(text, meant) not in ("", wanted)
