"""Lock files: which packages they pin, which of the direct requirements they lack, and why one
cannot be trusted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from agentaudit import parse
from agentaudit.source import Lock
from agentaudit.sources.git.declared import Declared, Parsed
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.lock_formats import FORMATS, REQUIREMENTS_LOCK, format_of
from agentaudit.sources.git.lock_python import conda_export, from_requirements
from agentaudit.sources.git.pinned import Pinned
from agentaudit.sources.git.python_manifests import REQUIREMENTS
from agentaudit.sources.git.ranges import fits
from agentaudit.sources.git.reader import Reader, ancestors, directory, inside
from agentaudit.sources.git.text import LOCK_CAP, is_pointer


class Found(Struct, frozen=True, dict=True):
    """A lock file of the tree, before it is compared with manifests."""

    path: str
    ecosystem: str
    pinned: Pinned
    problem: str
    compiled: bool = False
    """Made from the main requirements of one manifest: lists nothing for development."""

    @cached_property
    def home(self) -> str:
        """The directory it speaks for."""
        home = directory(self.path)
        in_requirements = self.compiled and home.rpartition("/")[2] == "requirements"
        return directory(home) if in_requirements else home


def find(reader: Reader) -> tuple[Found, ...]:
    """Every lock file of the application."""
    found = [_read(reader, path, FORMATS[format_of(path)]) for path in reader.named(format_of)]
    found += filter(None, (_exported(reader, path) for path in reader.named(_CONDA.__contains__)))
    compiled = {*reader.named(_maybe_compiled), *_in_requirements(reader)}
    found += filter(None, (_compiled(reader, path) for path in sorted(compiled)))
    return tuple(sorted(found, key=lambda lock: lock.path))


def _maybe_compiled(name: str) -> bool:
    return bool(REQUIREMENTS.fullmatch(name) and name.endswith(".txt")) or bool(
        REQUIREMENTS_LOCK.fullmatch(name)
    )


def _in_requirements(reader: Reader) -> Iterator[str]:
    """`requirements/base.txt` and its like."""
    for path in reader.named(lambda name: name.endswith((".txt", ".lock"))):
        if directory(path).rpartition("/")[2] == "requirements":
            yield path


def _read(reader: Reader, path: str, kind: tuple[str, object]) -> Found:
    ecosystem, read = kind
    # the longest texts of a tree; one that is neither YAML nor JSON by its name, nobody else reads
    content = reader.content(path, LOCK_CAP, keep=not path.endswith(".lock"))
    if content.text is None:
        return Found(path, ecosystem, Pinned(), content.problem)
    if problem := _unusable(content.text):
        return Found(path, ecosystem, Pinned(), problem)
    try:
        pinned = read(content.text) if callable(read) else Pinned()
    except parse.Malformed as error:
        reader.problems[path] = f"cannot be understood: {error}"
        return Found(path, ecosystem, Pinned(), f"cannot be understood: {error}")
    return Found(path, ecosystem, pinned, pinned.problem)


def _unusable(text: str) -> str:
    if not text.strip():
        return "empty"
    if is_pointer(text):
        return "a Git LFS pointer, not the file"
    if "\n<<<<<<< " in f"\n{text}":
        return "holds an unresolved merge conflict"
    return ""


_CONDA = frozenset({"environment.yml", "environment.yaml"})


def _exported(reader: Reader, path: str) -> Found | None:
    """An environment of conda that is a lock, because it was exported whole."""
    pinned = conda_export(reader.text(path) or "")
    return None if pinned is None else Found(path, "python", pinned, pinned.problem)


def _compiled(reader: Reader, path: str) -> Found | None:
    """A requirements file that is a lock: by its name, or because it allows one version of each."""
    text = reader.content(path, LOCK_CAP).text
    named = bool(REQUIREMENTS_LOCK.fullmatch(path.rpartition("/")[2]))
    if text is None:
        return Found(path, "python", Pinned(), "cannot be read", True) if named else None
    if problem := _unusable(text):
        return Found(path, "python", Pinned(), problem, True) if named else None
    pinned = from_requirements(text)
    if not named and not pinned.exact:
        return None
    return Found(path, "python", pinned, pinned.problem, True)


def belonging(
    reader: Reader,
    manifests: Mapping[str, Parsed],
    locks: Iterable[Found],
    all_of: Mapping[str, Parsed],
    copies: Collection[str] = (),
) -> tuple[Lock, ...]:
    """The locks that cover the given manifests, else frozen lists among what an image copies;
    `all_of` are the manifests of the whole tree."""
    used: dict[str, tuple[Found, list[str]]] = {}
    for lock in locks if not manifests else ():
        if lock.compiled and lock.path in copies:
            used[lock.path] = (lock, [])
    for path, parsed in manifests.items():
        for lock in _covering(path, parsed, locks, all_of):
            used.setdefault(lock.path, (lock, []))[1].append(path)
    chosen = [found for found, _ in used.values()]
    together: dict[str, frozenset[str]] = {}
    for found in chosen:
        if found.compiled:
            together[found.home] = together.get(found.home, frozenset()) | found.pinned.names
    return tuple(
        _judged(reader, lock, paths, manifests, all_of, together, _rival(lock, chosen))
        for lock, paths in sorted(used.values(), key=lambda pair: pair[0].path)
    )


def _judged(
    reader: Reader,
    lock: Found,
    paths: Iterable[str],
    manifests: Mapping[str, Parsed],
    all_of: Mapping[str, Parsed],
    together: Mapping[str, frozenset[str]],
    rival: str,
) -> Lock:
    wanted = _wanted(lock, paths, manifests)
    besides = _besides(lock, together, all_of)
    unread = lock.problem and not lock.pinned.names
    return Lock(
        reader.place(lock.path),
        lock.ecosystem,
        lock.pinned.complete and not lock.problem,
        () if unread else _missing(lock, wanted, besides),
        lock.problem or rival,
        () if unread else _stale(lock, wanted, besides | _decided(lock, all_of)),
    )


_SHARED = "pnpm-lock.yaml"


def _covering(
    path: str, parsed: Parsed, locks: Iterable[Found], all_of: Mapping[str, Parsed]
) -> list[Found]:
    """Locks of the manifest's own directory, else of the workspace that it is a member of."""
    home = parsed.home if parsed.home is not None else directory(path)
    same = [lock for lock in locks if lock.ecosystem == parsed.ecosystem]
    own = [lock for lock in same if lock.home == home]
    if own and not all(lock.path.endswith(_SHARED) for lock in own):
        return own
    for above in list(ancestors(home))[1:]:
        found = [lock for lock in same if lock.home == above and not lock.compiled]
        if found and any(_is_member(home, above, lock, all_of) for lock in found):
            # by the one lock of a workspace pnpm installs its members, whatever lies in them
            shared = [lock for lock in found if lock.path.endswith(_SHARED)]
            return own if own and not shared else found
    return own


