"""Every trap that real repositories set for detectors, in the order in which they were listed."""

from __future__ import annotations

import pytest

from tests.probes.traps import (
    aliases,
    by_string,
    declared_only,
    locks,
    looks_pinned,
    no_guardrail,
    substrings,
    switched_off,
    words,
)
from tests.probes.traps.trap import Trap

TRAPS = (
    *substrings.TRAPS,
    *switched_off.TRAPS,
    *declared_only.TRAPS,
    *by_string.TRAPS,
    *aliases.TRAPS,
    *looks_pinned.TRAPS,
    *words.TRAPS,
    *no_guardrail.TRAPS,
    *locks.TRAPS,
    *locks.SINCE,
)


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_trap(trap: Trap) -> None:
    answer = trap.ask()
    assert (answer.outcome, trap.says in answer.message) == (trap.outcome, True), answer.message
