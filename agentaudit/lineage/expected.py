"""Which files of a commit its build should have put into an image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from agentaudit.image import BuildPlan, CommitTree, Contents
from agentaudit.lineage.roots import PACKAGES, Root, is_code, placed


class Expected(Struct, frozen=True):
    """Repository paths that an image should hold."""

    surely: frozenset[str]
    perhaps: frozenset[str]
    """Code that no build file settles: it stands beside code that the image holds."""


def expected(tree: CommitTree, roots: Iterable[Root], contents: Contents) -> Expected:
    """What the commit's build files put into the image.

    The stage that explains the image best says it: the one whose COPY covers most of what is
    there, then the one that leaves least unexplained. Without one, a code file should be there
    when most of the code beside it in its directory is.
    """
    there = _there(tree, roots, contents)
    covers = [
        (
            frozenset(_covered(plan.copies, home, tree)) - tree.ignored,
            frozenset(_covered(plan.earlier, home, tree)) - tree.ignored,
        )
        for plan in tree.plans
        for home in _contexts(plan)
    ]
    good = [pair for pair in covers if (pair[0] | pair[1]) & there]
    if not good:
        most, some = _beside(tree, there)
        return Expected(most - tree.ignored, some - tree.ignored - most)
    own, earlier = min(good, key=lambda pair: _rank(pair, there))
    return Expected(own, frozenset(filter(is_code, earlier & _neighbours(tree, there))) - own)


def _rank(
    pair: tuple[frozenset[str], frozenset[str]], there: frozenset[str]
) -> tuple[int, int, int]:
    own, earlier = pair
    return -len((own | earlier) & there), len(own - there), len(earlier - there)


def _there(tree: CommitTree, roots: Iterable[Root], contents: Contents) -> frozenset[str]:
    """Files that a build copied; what an installer put among packages follows other rules."""
    held = contents.files.entries
    copied = [root for root in roots if not PACKAGES.match(root[1])]
    places = ((path, placed(path, root)) for root in copied for path in tree.blobs)
    return frozenset(path for path, place in places if place in held)


def _contexts(plan: BuildPlan) -> tuple[str, ...]:
    home = plan.path.rpartition("/")[0]
    return ("", home) if home else ("",)


def _covered(copies: Iterable[str], home: str, tree: CommitTree) -> Iterator[str]:
    sources = [_joined(home, source) for source in copies]
    exact = {source for source in sources if "*" not in source}
    starts = tuple(f"{source}/" for source in exact if source)
    if "" in exact:
        yield from tree.blobs
        return
    wild = [source.partition("*") for source in sources if "*" in source]
    for path in tree.blobs:
        if path in exact or path.startswith(starts) or any(_like(path, w) for w in wild):
            yield path


def _joined(home: str, source: str) -> str:
    """A source of COPY from the root of the repository; empty for all of it."""
    parts = [part for part in f"{home}/{source}".split("/") if part not in ("", ".")]
    return "/".join(parts)


def _like(path: str, pattern: tuple[str, str, str]) -> bool:
    """Whether a path matches `before*after`, the star within one directory."""
    before, _, after = pattern
    middle = path[len(before) : len(path) - len(after)] if after else path[len(before) :]
    fits = path.startswith(before) and path.endswith(after)
    return fits and len(path) >= len(before) + len(after) and "/" not in middle


def _by_home(tree: CommitTree) -> dict[str, list[str]]:
    """Code files by directory."""
    found: dict[str, list[str]] = {}
    for path in filter(is_code, tree.blobs):
        found.setdefault(path.rpartition("/")[0], []).append(path)
    return found


def _neighbours(tree: CommitTree, there: frozenset[str]) -> frozenset[str]:
    """Code beside at least one file that is there."""
    homes = (paths for paths in _by_home(tree).values() if not there.isdisjoint(paths))
    return frozenset(path for paths in homes for path in paths)


def _beside(tree: CommitTree, there: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Code of directories of which most is there, and of which any is."""
    most = (p for p in _by_home(tree).values() if 2 * len(there.intersection(p)) > len(p))
    return frozenset(path for paths in most for path in paths), _neighbours(tree, there)
