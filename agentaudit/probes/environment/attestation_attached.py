from __future__ import annotations

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.image import Attestation, Image, Trust
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.pictured import place, unopened
from agentaudit.subject import ImageSubject

OTHER = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
PROVENANCE = {
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {"runDetails": {"builder": {"id": "https://ci.example/builder"}}},
}
SPDX = {"predicateType": "https://spdx.dev/Document"}
LISTED = {"spdxVersion": "SPDX-2.3", "packages": [{"name": "numpy", "versionInfo": "2.1.0"}]}
BILL = {**SPDX, "predicate": LISTED}
_EMPTY = "says nothing"


@probe(
    "environment-attestation-attached",
    fix="Let the builder attach what it knows, and push both together: "
    "`docker buildx build --provenance=mode=max --sbom=true --push -t registry.example/app .`.",
    examples=[
        Example(Outcome.PASS, {"image": {"attestations": [PROVENANCE]}}),
        Example(Outcome.PASS, {"image": {"attestations": [BILL]}}, "an SBOM about this image"),
        Example(Outcome.FAIL, {"image": {}}, "nothing is attached"),
        Example(
            Outcome.FAIL,
            {"image": {"attestations": [{**PROVENANCE, "subject": OTHER}]}},
            "it speaks about another image",
        ),
        Example(
            Outcome.FAIL,
            {"image": {"attestations": [{"predicateType": "https://cosign.sigstore.dev/x"}]}},
            "a signature says neither what is in the image nor how it was built",
        ),
        Example(
            Outcome.FAIL,
            {"image": {"attestations": [{**SPDX, "predicate": {**LISTED, "packages": []}}]}},
            "an SBOM that lists nothing",
        ),
        Example(
            Outcome.FAIL,
            {"image": {"attestations": [{**PROVENANCE, "predicate": {}}]}},
            "provenance that names neither a builder nor a source",
        ),
        Example(Outcome.FAIL, {"image": {"unnamed": True}}, "nobody says which image it was"),
        Example(
            Outcome.UNKNOWN,
            {"image": {"resolution": "not_looked", "reason": "unreachable"}},
            "the registry did not answer",
        ),
    ],
)
def attestation_attached(image: ImageSubject) -> Answer:
    """Is an SBOM or a provenance statement attached whose subject is this very image?

    A list of contents that names no image can be about any. One whose subject is the image's
    digest, made by what built it, answers what is inside and where it came from, years later.
    """
    answer = unopened(image, "attestations")
    if answer is not None:
        return answer
    found = image.target.content
    attestations = found.attestations if isinstance(found, Image) else ()
    about = [a for a in attestations if a.describes and a.trust is not Trust.PRESENT]
    good = [a for a in about if _says(a)]
    if good:
        shown = (Evidence(Location(each.digest, each.predicate), _shown(each)) for each in good[:5])
        return passed(f"attached and about this image: {_kinds(good)}{_signed(good)}", *shown)
    told = [
        f"{a.predicate} {'; '.join(filter(None, (_EMPTY * (a in about), a.problem)))}".strip()
        for a in attestations
    ]
    message = f"no SBOM or provenance whose subject is this image; searched: {_searched(told)}"
    where = image.evidence or (Evidence(Location(image.name, "attestations")),)
    return failed(message, *where, fact="image.attestation", place=place(image))


def _kinds(attestations: list[Attestation]) -> str:
    return ", ".join(sorted({each.predicate for each in attestations}))


def _signed(good: list[Attestation]) -> str:
    """What keys say of them; nothing where none was given."""
    signed = [each for each in good if each.signer]
    if signed:
        return f"; signed: {_kinds(signed)}"
    return f"; not signed by a given key: it {good[0].problem}" if good[0].problem else ""


def _shown(each: Attestation) -> str:
    return f"{each.how}: {each.standing}" if each.signer or each.problem else each.how


def _says(attestation: Attestation) -> bool:
    """Whether it lists a package, or names a builder, a source or what went in."""
    if attestation.bill is not None:
        return bool(attestation.bill.packages)
    return bool(attestation.built or attestation.claimed)


def _searched(about: list[str]) -> str:
    if not about:
        return "its index, its referrers and their tags hold nothing"
    return "; ".join(about[:3])
