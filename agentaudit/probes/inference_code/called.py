"""Reusable workflows and actions: steps of those that the repository holds, with what their caller
hands over, and those of other repositories whose name says that they build an image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.inference_code.commits import committed, holds
from agentaudit.probes.once import once
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


@once
def reused(repo: Repo) -> tuple[Called, ...]:
    """Steps of reusable workflows and actions of the repository, each with the step that calls it
    first and what that hands over filled in."""
    held: dict[tuple[str, str], list[Step]] = {}
    for step in repo.steps():
        held.setdefault((step.place.repo, step.place.path), []).append(step)
    pending = [Called(step, step, "") for step in repo.steps()]
    found: list[Called] = []
    for _ in range(_DEEPEST):
        pending = [each for called in pending for each in _called(repo, held, called)]
        found += pending
    return tuple(found)


def _called(
    repo: Repo, held: Mapping[tuple[str, str], Sequence[Step]], caller: Called
) -> Iterator[Called]:
    found = _CALLED.match(caller.step.text)
    path = found[1].rstrip("/") if found else ""
    files = (path, f"{path}/action.yml", f"{path}/action.yaml") if path else ()
    for file in files:
        steps = held.get((caller.step.place.repo, file), ())
        if not steps:
            continue
        around = caller.text or repo.read(caller.step.place) or ""
        given = dict(_INPUT.findall(caller.step.text))
        given = {name: _settled(repo, value, around) for name, value in given.items()}
        text = _filled(repo.read(steps[0].place) or "", given)
        for step in steps:
            yield Called(replace(step, text=_filled(step.text, given)), caller.first, text)


def _filled(text: str, given: dict[str, str]) -> str:
    return _ASKS.sub(lambda found: given.get(found[1], found[0]), text)


def _settled(repo: Repo, value: str, workflow: str) -> str:
    """What is handed over, or the commit where that is an output of another job which holds it."""
    found = _OUTPUT.match(value)
    if found is None:
        return value
    text, path = workflow, _used(workflow, found[1])
    for file in repo.files(path) if path else ():
        text = repo.read(file) or ""
    return COMMIT if holds("${" + found[2] + "}", committed(text)) else value


def _used(workflow: str, job: str) -> str:
    """Path of the reusable workflow that a job calls; empty where it has steps of its own."""
    rows = iter(workflow[:200_000].split("\n"))
    head = next((row for row in rows if row.strip() == f"{job}:" and row[:1] == " "), "")
    depth = len(head) - len(head.lstrip())
    for row in rows if head else ():
        if row.strip() and len(row) - len(row.lstrip()) <= depth:
            break
        if found := _USES.match(row):
            return found[1].rstrip("/")
    return ""


_USES = regex(r"\s{1,20}uses:\s{1,9}\./([\w./-]{1,200})")
