"""Lines of a template of Azure that name a variable which is empty unless somebody switches on what
is off by default, or because everybody who deploys it switches it off."""

from __future__ import annotations

from agentaudit.parse.bicep import false_by_default, switches, true_by_default, unset
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
    return any(row.name == name for row in handed(reader, path))


def _declined(reader: Reader, path: str, names: frozenset[str]) -> frozenset[str]:
    """Those that are handed over as false by all who hand it anything: files of parameters, and
    templates that use it as a module."""
    rows = list(handed(reader, path)) if names else []
    callers = {row.caller for row in rows}
    said = {name: {row.caller: row for row in rows if row.name == name} for name in names}
    return frozenset(
        name
        for name, by in said.items()
        if by.keys() == callers
        and callers
        and all("false" in (row.value.lower(), row.meant) for row in by.values())
    )


def _is_on(reader: Reader, path: str, name: str) -> bool:
    beside = f"{path.removesuffix('.bicep')}.parameters.json"
    given = mapping(reader.json(beside)).get("parameters") if beside in reader.known else None
    if mapping(mapping(given).get(name)).get("value") is True:
        return True
    rows = [row for row in handed(reader, path) if row.name == name]
    return any(
        row.value.lower() == "true"
        or (
            row.meant
            and row.meant not in {"false"} | false_by_default(reader.text(row.caller) or "")
        )
        for row in rows
    )
