"""What a commit says an image should hold: its files, its build files, its locked packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct


class BuildPlan(Struct, frozen=True):
    """What one stage of a build file copies from its context.

    Sources are as COPY names them, `.` for the whole context; the context is the root of the
    repository or the build file's directory, which only the build command says.
    """

    path: str
    copies: tuple[str, ...]
    """Of the stage itself and those it is built upon: what an image of it holds."""
    earlier: tuple[str, ...] = ()
    """Of stages that it takes files from: an image of it may hold them."""


def _nothing(path: str) -> bool:
    return False


class CommitTree(Struct, frozen=True):
    """The files of a commit; links and submodules are left out."""

    commit: str
    repo: str
    """Name of the repository source."""
    blobs: Mapping[str, str]
    """Path → git object id."""
    plans: tuple[BuildPlan, ...] = ()
    ignored: frozenset[str] = frozenset()
    """Paths that a `.dockerignore` keeps out of the build."""
    unversioned: Callable[[str], bool] = _nothing
    """Whether a `.gitignore` of the commit keeps a file at this path out of it."""


class Pin(Struct, frozen=True):
    """One package in a lock file."""

    name: str
    """Normalised."""
    version: str
    """`@` and the commit where a repository is pinned; empty where neither is."""
    required: bool
    """Whether every installation has it: no marker, extra or development group guards it."""
    local: bool = False
    """Whether it is the repository's own code, whose version is the commit's."""


class LockFile(Struct, frozen=True):
    """A lock file at a commit."""

    path: str
    ecosystem: str
    """python or node."""
    pins: tuple[Pin, ...]
    problem: str = ""
    """Why it cannot be compared; else empty."""
    sha256: str = ""
    """Of its bytes, 64 hexadecimal digits; empty where it could not be read."""


class Drift(Struct, frozen=True):
    """Packages of an image against a lock file, name by name; empty where they are equal."""

    lock: LockFile
    compared: int
    """Installed packages that were compared."""
    unlocked: tuple[str, ...] = ()
    """`name version` that is installed and that the lock does not have."""
    changed: tuple[str, ...] = ()
    """`name installed instead of locked`."""
    missing: tuple[str, ...] = ()
    """`name version` that is locked for every installation and is not installed."""
    altered: tuple[str, ...] = ()
    """`path of name` that is not what the package's installer wrote."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every difference as one line."""
        return (
            *(f"{each} is not in the lock" for each in self.unlocked),
            *self.changed,
            *(f"{each} is not installed" for each in self.missing),
            *(f"{each} was changed after it was installed" for each in self.altered),
        )
