"""Loads from the Hugging Face Hub that build files do, before any code runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_COMMAND = regex(
    r"\b(?:huggingface-cli|hf)\s{1,8}download\s{1,8}((?:[^\s&|;]{1,200}(?:\s|$)){1,20})", re.M
)
_NAME = regex(r"[\w.-]{1,96}/[\w.-]{1,96}")
_OF_DATA = regex(r"--repo-type[= ]\s{0,4}(?:dataset|space)")
_REVISION = regex(r"--revision[= ]\s{0,4}[\"']?([\w./-]{1,100})")
_ADDRESS = regex(
    r"\b(?:curl|wget|ADD|aria2c)\b[^\n]{0,300}?https://huggingface\.co/(?!datasets/|spaces/)"
    r"([\w.-]{1,96}/[\w.-]{1,96})/(?:resolve|raw)/([\w.-]{1,100})/"
)
_REMARK = regex(r"(?m)^[ \t]{0,40}#[^\n]*")
_JOINED = regex(r"\\[ \t]{0,8}\n")
_COMMIT = regex(r"[0-9a-f]{40}")
_LONGEST = 200_000


class Download(NamedTuple):
    """One model that an image is built with."""

    name: str
    revision: str
    """Empty where none is given."""
    place: Place

    @property
    def pinned(self) -> bool:
        return _COMMIT.fullmatch(self.revision) is not None


def downloads(repo: Repo, component: Component) -> list[Download]:
    """Models that its build files fetch from the Hub."""
    return [each for file in component.build_files for each in _in_file(repo, file.place)]


def _in_file(repo: Repo, file: Place) -> Iterator[Download]:
    text = (repo.read(replace(file, line=None, text="")) or "")[:_LONGEST]
    # Of the same length, so that lines can be counted.
    text = _REMARK.sub(lambda found: " " * len(found[0]), text)
    text = _JOINED.sub(lambda found: " " * len(found[0]), text)
    whole = (repo.read(replace(file, line=None, text="")) or "")[:_LONGEST]
    for found in _COMMAND.finditer(text):
        given = found[1].partition("\n")[0]
        first = given.split()[0].strip("\"'") if given.split() else ""
        if _NAME.fullmatch(first) and not _OF_DATA.search(given):
            told = _REVISION.search(given)
            yield Download(first, told[1] if told else "", _at(file, whole, found))
    for found in _ADDRESS.finditer(text):
        yield Download(found[1], found[2], _at(file, whole, found))


def _at(file: Place, text: str, found: re.Match[str]) -> Place:
    line = text.count("\n", 0, found.start()) + 1
    return replace(file, line=line, text=found[0].split("\n")[0].strip()[:200])
