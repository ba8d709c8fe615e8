"""The nearest span below that is wanted, for every span of a response in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agentaudit.response import Response
from agentaudit.span import Span

_Found = tuple[int, str, Span]
"""How many levels below, its label, the span."""


class Below:
    """Knows the nearest spans of two different labels, so that a search from every span of a chain
    of very many costs one pass over it."""

    def __init__(self, response: Response, label: Callable[[Span], str]) -> None:
        """`label` is empty for a span that is not wanted."""
        self._found: dict[str, list[_Found]] = {}
        labels = {span.span_id: label(span) for span in response.spans}
        if not any(labels.values()):
            return
        order = list(_downward(response))
        place = {span.span_id: number for number, span in enumerate(order)}
        for span in reversed(order):
            above = response.parent(span)
            if above is None or place.get(above.span_id, len(order)) >= place[span.span_id]:
                continue  # a root, or where a cycle closes
            wanted = labels[span.span_id]
            own: list[_Found] = [(0, wanted, span)] if wanted else []
            near = [(n + 1, held, s) for n, held, s in (*own, *self._found.get(span.span_id, ()))]
            known = self._found.get(above.span_id, [])
            self._found[above.span_id] = _two((*near, *known))

    def of(self, span: Span, other_than: str = "") -> Span | None:
        """The nearest wanted span below, the first of its level, whose label is another one."""
        found = self._found.get(span.span_id, ())
        return next((below for _, label, below in found if label != other_than), None)


def _downward(response: Response) -> Iterator[Span]:
    """Every span, a span before what is below it."""
    tops = (s for s in response.spans if s is not response.entry and response.parent(s) is None)
    for top in (response.entry, *tops):
        yield top
        yield from response.below(top)


def _two(found: tuple[_Found, ...]) -> list[_Found]:
    """The nearest of each label, two labels at most; the first given where two are as near."""
    kept: dict[str, _Found] = {}
    for each in sorted(found, key=lambda one: one[0]):
        kept.setdefault(each[1], each)
    return list(kept.values())[:2]
