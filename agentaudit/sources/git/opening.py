"""Opening what a user named: a work tree or a part of one, a bare repository, a bundle, or a plain
directory. Nothing is written into it and no git runs inside it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from agentaudit.errors import SourceError
from agentaudit.evidence import safe
from agentaudit.expressions import regex
from agentaudit.sources.git import state
from agentaudit.sources.git.bundle import is_bundle, unbundle
from agentaudit.sources.git.code.cache import DiskCache
from agentaudit.sources.git.gitdir import GitDir, Refused, enclosing, is_git_dir, of_work_tree
from agentaudit.sources.git.history import GitHistory
from agentaudit.sources.git.links import LINK, LONGEST, followed
from agentaudit.sources.git.lock_formats import FORMATS
from agentaudit.sources.git.objects import Objects
from agentaudit.sources.git.process import GitTrouble
from agentaudit.sources.git.proxy import Proxy, Scratch, lend
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.repositories import Repositories, Repository
from agentaudit.sources.git.tree import (
    FilesInCommit,
    FilesOnDisk,
    below,
    committed,
    on_disk,
    read_blob,
    tracked,
    walked,
)

_HOSTED = regex(
    r"(?:(?:https?|ssh|git)://[^/\s]{1,400}/|[^/\s:]{1,200}@[^/\s:]{1,200}:)"
    r"(?:[^\s]{0,400}/)?([^/\s]{1,200}?)(?:\.git)?/?"
)
"""An address on a host, and the name of the repository there; a path of this machine names none."""


class GitRepos(Repositories):
    """Repositories on this machine; close it when the audit is over."""

    def __enter__(self) -> GitRepos:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_repos(
    uris: Sequence[str],
    under: Path,
    secrets: Mapping[str, str] | None = None,
    cache: Path | None = None,
) -> GitRepos:
    """Open every repository; relative `uris` are read from the directory `under`. `secrets` that
    were filled into them are named as they are written there. What is understood of files is kept
    in the directory `cache`, if one is given.

    Raises SourceError for one that does not exist or cannot be read.
    """
    opened: dict[str, Repository] = {}
    try:
        for uri in uris:
            named = uri
            for secret, written in (secrets or {}).items():
                named = named.replace(secret, written)
            name = f"git:{_shown(named, under)}"
            if name not in opened:
                opened[name] = _open(uri, under, name)
                if cache is not None:
                    opened[name].reader.cache = DiskCache(cache)
    except BaseException:
        GitRepos(list(opened.values())).close()
        raise
    return GitRepos(list(opened.values()))


def _shown(uri: str, under: Path) -> str:
    """The path as reports show it: relative to `under`, never a path of this machine."""
    if "://" in uri:
        return uri
    path = Path(uri.removeprefix("git:")).expanduser()
    if not path.is_absolute():
        return path.as_posix()
    try:
        return path.resolve().relative_to(under.resolve()).as_posix()
    except (ValueError, OSError):
        return path.name or "."


def _open(uri: str, under: Path, name: str) -> Repository:
    shown = name.removeprefix("git:")
    if "://" in uri or uri.startswith("git@"):
        raise SourceError(
            "a repository is read from disk, not over the network",
            where=safe(shown),
            hint="clone it with its full history and name the directory",
        )
    path = under / Path(uri.removeprefix("git:")).expanduser()
    try:
        if path.is_dir():
            return _directory(path.resolve(), name)
        if path.is_file():
            return _bundle(path, name)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a usable path"
        raise SourceError(
            f"cannot be opened: {why}", where=safe(shown), hint="make it readable for you"
        ) from None
    raise SourceError(
        "no such directory or bundle",
        where=safe(shown),
        hint="name a directory or a bundle that exists",
    )


def _directory(path: Path, name: str) -> Repository:
    if is_git_dir(path):
        return _bare(GitDir(path, path), name)
    root = enclosing(path)
    if root is None:
        return _plain(path, name)
    try:
        found = of_work_tree(root)
    except Refused as refused:
        repository = _plain(path, name)
        repository.notes.append(f"its history is not read: {refused}")
        return repository
    return _work_tree(path, root, found, name)


def _plain(path: Path, name: str) -> Repository:
    tree = FilesOnDisk(path, walked(path))
    return Repository(Reader(name, tree), None, uri=name.removeprefix("git:"))


def _bare(found: GitDir, name: str) -> Repository:
    scratch = Scratch()
    try:
        proxy = lend(found, scratch.path)
        repository = _snapshot(proxy, scratch, name)
        repository.states.append(lambda: state.of_objects(proxy, found))
        return repository
    except BaseException:
        scratch.close()
        raise


def _bundle(path: Path, name: str) -> Repository:
    shown = name.removeprefix("git:")
    if not is_bundle(path):
        raise SourceError(
            "neither a directory nor a git bundle",
            where=safe(shown),
            hint="make a bundle: git bundle create FILE --all",
        )
    scratch = Scratch()
    try:
        return _snapshot(unbundle(path, scratch.path, safe(shown)), scratch, name)
    except BaseException:
        scratch.close()
        raise


def _snapshot(proxy: Proxy, scratch: Scratch, name: str) -> Repository:
    """A repository without a work tree: the files are those of its main commit."""
    objects = Objects(proxy.git)
    try:
        blobs, links = committed(proxy.git, proxy.head) if proxy.head else ({}, {})
    except GitTrouble as trouble:
        raise _unlisted(trouble, name) from None

    def says(link: str) -> str:
        return read_blob(objects, links[link], LONGEST).text or ""

    blobs.update({link: blobs[path] for link, path in followed(links, blobs, says).items()})
    repository = _repository(FilesInCommit(objects, blobs), proxy, objects, scratch, name, "")
    if not proxy.head:
        repository.notes.append("nothing is committed in it")
    return repository


def _unlisted(trouble: GitTrouble, name: str) -> SourceError:
    """What git holds cannot be told: nothing may be said of what is committed and what is not."""
    return SourceError(
        f"its files cannot be listed: {trouble}",
        where=safe(name.removeprefix("git:")),
        hint="`git fsck` tells what is missing or damaged; or clone it anew, without a filter",
    )


def _work_tree(path: Path, root: Path, found: GitDir, name: str) -> Repository:
    scratch = Scratch()
    try:
        proxy = lend(found, scratch.path)
        part = os.path.relpath(path, root.resolve()).replace(os.sep, "/")
        within = "" if part == "." else part
        try:
            paths, links, notes = _listed(proxy, path, within)
        except GitTrouble as trouble:
            raise _unlisted(trouble, name) from None
        objects = Objects(proxy.git)
        tree = FilesOnDisk(path, paths, links)
        repository = _repository(tree, proxy, objects, scratch, name, within)
        repository.notes += notes
        repository.states.append(lambda: state.of_files(path, tree.paths))
        repository.states.append(lambda: state.of_objects(proxy, found))
        return repository
    except BaseException:
        scratch.close()
        raise


def _listed(
    proxy: Proxy, path: Path, within: str
) -> tuple[tuple[str, ...], dict[str, str], list[str]]:
    """The files that git tracks, as they are on disk now; links to some of them; and what must be
    said about the list. Raises GitTrouble."""
    notes = []
    modes: dict[str, str] = {}
    if proxy.head or proxy.indexed:
        modes = below(tracked(proxy.git, proxy.head), within)
    if not modes:
        notes.append("git tracks no file here: files are read as they are, lock files left out")
        paths = [p for p in walked(path) if p.rpartition("/")[2] not in FORMATS]
        return tuple(paths), {}, notes
    files = [each for each, mode in modes.items() if mode.startswith("100")]
    present = on_disk(path, files)
    if len(present) < len(files):
        notes.append(f"{len(files) - len(present)} tracked files are not on disk")
    if modules := sum(mode == "160000" for mode in modes.values()):
        notes.append(f"{modules} submodules are not read: name each of them as a repository")
    links = {each for each, mode in modes.items() if mode == LINK}
    return present, followed(links, set(present), lambda link: _said(path / link)), notes


def _said(link: Path) -> str:
    """The path that a link on disk holds; empty where it is none any more."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _repository(
    tree: FilesOnDisk | FilesInCommit,
    proxy: Proxy,
    objects: Objects,
    scratch: Scratch,
    name: str,
    within: str,
) -> Repository:
    hosted = _HOSTED.fullmatch(proxy.origin)
    return Repository(
        Reader(name, tree),
        GitHistory(name, proxy, objects, within),
        root_name=within.rpartition("/")[2] or (hosted[1] if hosted else ""),
        uri=name.removeprefix("git:"),
        revision=proxy.head,
        notes=list(proxy.notes),
        closing=[scratch.close, objects.close],
    )
