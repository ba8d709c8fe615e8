"""`agentaudit schema`: what audit.json and agentaudit.yaml look like, for machines and editors."""

from __future__ import annotations

from typing import Annotated

import typer

from agentaudit.cli.output import emit
from agentaudit.errors import ExitCode


def schema(
    config: Annotated[
        bool, typer.Option("--config", help="The schema of agentaudit.yaml instead.")
    ] = False,
) -> ExitCode:
    """Print the JSON Schema of audit.json, or of agentaudit.yaml."""
    import json

    if config:
        from agentaudit.config import schema as published
    else:
        from agentaudit.score import schema as published
    emit(json.dumps(published(), indent=2, ensure_ascii=True) + "\n")
    return ExitCode.OK
