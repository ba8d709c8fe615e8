"""How far the audit is, on standard error."""

from __future__ import annotations

import os
import sys
import time

TICK = 0.1
"""Seconds between two updates of the line in a terminal."""
HEARTBEAT = 30.0
"""Seconds between two lines in a CI log, so that the job is not taken for dead."""


class Progress:
    """Draws one line that it overwrites; in CI one line now and then; elsewhere nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not quiet
        self._ci = bool(os.environ.get("CI")) and not self._live and not quiet
        self._pause = TICK if self._live else HEARTBEAT
        self._next = time.monotonic() + self._pause
        self._drawn = False

    def __call__(self, phase: str, done: int) -> None:
        """Told by the audit: a phase and how many subjects of it are done."""
        if not (self._live or self._ci) or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._pause
        if self._live:
            self._write(f"\r\x1b[2K{phase}  {done:,}"[:100])
            self._drawn = True
        else:
            self._write(f"still reading: {phase} {done}\n")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            self._write("\r\x1b[2K")

    @staticmethod
    def _write(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            return
