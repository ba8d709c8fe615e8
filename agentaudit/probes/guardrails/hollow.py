"""Code that has the shape of an evaluation and scores nothing that the system says."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Component, Repo

_COMPILED = (".java", ".kt", ".cs")
_TRAINS = regex(
    r"(?i)(?:^|/)(?:train(?:ing|ers?)?|sft|dpo|rlhf|fine_?-?tun\w{0,6}|llama_?-?factory)/"
)
"""Directories of training, whose measures steer it."""
_OPEN = regex(r"(?i)\bnot (?:yet )?implemented\b|\bNotImplementedError\b")
_DONE = regex(r"\bassert_test\(|\bscores?\s{0,4}=(?!=)\s{0,4}(?:await\s)?[\w.]{1,60}\(")
"""Where it scores all the same."""
_SCORE = regex(r"(?i)\bscore[\"']?\s{0,4}[:=](?!=)\s{0,4}([^\n]{0,80})")
_SAID = regex(r"\b(?:actual_output|actualOutput|response)\s{0,4}[=:](?!=)\s{0,4}([^\n]{0,80})")
_TYPED = regex(
    r"[rbu]{0,2}[\"'][^{]*$|\w{1,40}(?:\[[\"']|\.get\([\"']|\.)(?:expected|golden|gold|ideal|reference"
    r"|ground_?truth)(?:_?(?:output|answer|response))?(?:[\"']|\b)(?![^\n]{0,60}\w\()"
)
"""What a test pretends the system said."""
_FIXED = regex(r"(?i)(true|1(?:\.0)?)[\s,;})]{0,6}$")


def is_hollow(repo: Repo, place: Place) -> bool:
    """Whether a file that calls a library of evaluation is of an example or a training, is not
    finished, gives every answer the same score, or scores what was typed into it."""
    if OUTSIDE.search(place.path) or _TRAINS.search(place.path):
        return True
    text = (repo.read(Place(place.repo, place.path)) or "")[:200_000]
    scores = [found[1] for found in _SCORE.finditer(text)]
    same = bool(scores) and all(_FIXED.match(score.strip()) for score in scores)
    unfinished = _OPEN.search(text) is not None and _DONE.search(text) is None
    return same or unfinished or is_typed(repo, place)


def serves(component: Component, place: Place) -> bool:
    """Whether it stands in the code that answers, where one answer after the other is judged and no
    suite is run; of languages in which a suite is never a script among that code."""
    roles = {call.role for call in component.code.calls if call.place.path == place.path}
    return place.path.endswith(_COMPILED) and roles == {Role.APP}


def is_typed(repo: Repo, place: Place) -> bool:
    """Whether all that a file scores was typed into it: the system is never asked."""
    text = (repo.read(Place(place.repo, place.path)) or "")[:200_000]
    said = [found[1] for found in _SAID.finditer(text)]
    return bool(said) and all(_TYPED.match(each) for each in said)
