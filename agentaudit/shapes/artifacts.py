"""Questions about images and registered models."""

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import Field

from agentaudit.finding import Answer
from agentaudit.image import Image
from agentaudit.parse.closed import Record
from agentaudit.probe import Gaps, Probe, failed, unknown
from agentaudit.response import Resolution, Target
from agentaudit.semconv import EMPTY
from agentaudit.source import Registry
from agentaudit.subject import ImageSubject

Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


@runtime_checkable
class Tagged(Protocol):
    """What a registry gives as content of a version, as far as this question goes."""

    @property
    def tags(self) -> Mapping[str, str]: ...


class ImageLabel(Record):
    """Every image carries certain labels with a value."""

    kind: Literal["image_label"]
    labels: Names
    """Label names, e.g. `org.opencontainers.image.revision`."""

    def compile(self, id: str, fix: str) -> Probe:
        """The probe that asks it; its subject is an image."""

        def answer(image: ImageSubject) -> Answer:
            if not image.name:
                return failed(
                    "an image that no digest identifies",
                    *image.evidence,
                    fact="image.digest",
                    place=image.place,
                )
            target = image.target
            held = target.content.settings.labels if isinstance(target.content, Image) else None
            return _answer(target, held, self.labels, "label", image.name)

        answer.__doc__ = f"Does the image carry the labels {', '.join(self.labels)}?"
        return Probe(id, answer, fix, (), frozenset({"image"}))


class RegistryTag(Record):
    """Every registered model version carries certain tags with a value."""

    kind: Literal["registry_tag"]
    tags: Names
    """Tag names of the model version."""

    def compile(self, id: str, fix: str) -> Probe:
        """The probe that asks it; its subject is the registry URI of a model version."""

        def answer(registry: Registry, model: str) -> Answer:
            if not model:
                return failed("a model that no registry version names", fact="model.registry")
            target = registry.version(model)
            held = target.content.tags if isinstance(target.content, Tagged) else None
            return _answer(target, held, self.tags, "tag", model)

        answer.__doc__ = f"Does the model version carry the tags {', '.join(self.tags)}?"
        return Probe(id, answer, fix, (), frozenset({"registry", "model"}))


def _answer(
    target: Target, held: Mapping[str, str] | None, names: tuple[str, ...], noun: str, place: str
) -> Answer:
    if target.resolution is Resolution.BROKEN:
        return failed(target.detail, *target.evidence, reason="broken", fact=place)
    if held is None:
        reason = target.reason or "not_looked"
        return unknown(target.detail, *target.evidence, reason=reason, fact=place)
    gaps = Gaps(len(names))
    for name in names:
        if str(held.get(name, "")).strip().lower() in EMPTY:
            message = f"{noun} {name}: missing"
            gaps.fail(message, *target.evidence, fact=name, place=place, reason="missing")
    gaps.seen(*target.evidence)
    return gaps.answer(f"{noun}s {', '.join(names)} are there")
