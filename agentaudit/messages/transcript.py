"""One side of a model call: every place its messages may stand, and why they are not all there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from msgspec import Struct

from agentaudit.messages.parts import Message, Part, message
from agentaudit.messages.shapes import answered, asked, unflatten
from agentaudit.semconv import MESSAGE_EVENTS
from agentaudit.semconv.values import masked
from agentaudit.span import Event, Fact, Recorded, Span, read

INSTRUCTIONS = "gen_ai.system_instructions"
_JSON = frozenset({"gen_ai.input.messages", "gen_ai.output.messages"})
"""Attributes that hold JSON and nothing else."""
_LIMITS = frozenset(
    {100, 128, 200, 250, 255, 256, 300, 400, 500, 512, 1000, 1024, 2000, 2048, 4000, 4096, 5000}
    | {8000, 8192, 10_000, 12_000, 16_000, 16_384, 20_000, 32_000, 32_768, 50_000, 65_535, 65_536}
    | {100_000}
)
"""Lengths at which stores and instrumentations cut text."""
_ELIDED = frozenset({"...", "…"})
"""Texts that stand for content that was left out."""


class Transcript(Struct, frozen=True):
    """The messages of one side of a call, or why they are not all there."""

    messages: tuple[Message, ...]
    fact: Fact
    problem: str = ""
    """Empty, or missing, content_not_captured, redacted, truncated, unparsable."""
    detail: str = ""
    """One sentence about the problem."""


class _Side(Struct, frozen=True):
    key: str
    step: str
    """Key under which any step keeps the same thing."""
    tokens: str
    shape: Callable[[Any], list[Message]]
    events: frozenset[str]


_SENT = _Side(
    "llm.input", "step.input", "usage.input", asked, frozenset(MESSAGE_EVENTS - {"gen_ai.choice"})
)
_RETURNED = _Side(
    "llm.output",
    "step.output",
    "usage.output",
    answered,
    frozenset({"gen_ai.client.inference.operation.details", "gen_ai.choice"}),
)


def sent(span: Span) -> Transcript:
    """What went into the model, system instructions first."""
    return _kept(span, "messages sent", _sent)


def returned(span: Span) -> Transcript:
    """What came out of the model."""
    return _kept(span, "messages returned", _returned)


def _kept(span: Span, name: str, tell: Callable[[Span], Transcript]) -> Transcript:
    """Several probes read the same messages: they are parsed once."""
    found: Transcript | None = span.memo.get(name)
    if found is None:
        found = span.memo[name] = tell(span)
    return found


def _sent(span: Span) -> Transcript:
    found = _best(span, _SENT)
    if found.problem:
        return found
    if span.dropped_attributes:
        return _bad(found, "truncated", f"{span.dropped_attributes} attributes were dropped")
    extra = _instructions(span)
    if extra and not any(m.role == "system" for m in found.messages):
        return Transcript((*extra, *found.messages), found.fact)
    return found


def _returned(span: Span) -> Transcript:
    found = _best(span, _RETURNED)
    if not found.problem and span.dropped_attributes and isinstance(found.fact.value, dict):
        return _bad(found, "truncated", f"{span.dropped_attributes} attributes were dropped")
    return found


def _best(span: Span, side: _Side) -> Transcript:
    """The first place that holds everything; else the first that holds something; else none."""
    nearest: Transcript | None = None
    for fact in _places(span, side):
        found = _read(span, fact, side)
        if not found.problem:
            return found
        if nearest is None or nearest.problem == "missing":
            nearest = found
    if nearest is not None and nearest.problem != "missing":
        return nearest
    return _absent(span, side)


def _places(span: Span, side: _Side) -> Iterator[Fact]:
    first = span.fact(side.key)
    if first.attribute == INSTRUCTIONS:
        others = {k: v for k, v in span.attributes.items() if k != INSTRUCTIONS}
        first = read(others, side.key, span.vocabulary, span.at)
    yield first
    yield _from_events(span, side)
    other = span.fact(side.step)
    if other.attribute != first.attribute:
        yield other


def _absent(span: Span, side: _Side) -> Transcript:
    keys = (side.tokens, "model.requested", "model.answered")
    if any(span.fact(key) for key in keys):
        detail = "the call is recorded, its messages are not"
        return Transcript((), Fact(side.key), "content_not_captured", detail)
    return Transcript((), Fact(side.key), "missing", "no messages are recorded")


def _bad(found: Transcript, problem: str, detail: str) -> Transcript:
    return Transcript(found.messages, found.fact, problem, detail)


def _read(span: Span, fact: Fact, side: _Side) -> Transcript:
    if fact.state is Recorded.REDACTED:
        return Transcript((), fact, "redacted", f"{fact.attribute} is masked")
    if not fact:
        return Transcript((), fact, "missing", "no messages are recorded")
    value, problem, gap = fact.value, "", False
    if isinstance(value, dict) and value and all(k[:1].isdigit() for k in value):
        value, gap = unflatten(value)
        gap |= side is _SENT and any(message(item).role == "other" for item in value)
    elif isinstance(value, str):
        value, problem = _decoded(value, fact.attribute)
    if problem:
        return Transcript((), fact, problem, f"{fact.attribute} ends early or is not JSON")
    found = tuple(side.shape(value))
    if not found:
        return Transcript((), fact, "missing", f"{fact.attribute} holds no messages")
    problem, detail = _flaw(span, found, gap, side)
    return Transcript(found, fact, problem, detail)


def _decoded(text: str, attribute: str) -> tuple[Any, str]:
    """The JSON value, or the text itself where text may stand; and what is wrong with it."""
    strict = attribute in _JSON
    if not strict and text.lstrip()[:1] not in {"[", "{", '"'}:
        return text, ""
    try:
        return orjson.loads(text), ""
    except orjson.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or text.rstrip().endswith(("...", "…"))
        if "unexpected end" in str(error) or "EOF" in str(error) or cut or len(text) in _LIMITS:
            return None, "truncated"
    except ValueError:
        return None, "unparsable"
    return (None, "unparsable") if strict or text[1:2] in {"{", "[", '"'} else (text, "")


def _flaw(span: Span, found: tuple[Message, ...], gap: bool, side: _Side) -> tuple[str, str]:
    """What is wrong with messages that could be read."""
    parts = [part for m in found for part in m.parts]
    if any(masked(part.text) for part in parts):
        return "redacted", "a message is masked"
    if any(part.text.strip() in _ELIDED for part in parts):
        return "truncated", "a message is dots in place of its content"
    if gap:
        return "truncated", "messages are missing, or have lost their role"
    tokens = span.fact(side.tokens)
    if all(m.hollow for m in found) and tokens.value != 0:
        return "redacted", "messages are there without their content"
    if any(not m.parts for m in found) and side is _SENT:
        return "truncated", "a message has lost its content"
    if any(_cut(part) for part in parts):
        return "truncated", "a message was cut at a length limit"
    return "", ""


def _cut(part: Part) -> bool:
    text = part.text
    if not text.endswith(("...", "…")):
        return False
    return len(text) in _LIMITS or len(text.rstrip(".…")) in _LIMITS


def _instructions(span: Span) -> tuple[Message, ...]:
    """Instructions kept beside the messages: on the span, or in its event."""
    places = (span.attributes, *map(_whole, span.events))
    value = next((p[INSTRUCTIONS] for p in places if p.get(INSTRUCTIONS)), None)
    if isinstance(value, str):
        value, problem = _decoded(value, "")
        if problem:
            return ()
    return (message({"role": "system", "content": value}),) if value else ()


def _from_events(span: Span, side: _Side) -> Fact:
    """Messages that were recorded as events or log records of the span."""
    plain: list[Any] = []
    for event in span.events:
        if event.name not in side.events:
            continue
        if event.name == "gen_ai.client.inference.operation.details":
            kept = {k: v for k, v in _whole(event).items() if k != INSTRUCTIONS}
            fact = read(kept, side.key, span.vocabulary, span.at)
            if fact.state is not Recorded.MISSING:
                return fact
            continue
        plain.append(_of_event(event))
    if not plain:
        return Fact(side.key)
    name = "gen_ai.choice" if side is _RETURNED else "gen_ai.*.message"
    return Fact(side.key, Recorded.RECORDED, plain, name, span.at(name))


def _whole(event: Event) -> dict[str, Any]:
    """Its attributes and its body; the body may be one attribute, also as JSON."""
    given = dict(event.attributes)
    for key in ("body", "gen_ai.event.content", "event.body"):
        body = given.pop(key, None)
        if isinstance(body, str):
            body, problem = _decoded(body, "")
            body = {} if problem else body
        if isinstance(body, dict):
            given |= body
        elif body is not None:
            given.setdefault("content", body)
    return given


def _of_event(event: Event) -> dict[str, Any]:
    """One message per event."""
    given = _whole(event)
    given.setdefault("role", event.name.split(".")[1])
    if event.name == "gen_ai.choice":
        given["role"] = "assistant"
    return given
