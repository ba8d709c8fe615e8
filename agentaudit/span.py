"""One span as recorded, and the facts that can be read off it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import orjson
from msgspec import Struct, field
from msgspec.structs import force_setattr

from agentaudit.evidence import Evidence, Location
from agentaudit.semconv import EMPTY, PLACEHOLDERS, VERSIONS, Name, Vocabulary
from agentaudit.semconv.values import masked


class Kind(StrEnum):
    """What a span is, in an agentic system."""

    LLM = "LLM"
    AGENT = "AGENT"
    WORKFLOW = "WORKFLOW"
    CHAIN = "CHAIN"
    TOOL = "TOOL"
    RETRIEVER = "RETRIEVER"
    RERANKER = "RERANKER"
    EMBEDDING = "EMBEDDING"
    GUARDRAIL = "GUARDRAIL"
    EVALUATOR = "EVALUATOR"
    PROMPT = "PROMPT"
    MEMORY = "MEMORY"
    OTHER = "OTHER"
    """Nothing marks it as a step of an agent: transport, database, plain function."""


class Recorded(StrEnum):
    """Whether a fact is there at all."""

    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    """A value that says nothing: `unknown`, `latest`, an empty string."""
    REDACTED = "redacted"
    """Masked before it was stored."""
    MALFORMED = "malformed"
    """A value that cannot be what it must be."""
    DROPPED = "dropped_by_store"
    """The store cannot hold it: nobody knows whether it was recorded."""
    RECORDED = "recorded"


class Fact(Struct, frozen=True):
    """What a span, event or resource says about one key; true when it says something."""

    key: str
    state: Recorded = Recorded.MISSING
    value: Any = None
    """str, int, float, bool, list or dict, as decoded."""
    attribute: str = ""
    location: Location | None = None

    def __bool__(self) -> bool:
        return self.state is Recorded.RECORDED

    @property
    def text(self) -> str:
        """The value as text; lists and objects as JSON, whatever the order of their keys."""
        if isinstance(self.value, str):
            return self.value
        try:
            return canonical(self.value)
        except TypeError:  # nested deeper than can be written
            return "(nested too deep)"

    def evidence(self) -> tuple[Evidence, ...]:
        """Where it stands, for a finding; empty when it is missing."""
        if self.location is None:
            return ()
        return (Evidence(self.location, f"{self.attribute}={self.text}"),)


class Event(Struct, frozen=True):
    """A span event, or a log record that belongs to the span."""

    name: str
    time_ns: int
    attributes: Mapping[str, Any]


class Link(Struct, frozen=True):
    """A span link to another trace."""

    trace_id: str
    span_id: str


class LogRecord(Struct, frozen=True):
    """One log record of a trace."""

    time_ns: int
    severity: str
    body: str
    attributes: Mapping[str, Any]
    span_id: str
    service: str
    locator: str
    """`file:line` of the record, as read."""


class Resource(Struct, frozen=True, eq=False):
    """An OTel resource: who emitted the span. Equal attributes are one resource."""

    attributes: Mapping[str, Any] | None
    """None: the store cannot hold resources. Empty: it can, and there is nothing."""
    key: str = ""
    """Canonical form of the attributes, for equality; made with the resource."""

    def __post_init__(self) -> None:
        force_setattr(self, "key", canonical(self.attributes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def canonical(value: Any) -> str:
    """One text for equal values, whatever the order of their keys."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS).decode("utf-8", "replace")


