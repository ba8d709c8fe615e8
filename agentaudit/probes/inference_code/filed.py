"""Files that CI writes the commit into before it builds or ships what reads them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

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
    found, going = list[tuple[Step, str]](), set[tuple[str, ...]]()
    for step in reversed(repo.steps()):
        job = step.place.repo, step.place.path, step.workflow, step.job
        if job not in going and _goes_out(step):
            going.add(job)
        path = _written(step.text[:2000]) if job in going and COMMIT.search(step.text) else ""
        if path:
            found.append((step, posixpath.normpath(posixpath.join(step.home, path))))
    return found[::-1]


def _goes_out(step: Step) -> bool:
    """Whether the step builds or ships something."""
    if any(builds([step])):
        return True
    ships = SHIPS.search(step.text) is not None
    return ships and any(SHIPS.search(text) for text, _ in commands(step))


def _written(command: str) -> str:
    """The path of the file that a command writes the commit into, if any."""
    found = _INTO.search(command) or _CHANGES.search(command)
    return found[1] if found and COMMIT.search(found[0]) else ""
