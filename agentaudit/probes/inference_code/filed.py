"""Files that CI writes the commit into before it builds or ships what reads them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.commands import commands
from agentaudit.probes.environment.hosts import SHIPS
from agentaudit.probes.inference_code.builds import builds
from agentaudit.probes.inference_code.handed_over import SOURCES, is_read
from agentaudit.probes.inference_code.stamps import COMMIT
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo, Step

_FILE = r"[\"']?(?:\./)?((?:[\w.-]{1,60}/){0,9}[\w.-]{3,60})[\"']?"
_FIRST = r"(?:^|;|\{[ \t]|&&|\b(?:then|else|do)\b)[ \t]{0,80}"
_WORDS = (
    r"(?:\"(?:[^\"\\\n]|\\.){0,600}\"|'[^'\n]{0,600}'|\$\([^()\n]{0,300}\)"
    r"|\\.|\$(?!\()|[^\n|;&\"'>$\\]){0,600}+"
)
_INTO = regex(
    rf"{_FIRST}(?:echo|printf|cat|sed|jq[ \t]+-\w{{0,9}}n"
    r"|git[ \t]+(?:rev-parse|describe|log[ \t]+-n?[ ]?1))[ \t]"
    rf"{_WORDS}(?<!\d)>>?[ \t]{{0,4}}{_FILE}"
)
"""What only prints what it is told: of others nobody knows what they say of a commit."""
_CHANGES = regex(rf"{_FIRST}sed[ \t]+(?:-\w+[ \t]+)*-i[^\n]{{0,400}}[ \t]{_FILE}[ \t]*$")


def filed(repo: Repo, component: Component) -> Iterator[Place]:
    """Steps that write the commit into a file which the code names, or into the code itself."""
    home = "" if component.path == "." else f"{component.path}/"
    for step, path in _taken_along(repo):
        if step.place.repo != component.repo or not path.startswith(home):
            continue
        code = path.endswith(tuple(f".{suffix}" for suffix in SOURCES))
        if any(repo.files(path)) if code else is_read(repo, component, path.rpartition("/")[2]):
            yield step.place


@once
def _taken_along(repo: Repo) -> list[tuple[Step, str]]:
    """Steps with the files that they write the commit into before their job builds or ships."""
    steps, found = repo.steps(), list[tuple[Step, str]]()
    for at, step in enumerate(steps):
        path = _written(step.text[:2000]) if COMMIT.search(step.text) else ""
        if path and _goes_out(steps[at:]):
            found.append((step, posixpath.normpath(posixpath.join(step.home, path))))
    return found


def _goes_out(steps: Sequence[Step]) -> bool:
    """Whether the job of the first of these steps builds or ships from there on."""
    first = steps[0]
    same = [
        each
        for each in steps
        if (each.place.repo, each.place.path, each.workflow, each.job)
        == (first.place.repo, first.place.path, first.workflow, first.job)
    ]
    return any(builds(same)) or any(
        SHIPS.search(text) for step in same if SHIPS.search(step.text) for text, _ in commands(step)
    )


def _written(command: str) -> str:
    """The path of the file that a command writes the commit into, if any."""
    found = _INTO.search(command) or _CHANGES.search(command)
    return found[1] if found and COMMIT.search(found[0]) else ""
