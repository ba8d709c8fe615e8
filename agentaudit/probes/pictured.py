"""Answers about an image from where looking it up led."""

from __future__ import annotations

from agentaudit.finding import Answer
from agentaudit.image import Image
from agentaudit.probe import failed, passed, unknown
from agentaudit.response import Resolution, Target
from agentaudit.subject import ImageSubject


def settled(image: ImageSubject, target: Target, what: str, fact: str) -> Answer:
    """PASS where it was verified, FAIL where it was looked at and differs or a fact that the
    look-up needs is missing, else UNKNOWN."""
    evidence = (*target.evidence, *image.evidence)[:5]
    if target.resolution is Resolution.VERIFIED:
        return passed(f"{what}: {target.detail}", *evidence)
    message, reason = f"{what}: {target.detail}", target.reason or "not_looked"
    if target.resolution is Resolution.BROKEN or target.needs:
        fact = target.needs or fact
        return failed(message, *evidence, reason=reason, fact=fact, place=place(image))
    return unknown(message, *evidence, reason=reason, fact=fact, place=place(image))


def unopened(image: ImageSubject, what: str) -> Answer | None:
    """The answer where the image does not open at all; None where it does."""
    target = image.target
    if isinstance(target.content, Image):
        return None
    message, reason = f"{what}: {target.detail}", target.reason or "not_looked"
    if target.resolution is Resolution.BROKEN or target.needs:
        fact = target.needs or "image.digest"
        return failed(message, *image.evidence, reason=reason, fact=fact, place=place(image))
    return unknown(message, *image.evidence, reason=reason, fact="image.digest", place=place(image))


def place(image: ImageSubject) -> str:
    """The service that one fix would mend, else the image."""
    return image.place or image.name
