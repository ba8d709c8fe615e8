"""Whether the application files of an image are those of a commit, byte for byte.

The label of an image is a claim; the git blob ids of its files are the proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from agentaudit.expressions import regex
from agentaudit.image import (
    CommitTree,
    Contents,
    ContentVerdict,
    FileEntry,
    FileKind,
    Verdict,
)
from agentaudit.lineage.expected import Expected, expected
from agentaudit.lineage.roots import (
    PACKAGES,
    Root,
    candidates,
    is_code,
    placed,
    roots,
    top,
    tops,
    under,
)
from agentaudit.lineage.strays import Unplaced

_GENERATED = regex(
    r"(?:.*/)?(?:dist|build|out|target|\.next|\.nuxt|_build)/.+|(?:.*/)?_version\.py|.+\.min\.js",
    re.DOTALL,
)
"""Files that a build writes: no commit has them, so nothing is proven either way."""
_COMPILED = regex(
    r".+\.(?:pyc|pyz|pyd|whl|jar|war|class|so(?:\.\d{1,9})*+|egg|node|wasm|dll|exe|phar)", re.DOTALL
)
_STAMP = regex(r".+\.(?:json|toml|properties|css|html)", re.DOTALL)
"""Data that a build may write, such as the commit that it was made from; no code, no prompt."""
_NAMED = 3
"""Files named in the sentence of a verdict."""


class _Compared(Struct):
    """What comparing gave so far; repository paths but for `extra` and `generated`."""

    same: set[str] = field(default_factory=set)
    modified: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    """Modules of an installed package, wherever else the image holds them."""
    extra: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    generated: set[str] = field(default_factory=set)
    stamped: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    """Files that are not there, and no build file says whether they should be."""
    strays: set[str] = field(default_factory=set)
    """Code of the image elsewhere, of which no commit knows."""
    large: set[str] = field(default_factory=set)
    """Files whose content could not be compared: too large, or kept in Git LFS."""

    def lacks(self, path: str, wanted: Expected, *, installed: bool) -> None:
        """Note a file that is not where a root predicts it; packages are made of modules only."""
        if installed and path.endswith(".py"):
            self.gone.add(path)
        elif not installed and path in wanted.surely:
            self.absent.add(path)
        elif path in wanted.perhaps and not installed:
            self.unsettled.add(path)
        else:
            self.ignored.add(path)


Pardon = Callable[[str, str], bool | None]
"""Repository path and the git blob id of the image's file, which differs from the commit's →
whether it is the same but for how a checkout writes it; None where that cannot be told."""


def _never(path: str, blob: str) -> bool | None:
    return False


def compare(
    tree: CommitTree,
    contents: Contents,
    pardon: Pardon = _never,
    started: tuple[str, ...] = (),
) -> ContentVerdict:
    """The verdict on an image's code, and every file that differs; `started` are the words of the
    image's command, as paths."""
    if any(len(blob) != 40 for blob in tree.blobs.values()):
        return _unverifiable(tree, "the repository names its files by SHA-256, the image by SHA-1")
    found = roots(tree, contents)
    if not found:
        return _unverifiable(tree, "no file of the commit is recognised in the image")
    seen = _Compared()
    used: set[str] = set()
    wanted = expected(tree, found, contents)
    for root in found:
        _root(_Pair(tree, contents, pardon), root, wanted, seen, used)
    seen.absent = (seen.absent - seen.same - seen.modified) | seen.gone
    seen.same -= seen.gone
    seen.unsettled -= seen.same | seen.modified | seen.absent
    seen.ignored -= seen.same | seen.modified | seen.absent | seen.unsettled
    _further(contents, tree, found, used, seen)
    seen.strays.update(Unplaced(tree, contents, found, used, started).strays())
    return _verdict(tree, found, seen)


def _unverifiable(tree: CommitTree, why: str) -> ContentVerdict:
    return ContentVerdict(Verdict.UNVERIFIABLE, tree.commit, why)


class _Pair(Struct, frozen=True):
    """What is compared."""

    tree: CommitTree
    contents: Contents
    pardon: Pardon

    def same(self, path: str, entry: FileEntry) -> bool | None:
        """Whether an image's file is the commit's; None where that cannot be told."""
        if entry.kind is not FileKind.FILE:
            return False
        if entry.blob in ("", self.tree.blobs[path]):
            return bool(entry.blob) or None
        return self.pardon(path, entry.blob)


