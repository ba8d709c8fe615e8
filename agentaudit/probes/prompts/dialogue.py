"""Which messages that enter a call are known to have been said before in the same trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

from agentaudit.evidence import digest
from agentaudit.messages import Message, Part, returned
from agentaudit.messages.parts import as_text
from agentaudit.probes.prompts.steps import ACTING, Lack, lack
from agentaudit.response import Response
from agentaudit.span import Kind, Span

_WORD = re.compile(r"[\w.-]+")


def same(text: str) -> str:
    """One digest for equal texts, whether recorded plain or as JSON."""
    text = text.strip()
    if text[:1] in {"{", "[", '"'}:
        with suppress(ValueError):
            text = as_text(orjson.loads(text)).strip()
    return digest(text)


@dataclass(slots=True)
class Said:
    """Everything that earlier steps returned, by digest and by id."""

    texts: set[str] = field(default_factory=set)
    calls: dict[str, str] = field(default_factory=dict)
    """Id of a tool call that a model asked for → name of the tool."""
    results: set[str] = field(default_factory=set)
    """Ids of tool calls that a tool span carries."""
    ran: set[str] = field(default_factory=set)
    """Names of the tools that ran."""
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
            self.results |= {id.text} if id else set()
            self.ran |= {name.text} if name else set(_WORD.findall(span.name))

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

    def _knows_result(self, part: Part) -> bool:
        if part.id and part.id in self.results:
            return True
        if part.id and self.calls.get(part.id) in self.ran:
            return True
        return same(part.text) in self.texts


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
