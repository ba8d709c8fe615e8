"""Reusable workflows and actions: steps of those that the repository holds, with what their caller
hands over, and those of other repositories whose name says that they build an image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.inference_code.builds import committed, holds
from agentaudit.source import Repo, Step

_CALLED = regex(r"^uses:\s+\./([\w./-]{1,200})")
_INPUT = regex(r"\s([\w-]{1,60})=((?:\$\{\{[^}]{0,200}\}\}|[^\s$]|\$(?!\{\{)){0,300})")
_ASKS = regex(r"\$\{\{\s*inputs\.([\w-]{1,60})\s*\}\}")
_OUTPUT = regex(r"^\$\{\{\s*needs\.([\w-]{1,80})\.outputs\.([\w-]{1,80})\s*\}\}$")
_DEEPEST = 3
"""Workflows that call another in turn."""
COMMIT = "${{ github.sha }}"


class Called(Struct, frozen=True):
    """A step of a reusable workflow or action."""

    step: Step
    first: Step
    """The step that calls it first, of a workflow that is started by itself."""
    text: str
    """The file that it stands in, with what its caller hands over filled in."""


def reused(repo: Repo) -> Iterator[Called]:
    """Steps of reusable workflows and actions of the repository, each with the step that calls it
    first and what that hands over filled in."""
    steps = repo.steps()
    pending = [Called(step, step, "") for step in steps]
    for _ in range(_DEEPEST):
        pending = [each for called in pending for each in _called(repo, steps, called)]
        yield from pending


def _called(repo: Repo, steps: Sequence[Step], caller: Called) -> Iterator[Called]:
    found = _CALLED.match(caller.step.text)
    path = found[1].rstrip("/") if found else ""
    if not path:
        return
    given = dict(_INPUT.findall(caller.step.text))
    around = caller.text or repo.read(caller.step.place) or ""
    given = {name: _settled(repo, value, around) for name, value in given.items()}
    files = {path, f"{path}/action.yml", f"{path}/action.yaml"}
    for step in steps:
        if step.place.path in files and step.place.repo == caller.step.place.repo:
            text = _filled(repo.read(step.place) or "", given)
            yield Called(replace(step, text=_filled(step.text, given)), caller.first, text)


def _filled(text: str, given: dict[str, str]) -> str:
    return _ASKS.sub(lambda found: given.get(found[1], found[0]), text)


def _settled(repo: Repo, value: str, workflow: str) -> str:
    """What is handed over, or the commit where that is an output of another job which holds it."""
    found = _OUTPUT.match(value)
    if found is None:
        return value
    job, name = found[1], found[2]
    uses = re.search(
        rf"(?m)^ {{1,8}}{re.escape(job)}:[ \t]*\n(?:(?: {{4,}}[^\n]*|[ \t]*)\n){{0,40}}?"
        r" {4,}uses:[ \t]+\./([\w./-]{1,200})",
        workflow[:200_000],
    )
    text = workflow
    for file in repo.files(uses[1].rstrip("/")) if uses else ():
        text = repo.read(file) or ""
    return COMMIT if holds("${" + name + "}", committed(text)) else value
