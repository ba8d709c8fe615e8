"""Guardrails behind a switch: `settings.on and judge()`, or below `if MODERATE:`."""

from __future__ import annotations

import re

from agentaudit.blocks import Part
from agentaudit.code import Call, Code
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import may_define
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.probes.guardrails.own import CONFIGURED
from agentaudit.source import Repo

_ASKED = regex(
    r"(?<![\w.$])((?:[A-Za-z_$][\w$]{0,60}\.){0,4})([A-Za-z_]\w{2,80})"
    r"(?:\s{0,4}={2,3}\s{0,4}([\"'][\w-]{1,40}[\"']|True|true|1))?\s{0,4}(?:and|&&)\s"
)
_OR = regex(r"\bor\b|\|\||\bnot\s|!")
_CONSTANT = regex(r"\s{0,60}if\s+([A-Z][A-Z\d_]{3,60})\s?:")
_ON = regex(r"(?i)[\"']?(?:true|1|yes|on)[\"']?")


_TYPE = (
    r"(?::\s{0,4}(?:bool|boolean|str|string|Literal\[[^\]\n]{0,100}\])"
    r"(?:\s\|\s\w{1,20})?\s{0,4}(?==))?"
)
_NAMES = frozenset({"bool", "boolean", "str", "string", "Literal"})
_LITERAL = regex(r"[\"'][\w-]{0,40}[\"']|(?i:true|false|none|null|undefined)|\d{1,6}")


def is_switched_off(repo: Repo, code: Code, call: Call) -> bool:
    """Whether a field is asked first, in the row of the call, of which no value that it is given
    anywhere is what is asked for: false, or another mode. Of a parameter, so long as its function
    gives it a default, and no call another value by its place."""
    row = next(iter(_rows(repo, call)), "")[:500]
    before = row.partition(call.method)[0]
    found = _ASKED.search(before)
    if found is None or _OR.search(before):
        return False
    owner, name, asked = found[1], found[2], (found[3] or "true").strip("\"'").lower()
    if not owner and not _is_parameter(repo, code, call, name):
        return False
    settings = [each.value.strip().strip("\"'").lower() for each in code.set(name)]
    if asked in settings or (asked == "true" and any(map(_ON.fullmatch, settings))):
        return False
    values = _given(repo, name, call.place.path.rpartition(".")[2])
    known = all(map(_LITERAL.fullmatch, values))
    return bool(values) and known and asked not in {v.strip("\"'").lower() for v in values}


_LEAVES = regex(
    r"\bif\b[^\n]{0,40}?(?:\bnot\s|!)\s{0,4}\(?(?:getattr\(\s{0,4}\w{1,40}\s{0,4},\s{0,4}[\"'])?"
    r"(?:[A-Za-z_$][\w$]{0,60}\??\.){0,4}"
    r"(\w{0,60}(?i:enabled?|active|switched_?on|guard_?on)\w{0,20})(?:\(\)|[\"'][^()\n]{0,20}\))?"
    r"\)?\s{0,4}(?:(?:\|\||\bor\b)[^\n]{0,120}?)?[:{)]\s{0,80}(?:(?:\w{1,20}\.)?log\w{0,6}\.[^\n]{1,200}\n\s{0,80})?return\b"
)
"""Where a function answers at once unless it is switched on."""


def is_off_by_itself(repo: Repo, code: Code, file: Place, text: str) -> bool:
    """Whether a function answers at once unless something is set, and nothing says that it is: its
    own file, else the settings and the rest of the code."""
    found = _LEAVES.search(text)
    return found is not None and is_unset(repo, code, file, found[1])


def is_unset(repo: Repo, code: Code, file: Place, name: str) -> bool:
    """Whether nothing says that a switch is on which a file asks for."""
    text = (repo.read(file) or "")[:500_000]
    values = _injected(code, text, name) or _values(text, name)
    values = values or {each.value.strip().strip("\"'") for each in code.set(name)}
    values = values or _given(repo, name, file.path.rpartition(".")[2])
    return not any(map(_ON.fullmatch, values))


def _injected(code: Code, text: str, name: str) -> set[str]:
    """What Spring puts into a field or a parameter of that name: the value of its key in the
    settings, else the default that stands beside the key."""
    found = re.search(
        rf"@Value\(\"\$\{{([\w.-]{{1,120}})(?::([^{{}}\"]{{0,60}}))?\}}\"\)\s{{1,80}}(?:\w{{1,20}}\s{{1,4}}){{1,4}}{name}\b",
        text,
    )
    if found is None:
        return set()
    said = {
        each.value.strip().strip("\"'")
        for each in code.settings
        if each.path == found[1] and _APPLICATION.search(each.place.path)
    }
    said = {inner[1] if (inner := _DEFAULT.fullmatch(each)) else each for each in said}
    return said or {found[2] or ""}


