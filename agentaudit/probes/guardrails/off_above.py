"""Guardrails below a switch that is off: in their function, or on every way that leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from agentaudit.code import Call, Code
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.callers import is_loose, said
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.probes.guardrails.own import CONFIGURED
from agentaudit.probes.once import once
from agentaudit.source import Repo

_SUFFIXES = frozenset({"py", "ts", "tsx", "js", "mjs"})
_DEEP = 3
"""Calls that are followed upwards, and names from one to the next."""
_MANY = 20
_IF = regex(
    r"\s{0,160}(?:\}\s?)?(?:else\s|el)?if\s{0,4}\(?(.{1,200}?)\)?\s{0,4}[:{]?"
    r"(?:\s{1,8}(?:#|//).{0,300}|\s{0,8})$"
)
_LONG = regex(r"\s{0,160}(?:\}\s?)?(?:else\s|el)?if\s{0,4}\(\s{0,8}$")
"""A condition of several rows."""
_REMARK = regex(r"\s(?:#|//)\s")
_UNLESS = regex(
    r"\s{0,160}if\s{0,4}\(?(?:(?:not\s|!)\s{0,4}([\w.$?]{3,120})"
    r"|([\w.$?]{3,120})\s(?:is|={2,3})\s[Ff]alse)\)?\s{0,4}"
    r"(?:[:{](?:\s{1,8}(?:#|//).{0,300}|\s{0,8})$|(?::\s)?return\b)"
)
_SHORT = regex(
    r"\s{0,160}(?:(?:el)?if\s{0,4}\(?|return\s|(?:const\s|let\s)?[\w.]{1,80}\s?=\s?)?"
    r"([\w.$?]{3,120})\s(?:and|&&)\s(?![^;]{0,300};\s{0,4}\S)"
)
_EITHER = regex(r"\bor\b|\belse\b|\|\||\s\?\s|\?\?")
_LEAVES = regex(r"\s{0,160}(?:return|if\b.{1,200}\breturn)\b")
_TERNARY = regex(r"\sif\s(.{3,160}?)\selse\s")
_DEFINED = regex(
    r"\s{0,160}(?:(?:export|default|async|public|private|protected|static)\s){0,5}"
    r"(?:(?:def|function)\s{1,4}(\w{2,80})|(?:const|let)\s(\w{2,80})\s?=\s?(?:async\s?)?(?:\(|\w{1,40}\s?=>)"
    r"|(?!if\b|for\b|while\b|switch\b|catch\b)(\w{2,80})\([^;=]{0,200}\)[^;=()]{0,80}\{\s{0,8}$)"
)
_CLASS = regex(r"\s{0,160}(?:export\s)?(?:default\s)?class\s(\w{2,80})")
_KEPT = regex(r"\b((?:self|this)\.\w{2,60})\s{0,4}(?::[^=\n]{1,60})?=\s")
_ENV = regex(
    r"(?:\bgetenv\(|\benviron(?:\.get\(|\[)|\bprocess\.env(?:\.|\[))\s{0,4}[\"']?([A-Z][A-Z\d_]{2,80})"
    r"[\"']?\]?(?:\s{0,4}(?:,|\?\?|\|\|)\s{0,4}[\"']?(\w{0,20})[\"']?)?"
)
_NOT = regex(
    r"\bnot\b|!=|!(?=[\w(])|(?<!\?)\?\s|\s<|>="
    r"|\s>\s{0,4}-|(?:\bis\s|={2,3}|\bin\s.{0,80}?)\s{0,4}(?:[\"'][\"']"
    r"|[\"']?\b(?i:false|none|null|undefined|0|no|off)\b)"
)
"""What turns a value round, or compares it with one that is off."""
_ON = regex(r"(?i)true|1|yes|on")
_OFF = regex(r"(?i)false|0|no|off|none|null|undefined|")
_PATH = regex(r"(?:[A-Za-z_$][\w$]{0,60}\??\.){0,4}([A-Za-z_]\w{2,80})")
_FIELD = regex(r"Field\(\s{0,40}(?:default\s{0,4}=\s{0,4})?")
_ALIAS = regex(r"\b(?:\w{1,20}_)?(?:alias|env)\s{0,4}=\s{0,4}(?:[\"'](\w{2,80})[\"'])?")
_TYPES = frozenset({"bool", "boolean", "str", "string"})


def is_led_nowhere(repo: Repo, code: Code, call: Call) -> bool:
    """Whether nothing of the serving code leads to it by default: nobody asks for it, or only where
    a switch is on that is off."""
    return is_loose(repo, code, call) or is_off_above(repo, code, call.place)


def is_off_above(repo: Repo, code: Code, place: Place) -> bool:
    """Whether what stands there runs only where a switch is on, and nothing says that it is; of an
    object that a class keeps, whether that holds of all that it is asked."""
    if place.path.rpartition(".")[2] not in _SUFFIXES or not place.line:
        return False
    if _is_off(repo, code, place, _DEEP):
        return True
    rows = _rows(repo, place)
    kept = _KEPT.search(rows[place.line - 1][:400]) if place.line <= len(rows) else None
    asked = [
        replace(place, line=number)
        for number, row in enumerate(rows, 1)
        if kept and f"{kept[1]}." in row[:400]
    ]
    return bool(asked) and all(_is_off(repo, code, each, _DEEP) for each in asked[:_MANY])


def _rows(repo: Repo, place: Place) -> list[str]:
    return (repo.read(Place(place.repo, place.path)) or "")[:500_000].split("\n")


def _is_off(repo: Repo, code: Code, place: Place, deep: int) -> bool:
    rows, at, suffix = _rows(repo, place), (place.line or 0) - 1, place.path.rpartition(".")[2]
    if not 0 <= at < len(rows):
        return False
    asked = [*_TERNARY.findall(rows[at][:400]), *_shorts(rows[at][:400]), *_conditions(rows, at)]
    if any(
        _state(repo, code, part, suffix, _DEEP) is False for each in asked for part in _parts(each)
    ):
        return True
    name = _function(rows, at)
    uses = [row for row in said(repo, name, suffix) if f"{name}(" in row.text] if name else []
    if not uses or not deep or len(uses) > _MANY:
        return False
    return all(_is_off(repo, code, use, deep - 1) for use in uses)


def _parts(asked: str) -> list[str]:
    """What must hold together."""
    return (
        [] if re.search(r"\bor\b|\|\|(?!\s{0,4}[\"'])", asked) else re.split(r"\band\b|&&", asked)
    )


def _shorts(row: str) -> Iterator[str]:
    """What comes before it in its own row, without which it is not asked."""
    if (found := _SHORT.match(row)) and not _EITHER.search(row):
        yield found[1]


def _condition(rows: Sequence[str], number: int, at: int) -> str:
    """The condition that a row begins, which may end some rows below it, above another."""
    if not _LONG.match(rows[number][:400]):
        found = _IF.match(rows[number][:400])
        return found[1] if found else ""
    below = rows[number + 1 : min(number + _MANY, at)]
    ends = [i for i, row in enumerate(below) if row.lstrip().startswith(")")]
    asked = (_REMARK.split(row[:200], maxsplit=1)[0].strip() for row in below[: (ends or [0])[0]])
    return " ".join(asked)


def _conditions(rows: Sequence[str], at: int) -> Iterator[str]:
    """Conditions around a row within its function, and those without which it has left before."""
    depth = _depth(rows[at])
    for number in range(at - 1, max(at - 400, -1), -1):
        row = rows[number][:400]
        if _is_nothing(row):
            continue
        found = _UNLESS.match(row) if _depth(row) <= depth else None
        if found and (_LEAVES.match(row) or _LEAVES.match(rows[number + 1][:400])):
            yield found[1] or found[2]
        if _depth(row) < depth:
            depth = _depth(row)
            if _DEFINED.match(row):
                return
            if asked := _condition(rows, number, at):
                yield asked


def _function(rows: Sequence[str], at: int) -> str:
    """The function around a row, by the name that it is asked by: that of its class, where it makes
    an object of it."""
    depth, made = _depth(rows[at]), False
    for row in rows[max(at - 2000, 0) : at][::-1]:
        if not _is_nothing(row) and _depth(row) < depth:
            depth = _depth(row)
            if made and (found := _CLASS.match(row[:400])):
                return str(found[1])
            if not made and (found := _DEFINED.match(row[:400])):
                name = str(next(filter(None, found.groups())))
                made = name in ("__init__", "constructor")
                if not made:
                    return name
    return ""


def _is_nothing(row: str) -> bool:
    """Whether a row says nothing of what it stands in: an empty one, or the end of a long head."""
    return not row.strip() or row.lstrip().startswith(")")


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip())


def _state(repo: Repo, code: Code, written: str, suffix: str, deep: int) -> bool | None:
    """Whether what is written holds when nobody configures anything; None where it is not known."""
    written = _FIELD.sub("", written.strip())
    if chosen := _TERNARY.search(written):
        written = chosen[1]
    if _NOT.search(written):
        return None
    if found := _ENV.search(written):
        said_on = any(_ON.fullmatch(_plain(each.value)) for each in code.set(found[1]))
        known = CONFIGURED.search(found[1]) is not None
        off = _OFF.fullmatch(found[2] or "") is not None
        return True if said_on else (False if off and known else None)
    bare = re.split(r"[,;)\s]|={2,3}", written, maxsplit=1)[0]
    if _ON.fullmatch(_plain(bare)):
        return True
    if bare and _OFF.fullmatch(_plain(bare)):
        return False
    named = _PATH.fullmatch(bare)
    return _named(repo, code, named[1], suffix, deep) if named and deep else None


def _plain(text: str) -> str:
    return text.strip().strip("\"'")


@once
def _known(_repo: Repo, _code: Code) -> dict[tuple[str, str, int], bool | None]:
    """What names were found to hold, which is filled as they are asked for."""
    return {}


def _named(repo: Repo, code: Code, name: str, suffix: str, deep: int) -> bool | None:
    """The same of a name, by all that it is given anywhere."""
    known, key = _known(repo, code), (name, suffix, deep)
    if key not in known:
        known[key] = None
        if CONFIGURED.search(name) and not _is_set(code, name):
            values = _values(repo, name, suffix)
            off = 0 < len(values) <= _MANY and all(
                not _is_renamed(code, value)
                and _state(repo, code, value, suffix, deep - 1) is False
                for value in values
            )
            known[key] = False if off else None
    return known[key]


def _is_set(code: Code, name: str) -> bool:
    """Whether a setting of that name is on, whatever stands before it."""
    return any(
        each.name.lower().endswith(name.lower()) and _ON.fullmatch(_plain(each.value))
        for each in code.settings
    )


def _is_renamed(code: Code, value: str) -> bool:
    """Whether a field is filled from a setting of another name that is on, or is not told."""
    return any(not name or _is_set(code, name) for name in _ALIAS.findall(value))


def _values(repo: Repo, name: str, suffix: str) -> set[str]:
    """What a name is given anywhere but in tests."""
    given = re.compile(
        rf"(?<![\w$]){name}[ \t]{{0,4}}(?::[ \t]{{0,4}}[\w\[\] |\"',]{{1,60}}?(?==))?"
        rf"(?:=|:)(?!=)[ \t]{{0,8}}(Field\((?:[^()]|\([^()]{{0,200}}\)){{0,400}}|[^\n]{{1,200}})"
    )
    files = (f for f in repo.files(f"**/*.{suffix}", saying=(name,)) if not TESTS.search(f.path))
    found = {value for f in files for value in given.findall((repo.read(f) or "")[:500_000])}
    told = {value for value in found if not value.startswith(("#", "//"))}
    return {value for value in told if value.strip(" ,;") not in _TYPES}
