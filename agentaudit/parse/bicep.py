"""Parameters of Bicep that switch a part of a template on, and what has no value without it."""

from __future__ import annotations

import re

from agentaudit.expressions import regex

_BOOL = regex(r"(?m)^param\s{1,9}(\w{1,100})\s{1,9}bool\b")
_FALSE = regex(rf"{_BOOL.pattern}\s{{0,9}}=\s{{0,9}}false\b")
_TRUE = regex(rf"{_BOOL.pattern}\s{{0,9}}=\s{{0,9}}true\b")
_SWITCHED = regex(
    r"\(?\s{0,9}(!?\w{1,100}(?:\s{0,9}&&[^?\n]{0,120})?)\s{0,9}\)?\s{0,60}\?(?!\?)[^\n]{1,300}?(?:\n\s{0,60})?"
    r":\s{0,9}(?:''|null|\[\]|\{\})"
)
_REVERSED = regex(r"\(?\s{0,9}(\w{1,100})\s{0,9}\)?\s{0,60}\?\s{0,9}(?:''|null)\s{0,9}:")
_MODULE = regex(
    r"(?m)^(?:module|resource)\s+(\w{1,100})\s+'[^'\n]{1,300}'\s*=\s*if\s*\((?!\()\s*(!?\w{1,100}(?:\s*&&[^|\n{]{0,120})?)\s*\)"
)
_OF_MODULE = regex(r"(\w{1,100})!?\.")
_NAME = regex(r"^\s*(?:\{\s*)?name\s*:\s*'\w{1,120}'\s*$")
_INLINE = regex(
    r"\bname\s{0,9}:\s{0,9}'\w{1,120}'\s{0,9},\s{0,9}value\s{0,9}:\s{0,9}([^\n]{0,400})"
)
_ASKED = regex(r"\b([A-Za-z_]\w{0,99})\s{0,9}([=!])[=~]\s{0,9}'([^'\n$]{1,60})'")
_TEXT = regex(r"(?m)^param\s{1,9}(\w{1,100})\s{1,9}string\s{0,9}=\s{0,9}'([^'\n]{0,100})'")
_IS = "__is__"
"""Stands in the name of a comparison between what is compared and with which text."""
_VARIABLE = regex(
    r"(?m)^var\s{1,9}(\w{1,100})(?:\s{1,9}\w{1,60})?\s{0,9}=\s{0,9}"
    r"([^\n]{1,300}(?:\n[ \t]{1,20}[?:][^\n]{0,300}){0,2})"
)
_NOTHING = frozenset({"false", "''", "null", "[]", "{}"})
_BARE = regex(r"(\w{1,100})[ \t]{0,9}(?=[\n},\]]|$)")
_THROUGH = 4
"""Variables that are made of variables."""
_AND = regex(r"!?\w{1,100}")
_VALUE = regex(r"^\s*value\s*:\s*(.{0,400})$")


def switches(text: str) -> frozenset[str]:
    """Names of the parameters that are either true or false, and of comparisons with a text."""
    return frozenset(_BOOL.findall(text) if "bool" in text else ()) | _compared(text).keys()


def false_by_default(text: str) -> frozenset[str]:
    """Names of those that are false unless somebody says otherwise."""
    return frozenset(_FALSE.findall(text) if "bool" in text else ()) | {
        name for name, default in _compared(text).items() if default not in (None, asked(name)[1])
    }


def true_by_default(text: str) -> frozenset[str]:
    """Names of those that are true unless somebody says otherwise."""
    return frozenset(_TRUE.findall(text) if "bool" in text else ()) | {
        name for name, default in _compared(text).items() if default == asked(name)[1]
    }


def asked(name: str) -> tuple[str, str]:
    """The parameter behind a name, and what it must be for that to be true."""
    parameter, _, wanted = name.partition(_IS)
    return parameter, wanted or "true"


def spelled(text: str) -> str:
    """A text as it stands in the name of a comparison with it."""
    return re.sub(r"\W", "_", text.lower())


