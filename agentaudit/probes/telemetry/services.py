"""Interfaces of Java that LangChain4j implements: whoever calls a method of one asks a model, in a
file that needs no library for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from agentaudit.expressions import regex
from agentaudit.probes.telemetry.program import Program

_MARKS = (
    "@RegisterAiService",
    "@RegisterAIService",
    "@AiService",
    "@UserMessage",
    "@SystemMessage",
)
_MADE = regex(r"\bAiServices\s?\.\s?(?:create|builder)\(\s?(\w{1,60})\.class")
_INTERFACE = regex(r"\binterface (\w{1,60})")
_METHOD = regex(r"\b(\w{1,60})\((?:[^;{}()]|\([^()]{0,200}\)){0,600}\)\s?;")
_NO_CALL = regex(r"\s*(?://|\*|import |@(?!.{0,300}\{ ?\S))")
_WIDE, _MOST = 400, 60
"""Characters of a line, and interfaces and methods of one, that are looked at."""


def services(program: Program, paths: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Paths and numbers of lines that call a method of one, by its name; paths are files that use a
    library of models."""
    calling: dict[str, set[str]] = defaultdict(set)
    for path, name in sorted(_interfaces(program, paths))[:_MOST]:
        methods = _METHOD.findall(_body(program.text(path), name))
        for other in program.saying(path, name) if methods else ():
            calling[other].update(methods[:_MOST])
    for path, names in sorted(calling.items()):
        asked = re.compile(rf"[\w)]\s?\.(?:{'|'.join(sorted(names))})\(")
        for number, line in enumerate(program.lines(path), 1):
            if "." in line and not _NO_CALL.match(line) and asked.search(line[:_WIDE]):
                yield path, number


def _interfaces(program: Program, paths: Iterable[str]) -> set[tuple[str, str]]:
    """Files with the names of such interfaces in them."""
    found = set()
    for path in paths:
        text = program.text(path) if path.endswith(".java") and path in program.places else ""
        if any(mark in text for mark in _MARKS):
            found |= {(path, name) for name in _INTERFACE.findall(text)}
        for name in _MADE.findall(text) if "AiServices" in text else ():
            for other in program.saying(path, name):
                if f"interface {name}" in program.text(other):
                    found.add((other, name))
    return found


def _body(text: str, name: str) -> str:
    return text.partition(f"interface {name}")[2][:20_000]
