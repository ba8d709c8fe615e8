"""What standard output can show: colour, width, signs, and whether a person is looking."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from agentaudit.reports.view import NARROWEST, WIDEST

FALLBACK = 80
"""Columns where neither COLUMNS nor a terminal says."""


class Screen(Struct, frozen=True):
    """Standard output, as far as layout depends on it."""

    terminal: bool
    """Whether a person is looking, or colour was asked for as if one were."""
    color: bool
    width: int
    ascii: bool

    @staticmethod
    def of(
        environ: Mapping[str, str],
        *,
        tty: bool,
        encoding: str,
        columns: int = 0,
        color: str = "auto",
        ascii: bool = False,
    ) -> Screen:
        """Decide from the environment and the flags; `columns` is what the terminal reports."""
        colored = _colored(environ, tty, color)
        width = _number(environ.get("COLUMNS", "")) or columns or FALLBACK
        plain = "utf" not in encoding.lower()
        return Screen(
            terminal=tty or colored,
            color=colored,
            width=max(NARROWEST, min(WIDEST, width)),
            ascii=ascii or plain,
        )


def _colored(environ: Mapping[str, str], tty: bool, flag: str) -> bool:
    """`--color` > NO_COLOR > FORCE_COLOR (0 and false are off) > terminal."""
    if flag != "auto":
        return flag == "always"
    if environ.get("NO_COLOR"):
        return False
    if forced := environ.get("FORCE_COLOR"):
        return forced.lower() not in {"0", "false"}
    return tty and environ.get("TERM") != "dumb"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