def _root(pair: _Pair, root: Root, wanted: Expected, seen: _Compared, used: set[str]) -> None:
    """Compare every file of the repository that lies under one root."""
    tree, contents = pair.tree, pair.contents
    packages = tops(tree, contents, root)
    for path in tree.blobs:
        place = placed(path, root)
        if place is None or (packages is not None and top(place, root) not in packages):
            continue
        entry = contents.files.get(place)
        if entry is None:
            seen.lacks(path, wanted, installed=packages is not None)
            continue
        used.add(place)
        same = pair.same(path, entry)
        (seen.large if same is None else seen.same if same else seen.modified).add(path)


def _further(
    contents: Contents, tree: CommitTree, found: Iterable[Root], used: set[str], seen: _Compared
) -> None:
    """Code below the roots that no file of the repository accounts for."""
    others = [path for path, _ in candidates(contents) if path not in used]
    for root in found:
        packages = tops(tree, contents, root)
        for path in under(others, root[1]):
            if packages is None and PACKAGES.match(path.rpartition("/")[0]):
                continue
            if packages is not None and top(path, root) not in packages:
                continue
            entry = contents.files.get(path)
            runs = entry is not None and bool(entry.mode & 0o111)
            if _COMPILED.fullmatch(path):
                if "__pycache__/" not in path:
                    seen.generated.add(path)
            elif _STAMP.fullmatch(path) and tree.unversioned(_back(path, root)):
                seen.stamped.add(path)
            elif is_code(path) or (runs and "." not in path.rpartition("/")[2]):
                (seen.generated if _GENERATED.fullmatch(path) else seen.extra).add(path)


def _back(place: str, root: Root) -> str:
    """Where a file of the image would lie in the repository."""
    home, at = root
    rest = place[len(at) :].lstrip("/")
    return f"{home}/{rest}" if home else rest


def _verdict(tree: CommitTree, found: tuple[Root, ...], seen: _Compared) -> ContentVerdict:
    seen.same -= seen.modified
    differing = [*seen.modified, *seen.absent, *seen.extra]
    code = [path for path in seen.same if is_code(path)]
    if differing:
        verdict, detail = Verdict.DIFFERENT, "; ".join(_differences(seen))
    elif seen.generated or seen.strays or seen.large or seen.unsettled or not code:
        verdict, detail = Verdict.UNVERIFIABLE, _doubt(seen)
    else:
        verdict = Verdict.SAME
        detail = f"{_files(seen.same)} equal commit {tree.commit[:12]}"
    return ContentVerdict(
        verdict,
        tree.commit,
        detail,
        found,
        tuple(sorted(seen.same)),
        tuple(sorted(seen.modified)),
        tuple(sorted(seen.absent)),
        tuple(sorted(seen.extra)),
        tuple(sorted(seen.ignored)),
        tuple(sorted(seen.stamped)),
    )


def _differences(seen: _Compared) -> Iterator[str]:
    for what, paths in (
        ("changed", seen.modified),
        ("missing", seen.absent),
        ("added", seen.extra),
    ):
        if paths:
            more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
            yield f"{what}: {', '.join(sorted(paths)[:_NAMED])}{more}"


def _doubt(seen: _Compared) -> str:
    if seen.generated:
        return f"{_files(seen.generated)} came from the build and stand in no commit: " + ", ".join(
            sorted(seen.generated)[:_NAMED]
        )
    if seen.strays:
        verb = "is" if len(seen.strays) == 1 else "are"
        named = ", ".join(sorted(seen.strays)[:_NAMED])
        return f"{_files(seen.strays)} of code elsewhere in it {verb} in no commit: {named}"
    if seen.unsettled:
        return "no build file says whether these should be in the image: " + ", ".join(
            sorted(seen.unsettled)[:_NAMED]
        )
    if seen.large:
        return (
            f"{_files(seen.large)} could not be compared, too large or kept in Git LFS: "
            + ", ".join(sorted(seen.large)[:_NAMED])
        )
    return "no code of the commit is recognised in the image"


def _files(paths: set[str]) -> str:
    return f"{len(paths)} file{'' if len(paths) == 1 else 's'}"
