"""Functions that an agent of Google's ADK calls before or after it asks its model, and that answer
in its place where they find something in what was said."""

from __future__ import annotations

import re

from msgspec.structs import replace

from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import Body, bodies, deeper
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.source import Component, Repo

_GIVEN = ("before_model_callback", "after_model_callback", "before_agent_callback")
_ANSWERS = regex(r"\s*return\s+(?:\w{1,40}\.){0,3}(?:LlmResponse|Content)\(")
"""Where the model is not asked, or what it said is not given."""
_LOOKS = regex(
    r"\s*(?:el)?if\b[^\n]{0,200}(?:\sin\s(?!\s{0,4}[A-Z_]{3,60}\b)|\.search\(|\.match\(|\bany\(|\w{0,40}(?i:unsafe|block|inject|violat|toxic"
    r"|harm|flag|pii|moderat)\w{0,40})"
)
_SAID = regex(r"\.(?:parts|text|contents)\b")
_KEPT = regex(r"(?i)\s*(?:el)?if\b[^\n]{0,200}(?:\bstate\b|cache|count|limit|quota)")
"""What asks for something that was kept, and not for what is said."""


def answering(repo: Repo, component: Component) -> Place | None:
    """Where an agent that serves is given one."""
    for call in component.code.calls:
        if call.role is not Role.APP or ASIDE.search(call.place.path):
            continue
        for name in _named(call):
            made = bodies(repo, _as(call, name))
            if made and all(map(_answers, made)):
                return call.place
    return None


def _named(call: Call) -> list[str]:
    """Functions that it is given to call back."""
    given = [each.value.written for each in call.arguments if each.name in _GIVEN]
    return [name for each in given for name in re.findall(r"[A-Za-z_]\w{3,80}", each[:300])]


def _as(call: Call, name: str) -> Call:
    return replace(call, callee=name)


def _answers(body: Body) -> bool:
    """Whether it looks at what was said, and answers where it finds something."""
    rows = body.lines
    if not _SAID.search("\n".join(rows)):
        return False
    return any(
        _LOOKS.match(row[:300])
        and not _KEPT.match(row[:300])
        and any(_ANSWERS.match(each[:200]) for each in deeper(rows, at))
        for at, row in enumerate(rows)
    )
