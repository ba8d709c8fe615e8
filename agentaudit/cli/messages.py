"""What is said on standard error: what happened, where, and one fix."""

from __future__ import annotations

import sys
from collections.abc import Container, Sequence

from agentaudit.errors import AuditError

LIMIT = 2000
"""Longest line of a message, in characters."""


def say(text: str) -> None:
    """One line on standard error. Control characters and secrets in it become visible marks."""
    from agentaudit.evidence import safe  # compiles patterns: not at start-up

    encoding = sys.stderr.encoding or "ascii"
    line = safe(text, LIMIT).encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        return  # nobody listens any more; the exit code still speaks


def lines(text: str) -> None:
    """Several lines, without their indent."""
    for line in text.splitlines():
        say(line.strip())


def error(found: AuditError) -> None:
    """An expected error, in the three lines every message has."""
    say(f"error: {found}")
    if found.where:
        say(f"  --> {found.where}")
    if found.hint:
        say(f"hint: {found.hint}")


def warning(text: str, hint: str = "") -> None:
    """Something that does not stop the run but that its reader must know."""
    say(f"warning: {text}")
    if hint:
        say(f"hint: {hint}")


def note(text: str) -> None:
    """Anything else worth a line."""
    say(f"note: {text}")


def usage(text: str, arguments: Sequence[str], commands: Container[str]) -> None:
    """A command line that could not be understood; `commands` are those that there are."""
    command = next((a for a in arguments if not a.startswith("-")), "")
    named = f" {command}" if command in commands else ""
    what = " ".join(text.split()).rstrip(".")
    say(f"error: {what[:1].lower()}{what[1:]}")
    say(f"hint: agentaudit{named} --help")


def bug(error: Exception, *, debug: bool) -> None:
    """A bug of ours: short, with the traceback only on request."""
    say(f"error: internal: {type(error).__name__}: {error}")
    if debug:
        trace()
        say("hint: please report this, with the traceback above")
    else:
        say("hint: run again with --debug and please report this, with the traceback it prints")


def trace() -> None:
    """The traceback of the error at hand, line by line."""
    import traceback

    for line in traceback.format_exc().splitlines():
        say(line)
