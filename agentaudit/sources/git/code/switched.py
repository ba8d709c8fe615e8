"""Lines of a template of Azure that name a variable which is empty unless somebody switches on what
is off by default."""

from __future__ import annotations

from agentaudit.parse.bicep import false_by_default, unset
from agentaudit.sources.git.code.handed import handed
from agentaudit.sources.git.reader import Reader, mapping


def switched_off(reader: Reader, path: str) -> frozenset[int]:
    """Their numbers; none where the parameter is handed over as true."""
    text = reader.text(path) or "" if path.endswith(".bicep") else ""
    off = false_by_default(text)
    if not unset(text, off):
        return frozenset()
    return unset(text, off - {name for name in off if _is_on(reader, path, name)})


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