class Span(Struct, eq=False):
    """One span, decoded; only attributes that `semconv` asks for are kept."""

    trace_id: str
    """32 lower-case hex digits."""
    span_id: str
    """16 lower-case hex digits."""
    parent_id: str
    """16 lower-case hex digits, empty for a root."""
    name: str
    kind: Kind
    recognised_by: str
    """`attribute`, `scope`, `name`, or empty for kind OTHER."""
    otel_kind: str
    """INTERNAL, SERVER, CLIENT, PRODUCER or CONSUMER."""
    start_ns: int
    """Unix nanoseconds; 0 when not recorded."""
    end_ns: int
    """Unix nanoseconds; 0 when not recorded."""
    error: bool
    status_message: str
    scope: str
    scope_version: str
    attributes: Mapping[str, Any]
    resource: Resource
    source: str
    """The trace source, e.g. `otlp:traces/a.jsonl`."""
    locator: str
    """`file:line` the span was read from."""
    vocabulary: Vocabulary
    events: list[Event] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    dropped_attributes: int | None = None
    """None: the store does not keep the counter."""
    dropped_events: int | None = None
    trace_state: str = ""
    memo: dict[str, Any] = field(default_factory=dict)
    """What was derived from the span once it was complete; a span does not change after that."""

    def __post_init__(self) -> None:
        # `replace` hands on every field: what was derived from the other span is not of this one.
        self.memo = {}

    @property
    def agentic(self) -> bool:
        return self.kind is not Kind.OTHER

    @property
    def transport(self) -> bool:
        """Whether it only carries a call between processes."""
        return not self.agentic and self.otel_kind in {"SERVER", "CLIENT", "PRODUCER", "CONSUMER"}

    @property
    def failed(self) -> bool:
        """Whether its status is error, or an `error.type` marks it as failed."""
        return self.error or self.named("error.type")

    def at(self, attribute: str = "") -> Location:
        """Where a person finds this span."""
        return Location(self.source, f"{self.trace_id}/{self.span_id}", attribute=attribute)

    def evidence(self) -> Evidence:
        """The span itself, for a finding about something that it lacks."""
        found: Evidence | None = self.memo.get("span itself")
        if found is None:
            found = self.memo["span itself"] = Evidence(self.at(), self.name)
        return found

    def fact(self, key: str) -> Fact:
        """What this span itself says about `key`: first name that holds a value."""
        found: Fact | None = self.memo.get(key)
        if found is None:
            found = self.memo[key] = read(self.attributes, key, self.vocabulary, self.at)
        return found

    def resource_fact(self, key: str) -> Fact:
        """What the resource of this span says about `key`."""
        attributes = self.resource.attributes
        if attributes is None:
            return Fact(key, Recorded.DROPPED)
        found: Fact | None = self.memo.get(place := f"resource {key}")
        if found is None:
            found = self.memo[place] = read(attributes, key, self.vocabulary, self.at)
        return found

    def event_fact(self, event: Event, key: str) -> Fact:
        """What one of its events says about `key`."""
        return read(event.attributes, key, self.vocabulary, self.at)

    def named(self, key: str) -> bool:
        """Whether the marker `key` is there."""
        return bool(self.fact(key))


def read(
    attributes: Mapping[str, Any], key: str, vocabulary: Vocabulary, at: Callable[[str], Location]
) -> Fact:
    """Look `key` up in a set of attributes; remembers the nearest miss for the reason code."""
    best = Fact(key)
    for name in vocabulary.among(attributes, key):
        if name.prefix or name.inside:
            value = _value(attributes, name)
        else:
            value = attributes.get(name.text)
        if value is None:
            continue
        state = _state(key, value)
        if state is Recorded.RECORDED:
            return Fact(key, state, value, name.text, at(name.text))
        if best.state is Recorded.MISSING:
            best = Fact(key, state, value, name.text, at(name.text))
    return best


def read_all(
    attributes: Mapping[str, Any], key: str, vocabulary: Vocabulary, at: Callable[[str], Location]
) -> list[Fact]:
    """What every name of `key` says that says anything: for conflicts between names."""
    found = []
    for name in vocabulary.among(attributes, key):
        value = _value(attributes, name)
        if value is not None and _state(key, value) is Recorded.RECORDED:
            found.append(Fact(key, Recorded.RECORDED, value, name.text, at(name.text)))
    return found


def _value(attributes: Mapping[str, Any], name: Name) -> Any:
    if name.prefix:
        start = len(name.text)
        found = {
            key[start:]: value
            for key, value in attributes.items()
            if key.startswith(name.text) and key[start : start + 1].isdigit()
        }
        return found or None
    value = attributes.get(name.text)
    return _inside(value, name.inside) if name.inside and value is not None else value


def _inside(value: Any, path: str) -> Any:
    """Follow a dotted path into a JSON value; None where it does not lead anywhere."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except ValueError:
            return None
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _state(key: str, value: Any) -> Recorded:
    if isinstance(value, str):
        text = value.strip()
        if masked(text):
            return Recorded.REDACTED
        nothing = PLACEHOLDERS if key in VERSIONS else EMPTY
        return Recorded.PLACEHOLDER if text.lower() in nothing else Recorded.RECORDED
    if isinstance(value, list | dict) and not value:
        return Recorded.PLACEHOLDER
    if isinstance(value, dict) and all(isinstance(v, str) and masked(v) for v in value.values()):
        return Recorded.REDACTED
    return Recorded.RECORDED
