"""What an attribute name is: its convention, how settled it is there, and how it is read."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Convention(StrEnum):
    """Where a name comes from."""

    OTEL = "otel"
    """OpenTelemetry general semantic conventions."""
    GENAI = "gen_ai"
    """OpenTelemetry GenAI, current names."""
    GENAI_OLD = "gen_ai (old)"
    """OpenTelemetry GenAI and OpenLLMetry names since replaced."""
    OPENINFERENCE = "openinference"
    TRACELOOP = "traceloop"
    MLFLOW = "mlflow"
    LANGFUSE = "langfuse"
    OTHER = "other"
    AGENTAUDIT = "agentaudit"
    """No convention has a name: this is our proposal."""
    USER = "user"
    """From `attributes:` in agentaudit.yaml."""


class Status(StrEnum):
    """How settled a name is in its convention."""

    STABLE = "stable"
    RELEASE_CANDIDATE = "release candidate"
    DEVELOPMENT = "development"
    DEPRECATED = "deprecated"
    UNSPECIFIED = "unspecified"
    """The convention publishes no stability levels."""
    PROPOSED = "proposed"


class Name(Struct, frozen=True):
    """One attribute name of one convention."""

    text: str
    convention: Convention
    status: Status
    prefix: bool = False
    """Whether `text` is the beginning of a flattened list: `text0.x`, `text1.x`, ..."""
    inside: str = ""
    """Dotted path within a JSON value, where the attribute holds more than this one thing."""


class Key(Struct, frozen=True):
    """One thing we ask of a span, an event or a resource."""

    id: str
    marker: bool
    what: str
    names: tuple[Name, ...]


def _name(spelled: str, convention: Convention, status: Status) -> Name:
    """Read our short notation: `a.b` whole, `a.b.*` a flattened list, `a.b>c.d` inside JSON."""
    text, _, inside = spelled.partition(">")
    return Name(text.removesuffix("*"), convention, status, text.endswith("*"), inside)


class Names(Struct, frozen=True):
    """Makes the names of one convention."""

    convention: Convention
    status: Status

    def __call__(self, *names: str) -> tuple[Name, ...]:
        return tuple(_name(name, self.convention, self.status) for name in names)
