"""The commands, as typer sees them. Nothing heavy is imported before one runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from agentaudit import __version__
from agentaudit.cli import scan
from agentaudit.cli.flags import flagged, spared
from agentaudit.cli.output import lines

EPILOG = """\b
Examples:
  agentaudit scan . --traces 'otlp:traces/*.jsonl.gz' -o audit.json
  agentaudit explain 4bf92f35 --traces otlp:traces/monday.jsonl"""


def _version(asked: bool) -> None:
    if asked:
        lines([f"agentaudit {__version__}"])
        raise typer.Exit


def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version in one line."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Print the traceback of an error.")
    ] = False,
) -> None:
    """Can you show the complete context behind any response of your agentic system?"""


def application(arguments: Sequence[str]) -> typer.Typer:
    """The commands, and of a plain scan only the flags that it is given: to make all of them takes
    as long as to read a small repository."""
    app = typer.Typer(
        name="agentaudit",
        help="Can you show the complete context behind any response of your agentic system?",
        epilog=EPILOG,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )
    app.callback()(root)
    without = spared(arguments[1:]) if arguments[:1] == ["scan"] else None
    path = typer.Argument(metavar="PATH", help="Directory to audit.", show_default=False)
    app.command("scan")(flagged(scan.scan, path, default=".", without=without or ()))
    if without is None:
        _others(app)
    return app


def _others(app: typer.Typer) -> None:
    from agentaudit.cli import baseline, config, explain, image, probes, report, rubric, schema

    app.command("explain")(
        flagged(
            explain.explain,
            typer.Argument(metavar="TRACE", help="Trace id, or its beginning."),
            without=("baseline", "ratchet", "no_waivers", "history"),
        )
    )
    app.command("report")(
        flagged(
            report.report,
            typer.Argument(metavar="FILE", help="An audit.json, or - for standard input."),
            without=report.WITHOUT,
        )
    )
    app.add_typer(baseline.app, name="baseline")
    app.add_typer(rubric.app, name="rubric")
    app.add_typer(probes.app, name="probes")
    app.add_typer(config.app, name="config")
    app.command("image")(image.image)
    app.command("schema")(schema.schema)
