"""Probes: one true/false question each, phrased so that true is good.

A probe is a function whose parameters are its needs: sources (`repo`, `images`, `registry`,
`traces`, `documents`, `host`), at most one subject (`response`, `component`, `image`, `model`), and
`limits` for the numbers that its rubric sets. The runner feeds one call per subject, answers
UNKNOWN when a source is not configured, and turns a crash into ERROR: no probe tests for None.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from agentaudit.evidence import Evidence
from agentaudit.finding import Answer, Cause, Finding, Outcome
from agentaudit.response import Reference, Resolution
from agentaudit.span import Fact, Recorded

SOURCES = frozenset({"repo", "images", "registry", "traces", "documents", "host"})
SUBJECTS = frozenset({"response", "component", "image", "model"})
NEEDS = SOURCES | SUBJECTS | {"limits"}

Limits = Mapping[str, float]
"""Numbers a question is asked with; they live in the rubric."""


def passed(message: str, *evidence: Evidence) -> Answer:
    """It is there."""
    return Answer(Outcome.PASS, message, evidence)


def failed(
    message: str,
    *evidence: Evidence,
    reason: str = "missing",
    fact: str = "",
    place: str = "",
    causes: Iterable[Cause] = (),
) -> Answer:
    """We looked and it is not there; `fact` at `place` is what one fix would mend."""
    found = tuple(sorted(set(causes))) or (Cause(fact, place, reason),)
    return Answer(Outcome.FAIL, message, evidence, reason, found)


def unknown(
    message: str,
    *evidence: Evidence,
    reason: str = "not_looked",
    fact: str = "",
    place: str = "",
    causes: Iterable[Cause] = (),
) -> Answer:
    """We could not look."""
    found = tuple(sorted(set(causes))) or (Cause(fact, place, reason),)
    return Answer(Outcome.UNKNOWN, message, evidence, reason, found)


def not_applicable(message: str, *evidence: Evidence, reason: str = "") -> Answer:
    """The question makes no sense here; say on which evidence."""
    return Answer(Outcome.NOT_APPLICABLE, message, evidence, reason)


class Gaps:
    """Collects what is missing for one subject over many spans or services, then answers once."""

    def __init__(self, total: int = 0) -> None:
        self.total = total
        """How many things were asked about, for the message."""
        self._failures: list[tuple[str, Cause, tuple[Evidence, ...]]] = []
        self._doubts: list[tuple[str, Cause, tuple[Evidence, ...]]] = []
        self._seen: list[Evidence] = []

    def fail(self, message: str, *evidence: Evidence, fact: str, place: str, reason: str) -> None:
        """Looked, and not there."""
        self._failures.append((message, Cause(fact, place, reason), evidence))

    def doubt(self, message: str, *evidence: Evidence, fact: str, place: str, reason: str) -> None:
        """Could not look."""
        self._doubts.append((message, Cause(fact, place, reason), evidence))

    def need(self, fact: Fact, what: str, place: str, *where: Evidence) -> bool:
        """Require a fact; a value the store dropped is a doubt, any other lack a failure.

        `where` shows the span that should have carried it.
        """
        if fact:
            self._seen.extend(fact.evidence()[:1])
            return True
        note = self.doubt if fact.state is Recorded.DROPPED else self.fail
        note(
            f"{what}: {fact.state.value.replace('_', ' ')}",
            *(fact.evidence() or where),
            fact=fact.key,
            place=place,
            reason=fact.state.value,
        )
        return False

    def record(self, ref: Reference, what: str) -> bool:
        """Require that a reference is recorded and without conflict, wherever it leads."""
        note = self.doubt if ref.recorded is Recorded.DROPPED else self.fail
        if ref.recorded is not Recorded.RECORDED:
            message, reason = f"{what}: {ref.recorded.replace('_', ' ')}", ref.recorded.value
        elif ref.conflicts:
            message, reason = f"{what}: {ref.value} and {ref.conflicts[0]}", "conflict"
        else:
            self._seen.extend(ref.evidence[:1])
            return True
        note(message, *ref.evidence, fact=ref.fact, place=ref.place, reason=reason)
        return False

    def follow(self, ref: Reference, what: str) -> bool:
        """Require that a reference is recorded, without conflict, and opens.

        A look-up that was impossible for lack of another fact fails for that fact; one that no
        source could answer is a doubt.
        """
        if not self.record(ref, what):
            return False
        target, note, fact = ref.target, self.fail, ref.fact
        if ref.resolved:
            self._seen.extend(target.evidence[:1])
            return True
        if target.resolution is Resolution.BROKEN or target.needs:
            message, reason = f"{what}: {target.detail}", target.reason or "broken"
            fact = target.needs or fact
        else:
            note, message, reason = self.doubt, f"{what}: {target.detail}", target.reason
        evidence = (*ref.evidence, *target.evidence)
        note(message, *evidence, fact=fact, place=ref.place, reason=reason)
        return False

    def seen(self, *evidence: Evidence) -> None:
        """Keep what supports a pass."""
        self._seen.extend(evidence)

    def answer(self, good: str) -> Answer:
        """FAIL if anything is missing, else UNKNOWN if anything could not be looked at, else PASS
        with the sentence `good`."""
        for found, say in ((self._failures, failed), (self._doubts, unknown)):
            if found:
                message, cause, _ = found[0]
                if len(found) > 1:
                    of = f" of {self.total}" if self.total >= len(found) else ""
                    message = f"{message} (and {len(found) - 1} more{of})"
                evidence = [e for _, _, items in found for e in items][:5]
                causes = {c for _, c, _ in (*self._failures, *self._doubts)}
                return say(message, *evidence, reason=cause.reason, causes=causes)
        return passed(good, *self._seen[:5])


class Example(Struct, frozen=True):
    """A worked case: a test runs it, the documentation prints it.

    `given` maps needs to what `testing.build` makes of plain data; a need left out is a source that
    is not configured.
    """

    outcome: Outcome
    given: Mapping[str, Any]
    because: str = ""


class Probe(Struct, frozen=True):
    """A question, how to answer it, and worked cases that show the answer is right."""

    id: str
    answer: Callable[..., Answer]
    fix: str
    """What to do, with the snippet to paste."""
    examples: tuple[Example, ...] = ()
    needs: frozenset[str] = frozenset()
    package: str = "agentaudit"

    @property
    def subject(self) -> str:
        """What it is asked about: response, component, image, model or system."""
        return next(iter(self.needs & SUBJECTS), "system")

    @property
    def sources(self) -> frozenset[str]:
        return self.needs & SOURCES

    @property
    def question(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.answer) or "").partition("\n")[0]

    @property
    def why(self) -> str:
        """The rest of the docstring."""
        return (inspect.getdoc(self.answer) or "").partition("\n")[2].strip()

    def ask(self, available: Mapping[str, Any]) -> Answer:
        """Answer from what is available: sources, the subject under its name, `limits`."""
        if not available.keys() >= self.needs:
            missing = sorted(self.needs - available.keys())
            return unknown(
                f"no {' or '.join(missing)} configured",
                reason="not_configured",
                causes=[Cause(name, "", "not_configured") for name in missing],
            )
        try:
            return self.answer(**{name: available[name] for name in self.needs})
        except Exception as error:  # a probe's bug must not cost the rest of the audit
            return Answer(
                Outcome.ERROR, f"{self.id} crashed: {type(error).__name__}: {error}", (), "crashed"
            )

    def finding(self, answer: Answer, subject: str) -> Finding:
        """The answer with its question and subject."""
        return Finding(
            self.id,
            subject,
            answer.outcome,
            answer.message,
            answer.reason,
            answer.evidence,
            answer.causes,
        )


def probe(
    id: str, *, fix: str, examples: Iterable[Example] = ()
) -> Callable[[Callable[..., Answer]], Probe]:
    """Turn a function into a probe."""

    def wrap(answer: Callable[..., Answer]) -> Probe:
        needs = frozenset(inspect.signature(answer).parameters)
        if extra := sorted(needs - NEEDS):
            raise TypeError(f"probe {id!r} asks for unknown inputs: {', '.join(extra)}")
        if len(needs & SUBJECTS) > 1:
            raise TypeError(f"probe {id!r} asks about more than one subject")
        return Probe(id, answer, fix, tuple(examples), needs)

    return wrap
