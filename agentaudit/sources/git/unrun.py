"""Parts of CI that nothing ever runs: templates of GitLab that no job extends, jobs that are always
left out, and workflows of GitHub that wait for a caller which is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agentaudit.sources.git.reader import Reader, mapping, sequence


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
