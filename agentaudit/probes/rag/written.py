"""What the text of files says about an index where no call does: rows that SQL or a mapped object
stores with their vector, and the types of what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.source import Component, Repo

_COUNTS = frozenset({Role.APP, Role.INFRA})
_TELLING = re.compile(r"(?i)embed|vector|chunk|ingest|index|(?:^|[/_.])rag|knowledge|memor|seed")
_MODULE = re.compile(
    r"(?i)(?:^|[/_-])(?:chunks?|embeddings?|vectors?|documents?|schemas?|models|ingest\w{0,5})"
    r"\.(?:py|ts|go|java|cs|prisma)$"
)
_ASIDE = re.compile(
    r"(?i)(?:^|/)(?:__)?(?:tests?|examples?|samples?|docs?|node_modules|vendor|dist|frontend)(?:__)?/"
    r"|test_|_test\.|\.test\."
)
_VECTOR = r"(?:\w{0,40}_)?(?:embeddings?|vectors?)(?:_\w{1,40})?"
_STORES = re.compile(
    rf"(?i)\binsert\s{{1,8}}into\s[^;\"`]{{0,300}}?\b{_VECTOR}\b"
    rf"|\bupdate\s{{1,8}}[\w.\"]{{1,60}}\s{{1,8}}set\s[^;`]{{0,200}}?\b{_VECTOR}\s{{0,4}}="
    r"|(?<!self)(?<!this)(?<!cls)\.(?:\w{0,40}_)?(?:embedding|vector)\s{0,4}=(?![=>])"
    r"\s{0,8}(?=[\w$.( ]{0,80}(?:embed|vector))"
    rf"|\bset_?attr\([^()]{{0,80}}{_VECTOR}\b"
)
"""SQL that stores a vector, or a field of a mapped row that is given one."""
_SOURCE = (
    r"(?:source\w{0,20}|(?:doc|document|parent|file|page|article|product|item|ticket)_?id|file_?(?:name|path)"
    r"|filename|ur[il]|title)"
)
_TYPE = re.compile(
    r"\b(?:class|type|interface|record|struct|model)\s{1,4}\w{0,40}(?:Chunk|Passage|Embedding|Section)s?"
    r"(?:Data|Row|Record|Model|Meta_?[dD]ata|Schema|Entity|DTO|Dto|Input|Document|Table|Info|Result)?"
    rf"\b[^@]{{0,900}}?\b(?i:{_SOURCE})\b\s{{0,4}}[?:]"
)
"""A type of chunks that has a field for where it comes from."""
_MOST = 60
_LONGEST = 200_000


def stored(repo: Repo, component: Component) -> list[Place]:
    """Places where a row is stored with its vector."""
    return list(_found(repo, component, _STORES))


def typed(repo: Repo, component: Component) -> list[Place]:
    """Types of chunks with a field for their source."""
    return list(_found(repo, component, _TYPE))


def _found(repo: Repo, component: Component, pattern: re.Pattern[str]) -> Iterator[Place]:
    for path, name in sorted(_files(component) | _named(repo, component))[:_MOST]:
        place = Place(name, path)
        text = (repo.read(place) or "")[:_LONGEST]
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Place(name, path, line, text.split("\n")[line - 1].strip()[:200])


def _named(repo: Repo, component: Component) -> set[tuple[str, str]]:
    """Files below the component that are called after what they hold."""
    home = "" if component.path == "." else f"{component.path}/"
    return {
        (each.path, each.repo)
        for each in repo.files("**")
        if each.repo == component.repo
        and each.path.startswith(home)
        and _MODULE.search(each.path)
        and not _ASIDE.search(each.path)
    }


def _files(component: Component) -> set[tuple[str, str]]:
    """Files of the application that by their path, or by what they import, are about vectors."""
    code = component.code
    found = {
        (each.place.path, each.place.repo)
        for each in code.imports
        if each.role in _COUNTS and _TELLING.search(f"{each.place.path} {each.module}")
    }
    return found | {
        (each.place.path, each.place.repo)
        for each in code.calls
        if each.role in _COUNTS and _TELLING.search(each.place.path)
    }
