"""All commands, as typer sees them. Nothing heavy is imported before a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

from agentaudit import __version__
from agentaudit.cli import baseline, config, explain, image, probes, report, rubric, scan, schema
from agentaudit.cli.flags import flagged
from agentaudit.cli.output import lines

EPILOG = """\b
Examples:
  agentaudit scan . --traces 'otlp:traces/*.jsonl.gz' -o audit.json
  agentaudit explain 4bf92f35 --traces otlp:traces/monday.jsonl"""

app = typer.Typer(
    name="agentaudit",
    help="Can you show the complete context behind any response of your agentic system?",
    epilog=EPILOG,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


def _version(asked: bool) -> None:
    if asked:
        lines([f"agentaudit {__version__}"])
        raise typer.Exit


@app.callback()
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


app.command("scan")(
    flagged(
        scan.scan,
        typer.Argument(metavar="PATH", help="Directory to audit.", show_default=False),
        default=".",
    )
)
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
