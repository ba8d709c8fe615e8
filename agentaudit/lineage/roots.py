"""Where a build put the files of a repository: found by voting, from content and names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from agentaudit.image import CommitTree, Contents, FileKind

Root = tuple[str, str]
"""(directory of the repository, directory of the image), empty for the top."""

PACKAGES = re.compile(r"(?:.*/)?(?:site|dist)-packages")
"""Directories of installed Python packages."""
_INSTALLED = re.compile(r"(?:.*/)?(?:site|dist)-packages/(?!.*-info/).+", re.DOTALL)
_FOREIGN = re.compile(
    r"(?:.*/)?(?:vendor|vendored|_vendor|third[_-]party|node_modules)/", re.DOTALL
)
_CODE = re.compile(
    r".+\.(?:py|pyi|js|mjs|cjs|ts|tsx|jsx|go|rs|java|kt|rb|php|sh|bash|sql|j2|jinja2?|ya?ml|toml"
    r"|json|cfg|ini|conf|ipynb|prompt|prompty|md|txt|html|css)",
    re.DOTALL,
)
_EMPTY = frozenset(
    [
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "8b137891791fe96927ad78e64b0aad7bded08bdc",
    ]
)
"""No bytes, and one line feed: found everywhere, telling nothing."""
_MOST_PLACES = 20
"""Places of one content in an image that may vote."""
_MOST_ROOTS = 16


def is_code(path: str) -> bool:
    """Whether a file of this name is written by people and read by a program."""
    return _CODE.fullmatch(path) is not None


def candidates(contents: Contents) -> Iterator[tuple[str, str]]:
    """Path and git blob id of every file that a build may have copied: application files, and
    those of installed Python packages."""
    wanted = set(contents.application)
    for path, entry in contents.files.entries.items():
        if entry.kind is FileKind.FILE and (path in wanted or _INSTALLED.fullmatch(path)):
            yield path, entry.blob


def roots(tree: CommitTree, contents: Contents) -> tuple[Root, ...]:
    """Most telling first; none where nothing of the commit can be recognised in the image.

    Each file with the same content in both votes for the directories before the longest common
    end of the two paths. Where that finds nothing, names vote among application files.
    """
    files = dict(candidates(contents))
    votes = _by_content(tree, files)
    total = votes.total()
    good = [
        root
        for root, count in _ranked(votes)
        if (count >= 2 or count == total) and _fits(root, count, tree, files)
    ]
    if not good:
        named = _by_name(tree, contents.application)
        good = [root for root, _ in _ranked(named)[:1]]
    return tuple(good[:_MOST_ROOTS])


def _fits(root: Root, same: int, tree: CommitTree, files: Mapping[str, str]) -> bool:
    """Whether the root explains more than a chance likeness of a few small files: at least a
    quarter of the files at the places it predicts."""
    if PACKAGES.match(root[1]):
        return True
    there = sum(placed(path, root) in files for path in tree.blobs)
    return 4 * same >= there


def _ranked(votes: Counter[Root]) -> list[tuple[Root, int]]:
    return sorted(votes.items(), key=lambda item: (-item[1], item[0]))


def _by_content(tree: CommitTree, files: Mapping[str, str]) -> Counter[Root]:
    places: dict[str, list[str]] = {}
    for path, blob in files.items():
        if blob and blob not in _EMPTY:
            places.setdefault(blob, []).append(path)
    votes: Counter[Root] = Counter()
    for path, blob in tree.blobs.items():
        for place in sorted(places.get(blob, ()))[:_MOST_PLACES]:
            root = _apart(path, place)
            if root is not None and _may(root, path):
                votes[root] += 1
    return votes


def _may(root: Root, path: str) -> bool:
    """A copy of another project in the repository says nothing about what is installed."""
    installed = PACKAGES.match(root[1]) is not None
    return not installed or (path.endswith(".py") and not _FOREIGN.match(path))


def _by_name(tree: CommitTree, application: Collection[str]) -> Counter[Root]:
    named: dict[str, list[str]] = {}
    for path in application:
        named.setdefault(path.rpartition("/")[2], []).append(path)
    votes: Counter[Root] = Counter()
    for path in tree.blobs:
        found = named.get(path.rpartition("/")[2], ()) if is_code(path) else ()
        for place in sorted(found)[:_MOST_PLACES]:
            if (root := _apart(path, place)) is not None:
                votes[root] += 1
    return votes


def _apart(path: str, place: str) -> Root | None:
    """The two directories before the longest common end; None where not even names agree."""
    a, b = path.split("/"), place.split("/")
    same = 0
    while same < min(len(a), len(b)) and a[-1 - same] == b[-1 - same]:
        same += 1
    if not same:
        return None
    return "/".join(a[: len(a) - same]), "/".join(b[: len(b) - same])


def placed(path: str, root: Root) -> str | None:
    """Where a file of the repository lies in the image under a root; None for one that is not."""
    home, at = root
    if home and not path.startswith(home + "/"):
        return None
    rest = path[len(home) + 1 :] if home else path
    return f"{at}/{rest}" if at else rest


def under(paths: Iterable[str], home: str) -> Iterator[str]:
    """Those of `paths` below a directory; all for the top."""
    return (path for path in paths if not home or path.startswith(home + "/"))
