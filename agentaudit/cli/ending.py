"""How a run ends: whatever a command returns or raises becomes one exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from io import FileIO, TextIOWrapper
from types import FrameType

from agentaudit.cli import messages
from agentaudit.errors import AuditError, ExitCode

INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code of the process. Raises nothing."""
    debug = "--debug" in arguments
    _streams()
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return int(_command(arguments))
    except KeyboardInterrupt:
        return _interrupted()
    except AuditError as error:
        messages.error(error)
        if debug:
            messages.trace()
        return int(error.exit_code)
    except BrokenPipeError:
        silence()
        return int(ExitCode.OK)
    except Exception as error:
        messages.bug(error, debug=debug)
        return int(ExitCode.INTERNAL)


def _terminated(number: int, frame: FrameType | None) -> None:
    """End like any other exit, so that what was set aside on disk is removed."""
    raise SystemExit(128 + number)


def _streams() -> None:
    """A standard stream that was closed before we began loses what is written to it."""
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()


def _nowhere() -> TextIOWrapper:
    return TextIOWrapper(FileIO(os.devnull, "w"), encoding="utf-8")


def silence() -> None:
    """Point standard output nowhere: its reader has gone, which is no error of ours."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _command(arguments: Sequence[str]) -> int:
    import typer

    from agentaudit.cli.app import application

    group = typer.main.get_group(application(arguments))
    try:
        # standalone mode would print in its own words and turn a closed pipe into exit 1
        returned = group.main(list(arguments), prog_name="agentaudit", standalone_mode=False)
    except typer.TyperException as error:
        messages.usage(error.format_message(), arguments, group.commands)
        return ExitCode.USAGE
    except typer.Abort:
        return _interrupted()
    if returned == INTERRUPTED:
        return _interrupted()
    return int(returned or ExitCode.OK)


def _interrupted() -> int:
    messages.note("interrupted; no file is half written")
    return INTERRUPTED
