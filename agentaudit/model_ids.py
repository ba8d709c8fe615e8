"""Ids of hosted models: which names are ids at all, and which name one model for ever.

The knowledge is the table `model_ids.yaml`; a contributor extends it without touching code.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from msgspec import Struct

from agentaudit.expressions import regex

LONGEST = 200
"""Characters of the longest id."""


class ModelId(Struct, frozen=True):
    """A name that a provider serves a model under."""

    text: str
    """Without the route to it: `openai/gpt-4o` is `gpt-4o`."""
    family: str
    purpose: str
    """chat, embedding or other."""
    pinned: bool
    """Whether it names a dated or immutable version."""


class _Family(NamedTuple):
    name: str
    purpose: str
    words: tuple[str, ...]
    """One of which is in every id, in lower case."""
    ids: re.Pattern[str]
    pinned: tuple[re.Pattern[str], ...]


class _Alias(NamedTuple):
    family: str
    told: re.Pattern[str]
    ids: frozenset[str]


class _Table(NamedTuple):
    routes: frozenset[str]
    anywhere: tuple[re.Pattern[str], ...]
    aliases: tuple[_Alias, ...]
    families: tuple[_Family, ...]


@lru_cache(maxsize=8192)
def model_id(text: str) -> ModelId | None:
    """The id that a text names, or None when it names none that is known."""
    if not 2 <= len(text) <= LONGEST or any(mark.isspace() for mark in text):
        return None
    table = _table()
    named = _without_route(text, table.routes)
    folded = named.casefold()
    for family in table.families:
        # most names of a repository are in no family, and to compile all patterns takes a while
        if any(word in folded for word in family.words) and family.ids.fullmatch(named):
            patterns = (*table.anywhere, *family.pinned)
            pinned = any(pattern.search(named) for pattern in patterns) or _released(text)
            return ModelId(named, family.name, family.purpose, pinned)
    return None


def alias(text: str, called: str) -> ModelId | None:
    """The newest model of a family, where what is called takes this word for it."""
    for each in _table().aliases:
        if text in each.ids and each.told.search(called):
            return ModelId(text, each.family, "chat", pinned=False)
    return None


def _released(text: str) -> bool:
    """Whether it names a release of open weights at a service that serves no other under it."""
    return text.startswith("@cf/") and _RELEASE.search(text) is not None


_RELEASE = regex(r"-v\d{1,2}(?:\.\d{1,2}){0,2}$")


def dated(text: str) -> bool:
    """Whether any text ends in what fixes a version in every family: a date or a digest."""
    return len(text) <= LONGEST and any(p.search(text) for p in _table().anywhere)


def constant(written: str) -> str:
    """The id that a constant of a client library stands for, by its name; empty for another name.

    `openai.ChatModelGPT4oMini`, `GPT_4_O_MINI` and `ModelName.Gpt4o` are `gpt-4o-mini` and
    `gpt-4o`; `ChatModelGPT4o2024_08_06` keeps its date.
    """
    name = written.removesuffix(".getValue()").removesuffix(".getName()").rpartition(".")[2]
    if not _CONSTANT.fullmatch(name):
        return ""
    text = _PREFIX.sub("", name)
    for pattern, into in _WORDS:
        text = pattern.sub(into, text)
    text = text.replace("_", "-").lower()
    for pattern, into in _NUMBERS:
        text = pattern.sub(into, text)
    return text if model_id(text) is not None else ""


_CONSTANT = regex(
    r"(?:ChatModel|Model|model_)?_?(?:GPT|Gpt|gpt|O[134]|CLAUDE|Claude|GEMINI|Gemini|TEXT_?EMBEDDING"
    r"|TextEmbedding|SmallEmbedding|AdaEmbedding)[\w]{0,60}",
)
_PREFIX = regex(r"^(?:ChatModel|EmbeddingModel|Model)_?")
_WORDS = (
    (regex(r"_?(?:Dot|dot|DOT)_?(?=\d)"), "_"),
    (regex(r"(?<=[a-z\d])(?=[A-Z])"), "_"),
    (regex(r"(?<=[a-z])(?=20\d\d)"), "_"),
)
"""Where words begin."""
_NUMBERS = (
    (regex(r"^(gpt|claude|gemini|o)-?(?=\d)"), r"\1-"),
    (regex(r"^o-"), "o"),
    (regex(r"^gpt-(\d)-o(?=-|$)"), r"gpt-\1o"),
    (regex(r"^gpt-4(?=0\d{3}(?:-|$)|1106)"), "gpt-4-"),
    (regex(r"^(gpt|gemini)-(\d)-(\d)(?=-|$)"), r"\1-\2.\3"),
)
"""How the ids write their numbers."""


_ANSWERS = regex(r"/answer_gen/v\d{1,2}$")
"""What Vertex AI Search writes behind the model that it answers with."""


def _without_route(text: str, routes: frozenset[str]) -> str:
    """`bedrock/us.anthropic.claude…` and `arn:…/claude…` → `claude…`; a tag stays."""
    named = _ANSWERS.sub("", text).rpartition("/")[2]
    head, colon, rest = named.partition(":")
    while colon and head.lower() in routes:
        named = rest
        head, colon, rest = named.partition(":")
    return named


@cache
def _table() -> _Table:
    from agentaudit import parse

    text = files(__package__ or "").joinpath("model_ids.yaml").read_text(encoding="utf-8")
    data = parse.yaml(text, strict=True).data
    return _Table(
        frozenset(data["routes"].split()),
        tuple(map(_pattern, data["anywhere"])),
        tuple(
            _Alias(each["family"], _pattern(each["told"]), frozenset(each["ids"].split()))
            for each in data["aliases"]
        ),
        tuple(
            _Family(
                each["family"],
                each.get("for", "chat"),
                tuple(each["words"].split()),
                _pattern("".join(each["ids"].split())),
                tuple(map(_pattern, each["pinned"])),
            )
            for each in data["families"]
        ),
    )


def _pattern(written: str) -> re.Pattern[str]:
    return regex(written, re.IGNORECASE)
