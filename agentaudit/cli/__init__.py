"""The command line: one file a command; the only room that prints or exits."""

from __future__ import annotations

import gc
import os
import sys

_SELDOM = 300_000
"""Values made between two searches for cycles: of what is read, hardly anything is in one."""


def main() -> None:
    """Run `agentaudit` with the arguments of this process."""
    gc.set_threshold(_SELDOM, 20, 100)
    # a plug-in of pydantic is asked for in what every installed package says of itself, and would
    # have a say in what is read
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    from agentaudit.cli.ending import run

    code = run(sys.argv[1:])
    # what is left is given back with the process: the interpreter would search it for cycles first
    gc.freeze()
    sys.exit(code)
