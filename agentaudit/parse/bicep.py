"""Parameters of Bicep that switch a part of a template on, and what has no value without it."""

from __future__ import annotations

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
_AND = regex(r"!?\w{1,100}")
_VALUE = regex(r"^\s*value\s*:\s*(.{0,400})$")


def switches(text: str) -> frozenset[str]:
    """Names of the parameters that are either true or false."""
    return frozenset(_BOOL.findall(text)) if "bool" in text else frozenset()


def false_by_default(text: str) -> frozenset[str]:
    """Names of the parameters that are false unless somebody says otherwise."""
    return frozenset(_FALSE.findall(text)) if "bool" in text else frozenset()


def true_by_default(text: str) -> frozenset[str]:
    """Names of the parameters that are true unless somebody says otherwise."""
    return frozenset(_TRUE.findall(text)) if "bool" in text else frozenset()


def without(text: str, off: frozenset[str]) -> frozenset[str]:
    """What is `off`, parameters or what negates them, and what is not deployed then."""
    return off | {name for name, needs in _MODULE.findall(text) if _is_off(needs, off)}


def _is_off(condition: str, off: frozenset[str]) -> bool:
    """Whether one of the parts is off that must all hold."""
    parts = (part.strip(" ()") for part in condition.split("&&"))
    return any(part in off for part in parts if _AND.fullmatch(part))


def is_unset(expression: str, off: frozenset[str]) -> bool:
    """Whether an expression has no value while what it asks for is `off`."""
    written = expression.lstrip()[:800]
    if reversed_ := _REVERSED.match(written):
        return f"!{reversed_[1]}" in off
    found = _SWITCHED.match(written) or _OF_MODULE.match(written)
    return found is not None and _is_off(found[1], off)


def unset(text: str, off: frozenset[str]) -> frozenset[int]:
    """Numbers of the lines that name a variable whose value is empty then."""
    rows = text.split("\n") if off else []
    gone = without(text, off)
    named = (number for number, row in enumerate(rows) if _NAME.match(row[:300]))
    inline = {
        number
        for number, row in enumerate(rows, 1)
        if any(is_unset(value, gone) for value in _INLINE.findall(row[:2000]))
    }
    return frozenset(inline) | frozenset(
        number + 1
        for number in named
        if (value := next(filter(None, map(_VALUE.match, rows[number + 1 : number + 2])), None))
        and is_unset(
            "\n".join([value[1], *(row[:300] for row in rows[number + 2 : number + 4])]), gone
        )
    )
