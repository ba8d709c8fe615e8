"""Where a repository keeps its things, found by reading text: git is not asked.

A `.git` file may point anywhere. It is followed only inside the tree it stands in, or to a git
directory that names it back, as linked worktrees and submodules do.
"""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.sources.git.disk import read_line, read_regular, within

Config = dict[str, str]
"""`section.subsection.key` → last value; section and key in lower case."""


class GitDir(Struct, frozen=True):
    """The directories of one repository."""

    own: Path
    """Holds HEAD and index: of the linked worktree, where it is one."""
    common: Path
    """Holds objects, refs and config."""

    @property
    def config(self) -> Config:
        """Settings of the repository, as text: none of them is ever put in force."""
        return read_config(read_regular(self.common / "config", 1 << 20, follow=True) or b"")


class Refused(Exception):
    """The `.git` entry leads somewhere it must not."""


def is_git_dir(path: Path) -> bool:
    """Whether the directory looks like a bare repository or the inside of a `.git`."""
    return (
        (path / "HEAD").is_file()
        and (path / "objects").is_dir()
        and ((path / "refs").is_dir() or (path / "packed-refs").is_file())
    )


def enclosing(start: Path) -> Path | None:
    """The nearest directory at or above `start` with a `.git` entry, on the same file system."""
    device = start.stat().st_dev
    for directory in (start, *start.parents):
        try:
            if directory.stat().st_dev != device:
                return None
            if os.path.lexists(directory / ".git"):
                return directory
        except OSError:
            return None
    return None


def of_work_tree(root: Path) -> GitDir:
    """The git directory of the work tree at `root`; raises Refused."""
    entry = root / ".git"
    if entry.is_dir():
        if entry.is_symlink() and not within(entry, root):
            raise Refused(".git is a link that leads out of the tree")
        if not is_git_dir(entry):
            raise Refused(".git is not a git directory")
        return _shared(entry)
    text = read_line(entry)
    if not text.startswith("gitdir: "):
        raise Refused(".git is neither a directory nor a pointer to one")
    target = root / text.removeprefix("gitdir: ").strip()
    if not (target / "HEAD").is_file():
        raise Refused(".git points to a git directory that is not there")
    if not (within(target, root) or _names_back(target, entry, root)):
        raise Refused(".git points to a git directory elsewhere that does not name it back")
    return _shared(target)


def _names_back(target: Path, entry: Path, root: Path) -> bool:
    back = read_line(target / "gitdir")
    if back:
        return _same(target / back, entry)
    config = GitDir(target, target).config
    return "core.worktree" in config and _same(target / config["core.worktree"], root)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.resolve() == other.resolve()
    except (OSError, RuntimeError):
        return False


def _shared(own: Path) -> GitDir:
    shared = read_line(own / "commondir")
    if not shared:
        return GitDir(own, own)
    common = (own / shared).resolve()
    if own.resolve().parent != common / "worktrees" or not is_git_dir(common):
        raise Refused(".git is not a worktree of the repository that it names")
    return GitDir(own, common)


_SECTION = regex(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_SETTING = regex(r"\s*+([A-Za-z][A-Za-z0-9-]*+)\s*+(?:=\s*+(.*))?")


def read_config(data: bytes) -> Config:
    """Read a git configuration file as text, without following includes."""
    found: Config = {}
    section = ""
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        line = line.strip()
        if head := _SECTION.match(line):
            section = head[1].lower() + (f".{head[2]}" if head[2] is not None else "")
            line = line[head.end() :].strip()
        if line and line[0] not in "#;" and (setting := _SETTING.fullmatch(line)):
            value = (setting[2] if setting[2] is not None else "true").strip()
            found[f"{section}.{setting[1].lower()}"] = value.strip('"')
    return found
