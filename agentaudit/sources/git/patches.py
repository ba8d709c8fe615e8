"""What commits changed inside of files, as git shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentaudit.sources.git.process import Git, GitTrouble

_MOST = 64 << 20
_MOST_ROWS = 2000
_LONG = 1000
"""Rows of one file, and characters of one row, that are kept."""


def rows(
    git: Git, shas: Sequence[str], paths: Sequence[str], start: str
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(commit id, path below `start`) → lines that the commit added to the file or took from it.
    Raises GitTrouble where that is too much to read."""
    found: dict[tuple[str, str], list[str]] = {}
    left = _MOST
    for entry in _entries(git, shas, paths):
        left -= len(entry)
        if left < 0:
            raise GitTrouble(f"git log said more than {_MOST:,} bytes")
        sha, _, patch = entry.decode("utf-8", "replace").partition("\n")
        for path, row in _changed(patch):
            kept = found.setdefault((sha, path.removeprefix(start)), [])
            if len(kept) < _MOST_ROWS:
                kept.append(row[:_LONG])
    return {key: tuple(kept) for key, kept in found.items()}


def _entries(git: Git, shas: Sequence[str], paths: Sequence[str]) -> Iterator[bytes]:
    """Id and patch of each commit, as they come; first what stands before the first of them."""
    return git.pieces(
        "--literal-pathspecs",
        "-c",
        "core.quotePath=false",
        "log",
        "--no-walk=unsorted",
        "--no-show-signature",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-prefix",
        "--find-renames",
        "-l200",
        "--unified=0",
        "--patch",
        "--format=%x00%H",
        *shas,
        "--",
        *paths,
        end=b"\0",
        most=_MOST,
    )


def _changed(patch: str) -> Iterator[tuple[str, str]]:
    """Path and text of every line that a patch adds or takes."""
    path, head = "", True
    for line in patch.split("\n"):
        if line.startswith("diff --git "):
            path, head = "", True
        elif head and line.startswith(("--- ", "+++ ")):
            named = line[4:].rstrip("\t").strip('"')
            path = named if named != "/dev/null" else path
        elif line.startswith("@@"):
            head = False
        elif not head and line[:1] in ("+", "-"):
            yield path, line[1:]
