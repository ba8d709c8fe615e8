"""Code that has the shape of an evaluation and scores nothing that the system says."""

from __future__ import annotations

import sys

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.stubbed import stubbed
from agentaudit.probes.once import once
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
    r"|ground_?truth)(?:_?(?:output|answer|response))?(?:[\"']|\b)(?![^\n,;]{0,60}\w\()"
)
"""What a test pretends the system said."""
_KEPT = regex(
    r"(\w{1,40})(?:\[\s{0,4}[\"']|\.get\(\s{0,4}[\"'])(?:\w{1,30}_)?(?:answer|response|output|actual(?:_output)?|text)[\"']"
    r"[^\n,;(]{0,12}(?=[,)]|$)"
)
"""The same, out of what a file of cases holds."""
_DATA = regex(r"[\"']([\w./-]{1,160}\.(?:jsonl?|csv|tsv|ya?ml))[\"']")
_RESULT = regex(r"(?i)result|output|predict|respons|generat|runs?\b|trace|transcript|log")
"""Words of files in which what a system said may be kept."""
_IMPORTED = regex(r"(?m)^\s{0,12}(?:from\s+(\.{0,3}\w{0,60})|import\s+([\w., ]{1,200}))")
_ASKING = frozenset(
    ("urllib", "http", "subprocess", "socket", "importlib", "asyncio", "runpy", "multiprocessing")
)
_READING = frozenset(
    ("deepeval", "ragas", "pytest", "pandas", "numpy", "datasets", "yaml", "dotenv", "tqdm", "rich")
)
"""Libraries beside Python's own that ask nobody what the system says."""
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
    return same or unfinished or is_mute(repo, place)


def serves(component: Component, place: Place) -> bool:
    """Whether it stands in the code that answers, where one answer after the other is judged and no
    suite is run; of languages in which a suite is never a script among that code."""
    roles = {call.role for call in component.code.calls if call.place.path == place.path}
    return place.path.endswith(_COMPILED) and roles == {Role.APP}


def is_mute(repo: Repo, place: Place) -> bool:
    """Whether no model says what a file scores: it was typed into it, stands in place of a function
    that nobody hands over, or comes from the system within the process of the file, which asks no
    model unless it is told which."""
    if is_typed(repo, place) or (place.repo, place.path) in stubbed(repo):
        return True
    text = (repo.read(Place(place.repo, place.path)) or "")[:200_000]
    if _GOOD.search(text) and _BAD.search(text):
        return True
    if _WITHIN.search(text) is None or _PROVIDER.search(text) is not None:
        return False
    return _asks_none(repo)


_GOOD, _BAD = (
    regex(
        rf"[\"'](?:{words})_(?:response|answer|output)[\"']\s{{0,4}}:\s{{0,4}}\(?\s{{0,40}}[rbuf]?[\"']"
    )
    for words in (
        "good|right|correct|grounded|safe|faithful",
        "bad|wrong|incorrect|hallucinated|unsafe|unfaithful",
    )
)
"""Cases with an answer that is to be found good, and one that is not: they measure the measure."""
_TESTERS = ("TestClient", "ASGITransport", "WebApplicationFactory", "MockMvc")
_WITHIN = regex(rf"\b(?:{'|'.join(_TESTERS)})\b", words=_TESTERS)
"""What asks an application that runs in the same process."""
_PROVIDER = regex(r"(?i)\b(?:llm|model|chat|ai)_?provider\b")
_NONE = regex(
    r"(?im)^[ \t]{1,40}(?:llm|model|chat|ai)_?provider\b\s{0,4}(?::[^=\n]{1,60})?=\s{0,4}"
    r"(?:Field\(\s{0,20}(?:default=)?)?[\"'](?:none|mock|fake|stub|dummy|templates?|offline|disabled)[\"']"
)
"""A setting by which templates or doubles answer."""


@once
def _asks_none(repo: Repo) -> bool:
    """Whether the settings of the system name no provider of models by default."""
    files = repo.files("**/*.py", saying=("provider",))
    kept = (file for file in files if not (TESTS.search(file.path) or OUTSIDE.search(file.path)))
    return any(_NONE.search((repo.read(file) or "")[:200_000]) for file in kept)


def is_typed(repo: Repo, place: Place) -> bool:
    """Whether all that a file scores was typed into it, or into its file of cases: the system is
    never asked."""
    text = (repo.read(Place(place.repo, place.path)) or "")[:200_000]
    said = [found[1] for found in _SAID.finditer(text)]
    if not said:
        return False
    return all(_TYPED.match(each) for each in said) or _is_read(repo, text, said)


def _is_read(repo: Repo, text: str, said: list[str]) -> bool:
    """Whether what it scores is read out of committed cases, by code that brings nothing that could
    ask the system."""
    named = [path for path in _DATA.findall(text) if not _RESULT.search(path)]
    if not named or not all(_KEPT.match(each) for each in said):
        return False
    if not all(any(repo.files(f"**/{path.rpartition('/')[2]}")) for path in named):
        return False
    brought = (found[1] or found[2] for found in _IMPORTED.finditer(text))
    roots = {each.strip().partition(".")[0] for names in brought for each in names.split(",")}
    roots = {each.partition(" ")[0] for each in roots}
    return all(r in _READING or (r in sys.stdlib_module_names and r not in _ASKING) for r in roots)
