"""The last line of a run: score, gate, exit code, and what was written."""

from __future__ import annotations

from collections.abc import Sequence

from agentaudit.cli.output import Destination
from agentaudit.errors import ExitCode, SourceError
from agentaudit.reports import View
from agentaudit.reports.record import record
from agentaudit.reports.signs import to_ascii
from agentaudit.score import Scorecard, exit_codes
from agentaudit.score.rounding import whole

Written = Sequence[tuple[Destination, int]]
"""Files and their sizes in bytes."""


def verdict(card: Scorecard, failures: Sequence[SourceError]) -> list[ExitCode]:
    """Every exit code that applies."""
    return exit_codes(card) + [failure.exit_code for failure in failures]


def closing(card: Scorecard, view: View, code: ExitCode, written: Written, *, plain: bool) -> str:
    """One line; in the terminal preceded by one that names the files."""
    if plain:
        return _record(card, view, code, written) + "\n"
    lines = []
    if written and code is ExitCode.OK and view.verbosity >= 0:
        names = ", ".join(f"{target.path} ({_size(size)})" for target, size in written)
        lines.append(f"  Wrote {names}")
    parts = [] if view.explain else [_score(card)]
    if card.gate.verdict != "none" or not view.explain:
        parts.append(_gate(card))
    parts.append(_crashed(card))
    end = _end(code, written)
    if view.verbosity < 0:
        parts.append(end)
    lines.append("  " + " ".join(part for part in parts if part))
    if view.verbosity >= 0:
        lines.append(f"  {end}")
    text = "".join(f"{line.rstrip()}\n" for line in lines if line.strip())
    return to_ascii(text) if view.ascii else text


def _score(card: Scorecard) -> str:
    low, high = whole(card.score.low), whole(card.score.high)
    more = f", up to {high}" if high != low else ""
    return f"Score {low} of 100{more}."


def _gate(card: Scorecard) -> str:
    bad = [c.name for c in card.gate.conditions if c.verdict != "pass"]
    names = ", ".join(bad)
    return {
        "none": "No gate set; add --fail-under N to use this in CI.",
        "pass": "Gate passed.",
        "fail": f"Gate failed: {names}.",
        "no_verdict": f"No verdict: {names}.",
    }[card.gate.verdict]


def _crashed(card: Scorecard) -> str:
    names = ", ".join(crash.criterion for crash in card.errors)
    return f"Crashed, so the figures are incomplete: {names}." if names else ""


def _end(code: ExitCode, written: Written) -> str:
    if code is ExitCode.OK:
        return ""
    files = " and ".join(str(target.path) for target, _ in written)
    verb = "is" if len(written) == 1 else "are"
    return f"Exit {code.value}" + (f"; {files} {verb} written." if files else ".")


def _record(card: Scorecard, view: View, code: ExitCode, written: Written) -> str:
    files = ",".join(str(target.path) for target, _ in written)
    low, high = whole(card.score.low), whole(card.score.high)
    bad = ",".join(c.name for c in card.gate.conditions if c.verdict != "pass")
    return record(
        "end" if view.explain else f"score {low}",
        high=None if view.explain else high,
        gate=card.gate.verdict,
        failing=bad or None,
        crashed=",".join(crash.criterion for crash in card.errors) or None,
        written=files or None,
        exit=code.value,
    )


def _size(size: int) -> str:
    return f"{size} bytes" if size < 1024 else f"{size / 1024:.0f} KB"
