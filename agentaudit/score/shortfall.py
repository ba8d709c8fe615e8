"""Where criteria are not met: one entry for each criterion and place, never for each trace.

An entry is recognised again by a fingerprint that knows no line number, no trace id and no day, so
that code which only moves, and another sample of the same traffic, are no news.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.finding import Outcome
from agentaudit.score.dimension import CriterionScore, DimensionScore, ShownFinding
from agentaudit.score.dossier import ShownEvidence

_COMMIT = regex(r"commit [0-9a-f]{7,64}")


class Shortfall(Struct, frozen=True):
    """One criterion that fails at one place."""

    dimension: str
    criterion: CriterionScore
    finding: ShownFinding
    """An example of it."""
    evidence: ShownEvidence | None
    """The first place to open; None where nothing can be opened."""

    @property
    def source(self) -> str:
        """The source that shows it; empty where nothing can be opened."""
        return self.evidence.source if self.evidence else ""

    @property
    def file(self) -> str:
        """Path of the file that shows it; empty where it is no file of a repository."""
        found = self.evidence
        if found is None or _COMMIT.fullmatch(found.path):
            return ""
        return found.path if found.source.startswith("git:") or found.source == "config" else ""

    @property
    def subject(self) -> str:
        """The component, image or model that falls short; empty for responses and the system."""
        return "" if self.criterion.subject in {"response", "system"} else self.finding.subject

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits, the same whatever moves within the file."""
        parts = (self.criterion.id, self.source, self.subject, self.file)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]

    @property
    def place(self) -> str:
        """Where it is, in words."""
        parts = dict.fromkeys(part for part in (self.subject or self.source, self.file) if part)
        return " ".join(parts) or "the system"


def shortfalls(dimensions: Iterable[DimensionScore]) -> tuple[Shortfall, ...]:
    """In rubric order; of one criterion in the order of its examples, which are at most five for
    each reason."""
    found: dict[str, Shortfall] = {}
    for dimension in dimensions:
        for shortfall in _of(dimension):
            found.setdefault(shortfall.fingerprint, shortfall)
    return tuple(found.values())


def unlisted(criterion: CriterionScore) -> int:
    """Failing components, images and models that are no example, and so have no entry."""
    if criterion.subject in {"response", "system"} or criterion.met is not False:
        return 0
    listed = sum(finding.outcome is Outcome.FAIL for finding in criterion.findings)
    return max(0, criterion.counts.fail - listed)


def _of(dimension: DimensionScore) -> Iterator[Shortfall]:
    for criterion in dimension.criteria:
        if criterion.met is not False:
            continue
        for finding in criterion.findings:
            if finding.outcome is Outcome.FAIL:
                evidence = finding.evidence[0] if finding.evidence else None
                yield Shortfall(dimension.id, criterion, finding, evidence)
