"""Tags that infrastructure code puts on every resource which it deploys, with the commit as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.inference_code.called import reused
from agentaudit.probes.inference_code.commits import committed
from agentaudit.source import Component, Repo

_FILES = (
    *("**/*.tf", "**/cdk/**/*.ts", "**/cdk/**/*.py", "**/bin/*.ts", "infra*/**/*.ts"),
    "**/app.py",
)
_COMMIT_KEY = (
    r"[\"']?(?:[\w:./-]{0,40}?[_:./-])?(?:git[_-]?)?(?:commit|sha|revision)"
    r"(?:[_-]?(?:sha|hash|id))?[\"']?"
)
_EVERYWHERE = regex(
    rf"(?im)\bTags\.of\(\s*(?:app|this|self|stack)\s*\)\.add\(\s*{_COMMIT_KEY}"
    r"\s*,\s*([^\n)]{1,120})"
)
"""Every resource of an application or stack of the CDK."""
_DEFAULT = regex(
    rf"(?im)\b(?:default_tags|default_labels)\b[^\n]*\n(?:[^\n]*\n){{0,12}}?\s*{_COMMIT_KEY}"
    r"\s*=\s*([^\n]{1,120})"
)
"""Every resource of a provider of Terraform."""
_WORD = regex(r"[A-Za-z_][\w-]{2,60}")
_DEPLOYS = regex(
    r"\b(?:cdk|sam|pulumi|terraform|tofu|serverless|sls)\s[^\n]{0,80}?\b(?:deploy|up|apply)\b"
)
_PACKS = regex(r"\b(?:cdk|sam|serverless|sls)\s[^\n]{0,80}?\bdeploy\b")


def tagged(repo: Repo, component: Component, *, packed: bool = False) -> Iterator[Place]:
    """Lines by which all that CI deploys is tagged with the commit that CI hands over; where
    `packed`, only of tools that build what they deploy."""
    steps = [s for s in repo.steps() if s.place.repo == component.repo]
    wanted = _PACKS if packed else _DEPLOYS
    if not any(wanted.search(step.text) for step in steps):
        return
    files = {step.place.path: step.place for step in steps}
    known = {n for place in files.values() for n in committed(repo.read(place) or "")}
    known |= {n for called in reused(repo) for n in committed(called.text)}
    names = {_plain(name) for name in known}
    for pattern in _FILES[1:] if packed else _FILES:
        for file in repo.files(pattern):
            text = (repo.read(file) or "")[:100_000] if file.repo == component.repo else ""
            for found in (*_EVERYWHERE.finditer(text), *_DEFAULT.finditer(text)):
                if names & set(_sources(found[1], text)):
                    line = text.count("\n", 0, found.start(1)) + 1
                    yield replace(file, line=line, text=" ".join(found[0].split())[:300])


def _plain(name: str) -> str:
    return re.sub(r"[_-]", "", name).lower().removeprefix("tfvar")


def _sources(value: str, text: str) -> Iterator[str]:
    """Names that a value is taken from, and those in quotes where its variable is set."""
    for name in _WORD.findall(value):
        yield _plain(name)
        given = re.compile(rf"(?m)\b{re.escape(name)}\b[^\n=]{{0,60}}=[ \t]*([^\n]{{1,200}})")
        for found in given.finditer(text):
            yield from map(_plain, re.findall(r"[\"'.](\w{3,60})\b", found[1]))
