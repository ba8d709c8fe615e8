"""What all responses of a sample show together: the need `traces` of a probe."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from agentaudit.response import Response


class Share(Struct):
    """How many of the responses carry something, with a few that do not."""

    carrying: int = 0
    total: int = 0
    without: list[str] = field(default_factory=list)
    """Up to five response ids that lack it."""

    def count(self, response: str, carries: bool) -> None:
        self.total += 1
        self.carrying += carries
        if not carries and len(self.without) < 5:
            self.without.append(response)


class Survey(Struct):
    """What all responses of the sample show together: the need `traces` of a probe."""

    name: str
    """The trace sources, for evidence."""
    responses: int = 0
    shares: dict[str, Share] = field(default_factory=dict)
    """By key: `session.id`, `tenant.id`, `evaluation`."""
    first_ns: int = 0
    """Start of the oldest span read, Unix nanoseconds; 0 when there is none."""
    last_ns: int = 0
    as_of_ns: int = 0
    """The day the audit stands for (`--as-of`), Unix nanoseconds."""
    retention_days: int | None = None
    """Declared retention of the store; None when nothing declares it."""

    def observe(self, response: Response, carried: Iterable[tuple[str, bool]]) -> None:
        """Count one response in."""
        self.responses += 1
        for key, carries in carried:
            self.shares.setdefault(key, Share()).count(response.id, carries)
