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
from agentaudit.probes.guardrails.phrases import names_harm
from agentaudit.probes.remarks import blanked
from agentaudit.source import Component, Repo

_GIVEN = ("before_model_callback", "after_model_callback", "before_agent_callback")
_ANSWERS = regex(r"\s*return\s+(?:\w{1,40}\.){0,3}(?:LlmResponse|Content)\(")
"""Where the model is not asked, or what it said is not given."""
_LOOKS = regex(
    r"\s*(?:el)?if\b(?![^\n]{0,200}\snot\sin\s)[^\n]{0,200}(?:\sin\s|\.search\(|\.match\(|\bany\()"
)
_LISTED = regex(r"(?:\sin\s{1,4}|\b(?=[A-Z_]{3,60}\.(?:search|match)\())([A-Z][A-Z\d_]{2,60})\b")
"""A list or a pattern that is named in a condition."""
_SWITCH = regex(
    r"\s*(?:el)?if\b[\s(]{0,4}(?:not\s)?(?:(?:\w{1,40}\.){0,3}[A-Z][A-Z\d_]{1,60}\s{0,4}\)?(?::|and\b|or\b|$)"
    r"|(?:False|None|0)\b|[^\n]{0,200}(?i:enabl|disabl|debug|settings|config|environ|\benv\b|feature))"
)
"""What asks for a constant or a setting."""
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
            text = blanked(repo.read(Place(call.place.repo, call.place.path)) or "", ".py")
            if made and all(_answers(body, text) for body in made):
                return call.place
    return None


def _named(call: Call) -> list[str]:
    """Functions that it is given to call back, whatever is set."""
    given = [each.value.written[:300] for each in call.arguments if each.name in _GIVEN]
    sure = (each for each in given if not _CHOSEN.search(each))
    return [name for each in sure for name in re.findall(r"[A-Za-z_]\w{3,80}", each)]


_CHOSEN = regex(r"\b(?:if|or|and)\b")


def _as(call: Call, name: str) -> Call:
    return replace(call, callee=name)


def _answers(body: Body, text: str) -> bool:
    """Whether it looks for harm in what was said, and answers where it finds some, whatever is
    set."""
    rows = blanked("\n".join(body.lines), ".py").split("\n")
    if not _SAID.search("\n".join(rows)) or any(_SWITCH.match(row[:300]) for row in rows):
        return False
    return any(
        _LOOKS.match(row[:300])
        and not _KEPT.match(row[:300])
        and _is_of_harm(row[:300], text)
        and any(_ANSWERS.match(each[:200]) for each in deeper(rows, at))
        for at, row in enumerate(rows)
    )


def _is_of_harm(row: str, text: str) -> bool:
    """Whether a condition says a phrase of it, or the list that it names does."""
    if names_harm(row):
        return True
    return any(
        names_harm(found[1])
        for name in _LISTED.findall(row)
        for found in re.finditer(
            rf"(?m)^{name}\b[^=\n]{{0,60}}=(?!=)([\s\S]{{0,4000}}?)(?=^\S|\Z)", text
        )
    )
