"""Prompts that lie in files of their own, or are entries of catalogues."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from agentaudit.code import Prompt, PromptKind, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.sources.git.code.prompts import INLINE

_FILE = regex(
    r"(?i)(?:.*/)?(?:[^/]*prompts?[^/]*|instructions?|system|persona)(?:[._-][^/]*)?"
    r"\.(?:md|txt|ya?ml|j2|jinja2?|prompty|prompt|tmpl|hbs|mustache|json|toml|st|mdx|xml|poml)"
    r"|.*\.(?:prompty|prompt|poml|promptml)"
    r"|(?:.*/)?config/(?:agents|tasks)\.ya?ml"
    r"|(?:.*/)?(?:characters?/[^/]+|[^/]+\.character)\.json"
    r"|(?i:.*(?:^|/)(?:[\w-]{0,40}prompts?|prompt[_-]templates|prompt[_-]library)/.+\.(?:md|txt|ya?ml|j2|jinja2?|st|hbs"
    r"|mustache|json|toml|tmpl|template|xml))"
)


def held(place: Place, role: Role, text: str, used: Place | None) -> Iterator[Prompt]:
    """The prompts that a file holds, and the place that reads it: it is one, or, where it is a
    catalogue of messages, has some among its entries."""
    if is_prompt_file(place.path):
        yield Prompt(PromptKind.FILE, place, place.path, len(text), used, role)
        return
    for number, name, length in _entries(text.split("\n")[:_MOST_ENTRIES]):
        yield Prompt(
            PromptKind.FILE, Place(place.repo, place.path, number), name, length, used, role
        )


def _entries(rows: list[str]) -> Iterator[tuple[int, str, int]]:
    """Line, name and characters of each prompt in a catalogue, be it a block of YAML."""
    for number, row in enumerate(rows, 1):
        entry = _ENTRY.match(row[:_LONGEST_ENTRY])
        if entry is not None:
            yield number, entry[1], len(entry[2])
        elif (block := _BLOCK.match(row[:_LONGEST_ENTRY])) is not None:
            length = _block(rows[number : number + _MOST_ROWS], len(block[1]))
            if length >= INLINE:
                yield number, block[2], length


def _block(rows: list[str], above: int) -> int:
    """Characters of the rows that stand deeper than the name of their block."""
    deeper = takewhile(lambda row: not row.strip() or row[: above + 1].isspace(), rows)
    return sum(len(row.strip()) for row in deeper)


_BLOCK = regex(
    r"""([ ]{0,40})(?:- )?["']?([\w.-]{0,60}(?:prompt|instructions?|system_?message|prompt_start"""
    r"""|backstory))["']?\s{0,4}:\s{0,4}[|>][-+\d]{0,2}\s{0,40}$"""
)
_MOST_ROWS = 400


_CATALOGUE = regex(
    r"(?i)(?:.*/)?(?:i18n|l10n|locales?|lang(?:uage)?s?|translations?)/(?:[^/]{1,80}/){0,2}[^/]{1,80}"
    r"\.(?:json5?|ya?ml|toml|properties)|(?:.*/)?(?:messages|strings)[^/]{0,20}\.(?:properties|ya?ml)"
)
_PAGES = regex(
    r"(?i)(?:^|/)(?:front-?end|web[\w-]{0,20}|ui|client|admin[\w-]{0,20}|public|static|pages|apps)/"
)
"""Parts of a system whose catalogues speak to people."""
_ENTRY = regex(
    r"""(?i)\s{0,40}["']?([\w.-]{0,60}(?:prompt|instructions?|system_?message))["']?"""
    r"""\s{0,4}[:=]\s{0,4}["']?([^"'\s].{160,})"""
)
_MOST_ENTRIES, _LONGEST_ENTRY = 5000, 4000
"""Lines of a catalogue, and characters of one, that are looked at."""


def may_hold(path: str) -> bool:
    """Whether a file may hold prompts, by its path."""
    catalogue = _CATALOGUE.fullmatch(path[-400:]) and not _PAGES.search(path)
    return is_prompt_file(path) or bool(catalogue) or bool(_SPEAKERS.fullmatch(path[-400:]))


_SPEAKERS = regex(
    r"(?i)(?:.*/)?(?:[\w-]{0,40}[_-])?(?:(?:chat|bot|assistant)_?)?(?:modes|roles?|role_list|personas?|agents?|assistants?"
    r"|bots?|skills|crews?)\.ya?ml"
    r"|(?:.*/)?(?:[\w-]{0,40}[_-])?(?:agents?|personas?|assistants?|bots?|agent_templates)/(?:[^/]{1,80}/)?[^/]{1,80}\.ya?ml"
)
"""Files that say who speaks to the user, one entry or file each."""


def is_prompt_file(path: str) -> bool:
    """Whether a file is called after prompts, and is no change of a database nor a list of what
    is installed."""
    named = _FILE.fullmatch(path[-400:]) is not None
    return named and not _SCHEMA.search(path[-400:]) and not _PACKAGES.search(path[-400:])


_PACKAGES = regex(
    r"(?i)(?:^|[/_.-])(?:packages?|requirements|constraints|dependencies|deps)(?:[_.-][\w-]{1,20})?\.txt$"
)
"""Lists of packages, whatever stands before: `system_packages.txt`."""


_SCHEMA = regex(r"(?i)(?:^|/)(?:db|migrations?|changelogs?|liquibase|flyway|schemas?)/")
