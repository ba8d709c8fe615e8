from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.image import Image, Package, Trust
from agentaudit.lineage.pictures import unread
from agentaudit.probe import Example, Gaps, probe
from agentaudit.response import Reference, Response, Service

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LOCK = "numpy==2.1.0 --hash=sha256:aa\n"
LOCK_DIGEST = "sha256:e07568b6e81a6a92201f24672f23028c6e77f1cd052f0862fd8446c38e66a341"
BARE = {"service.name": "planner"}
NAMED = {**BARE, "container.image.id": DIGEST}
STEP = {"name": "chat gpt-4o", "resource": NAMED}
HOST = {**BARE, "vcs.ref.head.revision": COMMIT, "env.lock.digest": LOCK_DIGEST}
SYSTEM = {"os.type": "linux", "os.version": "6.1.0-18-amd64"}
BILL = {
    "predicateType": "https://cyclonedx.org/bom",
    "predicate": {
        "bomFormat": "CycloneDX",
        "components": [{"name": "numpy", "version": "2.1.0", "purl": "pkg:pypi/numpy@2.1.0"}],
    },
}
LARGE = {"unread": "larger than --max-image-bytes"}


@probe(
    "environment-contents-listed",
    fix="Build images from a distribution whose package database stays in the image "
    "(do not delete /var/lib/dpkg or the .dist-info directories), or attach an SBOM to each: "
    "`docker buildx build --sbom=true --push .`.",
    examples=[
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [STEP],
                    "opens": {DIGEST: {"python": {"numpy": "2.1.0"}, "deb": {"libc6": "2.36-9"}}},
                }
            },
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**NAMED, **SYSTEM}}],
                    "opens": {DIGEST: {**LARGE, "attestations": [BILL]}},
                }
            },
            "from the SBOM that is attached to it, and the system that the service records",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [{**STEP, "resource": {**HOST, **SYSTEM}}],
                    "containers": {"planner": False},
                    "opens": {COMMIT: {"files": {"requirements.txt": LOCK}}},
                }
            },
            "without a container: from the lock file, and the system that the service records",
        ),
        Example(
            Outcome.PASS,
            {
                "response": {
                    "spans": [STEP],
                    "opens": {
                        DIGEST: {"files": {"etc/os-release": "ID=x"}, "attestations": [BILL]}
                    },
                }
            },
            "an image without package databases, whose SBOM lists what it holds",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [STEP],
                    "opens": {DIGEST: {"files": {"srv/app.py": "print()"}}},
                }
            },
            "an image without any package database or system",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [{**STEP, "resource": HOST}],
                    "containers": {"planner": False},
                    "opens": {COMMIT: {"files": {"requirements.txt": LOCK}}},
                }
            },
            "the lock file says nothing of the system",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "resource": BARE}], "opens": {DIGEST: {}}}},
            "no image is named",
        ),
        Example(
            Outcome.UNKNOWN,
            {"response": {"spans": [STEP], "opens": {DIGEST: LARGE}}},
            "its layers were not read, and nothing is attached",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "response": {
                    "spans": [STEP],
                    "opens": {
                        DIGEST: {
                            "files": {
                                "etc/os-release": "ID=centos\nVERSION_ID=7\n",
                                "var/lib/rpm/Packages": "an old database",
                            }
                        }
                    },
                }
            },
            "its package database is of a kind that is not read",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [STEP]}}, "no image source is configured"),
    ],
)
def contents_listed(response: Response) -> Answer:
    """Can the operating system and the libraries, with versions, of every service be listed?

    When an answer was wrong because of a library, the list of what was installed is the only way
    to see it. It comes from the image itself, else from a bill of materials about that image.
    """
    references = response.refs("image")
    gaps = Gaps(2 * len(references))
    for ref in references:
        service = response.service(response.by_id[ref.span_id])
        if service is not None and service.container is False:
            _of_host(gaps, response, service)
        elif gaps.follow(ref, f"image of {ref.place}"):
            _of_image(gaps, ref, service)
    return gaps.answer("system and libraries of every service can be listed")


def _of_host(gaps: Gaps, response: Response, service: Service) -> None:
    for lock in response.refs_of("lock", service.resource):
        gaps.follow(lock, f"lock file of {service.name}")
    _system(gaps, service)


def _system(gaps: Gaps, service: Service) -> None:
    for key in ("env.os", "env.os.version"):
        gaps.need(service.fact(key), f"{key} of {service.name}", service.name, service.evidence())


def _of_image(gaps: Gaps, ref: Reference, service: Service | None) -> None:
    image = ref.target.content
    if not isinstance(image, Image):
        _doubt(gaps, ref, "what opened says nothing of its content", "not_examined")
        return
    contents = image.contents
    if contents is None:
        if not attached(image):
            why = f"its layers were not examined: {unread(image)}"
            _doubt(gaps, ref, why, "not_examined")
        elif service is not None:
            _system(gaps, service)
        return
    problem = next((p for p in contents.problems if "database" in p or "too large" in p), "")
    if problem:
        _doubt(gaps, ref, problem, "unreadable")
    elif not any(p.installed for p in contents.packages) and not attached(image):
        _lack(gaps, ref, "holds no package database, and no SBOM is attached", "image.packages")
    if contents.system is None:
        _lack(gaps, ref, "does not say which operating system it holds", "image.system")


def attached(image: Image) -> tuple[Package, ...]:
    """What a bill of materials about this very image lists."""
    return next(
        (
            a.bill.packages
            for a in image.attestations
            if a.bill and a.bill.packages and a.trust is not Trust.PRESENT
        ),
        (),
    )


def _lack(gaps: Gaps, ref: Reference, why: str, fact: str) -> None:
    message = f"image of {ref.place} {why}"
    gaps.fail(message, *ref.evidence, fact=fact, place=ref.place, reason="missing")


def _doubt(gaps: Gaps, ref: Reference, why: str, reason: str) -> None:
    message = f"image of {ref.place}: {why}"
    gaps.doubt(message, *ref.evidence, fact="image.digest", place=ref.place, reason=reason)
