"""`agentaudit report`: draw an audit again, from its JSON alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agentaudit.cli.flags import Flags
from agentaudit.errors import ExitCode, UsageError

LARGEST = 256 * 1024 * 1024
"""Bytes of an audit.json."""
WITHOUT = (
    *("repo", "traces", "image", "registry", "since", "until", "where", "rubric", "sample", "seed"),
    *("as_of", "fail_under", "min_level", "min_reconstructable", "require_source", "exit_zero"),
    *("offline", "host", "no_cache", "include_content", "baseline", "ratchet", "no_waivers"),
    *("history",),
)
"""Flags that ask for another audit."""


def report(file: str, flags: Flags) -> ExitCode:
    """Draw the audit in FILE again, in any format.

    \b
    FILE is an audit.json, or - for standard input. No source is read; the same file gives the
    same report, byte for byte. Exit codes: 0 drawn, whatever the verdict; 2 usage.
    """
    from agentaudit.cli.delivery import deliver
    from agentaudit.cli.stage import Stage
    from agentaudit.score import read

    stage = Stage.of(flags)
    stage.spare([Path(file)])
    card = read(_bytes(file))
    explained = any(told.chosen == "asked" for told in card.dossiers)
    return deliver(card, flags, stage, (), explain=explained, again=True)


def _bytes(file: str) -> bytes:
    """Raises UsageError for a file that cannot be read, or is no audit.json by its size."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror or os.strerror(error.errno or 0)}",
            hint="write one with: agentaudit scan -o audit.json",
        ) from error
    if len(data) > LARGEST:
        raise UsageError(f"cannot read {file}: it is larger than any audit.json")
    return data
