"""Guardrails behind a switch: `settings.on and judge()`, or below `if MODERATE:`."""

from __future__ import annotations

import re

from agentaudit.code import Call, Code
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.own import CONFIGURED
from agentaudit.source import Repo

_FIELD = regex(r"(?<![\w.$])(?:[A-Za-z_$][\w$]{0,60}\.){1,4}([A-Za-z_]\w{3,80})\s{0,4}(?:and|&&)\s")
_OR = regex(r"\bor\b|\|\||\bnot\s|!")
_CONSTANT = regex(r"\s{0,60}if\s+([A-Z][A-Z\d_]{3,60})\s?:")
_ON = regex(r"(?i)[\"']?(?:true|1|yes|on)[\"']?")


def is_switched_off(repo: Repo, code: Code, call: Call) -> bool:
    """Whether a field whose only default is false is asked first, in the row of the call, and
    nothing in the repository sets it to true."""
    place = call.place
    row = next(iter(_rows(repo, call)), "")[:500]
    before = row.partition(call.method)[0]
    found = _FIELD.search(before)
    if found is None or _OR.search(before):
        return False
    name, suffix = found[1], place.path.rpartition(".")[2]
    if any(_ON.fullmatch(each.value.strip()) for each in code.set(name)):
        return False
    given = re.compile(
        rf"(?<![\w$]){name}\??\s{{0,4}}(?::\s{{0,4}}bool(?:ean)?\s{{0,4}})?[=:](?!=)\s{{0,4}}"
        rf"(?:Field\(\s{{0,20}}(?:default\s{{0,4}}=\s{{0,4}})?)?(\w{{1,40}})"
    )
    values = {
        value
        for file in repo.files(f"**/*.{suffix}")
        for value in given.findall((repo.read(file) or "")[:500_000])
    } - {"bool", "boolean"}
    return bool(values) and values <= {"False", "false"}


def is_below_switch(repo: Repo, call: Call) -> bool:
    """Whether a constant that is called like a switch is all that the nearest `if` around it asks,
    where another condition is known of the call."""
    first, *above = _rows(repo, call) or [""]
    depth = len(first) - len(first.lstrip())
    for row in above:
        at = len(row) - len(row.lstrip())
        if row.strip() and at < depth:
            depth = at
            found = _CONSTANT.match(row[:200])
            known = call.condition is None or call.condition.text == (found and found[1])
            if found or _FUNCTION.match(row[:200]):
                return not known and CONFIGURED.search(found[1] if found else "") is not None
    return False


_FUNCTION = regex(r"\s{0,60}(?:async\s+)?(?:def|class)\b")


def _rows(repo: Repo, call: Call) -> list[str]:
    """The row of the call, and those above it, the nearest first."""
    place = call.place
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")
    at = place.line or 0
    return rows[max(at - 60, 0) : at][::-1] if 0 < at <= len(rows) else []
