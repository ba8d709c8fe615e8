"""Scripts and Makefiles by which somebody builds an image, and what they hand it of the commit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.heredocs import written_down
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.inference_code.builds import concerns
from agentaudit.probes.inference_code.commits import committed, holds
from agentaudit.probes.inference_code.pipelines import pipelines
from agentaudit.probes.inference_code.recipes import as_shell, building
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo, Step

_FILES = ("**/*.sh", "**/Makefile", "**/*.mk", "**/justfile", "**/Taskfile.y*ml")
_TOLD = regex(r"[ \t]*@?(?:#|echo\b|printf\b)")
_COMPOSES = regex(r"\bcompose\w{0,9}\}?\s[^\n]{0,300}?(?:\bbuild\b|--build\b)", re.IGNORECASE)
_BUILDS = regex(
    r"\b(?:docker|podman|nerdctl|buildah)\s[^;&|]{0,200}?\b(?:build|bud)\b|\b(?:fly|flyctl)\s+deploy\b"
    r"|\$\{\w{0,30}(?:DOCKER|CONTAINER|PODMAN|BUILD)\w{0,30}\}\s[^;&|]{0,100}?\bbuild\b"
    r"|\baz\s+acr\s+build\b|\$\{\w{0,30}BUILD_CMD\}"
)
_TRIED = regex(r"--target[= ][\"']?\w{0,20}(?:test|lint|ci)\b|\s-t[ =]\S{1,200}:(?:test|lint|ci)\b")
"""A build that is only tried."""
_SENDS = regex(
    r"\b(?:docker|podman|nerdctl|buildah)(?:\s+image)?\s+(?:push|save)\b|\}\s+push\b|--push\b"
    r"|\b(?:kubectl|helm|fly|flyctl|gcloud|ssh|scp|az|aws)\s"
)
_VALUE = r"(\"[^\"\n]{1,300}\"|\$\([^()\n]{1,300}\)|[^\s\"']{1,300})"


def by_hand(repo: Repo, component: Component, name: str) -> Place | None:
    """The line by which a script builds the image of a component with the commit in this argument.
    Where CI builds it too, or a Compose file that takes no such argument, nobody knows which of the
    images is deployed."""
    composed = [
        text
        for path in sorted({place.path for place in component.built_by if "compose" in place.path})
        for file in repo.files(path)
        if file.repo == component.repo and (text := repo.read(file))
    ]
    taken = {found for text in composed for found in _taken(text, name)}
    asks = re.compile(rf"(?im)^[ \t]*ARG\s[^\n]{{0,300}}?\b{re.escape(name)}\b")
    if not taken and not any(asks.search(repo.read(f.place) or "") for f in component.build_files):
        return None
    for file, text in _scripts(repo):
        if file.repo != component.repo or (composed and not taken and not _is_sent(text)):
            continue
        line = _handed(text, name, taken)
        if line and _is_of(repo, component, file, line) and not _is_built_by_ci(repo, component):
            number = text[: text.find(line)].count("\n") + 1
            return replace(file, line=number, text=" ".join(line.split())[:300])
    return None


def _taken(text: str, name: str) -> Iterator[str]:
    """Variables from which a Compose file takes an argument or a variable of this name."""
    wanted = re.compile(
        rf"(?m)^[ \t]{{2,40}}(?:- )?[\"']?{re.escape(name)}[\"']?"
        r"(?:[ \t]*[:=][ \t]*[\"']?\$\{?(\w+)|[ \t]*:?$)"
    )
    yield from (found[1] or name for found in wanted.finditer(text[:200_000]))


def _is_sent(text: str) -> bool:
    return bool(_SENDS.search(text) or _COMPOSES.search(text))


@once
def _scripts(repo: Repo) -> list[tuple[Place, str]]:
    """Scripts that build an image and know the commit, as a shell would write them and without
    what they only tell."""
    found = []
    for pattern in _FILES:
        for file in repo.files(pattern):
            text = as_shell(repo.read(file) or "", file.path)
            rows = text.split("\n")
            told = written_down(rows) if "<<" in text else ()
            text = "\n".join(
                "" if at in told or _TOLD.match(row) else row for at, row in enumerate(rows)
            )
            aside = repo.role(file) in ASIDE - {Role.TOOLING}
            if not aside and _BUILDS.search(text) and holds(text, ()):
                found.append((file, text))
    return found


def _handed(text: str, name: str, taken: Collection[str]) -> str:
    """The line that hands the commit over: as an argument, or by a variable that a Compose file
    takes, which is the line that has Compose build."""
    known = committed(text)
    given = re.compile(
        rf"--build-arg[= \t]+[\"']?{re.escape(name)}(?:=(?:{_VALUE})|[\"']?(?=\s|$))"
    )
    rows = [row for row in text.split("\n") if not _TRIED.search(row[:4000])]
    for row in rows:
        found = given.search(row[:4000])
        if found and (holds(found[1], known) if found[1] else name in known):
            return row
    composing = (row for row in rows if _COMPOSES.search(row[:4000]))
    return next(composing, "") if not known.isdisjoint(taken) else ""


def _is_of(repo: Repo, component: Component, file: Place, line: str) -> bool:
    """Whether a script builds this component: the only one with an image, the one that it lies in,
    or one that its line names."""
    others = [each for each in repo.components() if each.build_files and each.repo == file.repo]
    homes = [each.path for each in others if file.path.startswith(f"{each.path}/")]
    if len(others) == 1 or (homes and max(homes, key=len) == component.path):
        return True
    return not homes and concerns(Step(file.path, line[:4000], file), component, alone=False)


def _is_built_by_ci(repo: Repo, component: Component) -> bool:
    piped = next(pipelines(repo, component), None)
    return piped is not None or any(building(repo, component))
