"""Images as subjects: those that responses name, those that are configured, and one for each
service of a response that should have named one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from agentaudit.evidence import Evidence
from agentaudit.image import Image
from agentaudit.lineage.built import home_of
from agentaudit.lineage.pictures import Pictures, claims
from agentaudit.response import Reference, Resolution, Response, Target
from agentaudit.span import Recorded
from agentaudit.subject import ImageSubject

_MOST_COMMITS = 20
_ORDER = (Resolution.BROKEN, Resolution.NOT_LOOKED, Resolution.RESOLVED, Resolution.VERIFIED)
_NO_CLAIM = Target(
    Resolution.NOT_LOOKED,
    "neither its labels, its provenance nor any response says which commit it was built from",
    "missing",
    needs="git.commit",
)


class Named(Struct, frozen=True):
    """One image as responses or the configuration name it."""

    name: str
    places: tuple[str, ...] = ()
    """Services that ran in it."""
    commits: tuple[str, ...] = ()
    """Commits that those recorded."""
    home: str = ""
    """Directory of the component that they are."""
    evidence: tuple[Evidence, ...] = ()


def subject(pictures: Pictures, named: Named, opened: Target | None) -> ImageSubject:
    """What is known of one image; `opened` is None for one that nothing identifies."""
    place = min(named.places, default="")
    if opened is None:
        lacking = Target(
            Resolution.NOT_LOOKED,
            f"{place or 'a service'} names no image, so nobody can open it",
            "missing",
            needs="image.digest",
        )
        return ImageSubject("", place, lacking, lacking, lacking, named.evidence)
    image = opened.content
    if not isinstance(image, Image):
        return ImageSubject(named.name, place, opened, opened, opened, named.evidence)
    said = claims(image, named.commits)
    if not said:
        return ImageSubject(named.name, place, opened, _NO_CLAIM, _NO_CLAIM, named.evidence)
    # What the image says of itself must hold throughout. Of what responses say, one commit that
    # fits is the proof: else leaving a commit out of one of them would help.
    settle = _worst if said[0].own else _best
    code = settle(_told(pictures.code(image, c.commit), c.said_by) for c in said)
    packages = settle(pictures.packages(image, c.commit, named.home) for c in said)
    return ImageSubject(named.name, place, opened, code, packages, named.evidence)


def _told(target: Target, said_by: str) -> Target:
    """The target, saying who named the commit."""
    detail = f"{target.detail} (named by {said_by})"
    return Target(
        target.resolution, detail, target.reason, target.needs, target.content, target.evidence
    )


def _worst(targets: Iterable[Target]) -> Target:
    """Of several commits that an image is said to be built from, the one that fits least."""
    return min(targets, key=lambda target: _ORDER.index(target.resolution))


def _best(targets: Iterable[Target]) -> Target:
    return max(targets, key=lambda target: _ORDER.index(target.resolution))


class _Use(Struct):
    """What the responses say of one image."""

    places: set[str] = field(default_factory=set)
    commits: set[str] = field(default_factory=set)
    homes: set[str] = field(default_factory=set)
    evidence: tuple[str, tuple[Evidence, ...]] | None = None
    """Of the response with the smallest id."""

    def named(self, name: str) -> Named:
        commits = tuple(sorted(self.commits)[:_MOST_COMMITS])
        home = next(iter(self.homes)) if len(self.homes) == 1 else ""
        evidence = self.evidence[1] if self.evidence else ()
        return Named(name, tuple(sorted(self.places)), commits, home, evidence)


class Uses(Struct):
    """Every image that responses ran in, filled one response at a time; memory grows with the
    number of images."""

    by_digest: dict[str, _Use] = field(default_factory=dict)
    missing: dict[str, tuple[int, str, tuple[Evidence, ...]]] = field(default_factory=dict)
    """Service → times that it should have named an image, the smallest response id, evidence."""

    def merge(self, other: Uses) -> None:
        """Add what other responses say; in any order the same."""
        for digest, theirs in other.by_digest.items():
            use = self.by_digest.setdefault(digest, _Use())
            use.places |= theirs.places
            use.commits |= theirs.commits
            use.homes |= theirs.homes
            found = [each for each in (use.evidence, theirs.evidence) if each is not None]
            use.evidence = min(found, key=lambda pair: pair[0], default=None)
        for place, (count, first, evidence) in other.missing.items():
            mine = self.missing.get(place)
            if mine is not None:
                count += mine[0]
                first, evidence = min((first, evidence), mine[1:], key=lambda pair: pair[0])
            self.missing[place] = count, first, evidence

    def observe(self, response: Response) -> None:
        """Count one response in."""
        for ref in response.refs("image"):
            service = response.service(response.by_id[ref.span_id])
            if service is None or service.container is False:
                continue
            if ref.recorded is not Recorded.RECORDED:
                self._lacking(response, ref)
                continue
            for digest in digests(ref):
                use = self.by_digest.setdefault(digest, _Use())
                use.places.add(ref.place)
                use.homes.add(home_of(service) if service.component else "")
                if use.evidence is None or response.id < use.evidence[0]:
                    use.evidence = response.id, ref.evidence[:1]
                found = response.refs_of("commit", service.resource)
                use.commits |= {c.value for c in found if c.recorded is Recorded.RECORDED}

    def _lacking(self, response: Response, ref: Reference) -> None:
        count, first, evidence = self.missing.get(ref.place, (0, "", ()))
        if not first or response.id < first:
            first, evidence = response.id, ref.evidence[:1]
        self.missing[ref.place] = count + 1, first, evidence

    def named(self) -> Iterator[Named]:
        """The images that responses name, by digest."""
        for digest in sorted(self.by_digest):
            yield self.by_digest[digest].named(digest)

    def unidentified(self) -> Iterator[tuple[Named, int]]:
        """What should have named an image, with how often: one subject for each time, so that
        leaving digests out never makes failing images count for less."""
        for place in sorted(self.missing):
            count, _, evidence = self.missing[place]
            yield Named("", (place,), evidence=evidence), count


def digests(ref: Reference) -> tuple[str, ...]:
    """The images that a service names: one, or several in conflict."""
    return (ref.value, *ref.conflicts)
