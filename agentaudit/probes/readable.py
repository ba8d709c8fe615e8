"""What may be said of a component whose source code could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec

from agentaudit.code import Strength, Use
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import not_applicable, unknown
from agentaudit.source import Component
from agentaudit.trades import AGENTIC

P = ParamSpec("P")
MISSING_STEP = {
    Strength.DECLARED: "is declared, but no code that counts imports it",
    Strength.IMPORTED: "is imported, but no code that is reached calls it",
    Strength.CALLED: "is called, but is off by default",
}
"""What lacks at each strength until a library counts as used."""


def unread(component: Component, uses: Iterable[Use], what: str) -> Answer | None:
    """UNKNOWN where code should be asked and could not be read; None where it was, or where the
    manifests were read and say that there is nothing to ask."""
    code = component.code
    if code.read or (component.dependencies_known and not list(uses)):
        return None
    return unknown(
        f"{what} could not be looked for: {code.problem}",
        component.evidence(),
        reason="code_unreadable",
        fact="source code",
        place=component.id,
    )


def unasked(component: Component) -> Answer:
    """Of a component whose code asks no model: NOT_APPLICABLE, or UNKNOWN where a file of it could
    not be read and a library that asks one is declared."""
    declares = any(component.declares.get(trade) for trade in AGENTIC)
    if not (declares and component.code.problem):
        return not_applicable("no code of it asks a model", component.evidence())
    return unknown(
        f"no code that could be read asks a model; unread: {component.code.problem}",
        component.evidence(),
        reason="code_unreadable",
        fact="source code",
        place=component.id,
    )


def out_of_sight(component: Component, what: str) -> Answer | None:
    """UNKNOWN where most of the code is in a language that is not read, or there are more settings
    than are read; None where all is that may say anything."""
    if not component.code.unread:
        return None
    return unknown(
        f"{what} could not be looked for: {component.code.unread}",
        component.evidence(),
        reason="not_read",
        fact="source code",
        place=component.id,
    )


def of_code(
    what: str, *, whole: bool = False
) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """Make a question about the code of a component UNKNOWN where what may answer it is not read.
    What was seen there stands; that something was not seen says nothing.

    `whole`: the question is about everything of a kind, so that a part that is as it should be says
    nothing, and one that is not says it all.
    """

    def wrap(answer: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(answer)
        def asked(*args: P.args, **kwargs: P.kwargs) -> Answer:
            found = answer(*args, **kwargs)
            component = next(x for x in (*args, *kwargs.values()) if isinstance(x, Component))
            if _stands(found, whole):
                return found
            return out_of_sight(component, what) or found

        return asked

    return wrap


def _stands(found: Answer, whole: bool) -> bool:
    """Whether an answer is true whatever stands in code that was not read."""
    if whole:
        shown = any(each.location.line for each in found.evidence)
        return found.outcome is Outcome.FAIL and shown
    return found.outcome is Outcome.PASS


def step_missing(use: Use) -> str:
    """Which step lacks until the library counts, in words."""
    said = f"{use.library} {MISSING_STEP.get(use.strength, 'is used')}"
    return f"{said} ({use.why})" if use.why else said
