"""Where a build put the files of a repository: found by voting, from content and names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from agentaudit.expressions import regex
from agentaudit.image import CommitTree, Contents, FileKind

Root = tuple[str, str]
"""(directory of the repository, directory of the image), empty for the top."""

PACKAGES = regex(r"(?:.*/)?(?:site|dist)-packages")
"""Directories of installed Python packages."""
FOREIGN = regex(r"(?:.*/)?(?:vendor|vendored|_vendor|third[_-]party|node_modules)/", re.DOTALL)
_CODE = regex(
    r".+\.(?:py|pyi|js|mjs|cjs|ts|tsx|jsx|go|rs|java|kt|rb|php|sh|bash|sql|j2|jinja2?|ya?ml|toml"
    r"|json|cfg|ini|conf|ipynb|prompt|prompty|md|txt|html|css"
    r"|cs|php|pl|lua|ps1|xml|tmpl|tpl|hbs|handlebars|mustache|liquid|poml)",
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
_MOST_NAMED = 4
"""Roots that names alone may find."""
_EVERYWHERE = frozenset(
    {
        *("__init__.py", "__main__.py", "README.md", "index.js", "index.html", "package.json"),
        *("setup.py", "pyproject.toml", "requirements.txt", "config.json", "config.yaml"),
    }
)
"""Names that many projects use."""
ASIDE = regex(r"(?:.*/)?(?:tests?|docs?|examples?|\.github)/|(?:.*/)?(?:test_[^/]*|conftest\.py)$")
"""Code that is seldom built into an image."""


def is_code(path: str) -> bool:
    """Whether a file of this name is written by people and read by a program."""
    return _CODE.fullmatch(path) is not None


def candidates(contents: Contents) -> Iterator[tuple[str, str]]:
    """Path and git blob id of every file that a build may have copied: application files, and
    those of installed Python packages."""
    wanted = set(contents.application)
    for path, entry in contents.files.entries.items():
        if entry.kind is FileKind.FILE and (path in wanted or _installed(path)):
            yield path, entry.blob


def _installed(path: str) -> bool:
    return ("site-packages/" in path or "dist-packages/" in path) and "-info/" not in path


def roots(tree: CommitTree, contents: Contents) -> tuple[Root, ...]:
    """Most telling first; none where nothing of the commit can be recognised in the image.

    Each code file with the same content in both votes for the directories before the longest
    common end of the two paths. What is left over of both then votes by name: code of which every
    byte was changed must not go unseen because something else is as it was.
    """
    files = dict(candidates(contents))
    votes = _by_content(tree, files)
    good = [root for root, count in _ranked(votes) if _fits(root, count, tree, files)]
    good = good[:_MOST_ROOTS]
    for _ in range(_MOST_NAMED):
        found = _ranked(_by_name(*_left_over(tree, contents, good)))
        if not found:
            break
        good.append(found[0][0])
    return tuple(good)


def _left_over(
    tree: CommitTree, contents: Contents, good: Iterable[Root]
) -> tuple[list[str], list[str]]:
    """Code of the commit that no root places, and application code that no root accounts for."""
    held, taken, unplaced = contents.files.entries, set(), []
    for path in filter(is_code, tree.blobs):
        places = [place for root in good if (place := placed(path, root)) in held]
        taken.update(places)
        if not places and not ASIDE.match(path):
            unplaced.append(path)
    return unplaced, [p for p, _ in candidates(contents) if is_code(p) and p not in taken]


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
    """A copy of another project in the repository says nothing about what is installed, and texts
    that nothing runs are found in many places."""
    if PACKAGES.match(root[1]):
        return path.endswith(".py") and not FOREIGN.match(path)
    return is_code(path)


def _by_name(paths: Iterable[str], application: Iterable[str]) -> Counter[Root]:
    """One package file of another says nothing; any other name is taken for the same file."""
    named: dict[str, list[str]] = {}
    for path in application:
        named.setdefault(path.rpartition("/")[2], []).append(path)
    votes: Counter[Root] = Counter()
    for path in paths:
        for place in sorted(named.get(path.rpartition("/")[2], ()))[:_MOST_PLACES]:
            root = _apart(path, place)
            if root is not None and _telling(path, root):
                votes[root] += 1
    return votes


def _telling(path: str, root: Root) -> bool:
    same = path[len(root[0]) :].lstrip("/")
    if PACKAGES.match(root[1]):
        return "/" in same and _may(root, path)
    return "/" in same or same not in _EVERYWHERE


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


def tops(tree: CommitTree, contents: Contents, root: Root) -> frozenset[str] | None:
    """Packages of the repository that are installed under a root: directories and modules of which
    a file is the same, or most are there by name. None for a root of any other kind."""
    if not PACKAGES.match(root[1]):
        return None
    same, there, all_of = set(), Counter[str](), Counter[str]()
    for path, blob in tree.blobs.items():
        place = placed(path, root)
        if place is None or not path.endswith(".py") or ASIDE.match(path) or FOREIGN.match(path):
            continue
        name = top(place, root)
        all_of[name] += 1
        entry = contents.files.get(place)
        if entry is not None:
            there[name] += 1
            same |= {name} if entry.blob == blob and blob not in _EMPTY else set()
    most = {name for name, count in there.items() if 2 * count >= all_of[name]}
    return frozenset(same | most)


def top(place: str, root: Root) -> str:
    """First part of a path below a root."""
    return place[len(root[1]) :].lstrip("/").partition("/")[0]


def under(paths: Iterable[str], home: str) -> Iterator[str]:
    """Those of `paths` below a directory; all for the top."""
    return (path for path in paths if not home or path.startswith(home + "/"))
