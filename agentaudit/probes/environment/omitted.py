"""What a template of an environment leaves out of what the code reads."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.expressions import in_text, regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.environment.variables import (
    ALWAYS,
    READS,
    WRITES,
    is_comment,
    line_above,
    sources,
)
from agentaudit.source import Component, Place, Repo

_TEMPLATE = regex(
    r"(?i)(?:[\w-]{1,40}[._-]|\.|dot)?env(?:rc)?(?:[._-](?!d\.ts|\w{0,40}\.?[mc]?[jt]s)[\w.-]{1,60})?"
)
_NEEDED = regex(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL|URL|HOST|ENDPOINT")
"""Variables without which nothing can be asked, whatever the code takes in their stead."""
_SEVERAL = 3
_BESIDE = regex(
    r"(?:^|/)(?:alembic|migrations|evals?|evaluations?|benchmarks?|scripts?|tools|bin|notebooks?)/"
)
"""Directories of what is run beside the application."""


def omitted(repo: Repo, component: Component) -> tuple[tuple[str, ...], Place] | None:
    """Keys and addresses that stand in no list, and where one is first read, of a component that
    has only a template: where they are a third of what it reads, or several and a quarter."""
    if not all(_TEMPLATE.fullmatch(p.path.rpartition("/")[2]) for p in component.settings):
        return None
    given = {each.name for each in component.code.settings if each.role is not Role.TEST}
    known = "\n".join(repo.read(place) or "" for place in component.settings)
    found = dict[str, Place]()
    for name, file in _read(repo, component):
        found.setdefault(name, file)
    left = {n: f for n, f in found.items() if _NEEDED.search(n) and n not in given}
    left = unlisted(repo, {name: file for name, file in left.items() if name not in known})
    share = 4 if len(left) >= _SEVERAL else 3
    if not left or share * len(left) < len(found):
        return None
    return tuple(sorted(left)), next(iter(left.values()))


def _read(repo: Repo, component: Component) -> Iterator[tuple[str, Place]]:
    """Variables that its code reads, in the order of its files, without those of components
    below it."""
    others = {f"{each.path}/" for each in repo.components()} - {f"{component.path}/", "./"}
    below = tuple(home for home in others if not component.path.startswith(home.rstrip("/")))
    for file, suffix in sources(repo, component):
        aside = is_beside(file.path) or file.path.startswith(below)
        text = "" if aside else (repo.read(file) or "")[:300_000]
        for found in READS[suffix].finditer(text):
            name = next(filter(None, found.groups()))
            told = WRITES.match(text, found.end()) or is_text(text, found.start())
            if name.isupper() and not ALWAYS.fullmatch(name) and not told:
                yield name, file


def is_beside(path: str) -> bool:
    """Whether a file is run beside the application."""
    return _BESIDE.search(path) is not None


def unlisted(repo: Repo, found: dict[str, Place]) -> dict[str, Place]:
    """Those that no list of variables names."""
    for text in _listing(repo) if found else ():
        found = {name: place for name, place in found.items() if name not in text}
    return found


def is_text(text: str, at: int) -> bool:
    """Whether what begins there stands in a text or a comment of its line."""
    above = line_above(text, at)
    return is_comment(above) or in_text(above)


def _listing(repo: Repo) -> Iterator[str]:
    """What lists variables, wherever it lies: examples of environments, deployments, scripts."""
    for pattern in _LISTS:
        for file in repo.files(pattern):
            if repo.role(file) not in ASIDE:
                yield (repo.read(file) or "")[:300_000]


_LISTS = (
    *("**/*.yml", "**/*.yaml", "**/*.env*", "**/.env*", "**/*.toml", "**/*.tf", "**/*.bicep"),
    *("**/package.json", "**/Dockerfile*", "**/turbo.json", "**/*.tpl", "**/*.template"),
)
