"""Deliver a scorecard: files, standard output, and the last line that says how the run ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentaudit.cli import messages
from agentaudit.cli.flags import Flags
from agentaudit.cli.output import Destination, emit
from agentaudit.cli.stage import Stage
from agentaudit.errors import ExitCode, UsageError
from agentaudit.reports import View

if TYPE_CHECKING:
    from agentaudit.errors import SourceError
    from agentaudit.score import Scorecard


def deliver(
    card: Scorecard,
    flags: Flags,
    stage: Stage,
    failures: Sequence[SourceError],
    *,
    explain: bool = False,
    again: bool = False,
) -> ExitCode:
    """Write everything that was asked for, whatever the verdict, and return the exit code; that of
    an audit which is only drawn `again` says nothing of its verdict."""
    from agentaudit.cli.closing import closing, verdict

    for failure in failures:
        messages.error(failure)
    codes = [ExitCode.OK] if again else verdict(card, failures)
    written = []
    for target in stage.destinations:
        try:
            written.append((target, _write(card, flags, stage, target, explain)))
        except UsageError as error:
            messages.error(error)
            codes.append(error.exit_code)
    code = ExitCode.worst(codes)
    if flags.exit_zero and code is ExitCode.GATE_FAILED:
        code = ExitCode.OK
    view = stage.view(flags, explain=explain)
    report = stage.reports[stage.format]
    last = closing(card, view, code, written, plain=stage.format == "plain")
    if report.name in {"terminal", "plain"}:
        drawn = report.render(card, view).decode("utf-8")
        emit(drawn + last)
    else:
        emit(report.render(card, view))
        messages.lines(last)
    return code


def _write(card: Scorecard, flags: Flags, stage: Stage, target: Destination, explain: bool) -> int:
    """Size of the file, in bytes. A file has no terminal: no colour, full width, never quiet."""
    view = View(ascii=flags.ascii, verbosity=flags.verbose, explain=explain, printable=flags.print)
    data = stage.reports[target.report].render(card, view)
    target.write(data)
    return len(data)