def _is_member(home: str, above: str, lock: Found, all_of: Mapping[str, Parsed]) -> bool:
    inner = home[len(above) :].lstrip("/")
    if inner in lock.pinned.members:
        return True
    patterns = [
        pattern.strip("/").removeprefix("./")
        for path, parsed in all_of.items()
        if directory(path) == above and parsed.ecosystem == lock.ecosystem
        for pattern in parsed.members
        if not pattern.startswith("!")
    ]
    return any(matches(inner, pattern) for pattern in patterns)


def _wanted(
    lock: Found, paths: Iterable[str], manifests: Mapping[str, Parsed]
) -> tuple[Declared, ...]:
    """Direct requirements that it should pin."""
    return tuple(
        declared
        for path in paths
        if path != lock.path
        for declared in manifests[path].dependencies
        if not declared.local and not (lock.compiled and (declared.extra or declared.conditional))
    )


def _missing(lock: Found, wanted: Iterable[Declared], besides: frozenset[str]) -> tuple[str, ...]:
    """Those that neither it pins, nor what stands `besides` it."""
    names = lock.pinned.names | besides
    return tuple(sorted({each.name for each in wanted if each.name not in names}))


def _stale(lock: Found, wanted: Iterable[Declared], decided: frozenset[str]) -> tuple[str, ...]:
    """Those of which it pins versions that the manifest does not allow."""
    ranges: dict[str, list[str]] = {}
    for each in wanted:
        # Under a condition, another range holds.
        ranges.setdefault(each.name, []).append("" if each.conditional else each.wanted)
    return tuple(
        f"{name} {asked[0]}"
        for name, asked in sorted(ranges.items())
        if name not in decided
        and not any(fits(lock.pinned.versions.get(name, ()), each) for each in asked)
    )


def _decided(lock: Found, all_of: Mapping[str, Parsed]) -> frozenset[str]:
    """Packages whose version a project decides against what asks for them."""
    found = ((path, parsed.overridden) for path, parsed in all_of.items() if parsed.overridden)
    return frozenset().union(*(names for path, names in found if inside(path, lock.home)))


def _besides(
    lock: Found, together: Mapping[str, frozenset[str]], all_of: Mapping[str, Parsed]
) -> frozenset[str]:
    """What needs no line in it: compiled files of one directory, for serving, for development,
    share the work; in a workspace, one member takes another from the tree."""
    if lock.compiled:
        return together.get(lock.home, frozenset())
    return frozenset(
        parsed.name
        for path, parsed in all_of.items()
        if parsed.name and parsed.ecosystem == lock.ecosystem and inside(path, lock.home)
    )


def _rival(lock: Found, chosen: Iterable[Found]) -> str:
    """Another lock of the same directory made by another tool: nobody knows which one is used."""
    rivals = [
        other.path.rpartition("/")[2]
        for other in chosen
        if other.path != lock.path
        and other.ecosystem == lock.ecosystem == "node"
        and other.home == lock.home
    ]
    return f"competes with {', '.join(sorted(rivals))}" if rivals else ""
