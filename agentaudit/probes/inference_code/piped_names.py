"""What pipelines of other systems than GitHub and GitLab call what they build, where a variable of
the pipeline holds the commit."""

from __future__ import annotations

import re

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.inference_code.commits import committed, holds

_TAG = regex(r"[\w})/.-]:(\$[({]?\w{1,60})")
"""What stands after the name of an image."""
_SENT = regex(r"(?:(?<=[\w})/.-]:)|(?<=[ \t\"']))(\$[({]?\w{1,60})")
"""The same in a command that sends it away, which may hold the whole name."""
TOLD = regex(
    r"(?i)\b(?:curl|wget|slack\w{0,20}|sonar\S{0,20}|msteams|notif\w{0,20})\b|^\s{0,20}-?\s{0,4}[\"']?key[\"']?:"
    r"|--(?:update-)?labels?\b"
)
"""A line that tells somebody of the commit, or a cache, and names no image by it."""
_PUSHED = regex(
    r"\b(?:docker|podman|nerdctl|buildah)(?:\s+image)?\s+push\s+[^\n;&|]{1,400}"
    r"|\bbuildx\s+build\s(?=[^\n]{0,600}--push\b)[^\n]{1,800}"
)
_TASK = regex(r"\bDocker@\d")
_BLOCK = regex(
    r"^([ \t]{2,40})tags:[ \t]*(?:[|>][-+]?[ \t]*\n((?:\1[ \t]+[^\n]{1,300}(?:\n|$)){1,20})"
    r"|[\"']?(\$[^\n]{1,200}))",
    re.M,
)
"""The input of Azure's task, with one tag a line or one alone."""


def named_by_variable(file: Place, text: str) -> Place | None:
    """The line by which such a pipeline names what it builds by the commit: one that sends it away,
    where commands do that."""
    known = committed(text)
    pushed = [found.span() for found in _PUSHED.finditer(text)] if known else []
    named, spans = (_SENT, pushed) if pushed else (_TAG, [(0, len(text))] if known else [])
    for start, end in spans:
        for found in named.finditer(text, start, end):
            line = text.rfind("\n", 0, found.start()) + 1
            if holds(found[1], known) and not TOLD.search(text[line : found.start()][-1000:]):
                return _at(file, text, line)
    for found in _BLOCK.finditer(text) if _TASK.search(text) else ():
        if holds(found[2] or found[3], known):
            return _at(file, text, found.start(1))
    return None


def _at(file: Place, text: str, start: int) -> Place:
    line = text.count("\n", 0, start) + 1
    return replace(file, line=line, text=text[start : start + 300].strip().partition("\n")[0])
