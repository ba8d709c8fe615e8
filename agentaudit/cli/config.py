"""`agentaudit config`: which settings are in effect, and where each came from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentaudit.cli import messages
from agentaudit.cli.output import lines
from agentaudit.cli.table import table
from agentaudit.errors import ExitCode

app = typer.Typer(
    help="Show the configuration in effect.", rich_markup_mode=None, no_args_is_help=True
)


@app.callback()
def root() -> None:
    """Show the configuration in effect."""


@app.command()
def show(
    path: Annotated[str, typer.Argument(metavar="PATH", help="Directory to audit.")] = ".",
    origin: Annotated[
        bool, typer.Option("--origin", help="Also print where each value came from.")
    ] = False,
) -> ExitCode:
    """Print every setting that a scan of PATH would use."""
    from agentaudit.cli.opening import directory
    from agentaudit.config import load

    config = load(directory(path))
    for text in config.warnings:
        messages.warning(text)
    rows = [("key", "value", "origin"), *((r.key, r.value, r.origin) for r in config.rows())]
    lines(table([row if origin else row[:2] for row in rows]))
    return ExitCode.OK


@app.command()
def lint(
    path: Annotated[str, typer.Argument(metavar="PATH", help="Directory to audit.")] = ".",
) -> ExitCode:
    """Say whether agentaudit.yaml is sound, with its rubric, waivers and gate; exit 2 if not.

    \b
    Nothing that is audited is read: it takes less than a second, for a hook before each commit.
    """
    from agentaudit import rubric
    from agentaudit.cli.governance import dimensions, waivers
    from agentaudit.cli.opening import directory
    from agentaudit.cli.origins import Checkout
    from agentaudit.config import load

    config = load(directory(path))
    for text in config.warnings:
        messages.warning(text)
    asked = rubric.load(config.rubric_path)
    gates, held = dimensions(config, asked), waivers(config, asked, Checkout(Path(path)))
    for waiver in held:
        if waiver.state == "expired":
            messages.warning(f"the waiver of {waiver.criterion} ended on {waiver.until}")
    name = config.line_of().rpartition(":")[0] or "no configuration"
    stores = len(config.repos + config.images + config.registry + config.traces)
    lines([f"{name}: {stores} sources, {len(held)} waivers, {len(gates)} dimensions gated"])
    return ExitCode.OK
