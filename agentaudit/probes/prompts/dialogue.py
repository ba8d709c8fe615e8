"""Which messages that enter a call are known to have been said before in the same trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import orjson
from msgspec import Struct, field

from agentaudit.evidence import digest
from agentaudit.expressions import regex
from agentaudit.messages import Message, Part, returned
from agentaudit.messages.parts import as_text
from agentaudit.probes.prompts.steps import ACTING, Lack, blank, lack
from agentaudit.response import Response
from agentaudit.span import Kind, Span

_WORD = regex(r"[\w.-]+")
_WORDS = regex(r"\w+")
_RECENT = 100
"""Outputs of one tool that a result is looked for in, latest first."""


def same(text: str) -> str:
    """One digest for equal texts, whether recorded plain or as JSON."""
    text = text.strip()
    if text[:1] in {"{", "[", '"'}:
        with suppress(ValueError):
            text = as_text(orjson.loads(text)).strip()
    return digest(text)


class Runs(Struct):
    """What came of the runs of one tool, or of one call of it."""

    words: dict[str, None] = field(default_factory=dict)
    """The words of each output."""
    failed: bool = False
    """Whether one failed: what the model was told then is written by the code around it."""
    lacking: Lack | None = None
    """Why the output of one is not there."""

    def add(self, span: Span, missing: Lack | None) -> None:
        """Take in one run; `missing` says why its output is not there."""
        self.failed |= span.failed
        self.lacking = self.lacking or missing
        output = span.fact("step.output")
        if output or blank(output):
            self.words[words(output.text) if output else ""] = None

    def agree(self, told: str) -> bool:
        """Whether a result that a model was told is that of a run, or one with words around it."""
        if self.failed:
            return True
        heard = words(told)
        recent = islice(reversed(self.words), _RECENT)
        return heard in self.words or any(
            f" {w}" in f" {heard}" or f" {heard}" in f" {w}" for w in recent
        )


def words(text: str) -> str:
    """The words of a text, or of all that a JSON value says, with one blank between them."""
    if text.lstrip()[:1] in {"{", "[", '"'}:
        with suppress(ValueError):
            text = " ".join(_leaves(orjson.loads(text)))
    text = text.casefold()
    return " ".join(_WORDS.findall(text)) or text.strip()


def _leaves(value: Any) -> Iterator[str]:
    """Keys and values of a JSON value, in an order of its own."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += [piece for key in sorted(value) for piece in (value[key], key)]
        elif isinstance(value, list):
            left += value
        elif value is not None:
            yield as_text(value)


class Said(Struct):
    """Everything that earlier steps returned, by digest and by id."""

    texts: set[str] = field(default_factory=set)
    calls: dict[str, str] = field(default_factory=dict)
    """Id of a tool call that a model asked for → name of the tool."""
    results: dict[str, Runs] = field(default_factory=dict)
    """Id of a tool call that a tool span carries → what came of it."""
    ran: dict[str, Runs] = field(default_factory=dict)
    """Name of a tool that ran → what came of it."""
    lacking: dict[tuple[str, str, str], Lack] = field(default_factory=dict)
    """Outputs that are not there, one per fact, service and reason: it might have been one."""

    def hear(self, response: Response, span: Span) -> None:
        """Take in what a step returned."""
        answer = returned(span)
        if span.kind in ACTING and (missing := lack(response, span, answer)):
            key = (missing.fact, response.service_name(span), missing.reason)
            self.lacking.setdefault(key, missing)
        output = span.fact("step.output")
        if output:
            self.texts.add(same(output.text))
        for message in answer.messages:
            if message.text:
                self.texts.add(same(message.text))
            for call in message.calls:
                self.calls[call.id] = call.name
                self.texts.add(_called(call))
        if span.kind is Kind.TOOL:
            id, name = span.fact("tool.call.id"), span.fact("tool.name")
            missing = lack(response, span)
            if id:
                self.results.setdefault(id.text, Runs()).add(span, missing)
            for called in {name.text} if name else set(_WORD.findall(span.name)):
                self.ran.setdefault(called, Runs()).add(span, missing)

    def knows(self, message: Message) -> bool:
        """Whether an earlier output is this message, by id or digest."""
        if message.role == "tool":
            return all(map(self._knows_result, message.parts))
        calls = message.calls
        if calls and all(self._knows_call(call) for call in calls):
            return True
        return bool(message.text) and same(message.text) in self.texts

    def _knows_call(self, call: Part) -> bool:
        return (bool(call.id) and call.id in self.calls) or _called(call) in self.texts

    def runs(self, part: Part) -> Runs | None:
        """The runs of the tool that a result is of, by the id of its call; None where none is."""
        if not part.id:
            return None
        return self.results.get(part.id) or self.ran.get(self.calls.get(part.id, ""))

    def _knows_result(self, part: Part) -> bool:
        runs = self.runs(part)
        return same(part.text) in self.texts if runs is None else runs.agree(part.text)


def _called(call: Part) -> str:
    return f"{call.name} {same(call.text)}"


def heard(response: Response) -> Iterator[tuple[Span, Said]]:
    """Each model call with what was said before it; a step without a start was not before."""
    said = Said()
    for span in response.steps:
        if span.kind is Kind.LLM:
            yield span, said
        if span.start_ns:
            said.hear(response, span)
