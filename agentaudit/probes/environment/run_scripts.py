"""Scripts and rules of Makefiles that a build file runs, or that its image starts with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_SCRIPT = regex(r"^\s*(?:RUN|CMD|ENTRYPOINT)\s[^\n]{0,200}?([\w./-]{1,120}\.sh)\b", re.M)
_MAKE = regex(
    r"^\s*RUN\s(?:[^\n]{0,200}?&&\s*)?make((?:\s+[\w-]{1,60}){1,8})\s*(?:&&|;|\\?$)", re.M
)
_RULE = regex(r"([\w-]{1,60})[ \t]{0,4}:(?!=)([\w \t-]{0,400})(?:#.*)?")


def run_scripts(repo: Repo, component: Component, text: str) -> Iterator[tuple[Place, str]]:
    """Those of the text of a build file, each with its lines; of a Makefile only the lines of the
    rules that are run, where they stand."""
    for path in dict.fromkeys(_SCRIPT.findall(text)):
        for file in _found(repo, component, path.removeprefix("./").lstrip("/")):
            yield file, repo.read(file) or ""
    if targets := {name for found in _MAKE.finditer(text) for name in found[1].split()}:
        for file in _found(repo, component, "Makefile"):
            yield file, _rules(repo.read(file) or "", targets)


def _found(repo: Repo, component: Component, path: str) -> Iterator[Place]:
    home = "" if component.path == "." else f"{component.path}/"
    inner = path.removeprefix("app/")
    for at in dict.fromkeys(("", home)):
        yield from (file for file in repo.files(at + inner) if file.repo == component.repo)


def _rules(text: str, targets: set[str]) -> str:
    """The text with the lines of other rules left empty; what a rule needs is run too."""
    lines = text.split("\n")
    rules = {n: found for n, line in enumerate(lines) if (found := _RULE.fullmatch(line))}
    needs = {found[1]: found[2].split() for found in rules.values()}
    live, pending = set[str](), list(targets)
    while pending:
        if (target := pending.pop()) not in live:
            live.add(target)
            pending += needs.get(target, ())
    kept, runs = list[str](), False
    for number, line in enumerate(lines):
        runs = rules[number][1] in live if number in rules else runs
        kept.append(line if runs and line.startswith("\t") else "")
    return "\n".join(kept)
