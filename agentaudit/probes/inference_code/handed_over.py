"""Where pipelines, images and deployments hand the commit on to what runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.inference_code.pipelines import SHA, line_of, pipelines
from agentaudit.probes.inference_code.stamps import (
    NAMED_FOR_COMMIT,
    is_named_for_commit,
    told_the_tag,
)
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo

_WRITTEN = regex(
    r"\$\{?(\w{3,60})\b[^\n]{0,600}?>>?[ \t]{0,4}[\"']?(?:[\w.$\{\}-]{0,60}/){0,12}"
    r"([\w.-]{3,60}\.(?:json|txt|ya?ml|py|ts|js|properties|env)|VERSION|REVISION|COMMIT)\b"
)
"""What a step of an image writes into a file."""
_RUN = regex(r"(?i)^\s*RUN\s")
SOURCES = ("py", "ts", "tsx", "js", "mjs", "go", "java", "kt", "cs")
_MOST = 600
"""Files that are looked into for the name of another."""
_TOLD = rf"(?:DOCKER_|CONTAINER_|APP_)?IMAGE_TAG|{NAMED_FOR_COMMIT}"
_PIPED_ON = regex(
    r"--(?:set-env-vars|update-env-vars|env-vars|labels?|update-labels|set-string|set|env)"
    r"(?:[ \t\n\"',=\[\]-]{1,60}|[=][\"']?)"
    r"(?:[\w.^:/$@{}-]{1,80}=[\w.:/$@{}-]{0,200}[,@:]){0,12}?"
    r"(?:OTEL_RESOURCE_ATTRIBUTES=[\w.,=/-]{0,200}?(?:service\.version|vcs\.[\w.]{1,40})"
    r"|[\w.]{0,40}(?:COMMIT|REVISION|RELEASE|SHA|[cC]ommit|[rR]evision|sha|Sha)\w{0,20})"
    rf"=\S{{0,60}}?{SHA}"
)
"""Variables and labels that a pipeline gives what it deploys, as one word each or as a list."""


def piped(repo: Repo, component: Component, name: str) -> Place | None:
    """The line by which a pipeline gives an argument of the build the commit."""
    wanted = re.compile(rf"\b{re.escape(name)}[\"']?\s{{0,4}}[=:]\s{{0,4}}\S{{0,60}}?{SHA}")
    found = (line_of(file, text, wanted) for file, text in pipelines(repo, component))
    return next(filter(None, found), None)


def written(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """Steps of its build files that write an argument for the commit into a file which its code
    names, or into the code, with the argument's name."""
    for file in component.build_files:
        text = (repo.read(file.place) or "")[:200_000].replace("\\\n", " \r")
        for number, line in _numbered(text):
            found = _WRITTEN.search(line) if _RUN.match(line) else None
            names = re.findall(r"\$\{?(\w{3,60})\b", line[:4000]) if found else []
            name = next(filter(is_named_for_commit, names), "")
            if not (found and name and is_read(repo, component, found[2])):
                name = _put_in(repo, component, line)
            if name:
                yield replace(file.place, line=number, text=" ".join(line.split())[:300]), name


_REPLACES = regex(r"(?i)^\s*RUN\s[^\n]{0,200}?\bsed\s[^\n]{0,40}?-i\b")
_FILLED_IN = regex(r"\bs([/|#@,])(\w{5,60})\1\$\{?(\w{3,60})\}?\1")


def _put_in(repo: Repo, component: Component, line: str) -> str:
    """The argument for the commit that an instruction puts in the place of a word of the code."""
    home = "" if component.path == "." else f"{component.path}/"
    for found in _FILLED_IN.finditer(line) if _REPLACES.match(line) else ():
        files = (repo.files(f"{home}**/*.{end}", saying=(found[2],)) for end in SOURCES)
        if _FOR_COMMIT.fullmatch(found[3].upper()) and any(map(any, files)):
            return found[3]
    return ""


_FOR_COMMIT = regex(NAMED_FOR_COMMIT)


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """Instructions with the lines that they begin on, where each line that goes on left a mark."""
    number = 1
    for line in text.split("\n"):
        yield number, line.replace("\r", "")[:4000]
        number += 1 + line.count("\r")


def is_read(repo: Repo, component: Component, name: str) -> bool:
    home = "" if component.path == "." else f"{component.path}/"
    named = re.compile(rf"[\"'`/]{re.escape(name)}[\"'`]")
    seen = 0
    for suffix in SOURCES:
        for file in repo.files(f"{home}**/*.{suffix}"):
            seen += 1
            if seen > _MOST:
                return False
            if file.repo == component.repo and named.search(repo.read(file) or ""):
                return True
    return False


@once
def _is_alone(repo: Repo) -> bool:
    return sum(bool(each.build_files and each.agentic) for each in repo.components()) == 1


def deployed_tag(repo: Repo, component: Component) -> Iterator[Place]:
    """Where a deployment of the only service that is deployed tells it the tag of its image."""
    if _is_alone(repo):
        yield from told_the_tag(repo, component, _TOLD)


def piped_on(file: Place, text: str) -> Place | None:
    """The line by which a pipeline deploys what it stamps with the commit."""
    if found := _PIPED_ON.search(text[:200_000]):
        line = text.count("\n", 0, found.start()) + 1
        return replace(file, line=line, text=" ".join(found[0].split())[:300])
    return None
