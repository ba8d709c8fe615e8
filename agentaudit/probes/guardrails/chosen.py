"""Steps of CI that run only where somebody chose to: what is written in their own file says so."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.source import Repo, Step

_VARIABLE = regex(
    r"\bvars\.\w{1,60}\s*(?:==\s*[\"']?(?:true|1|yes|on|enabled)[\"']?\s*)?(?:\}\}|&&|$)"
)
"""A switch of the repository's settings, of which nothing that is committed says that it is on."""
_IF = regex(r"\s*(?:-\s+)?if:\s*[\"']?(.{1,300})")
_CALLED = regex(
    r"(?ms)^[\"']?on[\"']?:\s{0,80}\[?\s{0,80}workflow_call\b"
    r"|^[\"']?on[\"']?:[^\S\n]{0,80}\n\s{1,200}workflow_call:"
)
_OTHER = regex(
    r"(?m)^\s{1,8}(?:push|pull_request|pull_request_target|schedule|merge_group|release):"
    r"|^[\"']?on[\"']?:\s*\[[^\]]*(?:push|pull_request|schedule)"
)
_JOB = regex(r"([.\w][\w .:-]{0,80}):\s*(?:&\w{1,40}\s*)?(?:#.*)?$")
_ASKED = regex(
    r"\s{0,40}(?:-\s{1,4})?if:\s{0,4}[\"']?\$(?!CI_|GITLAB_)\w{1,60}\s{0,4}(?:==\s{0,4}[\"'](?:1|true|yes|on)[\"'])?[\"']?\s{0,40}$"
)
_STEPS = regex(r"\s{0,12}steps:\s*$")
_RULE = regex(r"\s*-\s*(?:if|when|changes|exists)\b")
_SKIPS = regex(
    r"(?:skipif\(\s*not\s+|skipIf\(\s*!\s*|runIf\(\s*(?:!!\s*)?|skipUnless\(\s*)"
    r"(?:os\.)?(?:getenv\(|environ\.get\(|environ\[|process\.env\.|env\.)\s*[\"']?([A-Z]\w{2,60})"
)
"""Tests that are left out where a variable is not set."""
_ALL_SKIPPED = regex(
    r"(?m)^pytestmark\s{0,4}=\s{0,4}\[?\s{0,4}pytest\.mark\.skip\b(?!if)"
    r"|^pytest\.skip\([^\n]{0,300}allow_module_level\s{0,4}=\s{0,4}True"
)
_TEST = regex(
    r"(?m)^(?P<marks>(?:[ \t]{0,12}@[^\n]{1,300}\n){0,12})[ \t]{0,12}(?:async[ \t]{1,4})?"
    r"def[ \t]{1,4}test\w{0,100}\("
    r"|^(?:describe|suite|test|it)(?P<skip>\.skip|\.todo)?(?:\.\w{1,20}){0,2}\("
)
_SKIP = regex(r"@(?:pytest\.mark|unittest)\.skip\b(?!if)")


def is_skipped(text: str) -> bool:
    """Whether every test of a file is marked to be left out, whatever is set."""
    if "skip" not in text and ".todo(" not in text:
        return False
    found = list(_TEST.finditer(text))
    left = all(each["skip"] or _SKIP.search(each["marks"] or "") for each in found)
    return _ALL_SKIPPED.search(text) is not None or (bool(found) and left)


_MOST_ROWS = 5000


@once
def rows_of(text: str) -> list[str]:
    """The lines of a file in which many steps stand."""
    return text.split("\n")


def is_chosen(repo: Repo, step: Step) -> bool:
    """Whether the step, its job or its workflow waits for a switch, or for somebody to call it."""
    text = repo.read(Place(step.place.repo, step.place.path)) or ""
    rows = rows_of(text)[:_MOST_ROWS]
    at = (step.place.line or 1) - 1
    if not 0 <= at < len(rows):
        return False
    if step.place.path.startswith(".gitlab"):
        return _is_hidden(rows, at)
    switches = _switches(text) if "vars." in text else ()
    return _waits(rows, switches, at) or _is_uncalled(repo, step, text)


def left_out(repo: Repo, file: str, step: Step, text: str) -> bool:
    """Whether all tests of a file are skipped, or wait for a variable that neither the command nor
    the workflow names."""
    for place in repo.files(file):
        tests = (repo.read(place) or "")[:100_000]
        if is_skipped(tests):
            return True
        names = _SKIPS.findall(tests)
        told = text + (repo.read(Place(step.place.repo, step.place.path)) or "")
        return bool(names) and not any(name in told for name in names)
    return False


@once
def _switches(text: str) -> tuple[int, ...]:
    """The rows of a workflow whose condition asks for a switch."""
    asked = ((number, _IF.match(row[:400])) for number, row in enumerate(rows_of(text)))
    return tuple(number for number, found in asked if found and _VARIABLE.search(found[1]))


def _waits(rows: list[str], switches: tuple[int, ...], at: int) -> bool:
    """Whether a condition of the step or of its job asks for such a switch."""
    depth, inner = _depth(rows[at]), True
    for number in range(at, min(switches, default=at + 1) - 1, -1):
        row = rows[number][:400]
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        if number in switches and (inner or _depth(row) < depth):
            return True
        inner = inner and not row.lstrip().startswith("- ")
        if row.startswith("jobs:"):
            return False
        if "steps:" in row and _STEPS.match(row):
            depth = _depth(row) + 1
    return False


def _is_uncalled(repo: Repo, step: Step, text: str) -> bool:
    """Whether only another workflow starts it, and none does."""
    if not _is_for_others(text):
        return False
    name = step.place.path.rpartition("/")[2]
    files = (file for kind in ("yml", "yaml") for file in repo.files(f".github/workflows/*.{kind}"))
    used = re.compile(rf"uses:\s*[^\s#]{{0,200}}{re.escape(name)}\b")
    return not any(used.search(repo.read(file) or "") for file in files)


@once
def _is_for_others(text: str) -> bool:
    """Whether nothing but another workflow starts it."""
    return _CALLED.search(text) is not None and _OTHER.search(text) is None


def _is_hidden(rows: list[str], at: int) -> bool:
    """Whether a job of GitLab is a template that none extends, or asks for a variable in its only
    rule."""
    head = next((n for n in range(at, -1, -1) if _JOB.match(rows[n][:200])), None)
    if head is None:
        return False
    name = rows[head].partition(":")[0]
    if name.startswith("."):
        rest = "\n".join(rows[:head] + rows[head + 1 :])
        return re.search(rf"(?<![\w.]){re.escape(name)}\b|\*\w", rest) is None
    end = next((n for n in range(head + 1, len(rows)) if re.match(r"\S", rows[n])), len(rows))
    rules = [row[:300] for row in rows[head:end] if _RULE.match(row[:300])]
    return bool(rules) and all(_ASKED.match(row) for row in rules)


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip())
