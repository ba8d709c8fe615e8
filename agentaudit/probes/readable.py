"""What may be said of a component whose source code could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.code import Strength, Use
from agentaudit.finding import Answer
from agentaudit.probe import unknown
from agentaudit.source import Component

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


def step_missing(use: Use) -> str:
    """Which step lacks until the library counts, in words."""
    said = f"{use.library} {MISSING_STEP.get(use.strength, 'is used')}"
    return f"{said} ({use.why})" if use.why else said
