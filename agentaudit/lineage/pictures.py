"""Images joined with the repositories: opened once, compared once with each commit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.evidence import Evidence, Location, safe
from agentaudit.expressions import regex
from agentaudit.image import (
    CommitTree,
    Contents,
    ContentVerdict,
    Drift,
    Image,
    LockFile,
    Trust,
    Verdict,
)
from agentaudit.response import PromptText, Resolution, Target
from agentaudit.source import Images, Repo

REVISION_LABELS = (
    "org.opencontainers.image.revision",
    "org.label-schema.vcs-ref",
    "vcs-ref",
    "git.commit",
)
_COMMIT = regex(r"[0-9a-f]{7,64}")
_NEARBY = 40
"""Latest commits that are tried when an image is not what it says."""
_SHOWN = 5


class Claim(Struct, frozen=True):
    """A commit that an image is said to be built from, and who says it."""

    commit: str
    said_by: str
    own: bool = True
    """Whether the image itself says it, not the responses that ran in it."""


class Pictures(Struct):
    """Every look-up depends on digests and commits only; equal ones are worked on once."""

    images: Images | None = None
    repo: Repo | None = None
    _opened: dict[str, Target] = field(default_factory=dict)
    _codes: dict[tuple[str, str, tuple[str, ...]], Target] = field(default_factory=dict)
    _drifts: dict[tuple[str, str, str], Target] = field(default_factory=dict)

    def open(self, digest: str) -> Target:
        """The image behind a digest, its layers read where they can be; content is an `Image`."""
        if self.images is None:
            return _not_configured("images")
        if digest not in self._opened:
            self._opened[digest] = self.read(self.images.image(digest))
        return self._opened[digest]

    def read(self, target: Target) -> Target:
        """The same target with the layers of its image read, and said what they hold."""
        image = target.content
        if self.images is None or not isinstance(image, Image):
            return target
        image = self.images.examine(image)
        found = f"{target.detail}: {_summary(image)}{safe(image.sealed)}"
        return replace(target, detail=found, content=image)

    def code(self, image: Image, commit: str) -> Target:
        """The image's files against a commit; content is a `ContentVerdict`."""
        # what compares is not imported where there is no image to compare
        from agentaudit.lineage.starting import started_by

        started = started_by(image.settings)  # equal files may be started otherwise
        key = (image.identity, commit, started)
        if key not in self._codes:
            self._codes[key] = self._code(image, commit, started)
        return self._codes[key]

    def _code(self, image: Image, commit: str, started: tuple[str, ...]) -> Target:
        if self.repo is None:
            return _not_configured("repo")
        if image.contents is None:
            return _unexamined(image)
        from agentaudit.lineage.identity import compare

        opened = self.repo.tree_at(commit)
        tree = opened.content
        if not isinstance(tree, CommitTree):
            return opened
        checkout = _Checkout(self.repo, tree.commit)
        found = compare(tree, image.contents, checkout, started)
        if found.verdict is Verdict.DIFFERENT:
            found = replace(found, nearest=self._nearest(image.contents, found))
        return _judged(image, found)

    def _nearest(self, contents: Contents, found: ContentVerdict) -> str:
        """Another known commit whose files the image holds, or more of them."""
        from agentaudit.lineage.identity import compare

        best, most = "", len(found.same)
        for commit in self.repo.recent(_NEARBY) if self.repo else ():
            tree = self.repo.tree_at(commit).content if self.repo else None
            if commit == found.commit or not isinstance(tree, CommitTree):
                continue
            other = compare(tree, contents)
            if other.verdict is Verdict.SAME:
                return commit
            if len(other.same) > most:
                best, most = commit, len(other.same)
        return best

    def packages(self, image: Image, commit: str, home: str = "") -> Target:
        """The image's packages against the lock files of a commit; content is a tuple of `Drift`.

        `home` is the directory of the component that it was built for, where that is known.
        """
        key = (image.identity, commit, home)
        if key not in self._drifts:
            self._drifts[key] = self._packages(image, commit, home)
        return self._drifts[key]

    def _packages(self, image: Image, commit: str, home: str) -> Target:
        if self.repo is None:
            return _not_configured("repo")
        if image.contents is None:
            return _unexamined(image)
        from agentaudit.lineage.drift import choose, drift

        opened = self.repo.locks_at(commit)
        if not isinstance(opened.content, tuple):
            return opened
        homes = (home, *self._copied(image, commit)) if home else self._copied(image, commit)
        locks = [lock for lock in opened.content if isinstance(lock, LockFile)]
        tree = self.repo.tree_at(commit).content
        ours = frozenset(tree.blobs.values()) if isinstance(tree, CommitTree) else frozenset[str]()
        found = choose(locks, homes)
        drifts = tuple(drift(image.contents, lock, ours) for lock in found if not lock.problem)
        return _compared(drifts, locks, found, commit)

    def _copied(self, image: Image, commit: str) -> tuple[str, ...]:
        """Directories of the repository that were copied into the image, most telling first."""
        verdict = self.code(image, commit).content
        roots = verdict.roots if isinstance(verdict, ContentVerdict) else ()
        return (*(home for home, _ in roots), "")

    def locked(self, commit: str, digest: str) -> Target:
        """The lock file of a commit that has a SHA-256 digest; content is a `LockFile`."""
        if self.repo is None:
            return _not_configured("repo")
        opened = self.repo.locks_at(commit)
        if not isinstance(opened.content, tuple):
            return opened
        for lock in opened.content:
            if isinstance(lock, LockFile) and lock.sha256 == digest.rpartition(":")[2].lower():
                where = Evidence(Location(commit[:12], lock.path), f"{len(lock.pins)} packages")
                detail = f"{lock.path} at commit {commit[:12]}: {len(lock.pins)} packages"
                return Target(Resolution.RESOLVED, detail, content=lock, evidence=(where,))
        return Target(
            Resolution.BROKEN, f"no lock file at commit {commit[:12]} has that digest", "broken"
        )


