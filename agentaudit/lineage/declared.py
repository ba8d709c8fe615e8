"""What agentaudit.yaml declares about references: prompts in git and models behind names."""

from __future__ import annotations

from msgspec import Struct, field

from agentaudit.evidence import Evidence


class ModelEntry(Struct, frozen=True):
    """One entry of `model_map`: which registry version a name stood for, and when."""

    uri: str
    from_ns: int
    """Unix nanoseconds, inclusive."""
    until_ns: int
    """Unix nanoseconds, exclusive."""
    evidence: Evidence
    """The line of agentaudit.yaml."""


class Declared(Struct, frozen=True):
    """Declarations that references are collected and followed with."""

    prompts: str = ""
    """`prompts.git`: path of a template by {name} and {version}; empty: usual layouts are tried."""
    models: dict[str, tuple[ModelEntry, ...]] = field(default_factory=dict)
    """By alias: requested or answering model, agent or service name."""

    def model(self, names: tuple[str, ...], at_ns: int) -> ModelEntry | None:
        """The entry for one of `names` that was in force at a time."""
        for name in names:
            for entry in self.models.get(name, ()):
                if entry.from_ns <= at_ns < entry.until_ns:
                    return entry
        return None
