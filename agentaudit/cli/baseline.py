"""`agentaudit baseline`: write down what must not get worse."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from agentaudit.cli import messages
from agentaudit.cli.flags import Flags, flagged
from agentaudit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from agentaudit.score import Scorecard

DEFAULT = "baseline.json"

app = typer.Typer(
    help="Write down what must not get worse.", rich_markup_mode=None, no_args_is_help=True
)


@app.callback()
def root() -> None:
    """Write down what must not get worse."""


def write(path: str, flags: Flags) -> ExitCode:
    """Audit the system in PATH and write its baseline, for `agentaudit scan --baseline FILE`.

    \b
    -o names the file, baseline.json by default; it is small, and made to be committed and read
    in a diff. Nothing is written where the audit is incomplete.
    """
    from agentaudit.audit import audit
    from agentaudit.cli.closing import verdict
    from agentaudit.cli.governance import taken
    from agentaudit.cli.opening import configured, directory, evidence, opened
    from agentaudit.cli.origins import Checkout, scope
    from agentaudit.cli.output import Destination, lines
    from agentaudit.cli.progress import Progress
    from agentaudit.cli.request import request

    if len(flags.output) > 1:
        raise UsageError("a baseline is one file", where="-o", hint="name it once")
    target = Destination("baseline", Path(next(iter(flags.output), DEFAULT)))
    target.prepare()
    checkout = Checkout(directory(path))
    config = configured(Path(path), flags)
    target.spare(frozenset(map(os.path.realpath, evidence(config, flags))))
    with Progress(quiet=flags.quiet) as progress:
        asked = request(("scan",), config, flags, progress, checkout=checkout, gated=False)
        with opened(config, asked.rubric, plugins=not flags.no_plugins) as sources:
            card = audit(asked, sources)
    code = ExitCode.worst(verdict(card, sources.failures))
    if code is not ExitCode.OK:
        _refused(card, target.path)
        return code
    found = taken(card, scope(config, checkout))
    target.write(found.text().encode())
    lines([f"Wrote {target.path}: {len(found.criteria)} criteria, {len(found.dimensions)} levels"])
    return ExitCode.OK


def _refused(card: Scorecard, file: Path) -> None:
    for condition in card.gate.conditions:
        messages.say(f"error: {condition.name}: {condition.message}")
    for crash in card.errors:
        messages.say(f"error: {crash.criterion} crashed: {crash.message}")
    messages.note(f"{file} is not written: the audit is incomplete")


GATES = (
    *("fail_under", "min_level", "min_reconstructable", "require_source", "exit_zero", "format"),
    *("baseline", "ratchet", "no_waivers", "history", "verbose", "ascii", "color"),
    "include_content",
)
"""Flags of a scan that decide or draw what a baseline does not have."""

app.command("write")(
    flagged(
        write,
        typer.Argument(metavar="PATH", help="Directory to audit.", show_default=False),
        default=".",
        without=GATES,
    )
)
