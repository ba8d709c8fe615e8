"""Makefiles: the commands of their rules, with variables, defined functions and pattern rules
filled in. Nothing is run; what only a shell could tell stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from agentaudit.expressions import regex
from agentaudit.sources.git.shell import Row, numbered

_ASSIGNED = regex(r"(?:export\s+|override\s+)?([\w.-]{1,100})\s*(?::{0,3}|\?|\+|!)=\s*(.*)")
_RULE = regex(r"([^:=#\s][^:=#]{0,500}?)\s*::?(?!=)\s*(.*)")
_MOST = 40_000
"""Characters that a recipe may grow to."""
_MOST_DEPTH = 8


class _Rule(Struct):
    targets: list[str]
    rows: list[Row]


class _Makefile(Struct):
    values: dict[str, str] = field(default_factory=dict)
    rules: list[_Rule] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    """Names of targets that something needs."""


def recipes(text: str) -> Iterator[list[Row]]:
    """The recipe of every rule, a pattern rule once for each target that fits."""
    made = _read(text)
    for rule in made.rules:
        for target, stem in _targets(rule, made.wanted):
            automatic = {"@": target, "*": stem}
            found: list[Row] = []
            for number, row in rule.rows:
                filled = _Fill(made.values, automatic).text(row, 0)
                found += [(number, each) for each in filled.split("\n") if each.strip()]
            yield found


def _read(text: str) -> _Makefile:
    made = _Makefile()
    rows = _logical(numbered(text))
    at = 0
    while at < len(rows):
        number, row = rows[at]
        at += 1
        if row.startswith("\t"):
            if made.rules:
                made.rules[-1].rows.append((number, row.strip()))
        elif defined := re.match(r"define\s+([\w.-]{1,100})", row):
            end = next(
                (n for n in range(at, len(rows)) if rows[n][1].strip() == "endef"), len(rows)
            )
            made.values[defined[1]] = "\n".join(body.strip() for _, body in rows[at:end])
            at = end + 1
        elif assigned := _ASSIGNED.fullmatch(row.strip()):
            made.values[assigned[1]] = assigned[2].partition(" #")[0].strip()
        elif rule := _RULE.fullmatch(row.strip()):
            made.rules.append(_Rule(rule[1].split(), []))
            made.wanted.update(_Fill(made.values, {}).text(rule[2], 0).split())
    return made


def _logical(rows: list[Row]) -> list[Row]:
    """Rows with those joined that continue them; a recipe keeps its tab."""
    found: list[Row] = []
    open_ = False
    for number, row in rows:
        row = row[:4000]
        bare = row.removesuffix("\\")
        if open_ and found:
            found[-1] = (found[-1][0], f"{found[-1][1].rstrip()} {bare.strip()}"[:_MOST])
        else:
            found.append((number, bare.rstrip()))
        open_ = row.endswith("\\")
    return found


def _targets(rule: _Rule, wanted: set[str]) -> Iterator[tuple[str, str]]:
    for target in rule.targets:
        if "%" not in target:
            yield target, ""
            continue
        start, _, end = target.partition("%")
        for name in sorted(wanted)[:200]:
            if name.startswith(start) and name.endswith(end) and len(name) > len(start + end):
                yield name, name[len(start) : len(name) - len(end)]


class _Fill(Struct):
    values: dict[str, str]
    automatic: dict[str, str]
    room: int = _MOST

    def text(self, text: str, depth: int) -> str:
        """The text with its references filled in; those that nobody can know stay."""
        found: list[str] = []
        at = 0
        while at < len(text) and self.room > 0:
            mark = text.find("$", at)
            if mark < 0 or mark + 1 >= len(text):
                break
            found.append(text[at:mark])
            after = text[mark + 1]
            if after in "({":
                end = _closing(text, mark + 1)
                filled = self._reference(text[mark + 2 : end], text[mark : end + 1], depth)
                at = end + 1
            else:
                filled = "$" if after == "$" else self.automatic.get(after, f"${after}")
                at = mark + 2
            self.room -= len(filled) + 1
            found.append(filled)
        return "".join((*found, text[at:]))[:_MOST]

    def _reference(self, inner: str, written: str, depth: int) -> str:
        if depth > _MOST_DEPTH:
            return ""
        word, _, rest = inner.partition(" ")
        given = _arguments(rest) if rest else []
        if word == "call" and given and given[0].strip() in self.values:
            filled = [self.text(each, depth + 1).strip() for each in given[1:]]
            numbered = {str(n): value for n, value in enumerate(filled, 1)}
            inside = _Fill(self.values, {**dict.fromkeys("123456789", ""), **numbered}, self.room)
            return inside.text(self.values[given[0].strip()], depth + 1)
        if word == "if" and len(given) > 1:
            chosen = given[1] if self.text(given[0], depth + 1).strip() else "".join(given[2:3])
            return self.text(chosen, depth + 1)
        if word == "foreach" and len(given) > 2:
            return self._each(given, depth)
        if inner in self.automatic:
            return self.automatic[inner]
        if inner in self.values:
            return self.text(self.values[inner], depth + 1)
        return "" if inner.isdigit() else written

    def _each(self, given: list[str], depth: int) -> str:
        name, body = given[0].strip(), ",".join(given[2:])
        found = []
        for word in self.text(given[1], depth + 1).split()[:100]:
            inside = _Fill({**self.values, name: word}, self.automatic, self.room)
            found.append(inside.text(body, depth + 1))
            self.room -= len(found[-1])
            if self.room <= 0:
                break
        return " ".join(found)


def _closing(text: str, at: int) -> int:
    """Where the parenthesis that opens at `at` is closed; the end of the text if never."""
    opens = text[at]
    closes = ")" if opens == "(" else "}"
    depth = 0
    for index in range(at, len(text)):
        depth += (text[index] == opens) - (text[index] == closes)
        if not depth:
            return index
    return len(text)


def _arguments(text: str) -> list[str]:
    """The arguments of a function, parted at the commas that no parenthesis holds."""
    found, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter in "({") - (letter in ")}")
        if letter == "," and not depth:
            found.append(text[start:index])
            start = index + 1
    return [*found, text[start:]]
