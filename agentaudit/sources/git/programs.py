"""Of which project an image is, told by what compose files start in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentaudit.sources.git import started
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import directory, inside


def home(homes: Homes, context: str, orders: Sequence[Order]) -> str:
    """The one project below what it is built from that every service of an image starts; empty
    where there is no one such."""
    commands = [order.command for order in orders if order.command is not None]
    found = {next(_named(homes, context, command), "") for command in commands}
    return found.pop() if len(found) == 1 else ""


def _named(homes: Homes, context: str, command: str) -> Iterator[str]:
    """Projects below the context that hold a program which a command names."""
    for path in started.named(context, command):
        project = homes.nearest(directory(path)) if homes.holds(path) else None
        if project and project != context and inside(project, context):
            yield project
