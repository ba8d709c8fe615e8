"""Pipelines of AWS CodeBuild that a stack declares, with the commands of their build specification
in its code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.inference_code.builds import concerns
from agentaudit.probes.once import once
from agentaudit.source import Component, Place, Repo, Step

_SPECIFIED = regex(r"\bBuildSpec\.from_?[oO]bject\w{0,10}\(")
_COMMAND = regex(r"""(?m)^[ \t]*(["'`])(.{1,2000})\1[ \t]*,?[ \t]*$""")
"""A text that stands alone in its line: one of a list of commands."""
_BUILD = regex(r"\bdocker(?:\s+buildx)?\s+build\s[^\n]{1,800}")
_PUSH = regex(r"\bdocker(?:\s+image)?\s+push\s|--push\b")
_HOLE = regex(r"\$\{(?:\w{1,60}\.){1,3}(\w{1,60})\}|\{(?:\w{1,60}\.){1,3}(\w{1,60})\}")
"""A property of a record in a template, of TypeScript or Python."""


def declared(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """Code of stacks whose pipelines build and push an image of the component, with its commands
    as a build specification writes them."""
    alone = len(repo.components()) == 1
    for file, plain in _specified(repo):
        built = _BUILD.findall(plain) if file.repo == component.repo else []
        if (alone and built) or any(_is_of(line, file, component) for line in built):
            yield file, plain


@once
def _specified(repo: Repo) -> list[tuple[Place, str]]:
    """Code of stacks with specifications of builds that push an image, written as in a file."""
    found = []
    for suffix in ("ts", "py"):
        for file in repo.files(f"**/*.{suffix}", saying=("BuildSpec",)):
            text = (repo.read(file) or "")[:200_000] if repo.role(file) not in ASIDE else ""
            plain = _COMMAND.sub(lambda found: f"- {found[2]}", text)
            if _SPECIFIED.search(text) and _PUSH.search(plain):
                found.append((file, plain))
    return found


def _is_of(line: str, file: Place, component: Component) -> bool:
    """Whether a command builds the component: it says so, or takes its directory from the record in
    which a stack names it."""
    names = {found[1] or found[2] for found in _HOLE.finditer(line)}
    taken = any(
        re.search(rf"\b{re.escape(name)}[\"']?\s{{0,9}}[:=]", place.text)
        for name in names
        for place in component.built_by
    )
    return taken or concerns(Step(file.path, line, file), component, alone=False)
