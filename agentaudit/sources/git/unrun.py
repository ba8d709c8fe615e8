"""Parts of CI that nothing ever runs: templates of GitLab that no job extends, jobs that are always
left out or need one that is, workflows of GitHub that wait for a caller which is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from agentaudit.expressions import regex
from agentaudit.sources.git.reader import Reader, mapping, sequence, word


def is_template(name: str, texts: Iterable[str]) -> bool:
    """Whether a job is a hidden one that no file of the pipeline takes anything from."""
    if not name.startswith("."):
        return False
    written = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    for text in texts:
        anchor = re.search(rf"(?m)^{re.escape(name)}:[ \t]*&([\w-]{{1,80}})", text)
        if anchor and f"*{anchor[1]}" in text:
            return False
        lines = text.split("\n")
        starts = (found for line in lines for found in written.finditer(line[:1000]))
        if any(found.start() for found in starts):
            return False
    return True


def is_never(job: Any) -> bool:
    """Whether the first rule of a job of GitLab, or the only word on it, leaves it out."""
    given = mapping(job)
    return given.get("when") == "never" or sequence(given.get("rules"))[:1] == [{"when": "never"}]


def is_uncalled(reader: Reader, path: str, triggers: set[str]) -> bool:
    """Whether a workflow of GitHub is only there to be called, and no other calls it."""
    if triggers != {"workflow_call"}:
        return False
    name = path.rpartition("/")[2]
    others = (other for other in reader.paths if other.startswith(".github/") and other != path)
    return not any(name in (reader.text(other) or "") for other in others)


_FALSE = regex(r"(?:false|!\s{0,4}true)", re.IGNORECASE)
_EVENT = regex(r"github\.event_name\s{0,4}==\s{0,4}['\"](\w{1,40})['\"]")
_INNER = regex(r"\([^()]{0,2000}\)")
_IN_ANY_CASE = regex(r"\b(?:always|cancelled|failure)\(", words=("always", "cancelled", "failure"))
"""What lets a job run though one that it needs did not."""
_DEEPEST = 4


def is_unmet(condition: Any, started: Collection[str]) -> bool:
    """Whether a condition of GitHub never holds: one part of every alternative is false, or asks
    for an event that is none of those by which the workflow is `started`."""
    text = word(condition).strip().removeprefix("${{").removesuffix("}}")
    for _ in range(_DEEPEST):
        text = _INNER.sub("", text)
    return all(
        any(_is_false(part.strip(), started) for part in each.split("&&"))
        for each in text.split("||")
    )


def _is_false(part: str, started: Collection[str]) -> bool:
    event = _EVENT.fullmatch(part)
    other = event and started and "workflow_call" not in started and event[1] not in started
    return bool(other or _FALSE.fullmatch(part))


def off(jobs: dict[str, Any], started: Collection[str]) -> set[str]:
    """Jobs of GitHub that never run, and those that need one of them."""
    given = {name: mapping(job) for name, job in jobs.items()}
    found = {name for name, job in given.items() if is_unmet(job.get("if"), started)}
    for _ in given:
        waiting = {
            name
            for name, job in given.items()
            if not found.isdisjoint(_needs(job)) and not _IN_ANY_CASE.search(word(job.get("if")))
        }
        if waiting <= found:
            break
        found |= waiting
    return found


def _needs(job: dict[str, Any]) -> list[str]:
    needs = job.get("needs")
    return [needs] if isinstance(needs, str) else [word(each) for each in sequence(needs)]
