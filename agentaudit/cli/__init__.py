"""The command line: one file a command; the only room that prints or exits."""

from __future__ import annotations

import gc
import sys

_SELDOM = 100_000
"""Values made between two searches for cycles: of what is read, hardly anything is in one."""


def main() -> None:
    """Run `agentaudit` with the arguments of this process."""
    gc.set_threshold(_SELDOM, 20, 100)
    from agentaudit.cli.ending import run

    code = run(sys.argv[1:])
    # what is left is given back with the process: the interpreter would search it for cycles first
    gc.freeze()
    sys.exit(code)
