"""A clean git directory that lends the objects of an audited one, and nothing else of it.

No setting, hook, attribute, graft or replacement of the audited repository is in force in it, and
its owner is the caller; names and ids are all that is copied, each one validated.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from msgspec import Struct, field

from agentaudit.expressions import regex
from agentaudit.sources.git.disk import read_regular
from agentaudit.sources.git.gitdir import GitDir
from agentaudit.sources.git.process import Git
from agentaudit.sources.git.refs import Refs, head, main_branch, read_refs

_SETTINGS = """[core]
\trepositoryformatversion = {version}
\tbare = true
\tcommitGraph = false
\tmultiPackIndex = false
\tbigFileThreshold = 16m
\tfsmonitor = false
\thooksPath = /dev/null
\tattributesFile = /dev/null
\tprecomposeUnicode = false
[gc]
\tauto = 0
[protocol]
\tallow = never
"""
# A commit graph or pack index of theirs could tell another history than their commits do.

_SHALLOW = regex(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Proxy(Struct):
    """The clean git directory and what was learned while making it."""

    git: Git
    head: str
    """Commit id; empty when nothing is committed."""
    refs: Refs
    shallow: frozenset[str] = frozenset()
    """Commits whose parents were not fetched."""
    partial: bool = False
    """Whether objects were left out when it was cloned."""
    indexed: bool = False
    origin: str = ""
    """Where it was cloned from, as configured; may hold a secret."""
    notes: list[str] = field(default_factory=list)


class Scratch:
    """A private directory that goes away with its owner, at `close` or at exit."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="agentaudit-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def close(self) -> None:
        self._remove()


def lend(found: GitDir, scratch: Path) -> Proxy:
    """Make a clean git directory in `scratch` for the repository at `found`."""
    config = found.config
    refs = read_refs(found.common)
    ids = (read_regular(found.common / "shallow", 16 << 20) or b"").split()
    proxy = Proxy(
        git=prepare(scratch, sha256=config.get("extensions.objectformat", "").lower() == "sha256"),
        head=(head(found.own, refs)).decode(),
        refs=refs,
        shallow=frozenset(id.decode() for id in ids if _SHALLOW.fullmatch(id)),
        partial=_partial(found, config),
        origin=config.get("remote.origin.url", ""),
    )
    _write_alternate(scratch, found.common / "objects")
    write_refs(scratch, refs, proxy.head)
    if proxy.shallow:
        (scratch / "shallow").write_text("".join(f"{id}\n" for id in sorted(proxy.shallow)))
    proxy.indexed = _copy_index(found.own, scratch)
    if (found.common / "reftable").is_dir():
        proxy.notes.append("branches and tags are stored as reftable, which is not read")
        proxy.head = proxy.head or main_branch(refs).decode()
    elif not proxy.head and main_branch(refs):
        proxy.notes.append(
            "HEAD names no commit, though there are branches: its history is not read"
        )
    return proxy


def prepare(scratch: Path, *, sha256: bool) -> Git:
    """An empty clean git directory."""
    (scratch / "objects" / "info").mkdir(parents=True)
    (scratch / "objects" / "pack").mkdir()
    (scratch / "refs").mkdir()
    text = _SETTINGS.format(version=1 if sha256 else 0)
    if sha256:
        text += "[extensions]\n\tobjectFormat = sha256\n"
    (scratch / "config").write_text(text)
    (scratch / "HEAD").write_text("ref: refs/heads/nothing-yet\n")
    return Git(scratch)


def write_refs(scratch: Path, refs: Refs, commit: str) -> None:
    """Put refs in one packed file, so that no name of theirs becomes a path."""
    packed = b"".join(id + b" " + name + b"\n" for name, id in sorted(refs.items()))
    (scratch / "packed-refs").write_bytes(packed)
    if commit:
        (scratch / "HEAD").write_text(f"{commit}\n")


def _write_alternate(scratch: Path, objects: Path) -> None:
    """Name the real objects, quoted so that no byte of the path is read as anything else."""
    raw = os.fsencode(objects.resolve())
    quoted = b"".join(
        bytes([c]) if 0x20 <= c < 0x7F and c not in b'"\\' else b"\\%03o" % c for c in raw
    )
    (scratch / "objects" / "info" / "alternates").write_bytes(b'"' + quoted + b'"\n')


def _partial(found: GitDir, config: dict[str, str]) -> bool:
    if "extensions.partialclone" in config:
        return True
    if any(key.endswith((".promisor", ".partialclonefilter")) for key in config):
        return True
    return any((found.common / "objects" / "pack").glob("*.promisor"))


def _copy_index(own: Path, scratch: Path) -> bool:
    names = ["index", *sorted(path.name for path in own.glob("sharedindex.*"))[:8]]
    for name in names:
        data = read_regular(own / name, 256 << 20)
        if data is None:
            return False
        (scratch / name).write_bytes(data)
    return True
