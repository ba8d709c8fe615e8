"""Functions that stand in a table of which a variable chooses one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentaudit.expressions import regex
from agentaudit.source import Component

_CHOSEN = regex(
    r"(\w{1,60})(?:\[|\.get\()\s{0,4}(?:os\.)?(?:getenv|environ\.get)\(\s{0,4}[\"'](\w{1,80})[\"']"
    r"\s{0,4},\s{0,4}[\"']([\w-]{0,40})[\"']\s{0,4}\)"
)


def left_out(component: Component, name: str, said: Sequence[tuple[str, int]]) -> str:
    """The variable whose default chooses another function of the table; empty where the function
    is mentioned elsewhere, where what chooses it cannot be told, or where something sets the
    variable. `said` is where it is mentioned: texts, and places in them."""
    inside = re.compile(rf"[\"']\s{{0,4}}:\s{{0,4}}{re.escape(name)}\Z")
    if not all(inside.search(text[max(0, at - 20) : at + len(name)]) for text, at in said):
        return ""
    key = re.compile(rf"[\"']([\w-]{{1,40}})[\"']\s{{0,4}}:\s{{0,4}}{re.escape(name)}(?![\w(])")
    for text in dict.fromkeys(text for text, _ in said):
        keys = set(key.findall(text))
        for table, variable, default in _CHOSEN.findall(text) if keys else ():
            made = re.search(
                rf"(?m)^[ \t]{{0,12}}{re.escape(table)}\s{{0,4}}(?::[^=\n]{{1,60}})?=", text
            )
            unset = not any(each.value.strip() for each in component.code.set(variable))
            if made and default not in keys and unset:
                return str(variable)
    return ""
