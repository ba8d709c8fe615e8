"""Which recipes of a Makefile, or of its like, are run when some of its targets are asked for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from agentaudit.expressions import regex

_RULE = regex(r"([^\s:#=][^:#=]{0,300}?)\s{0,9}::?(?![=:])([^=\n]{0,600})")
_AGAIN = regex(r"(?:\$[({]MAKE[)}]|\bmake|\bjust|\btask)\s([^\n;&|)]{1,300})")
_Rule = tuple[list[str], list[str], list[int]]
"""Names, needed targets and the lines of the recipe."""


def targets(text: str) -> list[str]:
    """Targets among the words that follow `make`."""
    words = re.sub(r"(?:^|\s)-[Cfj]\s*\S+", " ", text).split()
    return [word.strip("\"'") for word in words if word[0] not in "-#>" and "=" not in word]


def idle_lines(text: str, asked: Iterable[str] | None) -> frozenset[int]:
    """Numbers of the lines that belong to recipes which nothing asks for, by itself or through
    another rule. The empty target is the first rule; where nobody knows what is asked for (None),
    no line is idle."""
    rules = _rules(text) if asked is not None else []
    named = defaultdict[str, list[int]](list)
    for at, (names, _, _) in enumerate(rules):
        for name in names:
            named["%" if "%" in name or "$" in name else name].append(at)
    live, pending = set[int](), [each or rules[0][0][0] for each in asked or () if rules]
    # a target that only a pattern or a variable names may be any: such rules live with the first
    pending += ["%"] if pending else []
    met = set[str]()
    while pending:
        if (target := pending.pop()) not in met:
            met.add(target)
            live.update(named[target])
            pending += (need for at in named[target] for need in rules[at][1])
    return frozenset(n for at, (_, _, rows) in enumerate(rules) if at not in live for n in rows)


def _rules(text: str) -> list[_Rule]:
    found: list[_Rule] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in ("\t", " ") and line.strip():
            if found:
                found[-1][2].append(number)
                found[-1][1].extend(w for m in _AGAIN.finditer(line[:2000]) for w in targets(m[1]))
        elif (rule := _RULE.fullmatch(line.partition("#")[0].rstrip()[:900])) and rule[1][0] != ".":
            found.append((rule[1].lstrip("@").split(), rule[2].split(), []))
    return found
