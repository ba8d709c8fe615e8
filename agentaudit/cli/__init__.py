"""The command line: one file a command; the only room that prints or exits."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `agentaudit` with the arguments of this process."""
    from agentaudit.cli.ending import run

    sys.exit(run(sys.argv[1:]))
