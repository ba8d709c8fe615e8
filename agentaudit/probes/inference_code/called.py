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
_MOST = 20_000
"""Steps that are told in all, of files that hand each other ever different values."""
COMMIT = "${{ github.sha }}"


class Called(Struct, frozen=True):
    """A reusable workflow or action that is called, as often as it is handed the same."""

    steps: tuple[Step, ...]
    firsts: tuple[Step, ...]
    """The steps that call it first, of workflows that are started by themselves."""
    text: str
    """The file that they stand in, with what its caller hands over filled in."""


_Held = Mapping[tuple[str, str], Sequence[Step]]
_Call = tuple[str, str, tuple[tuple[str, str], ...]]
"""The file of a repository, and what it is handed."""


@once
def reused(repo: Repo) -> tuple[Called, ...]:
    """Steps of reusable workflows and actions of the repository, each with the steps that call it
    first and what those hand over filled in. What is called as before by the same is told once:
    files that call each other cost no more than others."""
    held: dict[tuple[str, str], list[Step]] = {}
    for step in repo.steps():
        held.setdefault((step.place.repo, step.place.path), []).append(step)
    origins = _origins(repo, held)
    pending: dict[_Call, dict[_Call, None]] = {call: {call: None} for call in origins}
    told: dict[_Call, set[_Call]] = {}
    found: list[Called] = []
    left = _MOST
    for _ in range(_DEEPEST):
        following: dict[_Call, dict[_Call, None]] = {}
        for call, through in pending.items():
            known = told.setdefault(call, set())
            new = dict.fromkeys(each for each in through if each not in known)
            if new and left > 0:
                known.update(new)
                firsts = tuple(step for each in new for step in origins[each])
                found.append(called := _called(repo, held, call, firsts))
                left -= len(called.steps)
                for each in _following(repo, held, called):
                    following.setdefault(each, {}).update(new)
        pending = following
    return tuple(found)


def _origins(repo: Repo, held: _Held) -> dict[_Call, list[Step]]:
    """What is called at all → the steps that do so of what is started by itself."""
    found: dict[_Call, list[Step]] = {}
    for step in repo.steps():
        for call in _asked(repo, held, step, ""):
            found.setdefault(call, []).append(step)
    return found


def _following(repo: Repo, held: _Held, called: Called) -> dict[_Call, None]:
    """What it calls itself."""
    asked = (_asked(repo, held, step, called.text) for step in called.steps)
    return dict.fromkeys(each for calls in asked for each in calls)


def _asked(repo: Repo, held: _Held, step: Step, text: str) -> Iterator[_Call]:
    """What a step calls that stands in a file of this text."""
    found = _CALLED.match(step.text)
    path = found[1].rstrip("/") if found else ""
    for file in (path, f"{path}/action.yml", f"{path}/action.yaml") if path else ():
        if held.get((step.place.repo, file)):
            around = text or repo.read(step.place) or ""
            given = dict(_INPUT.findall(step.text))
            settled = {name: _settled(repo, value, around) for name, value in given.items()}
            yield step.place.repo, file, tuple(settled.items())


def _called(repo: Repo, held: _Held, call: _Call, firsts: tuple[Step, ...]) -> Called:
    home, file, handed = call
    steps, given = held[home, file], dict(handed)
    filled = tuple(replace(step, text=_filled(step.text, given)) for step in steps)
    return Called(filled, firsts, _filled(repo.read(steps[0].place) or "", given))


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
