"""What an image holds and what is said about it: packages, attestations, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field


class OperatingSystem(Struct, frozen=True):
    """What os-release says."""

    id: str
    version: str
    name: str
    """In full, e.g. `Debian GNU/Linux 12 (bookworm)`."""
    path: str
    """The file that says it."""


DISTRIBUTION = "distribution"


class Package(Struct, frozen=True):
    """One package that an image holds."""

    ecosystem: str
    """deb, apk, rpm, python or node."""
    name: str
    version: str
    path: str
    """The file that says so."""
    installed: bool = True
    """False: its metadata is there and its files are gone."""
    origin: str = ""
    """Where a Python distribution came from if not from an index (PEP 610): `url@commit` or url;
    `DISTRIBUTION` where the operating system's package manager brought it."""


class Runtime(Struct, frozen=True):
    """A language runtime that an image holds."""

    name: str
    """python, node, go, java, rust or dotnet."""
    version: str
    place: str
    """Path, package or environment variable."""


class CudaFact(Struct, frozen=True):
    """One place that names a version of the CUDA runtime."""

    version: str
    place: str
    """Path, package or environment variable."""


class Bill(Struct, frozen=True):
    """A bill of materials, inside the image or attached to it."""

    format: str
    """CycloneDX or SPDX."""
    path: str
    packages: tuple[Package, ...]


class Trust(StrEnum):
    """How far an attestation was followed."""

    PRESENT = "present"
    """It is attached to the image."""
    MATCHES = "matches"
    """Its own subject is a digest of this image."""
    SIGNED = "signed"
    """A key that was given verifies its signature as well."""


class Attachment(Struct, frozen=True):
    """A document that is attached to an image in its registry or layout, unread."""

    how: str
    """`buildkit` (child of the index), `referrers` (its manifest names the subject), `index` (it is
    merely listed beside the image), or the name of a fallback tag."""
    subject: str
    """Digest that the attachment is filed under."""
    digest: str
    media_type: str
    data: bytes
    """At most 8 MiB, digest verified."""
    artifact_type: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


class Attestation(Struct, frozen=True):
    """What somebody states about an image: an SBOM, its provenance, a signature."""

    predicate: str
    """Predicate type, or media type of a bare SBOM."""
    how: str
    """As of `Attachment`, or `file` for one inside the image."""
    trust: Trust
    subjects: tuple[str, ...]
    """Digests that it names as its subject."""
    digest: str
    built: Mapping[str, str] = field(default_factory=dict)
    """Facts that the builder computed: source URI, commit, base images."""
    claimed: Mapping[str, str] = field(default_factory=dict)
    """Facts that whoever started the build could set."""
    bill: Bill | None = None
    """The packages that it lists, where it is a bill of materials."""
    problem: str = ""
    """Why it says nothing: malformed, about another image. Where keys were given, also why none of
    them verifies it."""
    signer: str = ""
    """The key that verifies it: its file, and the start of its digest."""

    @property
    def standing(self) -> str:
        """How far it was followed, and why no further."""
        if self.signer:
            return f"{self.trust.value} with {self.signer}"
        if self.trust is Trust.PRESENT and self.problem:
            return self.problem
        return "; ".join(filter(None, (self.trust.value, self.problem)))

    @property
    def describes(self) -> bool:
        """Whether it says what the image holds or how it was built: an SBOM, or provenance."""
        return self.bill is not None or self.predicate.startswith("https://slsa.dev/provenance/")


class Verdict(StrEnum):
    """Whether the application files of an image are those of a commit."""

    SAME = "same"
    DIFFERENT = "different"
    UNVERIFIABLE = "unverifiable"


class ContentVerdict(Struct, frozen=True):
    """An image's application files against the tree of one commit."""

    verdict: Verdict
    commit: str
    detail: str
    """One sentence."""
    roots: tuple[tuple[str, str], ...] = ()
    """(directory of the repository, directory of the image); empty text is the root."""
    same: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """Repository paths under a root that the image does not hold."""
    extra: tuple[str, ...] = ()
    """Image paths under a root that no repository path leads to."""
    ignored: tuple[str, ...] = ()
    """Repository paths under a root that the build leaves out on purpose: `.dockerignore`, or no
    COPY of the build file names them."""
    stamped: tuple[str, ...] = ()
    """Data files that the build writes: a `.gitignore` of the commit keeps them out of it."""
    nearest: str = ""
    """Another commit that the image's files equal better; empty when none was found."""
