"""Processors of messages that are put into a list of an instance, and that no agent is given."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.source import Repo

_MADE = regex(r"\b(?:const|let|var)\s{1,4}([A-Za-z_$][\w$]{2,80})[^=\n]{0,80}=\s{0,4}new\s")
_INSTANCE = regex(r"\bnew\s{1,4}Mastra\(")
_GIVEN = regex(r"\w{0,40}putProcessors?\b|\bprocessors\s{0,4}:\s{0,4}\[")
_KINDS = ("ts", "js", "mjs")


def is_listed(repo: Repo, place: Place) -> bool:
    """Whether what is made there is a processor that only an instance of Mastra names, out of which
    an agent may fetch it: none is given it."""
    if not place.path.endswith(_KINDS) or not place.line:
        return False
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:20_000]
    found = _MADE.search("".join(rows[place.line - 1 : place.line])[:300])
    if found is None:
        return False
    named = re.compile(rf"(?m)^(?!\s*export\s*[{{*]).{{0,300}}\b{re.escape(found[1])}\b")
    files = (file for kind in _KINDS for file in repo.files(f"**/*.{kind}", saying=(found[1],)))
    texts = [
        text
        for file in files
        if file.path != place.path and not TESTS.search(file.path)
        for text in [(repo.read(file) or "")[:200_000]]
        if named.search(text)
    ]
    return bool(texts) and all(_INSTANCE.search(t) and not _GIVEN.search(t) for t in texts)
