"""Why no log of a program holds the traceback of an error, whatever its code reports."""

from __future__ import annotations

from collections.abc import Sequence

from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.probes.telemetry.formatters import flattened
from agentaudit.probes.telemetry.silenced import silenced
from agentaudit.probes.telemetry.streams import masked
from agentaudit.source import Component, Repo


def nowhere(repo: Repo, component: Component, keeping: Sequence[Call]) -> tuple[str, Place] | None:
    """What is said of it, and where it is decided; keeping are the calls that would keep one."""
    if off := silenced(repo, component, keeping):
        return "logging is switched off where the program starts", off
    if flat := flattened(repo, component, keeping):
        return "the only formatter of the logs leaves tracebacks out", flat
    if text := masked(component):
        return "what a stream of answers raises becomes a text, and nothing logs it", text
    return None
