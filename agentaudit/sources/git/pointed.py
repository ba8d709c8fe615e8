"""Projects that the code of a stack points to by a path, whatever construct takes it: a property
that a construct of the repository itself hands on, or a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import outputs
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, ancestors, directory, inside
from agentaudit.sources.git.roles import SOURCES

_STACKS = frozenset(("cdk.json", "cdktf.json", "Pulumi.yaml", "Pulumi.yml", "sst.config.ts"))
_CODE = (".ts", ".py", ".js", ".mts", ".go", ".cs", ".java")
_DEPLOYS = regex(r"aws[-_]cdk|\bpulumi|\bcdktf\b|\bconstructs\b|\bsst\b")
_KEY = regex(
    r"\b\w{0,40}(?:[pP]ath|PATH|[dD]ir|[dD]irectory|DIR|[eE]ntry|[cC]ode|[sS]ource|[fF]older"
    r"|[cC]ontext|[hH]andler)\s{0,9}[:=]\s{0,9}(?![=>])"
)
"""What takes the path of what is deployed; of an array of paths nobody knows what it is for."""
_PART = regex(r"[\"'`]([\w.@/-]{1,200})[\"'`]")
_TAKES = regex(r"(\w{1,60})\s{0,9}\(")
_LAYER = regex(r"(?i)layer|lock|schema")
"""What only others are packed with, and files that say which packages or what shape."""
_LONGEST = 400


def projects(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Those projects, besides the stack itself and what stands around it."""
    stacks = {directory(path) for path in reader.named(_STACKS.__contains__)}
    for path in reader.paths if stacks else ():
        if not path.endswith(_CODE) or not reader.is_own(path):
            continue
        stack = next((home for home in ancestors(directory(path)) if home in stacks), None)
        text = (reader.text(path) or "")[:200_000] if stack is not None else ""
        for found in _KEY.finditer(text) if _DEPLOYS.search(text) else ():
            home = _home(reader, homes, path, stack or "", text, found)
            if home is not None:
                yield Build(home, reader.place(path, text.count("\n", 0, found.start()) + 1))


def _home(
    reader: Reader, homes: Homes, path: str, stack: str, text: str, found: re.Match[str]
) -> str | None:
    written = _expression(text[found.end() : found.end() + _LONGEST])
    relative = "/".join(part.strip("/") for part in _PART.findall(written))
    around = [*_TAKES.finditer(text[max(found.start() - 200, 0) : found.start()])]
    if "/" not in relative or _LAYER.search(found[0]) or (around and _LAYER.search(around[-1][1])):
        return None
    bases = [directory(path), stack] if relative.startswith(".") else ancestors(directory(path))
    for base in bases:
        home = _project(reader, homes, joined(base, relative))
        if home is not None and home != stack and not inside(stack, home) and homes.is_part(home):
            return home
    return None


def _project(reader: Reader, homes: Homes, target: str | None) -> str | None:
    """The project that a path is, that its build leaves there, or that a file of code is of."""
    if not target or target in homes.known:
        return target
    if target in reader.known:
        return homes.nearest(target) if target.rpartition(".")[2] in SOURCES else None
    made = outputs.maker(target)
    return made if made in homes.known else None


def _expression(text: str) -> str:
    """The value that stands at the start of a text: to the comma, the end of the line or what
    closes, outside of parentheses."""
    depth = 0
    for index, letter in enumerate(text):
        if letter in "[{":
            return "" if not depth and not text[:index].strip() else text[:index]
        depth += (letter == "(") - (letter == ")")
        if depth < 0 or (depth == 0 and letter in ",;\n}" and text[:index].strip()):
            return text[:index]
    return text
