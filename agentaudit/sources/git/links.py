"""Build files that are links to others of the same tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.dockerfile import is_build_file
from agentaudit.sources.git.reader import directory

LINK = "120000"
"""The mode that git gives one."""
LONGEST = 4096
"""Characters of the path that one holds."""
_MOST = 8
"""Links that are followed in a row."""


def followed(
    links: Collection[str], files: Collection[str], says: Callable[[str], str]
) -> dict[str, str]:
    """Each link that is called like a build file → the one of the `files` that it leads to, as what
    it `says` is to be read from its directory; one that leads elsewhere is none."""
    build_files = (path for path in links if is_build_file(path.rpartition("/")[2]))
    return dict(_pairs(build_files, links, files, says))


def _pairs(
    asked: Iterable[str], links: Collection[str], files: Collection[str], says: Callable[[str], str]
) -> Iterable[tuple[str, str]]:
    for path in asked:
        at: str | None = path
        for _ in range(_MOST):
            if at is None or at not in links:
                break
            at = joined(directory(at), says(at))
        if at is not None and at in files:
            yield path, at
