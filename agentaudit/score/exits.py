"""How a process ends that delivers a scorecard."""

from __future__ import annotations

from agentaudit.errors import ExitCode
from agentaudit.score.scorecard import Scorecard


def exit_codes(scorecard: Scorecard) -> list[ExitCode]:
    """All that apply; `ExitCode.worst` decides between them."""
    verdicts = {condition.verdict for condition in scorecard.gate.conditions}
    codes = [ExitCode.INTERNAL] if scorecard.errors else []
    if scorecard.gate.verdict == "no_verdict":
        codes.append(ExitCode.NO_VERDICT)
    if "fail" in verdicts:
        codes.append(ExitCode.GATE_FAILED)
    return codes or [ExitCode.OK]
