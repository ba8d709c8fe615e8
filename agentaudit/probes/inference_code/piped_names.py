"""What pipelines of other systems than GitHub and GitLab call what they build, where a variable of
the pipeline holds the commit."""

from __future__ import annotations

import re

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.inference_code.builds import committed, holds

_PUSHED = regex(
    r"\b(?:docker|podman|nerdctl|buildah)(?:\s+image)?\s+push\s+([^\n;&|]{1,400})"
    r"|\bbuildx\s+build\s(?=[^\n]{0,600}--push\b)([^\n]{1,800})"
)
_TASK = regex(r"\bDocker@\d")
_BLOCK = regex(
    r"^([ \t]{2,40})tags:[ \t]*[|>][-+]?[ \t]*\n((?:\1[ \t]+[^\n]{1,300}(?:\n|$)){1,20})", re.M
)
"""The input of Azure's task, with one tag a line."""


def named_by_variable(file: Place, text: str) -> Place | None:
    """The line by which such a pipeline sends away what it names by the commit."""
    known = committed(text) if "push" in text.lower() else frozenset[str]()
    for found in _PUSHED.finditer(text) if known else ():
        if _is_set(found[1] or found[2], known):
            return _at(file, text, found.start())
    for found in _BLOCK.finditer(text) if _TASK.search(text) else ():
        if holds(found[2], known):
            return _at(file, text, found.start(1))
    return None


def _is_set(name: str, known: frozenset[str]) -> bool:
    """Whether a tag takes a variable that holds the commit."""
    return any(":" in word and holds(word.rpartition(":")[2], known) for word in name.split())


def _at(file: Place, text: str, start: int) -> Place:
    line = text.count("\n", 0, start) + 1
    return replace(file, line=line, text=text[start : start + 300].strip().partition("\n")[0])
