"""Suites that are handed the function which answers, where nobody hands them one: what they score
then is a text that was written for that case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Block, Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.once import once
from agentaudit.source import Repo

_TAKEN = regex(
    r"\b((?:generate|answer|respond|response|predict|infer|inference|ask|chat|model|agent|system"
    r"|target|query|llm)(?:_?(?:fn|func|function|callable|callback))?)"
    r"(?:\s{0,4}:\s{0,4}[\w.\[\]|, ]{1,80})?\s{0,4}=\s{0,4}None\b"
)
"""A parameter that is the function which answers, and that may be left out."""
_DOUBLE = r"\w{0,40}(?i:stub|mock|fake|dummy|placeholder|canned)\w{0,40}"
_TEXT = r"[^\n]{0,80}=\s{0,4}\(?\s{0,80}[rbuf]{0,2}[\"'\[]"
_AFTER = 600
"""Characters below the question for it within which the text stands."""


@once
def stubbed(repo: Repo) -> frozenset[tuple[str, str]]:
    """Files that are handed it, of directories in which a text stands in its place."""
    files = [
        file
        for file in repo.files("**/*.py", saying=("=None", "= None"))
        if _SUITE.search(file.path) and not OUTSIDE.search(file.path)
    ]
    taking = {file: set(_TAKEN.findall((repo.read(file) or "")[:200_000])) for file in files}
    found: set[tuple[str, str]] = set()
    for name in sorted(set().union(*taking.values())):
        mine = [file for file in files if name in taking[file]]
        homes = {_home(file) for file in mine if _is_written(repo.read(file) or "", name)}
        if homes and not _is_handed(repo, mine, name):
            found |= {(file.repo, file.path) for file in mine if _home(file) in homes}
    return frozenset(found)


_SUITE = regex(
    r"(?i)(?:^|[/_-])(?:eval\w{0,10}|judges?|benchmarks?|golden|red_?team\w{0,5}|adversarial|attacks?"
    r"|jail_?breaks?)[/_.-]"
)


def _home(file: Place) -> tuple[str, str]:
    return file.repo, file.path.rpartition("/")[0]


def _is_written(text: str, name: str) -> bool:
    """Whether a double, or a text, answers where the function is left out, and nothing else."""
    if re.search(rf"(?m)^[ \t]{{1,40}}{name}\s{{0,4}}=(?!=)(?!\s{{0,4}}None)", _heads(text)):
        return False
    if re.search(rf"\b{name}\s+or\s+{_DOUBLE}", text):
        return True
    for found in re.finditer(rf"\bif\s+{name}(?:\s+is\s+not\s+None)?\s{{0,4}}:", text):
        _, split, left = text[found.end() : found.end() + _AFTER].partition("else:")
        if split and re.search(_TEXT, left[:_AFTER]):
            return True
    return False


def _heads(text: str) -> str:
    """Without what looks like it in the heads of functions: `name=None,`."""
    return re.sub(r"=\s{0,4}None\s{0,4},?", "", text)


def _is_handed(repo: Repo, files: list[Place], name: str) -> bool:
    """Whether a call of one of their functions gives it, wherever it stands."""
    functions = {block.name: block for file in files for block in _taking(repo, file, name)}
    for function, block in functions.items():
        called = re.compile(rf"(?<!def )\b{re.escape(function)}\(([^()]{{0,400}})")
        for file in repo.files("**/*.py", saying=(f"{function}(",)):
            text = (repo.read(file) or "")[:200_000]
            if any(_gives(found[1], _at(block, name), name) for found in called.finditer(text)):
                return True
    return False


def _gives(arguments: str, at: int, name: str) -> bool:
    """Whether arguments hand over another function under that name, or in that place."""
    given = [each.strip() for each in arguments.split(",")]
    named = (each.partition("=")[2].strip() for each in given if re.match(rf"{name}\s*=", each))
    placed = given[at] if len(given) > at and "=" not in "".join(given[: at + 1]) else name
    return next(named, placed) not in ("", name, "None")


def _taking(repo: Repo, file: Place, name: str) -> Iterator[Block]:
    for block in repo.blocks(file):
        if block.part is Part.FUNCTION and name in block.parameters:
            yield block


def _at(block: Block, name: str) -> int:
    """Which argument of a call it is."""
    return [each for each in block.parameters if each not in ("self", "cls")].index(name)
