"""Scripts and rules of Makefiles that a build file runs, or that its image starts with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.make_rules import idle_lines
from agentaudit.source import Component, Repo

_SCRIPT = regex(r"^\s*(?:RUN|CMD|ENTRYPOINT)\s[^\n]{0,200}?([\w./-]{1,120}\.sh)\b", re.M)
_MAKE = regex(
    r"^\s*RUN\s(?:[^\n]{0,200}?&&\s*)?make((?:\s+[\w-]{1,60}){1,8})\s*(?:&&|;|\\?$)", re.M
)


def run_scripts(repo: Repo, component: Component, text: str) -> Iterator[tuple[Place, str]]:
    """Those of the text of a build file, each with its lines; of a Makefile only the lines of the
    rules that are run, where they stand."""
    for path in dict.fromkeys(_SCRIPT.findall(text)):
        for file in _found(repo, component, path.removeprefix("./").lstrip("/")):
            yield file, repo.read(file) or ""
    if asked := {name for found in _MAKE.finditer(text) for name in found[1].split()}:
        for file in _found(repo, component, "Makefile"):
            yield file, _run_lines(repo.read(file) or "", asked)


def _found(repo: Repo, component: Component, path: str) -> Iterator[Place]:
    home = "" if component.path == "." else f"{component.path}/"
    inner = path.removeprefix("app/")
    for at in dict.fromkeys(("", home)):
        yield from (file for file in repo.files(at + inner) if file.repo == component.repo)


def _run_lines(text: str, asked: set[str]) -> str:
    """The text with the lines of other recipes left empty; what a rule needs is run too."""
    idle = idle_lines(text, asked)
    lines = enumerate(text.split("\n"), 1)
    return "\n".join(row if row.startswith("\t") and at not in idle else "" for at, row in lines)
