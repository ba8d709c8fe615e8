"""What of a Makefile, a pipeline or a workflow CI really runs, and for which code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from agentaudit.expressions import regex
from agentaudit.make_rules import targets
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo, Step

_MAKE = regex(r"(?:^|[\s;&|(])(?:make|just|task)(?=\s|$)([^\n;&|)]{0,400})")


def asked_targets(steps: Iterable[Step]) -> frozenset[str] | None:
    """Targets that commands of CI name; a bare `make` is the empty one. None where one of them is
    known to a shell only."""
    found = set[str]()
    for step in steps:
        for command in _MAKE.finditer(step.text):
            words = targets(command[1])
            if any("$" in word for word in words):
                return None
            found.update(words or [""])
    return frozenset(found)


_TASK = regex(r"^  ([\w:.*-]{1,80}):[ \t]*$|^  ([\w:.*-]{1,80}):[ \t]*(?=[\[{])")
_NEEDS = regex(r"^\s{3,12}(?:-\s+task|deps):\s*([^\n]{1,300})")


def as_rules(text: str) -> str:
    """A Taskfile with its tasks written as rules of a Makefile, on the same lines."""
    head, mark, body = text.partition("\ntasks:")
    rows = body.split("\n")
    for at, row in enumerate(rows):
        if found := _TASK.match(row):
            rows[at] = f"{found[1] or found[2]}:"
        elif needs := _NEEDS.match(row):
            rows[at] = "    make " + " ".join(re.findall(r"[\w:.-]+", needs[1]))
    return "\n" * (head + mark).count("\n") + "\n".join(rows)


_JOB = regex(r"^(?=[.\w\"'$])", re.M)
_NEVER = regex(
    r"^[ \t]+rules:[ \t]*(?:\n[ \t]*-[ \t]*|\[[ \t]*\{[ \t]*)when:[ \t]*[\"']?never\b", re.M
)


def live_jobs(text: str) -> str:
    """A pipeline of GitLab without jobs that are never run and templates that no job takes over."""
    blocks = [block for block in _JOB.split(text) if block]
    kept = []
    for block in blocks:
        name = block.partition(":")[0].strip("\"'")
        anchor = re.match(r"[^\n:]{1,200}:[ \t]*&([\w-]{1,80})", block)
        used = any(other is not block and name in other for other in blocks)
        used = used or bool(anchor and f"*{anchor[1]}" in text)
        if not _NEVER.search(block) and (used or not name.startswith(".")):
            kept.append(block)
    return "".join(kept)


_ADDRESS = regex(
    r"(?:context=|\s)https?://[\w.-]{1,100}/[\w./-]{1,200}?([\w-]{1,100})(?:\.git)?(?:#\S*)?(?=\s|$)"
)
_BUILDS = regex(r"^uses:\s+docker/build-push-action|\bdocker\s(?:[^\n]{0,200}\s)?build\s")
_CONTEXT = regex(r"\scontext=(?:\./)?([\w./-]{1,200})(?=\s|$)")
_FILE = regex(r"\sfile=(?:\./)?([\w./-]{1,200})(?=\s|$)")
_CHECKED_OUT = regex(r"^uses:\s+actions/checkout@")
_REPOSITORY = regex(r"\srepository=[\w.-]{1,100}/([\w.-]{1,100})(?=\s|$)")


def is_elsewhere(repo: Repo, component: Component, step: Step, steps: Iterable[Step]) -> bool:
    """Whether the step builds the code of another repository, or what another build file says."""
    name = component.repo.rpartition("/")[2].rpartition("--")[2].lower()
    if not _BUILDS.search(step.text):
        return False
    if (address := _ADDRESS.search(step.text)) and address[1].lower() != name:
        return "git" in address[0]
    before = [
        each.text
        for each in _checkouts(steps)
        if each.place.path == step.place.path and (each.place.line or 0) < (step.place.line or 0)
    ]
    taken = _REPOSITORY.search(before[-1]) if before and " path=" not in before[-1] else None
    if taken and taken[1].lower() != name:
        return True
    return _other_file(repo, component, step)


@once
def _checkouts(steps: Iterable[Step]) -> list[Step]:
    return [each for each in steps if _CHECKED_OUT.search(each.text)]


def _other_file(repo: Repo, component: Component, step: Step) -> bool:
    context, file = _CONTEXT.search(step.text), _FILE.search(step.text)
    if not context or not component.build_files or " file=$" in step.text:
        return False
    path = posixpath.normpath(file[1] if file else f"{context[1]}/Dockerfile")
    mine = {each.place.path for each in component.build_files}
    return path not in mine and any(each.repo == component.repo for each in repo.files(path))
