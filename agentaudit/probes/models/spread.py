"""Loads from the Hub whose revision stands in a mapping that is handed over as a whole, and calls
that take a model which another load has made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace as at

from agentaudit.expressions import regex
from agentaudit.probes.models.hub import Load
from agentaudit.source import Repo

_SPREAD = regex(r"(?:\*\*|\.\.\.)\s*((?:self\.|cls\.|this\.)?[A-Za-z_]\w{0,80})")
_NESTED = regex(
    r"(?<![\w])[\"']?revision[\"']?\s{0,4}[:=]\s{0,4}(?:[\"']([^\"'\n]{1,100})[\"']|([A-Z_]\w{0,80}))"
)
_COMMIT = regex(r"[0-9a-f]{40}")
_NAME = regex(r"(?:self\.|cls\.)?[A-Za-z_]\w{0,80}")
_LONGEST = 200_000


def spread(repo: Repo, loads: Iterable[Load]) -> list[Load]:
    """The loads, with revisions that a mapping of the same file gives them; those left out that are
    no loads, as the model was loaded before."""
    return list(_settled(repo, loads))


def _settled(repo: Repo, loads: Iterable[Load]) -> Iterator[Load]:
    for load in loads:
        if load.pinned or load.revision:
            yield load
            continue
        text = (repo.read(at(load.call.place, line=None, text="")) or "")[:_LONGEST]
        if load.call.method == "pipeline" and _is_made(load.name, text):
            continue
        revision = next(_given(load, text), "")
        pinned = bool(_COMMIT.fullmatch(revision))
        yield load._replace(revision=revision, pinned=pinned) if revision else load


def _is_made(name: str, text: str) -> bool:
    """Whether the name is that of a model which the file has loaded before."""
    made = (
        rf"(?<![\w.]){re.escape(name)}(?:\s*:\s*[\w.]{{1,80}})?\s*=\s*"
        r"[\w.]{1,120}\.from_pretrained\("
    )
    return bool(_NAME.fullmatch(name) and re.search(made, text))


def _given(load: Load, text: str) -> Iterator[str]:
    for argument in load.call.arguments:
        found = _SPREAD.fullmatch(argument.value.written.strip())
        for block in _mappings(found[1], text) if found else ():
            if nested := _NESTED.search(block):
                yield nested[1] or _constant(nested[2], text)


def _mappings(name: str, text: str) -> Iterator[str]:
    """What a mapping of that name is made of."""
    made = re.compile(
        rf"(?<![\w.]){re.escape(name)}\s*(?::[^=\n]{{1,80}})?=\s*(?:dict\(([^()]{{0,2000}})\)"
        r"|\{([^{}]{0,2000})\})"
    )
    for found in made.finditer(text):
        yield found[1] or found[2] or ""


def _constant(name: str, text: str) -> str:
    found = re.search(
        rf"(?m)^{re.escape(name)}\s*(?::[^=\n]{{1,60}})?=\s*[\"']([^\"'\n]{{1,100}})", text
    )
    return found[1] if found else ""
