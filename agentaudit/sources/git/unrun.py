"""Parts of CI that nothing ever runs: templates of GitLab that no job extends, jobs that are always
left out or need one that is, workflows of GitHub that wait for a caller which is not there, and
what stands in a script below `if false` or behind its end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
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


_OPENS = {"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done"}
_PARTS = regex(r"(?:[^;'\"]|'[^']*'|\"(?:[^\"\\]|\\.)*\")+")
"""Commands of a row; what stands in quotes parts none."""
_LONGEST = 4_000
_GROUP = regex(r"(?:^|[\s)])([{(])$")
_GOES_ON = regex(r"(?:\\|&&|\|\|?)$")


def reached(rows: Sequence[str], told: Collection[int]) -> list[str]:
    """The rows of a script, with blanks for what is never come to; `told` are indexes of rows that
    are written into a file, which end nothing."""
    script, shown, before = _Script(), list[str](), ""
    for at, row in enumerate(rows):
        if at in told or row.lstrip().startswith("#"):
            shown.append("" if script.is_dead else row)
            continue
        begins = _GOES_ON.search(before) is None
        parts = _PARTS.findall(row[:_LONGEST])
        kept = [part for part in parts if script.comes_to(part.strip(), begins=begins)]
        shown.append(row if len(kept) == len(parts) else ";".join(kept))
        before = row.rstrip()[-3:]
    return shown


class _Script:
    """Where one stands in a script."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []
        """What ends each block that is open, and whether it never runs."""
        self._over = False

    @property
    def is_dead(self) -> bool:
        return self._over or any(dead for _, dead in self._open)

    def comes_to(self, part: str, *, begins: bool) -> bool:
        """Whether the next command is run."""
        word, _, rest = part.partition(" ")
        if word in ("else", "elif") and self._open:
            ending, _ = self._open.pop()
            self._open.append((ending, False))
        if word in ("then", "do", "else"):
            part = rest.strip()
            word, _, rest = part.partition(" ")
        dead = self.is_dead
        if word in _OPENS:
            self._open.append((_OPENS[word], rest.strip() == "false"))
        elif self._open and word == self._open[-1][0]:
            self._open.pop()
            return not dead
        elif group := _GROUP.search(part):
            self._open.append(("}" if group[1] == "{" else ")", False))
        elif word == "exit" and begins and not self._open:
            self._over = self._over or "||" not in part
        return not dead
