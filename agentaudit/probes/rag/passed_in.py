"""What callers give to a function that stores chunks: there stands what belongs to each, where the
function is only handed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from agentaudit.blocks import Block, Part
from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.callers import said
from agentaudit.probes.rag.vector_files import about_vectors
from agentaudit.source import Component, Repo

_STEPS, _HOPS = 2, 2
"""Functions that call one another, and names by which one gets what it gives."""
_MOST, _NAMES, _FAR = 12, 16, 3000
"""Callers of one function, names in what they give, and characters of a statement."""
_NAME = regex(r"(?!__init__|constructor|main$)[A-Za-z_]\w{1,80}")
_RUN = "configurable"
"""What stands in the configuration of a run of a graph, which holds the id of its thread."""
_WORD = regex(r"(?<![\w.\"'])[a-z_]\w{0,60}(?![\w\"'])")
_CALLED = regex(r"(?<!\w)([A-Za-z_]\w{2,80})\(")


def passed_in(repo: Repo, component: Component, call: Call) -> Iterator[tuple[Place, str]]:
    """Lines of functions that call the one around a call, in code about vectors or in files that
    name what it belongs to, and of those that call these, each with what it gives."""
    files = about_vectors(repo, component)
    known: set[tuple[str, str]] = set()
    rows = [call.place]
    for _ in range(_STEPS):
        calls = [
            (each, _around(repo, row)) for row in rows for each in _calling(repo, row, files, known)
        ]
        yield from ((each, _given(repo, each, one.name)) for each, one in calls if one)
        rows = [each for each, _ in calls]


def _given(repo: Repo, row: Place, name: str) -> str:
    """What a line gives to a function: its arguments, and the statements of the function around it
    and helpers of its file that make these."""
    file = Place(row.repo, row.path)
    text, around = repo.read(file) or "", _around(repo, row)
    if around is None:
        return ""
    body = around.body(text)
    line = sum(len(each) + 1 for each in text.split("\n")[: (row.line or 1) - 1])
    called = text.find(f"{name}(", line)
    found = [_statement(text, called + len(name))] if called >= 0 else []
    seen: set[str] = set()
    for _ in range(_HOPS):
        words = dict.fromkeys(word for part in found for word in _WORD.findall(part))
        new = [word for word in words if word not in seen][:_NAMES]
        seen.update(new)
        found += [each for word in new for each in _made(body, word)]
    helpers = {word for part in found for word in _CALLED.findall(part)} - {around.name, name}
    blocks = (b for b in repo.blocks(file) if b.part is Part.FUNCTION and b.name in helpers)
    found += [each.body(text)[:_FAR] for each in blocks]
    return "\n".join(part for part in found if _RUN not in part)


def _made(body: str, name: str) -> Iterator[str]:
    """Statements that make something of that name, or put something into it."""
    own = re.escape(name)
    makes = (
        rf"(?<![\w.]){own}(?:\s?:\s?[\w<>\[\], .]{{1,60}})?(?:\s{{0,4}}:?=(?!=)"
        r"|\[[^\[\]\n]{1,60}\]\s{0,4}=(?!=)"
        r"|\.(?:append|push|add|Add|extend|AddRange|addAll|put|set)\()"
    )
    starts = re.finditer(makes, body)
    return (_statement(body, each.start()) for each in islice(starts, _MOST))


def _statement(text: str, at: int) -> str:
    """A statement up to its end: a line, or more where brackets stay open."""
    depth = 0
    for end in range(at, min(len(text), at + _FAR)):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(text[end], 0)
        if depth < 0 or (depth == 0 and text[end] in "\n;"):
            return text[at:end]
    return text[at : at + _FAR]


def _calling(
    repo: Repo, place: Place, files: set[tuple[str, str]], known: set[tuple[str, str]]
) -> list[Place]:
    """Lines that call the function around a line."""
    around = _around(repo, place)
    key = (place.path, around.name if around else "")
    if around is None or key in known or not _NAME.fullmatch(around.name):
        return []
    known.add(key)
    home = place.path.rpartition("/")[2].partition(".")[0]
    calls = re.compile(rf"(?<![\w]){re.escape(around.name)}\(")
    rows = said(repo, around.name, place.path.rpartition(".")[2])
    near = (
        each
        for each in rows
        if each.repo == place.repo and calls.search(each.text)
        if (each.path, each.repo) in files or _names(repo, each, home)
    )
    return list(islice((each for each in near if _within(repo, each, key)), _MOST))


def _within(repo: Repo, row: Place, key: tuple[str, str]) -> bool:
    """Whether a line stands in the body of a function, and not in the very one that it calls."""
    inner = _around(repo, row)
    if inner is None or (row.path, inner.name) == key:
        return False
    return not _heads(repo, row, inner)


def _names(repo: Repo, place: Place, home: str) -> bool:
    """Whether the file names the module, or the type, that another file is called after."""
    text = repo.read(Place(place.repo, place.path)) or ""
    return re.search(rf"(?<![a-z]){re.escape(home)}(?![a-z])", text) is not None


def _around(repo: Repo, place: Place) -> Block | None:
    """The innermost named function around a line."""
    blocks = repo.blocks(Place(place.repo, place.path))
    around = [b for b in blocks if b.part is Part.FUNCTION and b.name and b.holds(place.line or 0)]
    return max(around, key=lambda each: each.start, default=None)


def _heads(repo: Repo, place: Place, block: Block) -> bool:
    """Whether a line belongs to the head of a function: another one of the same name."""
    text = repo.read(Place(place.repo, place.path)) or ""
    return (place.line or 0) <= text.count("\n", 0, block.inside) + 1 and block.first != block.last
