"""Named values in Terraform and Bicep, read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from agentaudit.expressions import regex
from agentaudit.sources.git.code.handed import filled, handed
from agentaudit.sources.git.code.switched import switched_off
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.text import lines

_HANDED_ON = 2
"""Modules that hand on what they were handed."""
_BLOCK = regex(
    r"\s*(?:(?:variable|resource|module|output|locals|data|provider|param|var|dynamic)\s+)?"
    r"[\"']?([\w./@-]{1,120})[\"']?(?:\s+[\"']?([\w./@-]{1,120})[\"']?)?[^{}\[\]]{0,200}[:=]?\s*[{\[]\s*$"
)
_CODE_PAIR = regex(
    r"\s*(?:(?:param|var)\s+)?[\"']?([\w.-]{1,120})[\"']?(?:\s+\w{1,40})?\s*[:=]\s*"
    r"(?:\"([^\"]{0,400})\"|'([^']{0,400})'|(true|false|\d[\d.]*))"
)

_OPENS = regex(r"(?:[\"']?([\w./@-]{1,120})[\"']?\s*[:=]\s*)?[{\[]")
_REFERENCE = regex(
    r"\s*[\"']?((?i:model|(?:model|deployment)?_?(?:name|version|id)))[\"']?\s*[:=]\s*"
    r"(?:var\.|local\.)?([A-Za-z_]\w{0,120})[\s,}\]]*$"
)
"""A name or version that is a parameter, variable or local of the same file."""


class Row(NamedTuple):
    """One named value."""

    path: tuple[str, ...]
    value: str
    line: int | None


def infrastructure(reader: Reader, path: str, left: int = _HANDED_ON) -> Iterator[Row]:
    """Terraform and Bicep, line by line: the blocks around a value are its keys. What names a
    parameter has the value that it is handed, but for its own default."""
    around: list[str] = []
    beside = {row.path[-1]: row.value for row in reversed(_beside(reader, path))}
    given, off = beside | _handed(reader, path, left), switched_off(reader, path)
    named: Row | None = None
    for number, line in enumerate(lines(reader.text(path) or ""), 1):
        line = line[:1000].partition("//")[0] if "://" not in line else line[:1000]
        if line.lstrip().startswith("#"):
            continue
        for row in _pairs(line, tuple(around[-6:]), number, given) if number not in off else ():
            if len(row.path) == 1 or row.path[:-1] == ("locals",):
                given.setdefault(row.path[-1], row.value)
            yield _variable(named, row) or row
            named = row if row.path[-1] == "name" and path.endswith(".tf") else named
        opens = line[:400].rstrip().endswith(("{", "["))
        opened = _BLOCK.match(line[:400]) if opens else None
        if opened is not None:
            around += [opened[2] or opened[1]] * (line.count("{") + line.count("["))
        else:
            around += [name for _, name in _opens(line[:1000])]
        for _ in range(min(line.count("}") + line.count("]"), len(around))):
            around.pop()


_IN_CAPITALS = regex(r"[A-Z][A-Z0-9_]{1,100}")
_NEAR = 3
"""Lines from the name of a variable to its value."""


def _variable(named: Row | None, row: Row) -> Row | None:
    """`name = "X"` and `value = "Y"` of one block: a variable of what it starts."""
    if named is None or row.path[-1] != "value" or named.path[:-1] != row.path[:-1]:
        return None
    near = (row.line or 0) - (named.line or 0) <= _NEAR
    told = near and _IN_CAPITALS.fullmatch(named.value)
    return Row((*row.path[:-1], named.value), row.value, row.line) if told else None


def _opens(line: str) -> Iterator[tuple[int, str]]:
    """Where each block of the line begins, and what it is called; empty where nothing does."""
    for found in _OPENS.finditer(line) if "{" in line or "[" in line else ():
        yield found.end(), found[1] or ""


def _inside(line: str, at: int) -> tuple[str, ...]:
    """Names of the blocks that were opened before that place of the line, and not closed."""
    open_: list[str] = []
    starts = dict(_opens(line[:at]))
    for index, letter in enumerate(line[:at], 1):
        if letter in "{[":
            open_.append(starts.get(index, ""))
        elif letter in "}]" and open_:
            open_.pop()
    return tuple(filter(None, open_))


def _beside(reader: Reader, path: str) -> tuple[Row, ...]:
    """Terraform keeps its variables in a file beside the resources."""
    beside = f"{path.rpartition('/')[0]}/variables.tf".removeprefix("/")
    told = path.endswith(".tf") and path != beside and beside in reader.known
    return _variables(reader, beside) if told else ()


@lru_cache(maxsize=8)
def _variables(reader: Reader, path: str) -> tuple[Row, ...]:
    return tuple(row for row in infrastructure(reader, path, 0) if len(row.path) == 1)


def _handed(reader: Reader, path: str, left: int) -> dict[str, str]:
    """The parameters that the file is handed, where one of them names a model."""
    named = _NAMES_MODEL.search(reader.text(path) or "") if left else None
    rows = list(handed(reader, path)) if named else []
    values: dict[str, dict[str, str]] = {}
    for caller in {row.caller for row in rows if row.meant}:
        known = values.setdefault(caller, {})
        for row in infrastructure(reader, caller, left - 1):
            known.setdefault(row.path[-1], row.value)
    return filled(iter(rows), values)


_NAMES_MODEL = regex(
    r"^\s*(?:model_?)?(?:[nN]ame|[vV]ersion)\s*[:=]\s*(?:var\.)?[A-Za-z_]\w{0,100}"
    r"(?:[mM]odel|[dD]eployment)\w{0,60}[ \t,}]*(?://.{0,200})?$"
    r"|^\s*model_?[nN]ame\s*[:=]\s*(?:var\.)?[A-Za-z_]\w{0,100}[ \t,}]*$",
    re.MULTILINE,
)


def _pairs(line: str, keys: tuple[str, ...], number: int, given: dict[str, str]) -> Iterator[Row]:
    """The values of one line; what names a parameter has the value that the parameter was given
    above."""
    if "=" not in line and ":" not in line:
        return
    found = False
    for pair in _CODE_PAIR.finditer(line[:1000]):
        found = True
        value = next(group for group in pair.groups()[1:] if group is not None)
        home = (*keys, *_inside(line, pair.start(1)))
        yield Row(home if pair[1] == "default" and home else (*home, pair[1]), value, number)
    named = None if found or not keys else _REFERENCE.match(line[:400])
    if named is not None and named[2] in given:
        yield Row((*keys, named[1]), given[named[2]], number)
