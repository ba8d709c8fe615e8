"""The nearest span above that is wanted, for every span of a response in one climb."""

from __future__ import annotations

from collections.abc import Callable

from agentaudit.response import Response
from agentaudit.span import Kind, Span


class Above:
    """Remembers every climb, so that a chain of very many nested spans costs one of them."""

    def __init__(self, response: Response, wanted: Callable[[Span], bool]) -> None:
        self._response = response
        self._wanted = wanted
        self._known: dict[str, Span | None] = {}

    def of(self, span: Span) -> Span | None:
        """The nearest wanted span above `span`, itself left out; None when there is none."""
        path: dict[str, None] = {}
        found: Span | None = None
        at: Span | None = span
        while at is not None and at.span_id not in path:
            if at.span_id in self._known:
                found = self._known[at.span_id]
                break
            path[at.span_id] = None
            at = self._response.parent(at)
            if at is not None and self._wanted(at):
                found = at
                break
        self._known |= dict.fromkeys(path, found)
        return found


def of_kind(response: Response, *kinds: Kind) -> Above:
    """The nearest span above of one of these kinds."""
    return Above(response, lambda span: span.kind in kinds)
