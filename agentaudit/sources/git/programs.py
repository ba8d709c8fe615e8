"""Of which project an image is, told by what compose files start in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import directory, inside

_MODULE = regex(r"(?<![\w./-])(\w{1,80}(?:\.\w{1,80}){1,9})(?=[:\s\"']|$)")
"""A module as Python is told it: `services.api.main` of `uvicorn services.api.main:app`."""
_FILE = regex(r"(?<![\w./-])(?:\./)?((?:[\w-]{1,80}/){1,9}[\w-]{1,80}\.(?:py|js|mjs|cjs|ts))\b")


def home(homes: Homes, context: str, orders: Sequence[Order]) -> str:
    """The one project below what it is built from that every service of an image starts; empty
    where there is no one such."""
    commands = [order.command for order in orders if order.command is not None]
    found = {next(_named(homes, context, command), "") for command in commands}
    return found.pop() if len(found) == 1 else ""


def _named(homes: Homes, context: str, command: str) -> Iterator[str]:
    """Projects below the context that hold a program which a command names."""
    modules = [each.replace(".", "/") for each in _MODULE.findall(command)]
    programs = [*_FILE.findall(command), *(f"{m}{end}" for m in modules for end in _ENDS)]
    for path in filter(None, (joined(context, program) for program in programs)):
        project = homes.nearest(directory(path)) if homes.holds(path) else None
        if project and project != context and inside(project, context):
            yield project


_ENDS = (".py", "/__main__.py", "/__init__.py")