def default_of(text: str, parameter: str) -> str:
    """The text that a parameter is by default; empty where it has none."""
    return next((spelled(value) for name, value in _TEXT.findall(text) if name == parameter), "")


def _compared(text: str) -> dict[str, str | None]:
    """Names of comparisons with a text → what is compared is by default, where that is known."""
    found = {f"{name}{_IS}{spelled(value)}": name for name, _, value in _ASKED.findall(text)}
    defaults = {name: spelled(value) for name, value in _TEXT.findall(text)} if found else {}
    return {name: defaults.get(parameter) for name, parameter in found.items()}


def _named(text: str) -> str:
    """The same with names for what is compared: a name is what conditions are made of."""
    return _ASKED.sub(lambda m: f"{'!' * (m[2] == '!')}{m[1]}{_IS}{spelled(m[3])}", text)


def without(text: str, off: frozenset[str]) -> frozenset[str]:
    """What is `off`, parameters or what negates them, what is not deployed then, and variables that
    have no value then."""
    text = _named(text)
    modules, variables = _MODULE.findall(text), _VARIABLE.findall(text)
    for _ in range(_THROUGH):
        more = {name for name, needs in modules if _is_off(needs, off)}
        more |= {name for name, said in variables if _is_nothing(said.strip(), off)}
        more |= {f"!{name}" for name, said in variables if _holds(said.strip(), off)}
        if more <= off:
            break
        off |= more
    return off


def _is_nothing(said: str, off: frozenset[str]) -> bool:
    return said in _NOTHING or _is_off(said, off) or is_unset(said, off)


def _holds(said: str, off: frozenset[str]) -> bool:
    """Whether it is true then: what negates it is off."""
    return said == "true" or (said[1:] if said.startswith("!") else f"!{said}") in off


def _is_off(condition: str, off: frozenset[str]) -> bool:
    """Whether one of the parts is off that must all hold."""
    parts = (part.strip(" ()") for part in condition.split("&&"))
    return "|" not in condition and any(part in off for part in parts if _AND.fullmatch(part))


def is_unset(expression: str, off: frozenset[str]) -> bool:
    """Whether an expression has no value while what it asks for is `off`."""
    written = _named(expression.lstrip()[:800])
    if reversed_ := _REVERSED.match(written):
        return f"!{reversed_[1]}" in off
    found = _SWITCHED.match(written) or _OF_MODULE.match(written) or _BARE.match(written)
    return found is not None and _is_off(found[1], off)


def unset(text: str, off: frozenset[str]) -> frozenset[int]:
    """Numbers of the lines that name a variable whose value is empty then."""
    gone = without(text, off)
    rows = _named(text).split("\n") if gone else []
    named = (number for number, row in enumerate(rows) if _NAME.match(row[:300]))
    inline = {
        number
        for number, row in enumerate(rows, 1)
        if any(is_unset(value, gone) for value in _INLINE.findall(row[:2000]))
    }
    return frozenset(inline | _listed(rows, gone)) | frozenset(
        number + 1
        for number in named
        if (value := next(filter(None, map(_VALUE.match, rows[number + 1 : number + 2])), None))
        and is_unset(
            "\n".join([value[1], *(row[:300] for row in rows[number + 2 : number + 4])]), gone
        )
    )


def _listed(rows: list[str], off: frozenset[str]) -> set[int]:
    """Numbers of the lines of lists and objects that are there on a condition which is off."""
    found: set[int] = set()
    depth = 0
    for number, row in enumerate(rows, 1):
        if depth > 0:
            found.add(number)
            depth += sum(map(row.count, "[{")) - sum(map(row.count, "]}"))
        elif (opens := _OPENS.search(row[-400:])) is not None and _is_off(opens[1], off):
            depth = 1
    return found


_OPENS = regex(
    r"(!?\w{1,100}(?:\s{0,9}&&[^?\n=:,]{0,120})?)\s{0,9}\)?\s{0,9}\?\s{0,9}[\[{]\s{0,9}$"
)