_APPLICATION = regex(r"(?:^|/)application\.(?:ya?ml|properties)$")
"""Settings of Spring that hold in every profile."""
_DEFAULT = regex(r"\$\{[\w.-]{1,100}:-?([^{}]{0,200})\}")
"""A variable, and what stands for it where it is not set."""


def is_unmade(repo: Repo, code: Code, call: Call) -> bool:
    """Whether what it judges with, its object or what it is handed, comes from a function that
    makes nothing unless something is set, and nothing says that it is."""
    given = [each.value.written for each in call.arguments]
    names = {each.rpartition(".")[2] for each in (*given, *call.callee.split(".")[-2:-1])}
    named = (each for each in names if _WORD.fullmatch(each) and CONFIGURED.search(each))
    return any(_makes_none(repo, code, each, call.place.path) for each in named)


def _makes_none(repo: Repo, code: Code, name: str, path: str) -> bool:
    """Whether all that is called so is made by functions that are off by themselves."""
    pattern = f"**/*.{path.rpartition('.')[2]}"
    row = re.compile(
        rf"(?<![\w$]){name}\s{{0,4}}(?::[^=\n]{{1,60}})?=\s{{0,4}}(?:await\s)?(?:\w{{1,40}}\.){{0,3}}(\w{{3,80}})\("
    )
    files = (file for file in repo.files(pattern, saying=(name,)) if not TESTS.search(file.path))
    makers = {each for file in files for each in row.findall((repo.read(file) or "")[:500_000])}
    makers -= {"getattr", "get", "Depends"}
    return bool(makers) and all(_is_off(repo, code, pattern, each) for each in makers)


def _is_off(repo: Repo, code: Code, pattern: str, maker: str) -> bool:
    """Whether every function of that name makes nothing unless something is set."""
    texts = ((f, repo.read(f) or "") for f in repo.files(pattern, saying=(maker,)))
    bodies = [
        (file, block.body(text))
        for file, text in texts
        if may_define(text, maker, pattern.rpartition(".")[2])
        for block in repo.blocks(file)
        if block.part is Part.FUNCTION and block.name == maker
    ]
    return bool(bodies) and all(is_off_by_itself(repo, code, *each) for each in bodies)


_WORD = regex(r"[A-Za-z_]\w{3,60}")


def _given(repo: Repo, name: str, suffix: str) -> set[str]:
    """What a name is given anywhere, as it is written."""
    files = repo.files(f"**/*.{suffix}", saying=(name,))
    return {value for file in files for value in _values((repo.read(file) or "")[:500_000], name)}


def _values(text: str, name: str) -> set[str]:
    given = re.compile(
        rf"(?<![\w$]){name}\??\s{{0,4}}{_TYPE}[=:](?!=)\s{{0,40}}"
        rf"(?:Field\(\s{{0,20}}(?:default\s{{0,4}}=\s{{0,4}})?)?([\"'][^\"'\n]{{0,60}}[\"']|[\w.]{{1,60}})"
    )
    return set(given.findall(text)) - _NAMES


def _is_parameter(repo: Repo, code: Code, call: Call, name: str) -> bool:
    """Whether the function around the call has a parameter of that name that is false by default,
    and nobody calls it with something that is true by its place."""
    inner = call.scope.rpartition(".")[2]
    default = re.compile(rf"(?<![\w.$]){name}\s{{0,4}}{_TYPE}=\s{{0,4}}(?:False|false)\b")
    above = "\n".join(each[:400] for each in _rows(repo, call))
    if not inner or default.search(above) is None:
        return False
    calls = (each for each in code.calls if each.method == inner)
    return not any(
        argument.position >= 0 and argument.value.written in ("True", "true")
        for each in calls
        for argument in each.arguments
    )


_THERE = regex(
    r"(?<![\w.$])(?:[A-Za-z_$][\w$]{0,60}\??\.){0,3}([A-Za-z_]\w{2,80})"
    r"(?:\s+is not None|\s*!==?\s*(?:null|undefined))?"
    r"\s+(?:and|&&)\s"
)
_NONE = frozenset(("None", "null", "undefined"))


def is_own_switch(repo: Repo, call: Call) -> bool:
    """Whether the guardrail is asked only where it is there, in the row of the call, and nobody is
    seen to give anything but nothing under its name."""
    row = "".join(next(iter(_rows(repo, call)), "")[:500].rpartition(call.method)[:2])
    for found in _THERE.finditer(row):
        name, rest = found[1], row[found.end() :]
        if re.search(rf"(?<![\w$]){name}(?:\??\.[\w.]{{1,80}})?$", rest):
            values = _given(repo, name, call.place.path.rpartition(".")[2]) - {name}
            if values and values <= _NONE:
                return True
    return False


def is_below_switch(repo: Repo, call: Call) -> bool:
    """Whether a constant that is called like a switch is all that the nearest `if` around it asks,
    where another condition is known of the call; or the guardrail is a switch of its own."""
    if is_own_switch(repo, call):
        return True
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