def claims(image: Image, recorded: Iterable[str] = ()) -> tuple[Claim, ...]:
    """The commits that an image is said to be built from: by what its builder computed, by its
    labels; only where neither says any, by the responses that ran in it."""
    found = [*_built(image), *_labelled(image)]
    if not found:
        found = [
            Claim(commit, "the responses it gave", own=False) for commit in sorted(set(recorded))
        ]
    first: dict[str, Claim] = {}
    for claim in found:
        known = next(
            (c for c in first if c.startswith(claim.commit) or claim.commit.startswith(c)), ""
        )
        if not known:
            first[claim.commit] = claim
    return tuple(first.values())


def _built(image: Image) -> Iterator[Claim]:
    for attestation in image.attestations:
        commit = attestation.built.get("revision", "")
        if attestation.trust is not Trust.PRESENT and _COMMIT.fullmatch(commit):
            signed = "signed " * bool(attestation.signer)
            yield Claim(commit, f"its builder's {signed}provenance")


def _labelled(image: Image) -> Iterator[Claim]:
    for name in REVISION_LABELS:
        commit = image.settings.labels.get(name, "").strip().lower()
        if _COMMIT.fullmatch(commit):
            yield Claim(commit, f"label {name}")


def _summary(image: Image) -> str:
    if image.contents is None:
        return f"its layers were not examined: {unread(image)}"
    system = image.contents.system
    counts: dict[str, int] = {}
    for package in image.contents.packages:
        if package.installed:
            counts[package.ecosystem] = counts.get(package.ecosystem, 0) + 1
    packages = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "no"
    return f"{system.name if system else 'no operating system'}, {packages} packages"


def _not_configured(source: str) -> Target:
    what = {"images": "the image", "repo": "its code"}[source]
    detail = f"no {source} source is configured to open {what}"
    return Target(Resolution.NOT_LOOKED, detail, "not_configured")


def _unexamined(image: Image) -> Target:
    detail = f"its layers were not examined: {unread(image)}"
    return Target(Resolution.NOT_LOOKED, detail, "not_examined")


def unread(image: Image) -> str:
    """Why the layers of an image were not examined."""
    return image.why.removeprefix("not examined: ") or "nobody asked for them"


def _judged(image: Image, found: ContentVerdict) -> Target:
    name = image.manifest or image.config or image.identity
    paths = (*found.modified, *found.extra, *found.absent)[:_SHOWN]
    evidence = tuple(Evidence(Location(name, path), found.detail) for path in paths)
    if found.verdict is Verdict.SAME:
        place = Evidence(Location(name, found.roots[0][1] or "/"), found.detail)
        return Target(Resolution.VERIFIED, found.detail, content=found, evidence=(place,))
    if found.verdict is Verdict.UNVERIFIABLE:
        return Target(Resolution.NOT_LOOKED, found.detail, "unverifiable", content=found)
    nearest = f"; it is nearest to commit {found.nearest[:12]}" if found.nearest else ""
    detail = f"differs from commit {found.commit[:12]}: {found.detail}{nearest}"
    return Target(Resolution.BROKEN, detail, "different", content=found, evidence=evidence)


def _compared(
    drifts: tuple[Drift, ...], known: list[LockFile], chosen: tuple[LockFile, ...], commit: str
) -> Target:
    at = f"commit {commit[:12]}"
    if not known:
        return Target(Resolution.BROKEN, f"{at} has no lock file", "missing", needs="lock file")
    if not chosen:
        names = ", ".join(lock.path for lock in known[:_SHOWN])
        return Target(Resolution.NOT_LOOKED, f"any of {names} may be its lock file", "ambiguous")
    broken = next((lock for lock in chosen if lock.problem), None)
    if broken is not None:
        detail = f"{broken.path} at {at}: {broken.problem}"
        return Target(Resolution.NOT_LOOKED, detail, "unreadable")
    return _drifted(drifts, at)


def _drifted(found: tuple[Drift, ...], at: str) -> Target:
    names = [name for each in found for name in each.names]
    locks = ", ".join(each.lock.path for each in found)
    where = tuple(Evidence(Location(at, d.lock.path), n) for d in found for n in d.names)[:_SHOWN]
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        detail = f"{len(names)} of its packages differ from {locks} at {at}: "
        detail += "; ".join(names[:_SHOWN]) + more
        return Target(Resolution.BROKEN, detail, "drift", content=found, evidence=where)
    compared = sum(each.compared for each in found)
    if not compared:
        detail = f"the image holds no package that {locks} could account for"
        return Target(Resolution.NOT_LOOKED, detail, "no_packages", content=found)
    where = tuple(Evidence(Location(at, d.lock.path), f"{d.compared} packages") for d in found)
    detail = f"{compared} packages equal {locks} at {at}"
    return Target(Resolution.VERIFIED, detail, content=found, evidence=where)


class _Checkout(Struct, frozen=True):
    """Whether a file differs only as a checkout on another system writes it."""

    repo: Repo
    commit: str

    def __call__(self, path: str, blob: str) -> bool | None:
        opened = self.repo.text_at(self.commit, path)
        if opened.reason == "lfs":
            return None
        text = opened.content.text if isinstance(opened.content, PromptText) else ""
        data = text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
        found = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False)
        return bool(text) and found.hexdigest() == blob
