"""What modules of Bicep are handed by the templates that use them."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.parse.bicep import false_by_default, is_unset, without
from agentaudit.source import Place, Repo

_MODULE = regex(r"(?m)^module\s+\w{1,100}\s+'([^'\n]{1,300})'")
_DEEPEST = 3
"""Modules that hand it on."""


def is_handed(repo: Repo, file: Place, name: str, depth: int = _DEEPEST) -> bool:
    """Whether a template hands a module the parameter, by what is there unless somebody switches
    off what is on by default."""
    for caller, block, text in _calls(repo, file):
        given = block.partition(f" {name}:")[2].lstrip()[:800]
        if not given:
            continue
        if given.partition("\n")[0].strip() == name:
            if depth and is_handed(repo, caller, name, depth - 1):
                return True
        elif not is_unset(given, without(text, false_by_default(text))):
            return True
    return False


def _calls(repo: Repo, file: Place) -> Iterator[tuple[Place, str, str]]:
    """Templates that use the module, with the block that does, and all of their text."""
    called = file.path.rpartition("/")[2]
    for caller in repo.files("**/*.bicep", saying=(called,)):
        text = (repo.read(caller) or "")[:300_000] if caller.path != file.path else ""
        for found in _MODULE.finditer(text):
            if found[1].rpartition("/")[2] == called:
                yield caller, text[found.start() :].split("\n}")[0], text
