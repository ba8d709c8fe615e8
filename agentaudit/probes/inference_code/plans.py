"""Commands of CI that build what a file says, by the names that stand in that file: Compose, Bake,
Skaffold, Earthly, Kamal."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.commands import commands
from agentaudit.probes.inference_code.commits import committed, holds
from agentaudit.probes.inference_code.undeployed import is_undeployed
from agentaudit.source import Component, Repo, Step

_BLOCK = regex(r"^ {2}(?=[\w\"'.-])", re.M)
_SERVICE = regex(r"^\s{3,8}build:", re.M)
_IMAGE = regex(r"^\s{3,8}image:\s*[\"']?([^\s\"']{1,300})", re.M)
_TARGET = regex(r"(?m)^target\b")
_TAGS = regex(r"\btags\s*=\s*\[([^\]]{1,600})\]")
_NAMED_BY_COMMIT = regex(
    r"gitCommit[\"']?\s*:(?![^#]{0,60}variant[\"']?\s*:\s*[\"']?(?:Tree|Abbrev"
    r"Tree|Branch))",
    re.S,
)
_POLICY = regex(r"(?m)^\s{1,8}tagPolicy:|[{,]\s*tagPolicy:")
_TEMPLATE = regex(
    r"\b(?:envTemplate|template)\b[^\n]{0,20}(?:\n[^\n]{0,20})?template:\s*([^\n]{1,300})"
)
_SAVED = regex(r"^\s+SAVE\s+IMAGE\s[^\n]{0,60}--push\s+([^\n]{1,400})", re.M)
_HASH = regex(r"\$\{?EARTHLY_GIT_(?:SHORT_)?HASH\b")
_ASKED = regex(r"\+([\w.-]{1,80})")
_RECIPE = regex(r"^([\w.-]{1,80}):", re.M)
_GIVEN = regex(r"(?:^|\s)(?:--?(?:tag|version)|-t|VERSION)[=\s]")
_UNSENT = regex(r"(?:^|\s)(?:-P|--skip[-_]push|--push=false|--dry-run)(?=\s|$)")


def _composed(text: str, known: Collection[str], _command: str) -> str:
    """Names of images that a Compose file builds, where each of them holds the commit."""
    built = [block for block in _BLOCK.split(text) if _SERVICE.search(block)]
    named = [found[1] for block in built if (found := _IMAGE.search(block))]
    return named[0] if named and all(_holds(name, known) for name in named) else ""


def _baked(text: str, known: Collection[str], _command: str) -> str:
    named = [found[1] for block in _TARGET.split(text) for found in _TAGS.finditer(block)]
    return named[0] if named and all(_holds(name, known) for name in named) else ""


def _holds(name: str, known: Collection[str]) -> bool:
    return bool(known) and holds(name, known)


def _skaffold(text: str, known: Collection[str], command: str) -> str:
    """The policy by which Skaffold names images; by the commit where none is written."""
    if _GIVEN.search(command):
        return ""
    if found := _NAMED_BY_COMMIT.search(text):
        return found[0]
    if found := _TEMPLATE.search(text):
        written = re.sub(r"\{\{-?\s*\.(\w{1,60})\s*-?\}\}", r"${\1}", found[1])
        return written if _holds(written, known) else ""
    return "" if _POLICY.search(text) or "build:" not in text else "build:"


def _earthly(text: str, known: Collection[str], command: str) -> str:
    """The image that a target which the command asks for pushes."""
    asked = {*_ASKED.findall(command), *_ASKED.findall(text)}
    starts = [*_RECIPE.finditer(text)]
    for at, start in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(text)
        for found in _SAVED.finditer(text, start.end(), end) if start[1] in asked else ():
            if _HASH.search(found[1]) or _holds(found[1], known):
                return found[1]
    return ""


def _kamal(text: str, known: Collection[str], command: str) -> str:
    """The image that Kamal names by the commit, unless it is told another version."""
    named = re.search(r"(?m)^image:\s*(\S{1,200})", text)
    given = _GIVEN.search(command)
    return named[1] if named and (not given or holds(command, known)) else ""


class _Tool(Struct, frozen=True):
    runs: re.Pattern[str]
    """The command that builds."""
    sends: re.Pattern[str]
    """What stands in the workflow where what was built leaves the runner."""
    files: tuple[str, ...]
    names: Callable[[str, Collection[str], str], str]


_TOOLS = (
    _Tool(
        regex(r"\bdocker[ -]compose\s[^\n]{0,200}?\b(?:build|--build)\b"),
        regex(r"\bdocker[ -]compose\s[^\n]{0,200}?(?:\bpush\b|\bbuild\s[^\n]{0,200}--push\b)"),
        ("**/*compose*.y*ml",),
        _composed,
    ),
    _Tool(
        regex(r"\bdocker\s+buildx\s+bake\b|^uses:\s+docker/bake-action"),
        regex(r"\bbake\s[^\n]{0,300}--push\b|\bpush:\s*(?:[\"']?true|\$\{\{)|type=registry"),
        ("**/docker-bake*.hcl",),
        _baked,
    ),
    _Tool(
        regex(r"\bskaffold\s+(?:build|run)\b"),
        regex(r"\bskaffold\s"),
        ("**/skaffold.y*ml",),
        _skaffold,
    ),
    _Tool(
        regex(r"\bearthly\s[^\n]{0,200}--push\b[^\n]{0,200}\+"),
        regex(r"\bearthly\s"),
        ("**/Earthfile",),
        _earthly,
    ),
    _Tool(
        regex(r"\bkamal\s+(?:deploy|redeploy|setup|build\s+(?:push|deliver))\b"),
        regex(r"\bkamal\s"),
        ("**/config/deploy*.yml",),
        _kamal,
    ),
)
_MOST = 40
"""Files of one tool that are looked into."""


def planned(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of files that name what a command of CI builds and sends away by the commit."""
    for step in repo.steps():
        if step.place.repo == component.repo:
            yield from _planned(repo, component, step)


@lru_cache(maxsize=8192)
def _run_by(text: str) -> tuple[_Tool, ...]:
    """The tools that a step runs."""
    return tuple(tool for tool in _TOOLS if tool.runs.search(text))


def _planned(repo: Repo, component: Component, step: Step) -> Iterator[Place]:
    tools = _run_by(step.text)
    workflow = (repo.read(step.place) or "") if tools else ""
    for tool in () if is_undeployed(step, workflow) else tools:
        texts = [text for text, _ in commands(step) if tool.runs.search(text)]
        sends = tool.sends.search(workflow)
        if not texts or not sends or any(_UNSENT.search(text) for text in texts):
            continue
        known = committed(workflow)
        for file in _files(repo, component, tool):
            text = _bare(repo.read(file) or "")
            if name := tool.names(text, known, texts[0]):
                line = text.count("\n", 0, text.find(name)) + 1
                yield replace(file, line=line, text=" ".join(name.split())[:300])


def _files(repo: Repo, component: Component, tool: _Tool) -> Iterator[Place]:
    """Files of the tool that say how the component is built."""
    alone = len(repo.components()) == 1
    mine = {place.path for place in component.built_by}
    for pattern in tool.files:
        for file in islice(repo.files(pattern), _MOST):
            home = component.path != "." and file.path.startswith(f"{component.path}/")
            if file.repo == component.repo and (alone or home or file.path in mine):
                yield file


def _bare(text: str) -> str:
    return re.sub(r"(?m)^\s*#.*$", "", text[:100_000])
