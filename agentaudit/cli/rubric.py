"""`agentaudit rubric`: what is asked for, and whether a rubric of one's own is sound."""

from __future__ import annotations

from typing import Annotated

import typer

from agentaudit.cli import messages
from agentaudit.cli.output import lines
from agentaudit.cli.table import table
from agentaudit.errors import ExitCode

DEFAULT = "agentic-mlops"

app = typer.Typer(help="List, print or lint rubrics.", rich_markup_mode=None, no_args_is_help=True)
_Name = Annotated[
    str, typer.Argument(metavar="NAME|PATH", help="A built-in rubric, or a .yaml file.")
]


@app.command("list")
def list_() -> ExitCode:
    """List the built-in rubrics."""
    from agentaudit import rubric

    rows = [("rubric", "version", "criteria", "title")]
    for name in rubric.names():
        found = rubric.load(name)
        asked = len(found.criteria)
        total = f"{asked} of {asked + len(found.planned)}"
        rows.append((found.id, found.version, total, found.title))
    lines(table(rows))
    return ExitCode.OK


@app.command()
def show(name: _Name = DEFAULT) -> ExitCode:
    """Print a rubric as YAML: a starting point for one of your own."""
    from agentaudit import rubric
    from agentaudit.evidence import clean

    rubric.load(name)
    text = rubric.find(name).read_text(encoding="utf-8")
    lines(clean(line, limit=100_000) for line in text.splitlines())
    return ExitCode.OK


@app.command()
def lint(
    name: _Name = DEFAULT,
    no_plugins: Annotated[bool, typer.Option("--no-plugins", help="Know no plug-in.")] = False,
) -> ExitCode:
    """Say what is wrong with a rubric (exit 2), or could be better."""
    from agentaudit import rubric
    from agentaudit.cli.opening import probes

    found = rubric.load(name)
    advice = rubric.lint(found, probes(plugins=not no_plugins))
    for line in advice:
        messages.warning(line)
    lines(
        [
            f"rubric {found.id} {found.version}: {len(found.criteria)} criteria, "
            f"{len(found.planned)} planned, {len(advice)} to improve"
        ]
    )
    return ExitCode.OK
