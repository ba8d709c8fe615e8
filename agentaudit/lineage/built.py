"""References that join two others of a service: the commit its image was built from, the packages
in that image, and the lock file of a service without one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from agentaudit.image import Image
from agentaudit.lineage.declared import Declared
from agentaudit.lineage.pictures import Pictures, claims
from agentaudit.response import Commit, Reference, Resolution, Response, Service, Target
from agentaudit.span import Recorded


class BuildKey(NamedTuple):
    """An image, by any of its digests, and a commit."""

    digest: str
    commit: str
    home: str = ""
    """Directory of the component that the service is."""


def builds(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per service that runs in a container: recorded only when image and commit both are."""
    for service in response.services:
        if service.container is not False:
            image, commit = _pair(response, service)
            if image is not None and commit is not None:
                lacking = image if image.recorded is not Recorded.RECORDED else commit
                if image.conflicts and commit.recorded is Recorded.RECORDED:
                    lacking = image
                yield _joined("build", lacking, f"{image.value} {commit.value}")


def packages(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per service that runs in a container."""
    for service in response.services:
        image, _ = _pair(response, service)
        if image is not None and service.container is not False:
            yield _joined("packages", image, image.value)


def locks(response: Response, declared: Declared) -> Iterator[Reference]:
    """One per service that is declared to run without a container."""
    for service in response.services:
        if service.container is False:
            fact = service.fact("env.lock.digest")
            text = fact.text.strip() if fact else ""
            evidence = fact.evidence() or (service.evidence(),)
            yield Reference(
                "lock",
                service.name,
                text,
                fact.state,
                fact.key,
                service.spans[0].span_id,
                evidence,
            )


def _joined(kind: str, of: Reference, value: str) -> Reference:
    return Reference(
        kind, of.place, value, of.recorded, of.fact, of.span_id, of.evidence, of.conflicts
    )


def _pair(response: Response, service: Service) -> tuple[Reference | None, Reference | None]:
    image = response.refs_of("image", service.resource)
    commit = response.refs_of("commit", service.resource)
    return (image[0] if image else None), (commit[0] if commit else None)


def build_key(ref: Reference, response: Response, declared: Declared) -> Hashable:
    """The image and the commit, or why one of them does not open."""
    image, commit = _of(ref, response)
    for each in (image, commit):
        if each is not None and not each.resolved:
            return _stopped(each)
    content = commit.target.content if commit else None
    sha = content.sha if isinstance(content, Commit) else commit.value if commit else ""
    return BuildKey(image.value if image else "", sha)


def packages_key(ref: Reference, response: Response, declared: Declared) -> Hashable:
    """The image and the commit that its lock file is read at."""
    image, commit = _of(ref, response)
    if image is None or not image.resolved:
        return _stopped(image or ref)
    recorded = (commit.value,) if commit is not None and commit.resolved else ()
    content = image.target.content
    said = claims(content, recorded) if isinstance(content, Image) else ()
    if not said:
        detail = "neither the image nor the service says which commit it was built from"
        return Target(Resolution.NOT_LOOKED, detail, "missing", needs="git.commit")
    service = response.service(response.by_id[ref.span_id])
    return BuildKey(image.value, said[0].commit, home_of(service))


def home_of(service: Service | None) -> str:
    """Directory of the component that a service is, in its repository; empty for the root."""
    path = service.component.rpartition(":")[2] if service is not None else ""
    return "" if path == "." else path


def lock_key(ref: Reference, response: Response, declared: Declared) -> Hashable:
    """The digest and the commit of the service."""
    _, commit = _of(ref, response)
    if commit is None or not commit.resolved:
        return _stopped(commit or ref)
    return BuildKey(ref.value, commit.value)


def _of(ref: Reference, response: Response) -> tuple[Reference | None, Reference | None]:
    service = response.service(response.by_id[ref.span_id])
    return (None, None) if service is None else _pair(response, service)


def _stopped(ref: Reference) -> Target:
    """Where a reference stops because one that it needs does not open."""
    if ref.recorded is not Recorded.RECORDED:
        detail = f"the service records no {ref.kind}: {ref.recorded.value.replace('_', ' ')}"
        return Target(Resolution.NOT_LOOKED, detail, ref.recorded.value, needs=ref.fact)
    target = ref.target
    detail = f"its {ref.kind} does not open: {target.detail}"
    needs = ref.fact if target.resolution is Resolution.BROKEN else target.needs
    return Target(Resolution.NOT_LOOKED, detail, target.reason, needs=needs)


def image(pictures: Pictures, value: str) -> Target:
    return pictures.open(value)


def build(pictures: Pictures, key: BuildKey) -> Target:
    found = pictures.open(key.digest).content
    return pictures.code(found, key.commit) if isinstance(found, Image) else _unread()


def package_list(pictures: Pictures, key: BuildKey) -> Target:
    found = pictures.open(key.digest).content
    return pictures.packages(found, key.commit, key.home) if isinstance(found, Image) else _unread()


def lock(pictures: Pictures, key: BuildKey) -> Target:
    return pictures.locked(key.commit, key.digest)


def _unread() -> Target:
    return Target(Resolution.NOT_LOOKED, "what opened says nothing of its content", "not_examined")
