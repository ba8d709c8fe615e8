"""Own code that matches what is asked with phrases by which somebody takes a system over, and
refuses; told by the phrases, whatever it is called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from agentaudit.code import Role, Syntax
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.callers import said
from agentaudit.probes.guardrails.own import ASIDE, CONFIGURED
from agentaudit.source import Component, Repo

_PHRASE = regex(
    r"(?i)\W{0,4}(?:\(\?[a-z]{1,4}\)|\\{1,2}b|\(\?:|[\^(.*]){0,4}(?:ignor|disregard|forget|overrid|bypass)"
    r"\w{0,3}[^\n]{1,40}(?:previous|prior|above|earlier|preceding|instruction|rules|guidelines|prompt)"
)
_LISTED = frozenset((Syntax.ELEMENT, Syntax.ASSIGNMENT, Syntax.POSITIONAL, Syntax.PAIR))
_LONGEST = 160
"""Characters of a phrase; a text for a model is longer."""
_HEAD = regex(
    r"(?:export\s+|default\s+|public\s+|internal\s+|sealed\s+|static\s+|abstract\s+|final\s+){0,4}"
    r"(?:(?:async\s+)?(?:def|function|class|record|interface)\s+([A-Za-z_$][\w$]{0,80})"
    r"|(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]{0,80})(?:\s{0,4}:[^=\n]{1,80})?\s{0,4}=(?!=))"
)
"""What begins a block of a file, at its left."""
_MATCHES = regex(
    r"\.(?:search|match|findall|test|Contains|IsMatch|includes|contains|find|matches|some|Any)\(|\bin\s"
)
_REFUSES = regex(
    r"\b(?:raise|throw)\s|\breturn\s+new\s+ValidationResult\(|HTTPException|\bValueError\("
)
"""What stops whoever asks, without a verdict that somebody must read."""
_WORD = regex(r"[A-Za-z_$][\w$]{2,80}")
_BROUGHT = regex(r"\s*(?:from|import|using|export\s*\{|//|#|\*)")
_ROUNDS = 4
_MOST = 5000


class _Block(Struct, frozen=True):
    name: str
    text: str
    line: int


def refusing(repo: Repo, component: Component) -> Place | None:
    """Where such code is, which stops a request of the serving code by an error."""
    rows: dict[Place, set[str]] = defaultdict(set)
    for each in component.code.literals:
        listed = each.role is Role.APP and each.syntax in _LISTED and each.length <= _LONGEST
        if listed and _PHRASE.match(each.text) and not ASIDE.search(each.place.path):
            rows[Place(each.place.repo, each.place.path)].add(each.text)
    for file in rows:
        blocks = list(_blocks((repo.read(file) or "").split("\n")[:_MOST]))
        reached = _reached(blocks)
        judges = [b for b in reached if _MATCHES.search(b.text) and _REFUSES.search(b.text)]
        if judges and _is_asked(repo, file, reached):
            return Place(file.repo, file.path, judges[0].line)
    return None


def _blocks(rows: list[str]) -> Iterator[_Block]:
    """Functions, classes and constants at the left of a file; in C# below a namespace, too."""
    starts = [(n, found) for n, row in enumerate(rows) if (found := _HEAD.match(_left(row)))]
    for at, (number, found) in enumerate(starts):
        end = starts[at + 1][0] if at + 1 < len(starts) else len(rows)
        yield _Block(found[1] or found[2], "\n".join(rows[number:end]), number + 1)


def _left(row: str) -> str:
    """A row that stands at the left; types of a namespace stand one step in."""
    inner = re.match(r"(?: {4}|\t)(?=(?:public|internal)\s[^=\n(]{0,60}\b(?:class|record)\b)", row)
    return row[inner.end() if inner else 0 :][:200]


def _reached(blocks: list[_Block]) -> list[_Block]:
    """Blocks with such phrases, and those that use them by their name, over a few steps."""
    found = [b for b in blocks if _has_phrases(b.text)]
    for _ in range(_ROUNDS):
        names = {b.name for b in found}
        more = [b for b in blocks if b not in found and names & set(_WORD.findall(b.text))]
        if not more:
            break
        found += more
    return found


_QUOTED = regex(r"[\"'`/](.{4,160}?)[\"'`/]")


def _has_phrases(text: str) -> bool:
    return any(_PHRASE.match(found[1]) for found in _QUOTED.finditer(text[:20_000]))


def _is_asked(repo: Repo, file: Place, reached: list[_Block]) -> bool:
    """Whether the serving code uses any of it elsewhere."""
    suffix = file.path.rpartition(".")[2]
    for block in reached:
        if not _CODE.match(block.text):
            continue
        name = block.name.removesuffix("Attribute")
        for use in said(repo, name, suffix):
            aside = use.path == file.path or _TESTS.search(use.path) or _BROUGHT.match(use.text)
            if not aside and not _is_chosen(repo, use):
                return True
    return False


_TESTS = regex(r"(?i)tests?(?:/|\.\w{2,4}$)")


def _is_chosen(repo: Repo, use: Place) -> bool:
    """Whether the nearest condition around it asks for a switch."""
    rows = (repo.read(Place(use.repo, use.path)) or "").split("\n")[: use.line]
    depth = len(rows[-1]) - len(rows[-1].lstrip()) if rows else 0
    for row in rows[-2 : -2 - _NEAR : -1]:
        if row.strip() and len(row) - len(row.lstrip()) < depth:
            return bool(re.match(r"\s*(?:\}\s*)?(?:el)?if\b", row) and CONFIGURED.search(row[:200]))
    return False


_NEAR = 12


_CODE = regex(r"[^\n=]{0,80}\b(?:def|function|class|record)\s")
