"""Code that has the shape of an evaluation and scores nothing that the system says."""

from __future__ import annotations

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Repo

_TRAINS = regex(
    r"(?i)(?:^|/)(?:train(?:ing|ers?)?|sft|dpo|rlhf|fine_?-?tun\w{0,6}|llama_?-?factory)/"
)
"""Directories of training, whose measures steer it."""
_OPEN = regex(r"(?i)\bnot (?:yet )?implemented\b|\bNotImplementedError\b")
_DONE = regex(r"\bassert_test\(|\bscores?\s{0,4}=(?!=)\s{0,4}(?:await\s)?[\w.]{1,60}\(")
"""Where it scores all the same."""
_SCORE = regex(r"(?i)\bscore[\"']?\s{0,4}[:=](?!=)\s{0,4}([^\n]{0,80})")
_SAID = regex(r"\bactual_output\s{0,4}=(?!=)\s{0,4}([^\n]{0,80})")
_TYPED = regex(r"[rbu]{0,2}[\"'][^{]*$")
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


def is_typed(repo: Repo, place: Place) -> bool:
    """Whether all that a file scores was typed into it: the system is never asked."""
    text = (repo.read(Place(place.repo, place.path)) or "")[:200_000]
    said = [found[1] for found in _SAID.finditer(text)]
    return bool(said) and all(_TYPED.match(each) for each in said)
