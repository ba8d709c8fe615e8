"""`agentaudit config`: which settings are in effect, and where each came from."""

from __future__ import annotations

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
