"""What all traces together are, counted while they are cut: shown beside every headline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct, field

from agentaudit.source import Ledger
from agentaudit.sources.traces.assemble import Cut, service_name
from agentaudit.span import Span


class Census(Struct):
    """Counts over every trace that is wanted, whether sampled or not."""

    population: int = 0
    """Responses."""
    _responses: Counter[str] = field(default_factory=Counter)
    _evaluators: Counter[str] = field(default_factory=Counter)
    _recognised: Counter[tuple[str, str]] = field(default_factory=Counter)
    _unrecognised: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, cut: Cut, entries: Sequence[Span]) -> None:
        """Count a trace, of whose responses these are wanted."""
        root = cut.tree.roots[0]
        service = root.source, service_name(root.resource, root.vocabulary)
        if cut.tree.stepped:
            self._recognised[service] += 1
        elif any(span.agentic for span in cut.tree.spans.values()):
            self._evaluators[root.source] += 1
        else:
            self._unrecognised[service] += 1
        self.population += len(entries)
        for entry in entries:
            self._responses[entry.source] += 1

    def taken(self, uri: str) -> int:
        """Traces of one source that were counted: all but those that a scope leaves out."""
        kinds = (self._recognised, self._unrecognised)
        return self._evaluators[uri] + sum(
            n for kind in kinds for (source, _), n in kind.items() if source == uri
        )

    def enter(self, uri: str, ledger: Ledger) -> None:
        """Write the counts of one source into its ledger."""
        ledger.responses = self._responses[uri]
        ledger.evaluator_only = self._evaluators[uri]
        ledger.recognised = _of(self._recognised, uri)
        ledger.unrecognised = _of(self._unrecognised, uri)


def _of(counts: Counter[tuple[str, str]], uri: str) -> dict[str, int]:
    return {service: n for (source, service), n in sorted(counts.items()) if source == uri}
