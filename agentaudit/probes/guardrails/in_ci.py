"""Where CI runs the evaluation suite, and whether the run fails when the suite does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.commands import commands
from agentaudit.probes.guardrails.chosen import is_chosen, left_out, rows_of
from agentaudit.probes.guardrails.cloned import cloned
from agentaudit.probes.guardrails.ended import repeated
from agentaudit.probes.guardrails.homes import inside
from agentaudit.probes.guardrails.leads import Leads, Line, does_anything
from agentaudit.probes.guardrails.runs import alone, collected, names, run_of, whole
from agentaudit.probes.guardrails.silent import is_silent
from agentaudit.probes.guardrails.suites import suite, suite_files
from agentaudit.probes.guardrails.tested import judged, tested
from agentaudit.source import Repo, Step


class Run(NamedTuple):
    """One run of a suite in CI."""

    found: str
    """The part of the command that runs it."""
    step: Step
    line: Line
    """Where it is written: the step itself, or what the step leads to."""
    gating: bool
    """Whether the step fails when this command of it does, as far as the step says."""


_SETTINGS = ("pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini")


def regular(repo: Repo) -> list[Step]:
    """Steps that run by themselves, and in which a model may answer."""
    return [step for step in repo.steps() if not (step.by_hand or _is_aside(repo, step))]


def runs(repo: Repo) -> Iterator[Run]:
    """Every run of the suite by a regular step."""
    leads, files = Leads(repo), suite_files(repo)
    said = suite(repo)
    shown_in = {place.path for place in said.places} if said else set()
    often = files | {row.path for row in repeated(repo)}
    usual = {row.path for row in tested(repo)}
    asking = usual | {row.path for row in judged(repo, repo.components())}
    services = {each.path for each in repo.components() if each.build_files}
    settings = "\n".join(repo.read(f) or "" for p in _SETTINGS for f in repo.files(p))
    written = [repo.read(f) or "" for path in sorted(files | shown_in) for f in repo.files(path)]
    for step in regular(repo):
        told = (asking != usual or often != files) and _is_told_a_secret(repo, step)
        tests, named = (asking, often) if told else (usual, files)
        for line, gating in _lines(step, leads):
            text = line.text.lstrip("@-+ ")
            found = run_of(text) or names(line.text, named) or alone(line.text, shown_in)
            found = found or whole(line.text, tests)
            found = found or ("" if step.home else collected(line.text, settings, written))
            if said and not found:
                home = step.home if line.place == step.place else ""
                found = run_of(inside(line.text, home, services))
            if found and (leads.only_tell(found) or is_silent(repo, step, line.text)):
                continue
            if found and not (files and all(left_out(repo, f, step, line.text) for f in files)):
                yield Run(found, step, line, gating)


def _is_aside(repo: Repo, step: Step) -> bool:
    """Whether no model answers in the step, or it waits until somebody chooses it."""
    return _is_played(repo, step) or is_chosen(repo, step)


_PLAYED = regex(
    r"(?i)\becho[ _-](?:backend|provider|mode|runner)\b|(?:^|\s)--(?:mock|fake|stub)\b"
    r"|\b(?:mock(?:ed)?|fake|stub(?:bed)?|canned|dummy)[ _-](?:backends?|providers?|models?|llms?"
    r"|clients?|mode|responses?|answers?|runner)\b"
    r"|\b(?:MOCK|FAKE|STUB)_(?:LLM|MODEL|PROVIDER|OPENAI)\w{0,20}[\"']?\s{0,4}[:=]\s{0,4}[\"']?"
    r"(?:1|true)"
)
"""Words of a step in which no model answers."""
_ABOVE = 5


def _is_played(repo: Repo, step: Step) -> bool:
    """Whether the step, or what it is called, says that the answers do not come from a model."""
    rows = rows_of(repo.read(Place(step.place.repo, step.place.path)) or "")
    at = (step.place.line or 1) - 1
    named = next((row for row in rows[max(at - _ABOVE, 0) : at + 1][::-1] if "name:" in row), "")
    return _PLAYED.search(f"{named[:300]}\n{step.text[:5000]}") is not None


_SECRET = regex(r"secrets\.(?!GITHUB_TOKEN\b)\w")
"""Where a workflow is given a secret: without one its tests reach no model."""


def _is_told_a_secret(repo: Repo, step: Step) -> bool:
    return _SECRET.search(repo.read(Place(step.place.repo, step.place.path)) or "") is not None


def _lines(step: Step, leads: Leads) -> Iterator[tuple[Line, bool]]:
    """The commands of a step, and what they lead to, each with whether its failure counts."""
    for text, gating in commands(step):
        yield Line(text, step.place), gating
        yield from ((line, gating) for line in leads.of(text) if does_anything(line))


def fetching(repo: Repo, steps: list[Step]) -> Line | None:
    """The command that runs a suite of another repository, in any workflow."""
    leads = Leads(repo)
    for workflow in dict.fromkeys(step.workflow for step in steps):
        mine = [step for step in steps if step.workflow == workflow]
        if found := cloned(line for step in mine for line, _ in _lines(step, leads)):
            return found
    return None
