"""Agents that a managed service runs and a script of CI makes there: nothing is built of them, so
the script is what deploys them."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory
from agentaudit.sources.git.workflows import Run

_RUNS = regex(
    r"(?:^|[\s;&|(])(?:python3?|uv run(?: python)?|node|(?:npx )?tsx|bun(?: run)?)\s"
    r"[\"']?(?:\./)?((?:[\w.-]{1,80}/){0,8}[\w.-]{1,80}\.(?:py|[cm]?[jt]s))\b"
)
_MAKES = regex(
    r"\bagents?(?:_?[cC]lient)?\.(?:create_agent|createAgent|create_version|createVersion)\("
    r"|\bbedrock_?[aA]gent(?:_?[cC]lient)?\.create_agent\(|\bnew CreateAgentCommand\("
    r"|\b(?:beta\.)?assistants\.create\("
)
"""Calls by which Azure AI Foundry, Bedrock and OpenAI are told of an agent that they run."""
_SETUPS = {"actions/setup-python": "python", "actions/setup-node": "node"}


def made(reader: Reader, homes: Homes, runs: list[Run]) -> Iterator[Build]:
    """The whole of the repository, for each step that runs such a script which is in no project
    below it; with the version of the language that is set up before."""
    runtimes: dict[str, str] = {}
    for run in runs:
        if run.action in _SETUPS:
            name = _SETUPS[run.action]
            asked = dict(run.inputs).get(f"{name}-version", "")
            runtimes[run.step.place.path] = f"{name} {asked}" if asked[:1].isdigit() else ""
        for found in () if run.action else _RUNS.finditer(run.step.text):
            path = joined(run.directory or "", found[1])
            if path is None or path not in reader.known or reader.role(path) is not Role.APP:
                continue
            if not homes.nearest(directory(path)) and _MAKES.search(reader.text(path) or ""):
                runtime = runtimes.get(run.step.place.path, "")
                yield Build("", run.step.place, bare=True, runtime=runtime)
