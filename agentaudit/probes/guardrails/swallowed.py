"""Whether CI can fail over a suite that it runs: what a command ends with may be thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, islice

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.commands import commands
from agentaudit.probes.guardrails.chosen import rows_of
from agentaudit.probes.guardrails.in_ci import Run, runs
from agentaudit.source import Repo, Step

_MOST = 60
"""Runs that are looked at."""
_PIPE = regex(r"(?<![|>&])\|(?![|&])\s*(?:tee|cat|sed|grep|awk|head|tail|less|tail)\b")
_PIPEFAIL = regex(r"pipefail|shell:\s{0,4}[\"']?bash|PIPESTATUS|pipestatus")
_FORGETS = regex(r"\s{0,80}set\s{1,20}\+(?:e\b|o\s{1,20}errexit)")
_STRICT = regex(
    r"\s{0,80}set\s{1,20}-(?:[a-z]{0,6}e[a-z]{0,6}\b|o\s{1,20}errexit)"
    r"|#!.{0,60}sh\s{1,20}-[a-z]{0,6}e"
)
_READ = regex(r"\$\?|\$\{\?\}|PIPESTATUS|\bexit\s+[1-9$]|\$LASTEXITCODE")
"""Where a script asks what a command ended with, or ends badly itself."""
_WELL = regex(r"(?:exit\s+0|true|:|echo\s.{0,300}|printf\s.{0,300})\s*;?\s*$")
"""A last command that always ends well."""
_LATER = regex(
    r"(?i)\boutcome\b|\bconclusion\b|gate|threshold|check|compare|assert|regress|verif|fail|\bexit\s+[1-9$]"
)
"""Words of a step that may read the results of an earlier one."""
_MADE = regex(r"(?i)(?:^|/)(?:makefile|[\w.-]{1,60}\.mk|justfile)$")
_SHELL = (".sh", ".bash")


def swallowed(repo: Repo) -> Run | None:
    """A run of the suite in CI, where CI runs it and not one of the runs can fail a step."""
    found = list(islice(runs(repo), _MOST))
    for _, group in groupby(found, key=lambda run: id(run.step)):
        mine = list(group)
        inner = [run for run in mine if run.line.place != run.step.place]
        if any(_is_kept(repo, run) for run in inner or mine) or _is_read_later(repo, mine[0].step):
            return None
    return found[-1] if found else None


def _is_kept(repo: Repo, run: Run) -> bool:
    """Whether the step fails where the suite does."""
    if not run.gating:
        return False
    step = run.step
    if step.text.startswith("uses:"):
        return True
    rows = rows_of(repo.read(Place(step.place.repo, step.place.path)) or "")
    at = (step.place.line or 1) - 1
    if _is_lost(step.text, "\n".join(rows[max(at - 40, 0) : at + 12]), step.place.path):
        return False
    above = _script_above(rows, at)
    if any(map(_FORGETS.match, above)) and not _asks_after(rows, at):
        return False
    return run.line.place == step.place or _is_kept_inside(repo, run)


def _is_kept_inside(repo: Repo, run: Run) -> bool:
    """The same of a script, a target or an entry that the step leads to."""
    place, text = run.line.place, run.line.text
    if _MADE.search(place.path) and text.lstrip("@ ").startswith("-"):
        return False
    inner = Step("", text, place)
    if not any(gating for said, gating in commands(inner) if run.found.split()[0] in said):
        return False
    if not place.path.endswith(_SHELL):
        return True
    rows = rows_of(repo.read(Place(place.repo, place.path)) or "")
    at = (place.line or 1) - 1
    strict = any(map(_STRICT.match, rows[:at])) and not any(map(_FORGETS.match, rows[:at]))
    after = [
        row.strip() for row in rows[at + 1 :] if row.strip() and not row.lstrip().startswith("#")
    ]
    return strict or not after or any(map(_READ.search, after)) or not _WELL.match(after[-1])


def _is_lost(text: str, around: str, path: str) -> bool:
    """Whether a pipe ends with what another command ends with; only the shells of GitHub's
    workflows are not told to look at all of them."""
    piped = _PIPE.search(text) is not None and path.startswith(".github/")
    return piped and not _PIPEFAIL.search(around)


def _script_above(rows: Sequence[str], at: int) -> list[str]:
    """Rows of the same script above one."""
    found = []
    for row in reversed(rows[max(at - 60, 0) : at]):
        if "run:" in row or row.lstrip().startswith("- "):
            break
        found.append(row)
    return found


def _asks_after(rows: Sequence[str], at: int) -> bool:
    """Whether the suite is the last command of the script, or a later one asks how it ended."""
    depth = len(rows[at]) - len(rows[at].lstrip())
    after: list[str] = []
    for row in rows[at + 1 : at + 60]:
        if row.strip() and len(row) - len(row.lstrip()) < depth:
            break
        after += [row] if row.strip() else []
    return not after or any(map(_READ.search, after))


def _is_read_later(repo: Repo, step: Step) -> bool:
    """Whether a later step of the workflow may fail over the results."""
    later = (
        each
        for each in repo.steps()
        if each.workflow == step.workflow and (each.place.line or 0) > (step.place.line or 0)
    )
    return any(each.gating and _LATER.search(each.text) for each in later)
