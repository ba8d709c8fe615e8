"""Models that the values of a deployment name: the context of an AWS CDK application, and the
defaults of the parameters of a CloudFormation or SAM template."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.models.ids import Used
from agentaudit.source import Component, Repo

_CONTEXT = regex(
    r"\"(\w{0,60}(?:[mM]odel|[lL]lm|LLM)\w{0,60})\"\s{0,4}:\s{0,4}\"([^\"\n]{3,200})\""
)
_DEFAULT = regex(
    r"(?m)^  (\w{0,60}(?:Model|Llm|LLM)\w{0,60}):[ ]{0,4}\n(?:    (?!Default:)[^\n]{0,400}\n){0,12}"
    r"    Default: [\"']?([^\s\"'#]{3,200})"
)
_FILES = (
    ("**/cdk.json", _CONTEXT),
    ("**/template.yaml", _DEFAULT),
    ("**/template.yml", _DEFAULT),
    ("**/cloudformation/*.yaml", _DEFAULT),
    ("**/cloudformation/*.yml", _DEFAULT),
)
_VARIABLE = regex(r"(?m)^\s{4,40}([A-Z0-9_]{0,60}(?:MODEL|LLM)[A-Z0-9_]{0,60}): !Ref (\w{1,100})")


def templated(repo: Repo, component: Component, purposes: frozenset[str]) -> list[Used]:
    """Ids of these purposes that such values name, once per id, in the order of the places."""
    found: dict[str, Used] = {}
    for place, _, text in _named(repo, component):
        named = model_id(text)
        if named is not None and named.purpose in purposes:
            found.setdefault(named.text.lower(), Used(named, place, None))
    return list(found.values())


def variables(repo: Repo, component: Component) -> set[str]:
    """Variables of what such a template starts that get such a value; empty where one of them that
    chooses a model gets none."""
    known = {name for _, name, _ in _named(repo, component)}
    rows = [row for text in _templates(repo, component) for row in _VARIABLE.findall(text)]
    return {name for name, _ in rows} if all(of in known for _, of in rows) else set()


def _named(repo: Repo, component: Component) -> Iterator[tuple[Place, str, str]]:
    for pattern, wanted in _FILES:
        for place in _own(repo, component, pattern):
            text = repo.read(place) or ""
            for found in wanted.finditer(text):
                line = text.count("\n", 0, found.start(2)) + 1
                if model_id(found[2]) is not None:
                    yield Place(place.repo, place.path, line, found[2]), found[1], found[2]


def _templates(repo: Repo, component: Component) -> Iterator[str]:
    for pattern, wanted in _FILES:
        for place in _own(repo, component, pattern) if wanted is _DEFAULT else ():
            yield repo.read(place) or ""


def _own(repo: Repo, component: Component, pattern: str) -> Iterator[Place]:
    for place in repo.files(pattern):
        if place.repo == component.repo and repo.role(place) not in ASIDE:
            yield place
