"""The subject `image`: which images an audit asks about, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.audit.request import Sources
from agentaudit.finding import Answer, Cause, Outcome
from agentaudit.image import Image
from agentaudit.lineage.built import home_of
from agentaudit.lineage.pictures import Pictures
from agentaudit.lineage.subjects import Named, Uses, digests, subject
from agentaudit.response import Response
from agentaudit.span import Recorded
from agentaudit.subject import ImageSubject


class Imagery(Struct):
    """Makes the subjects; equal ones are made once."""

    pictures: Pictures
    sources: Sources
    _known: dict[Named, ImageSubject] = field(default_factory=dict)

    def subjects(self, uses: Uses) -> Iterator[tuple[ImageSubject, int]]:
        """Every image once, whatever digests name it, then what nothing identifies, with how
        often each counts."""
        seen: set[str] = set()
        for named in uses.named():
            found = self._subject(named)
            image = found.target.content
            likeness = image.likeness if isinstance(image, Image) else named.name
            if likeness not in seen:
                seen.add(likeness)
                yield found, 1
        for image in self.sources.images.all() if self.sources.images else ():
            if image.likeness not in seen:
                seen.add(image.likeness)
                yield self._configured(image), 1
        for named, count in uses.unidentified():
            yield subject(self.pictures, named, None), count

    def _configured(self, image: Image) -> ImageSubject:
        """An image that no response named."""
        name = image.manifest or image.config or image.identity
        return self._subject(Named(name))

    def _subject(self, named: Named) -> ImageSubject:
        if named not in self._known:
            self._known[named] = subject(self.pictures, named, self.pictures.open(named.name))
        return self._known[named]

    def of(self, response: Response) -> Iterator[ImageSubject]:
        """The images that one response ran in, by what it says itself."""
        for ref in response.refs("image"):
            service = response.service(response.by_id[ref.span_id])
            if service is None or service.container is False:
                continue
            if ref.recorded is not Recorded.RECORDED:
                named = Named("", (ref.place,), evidence=ref.evidence[:1])
                yield subject(self.pictures, named, None)
                continue
            found = response.refs_of("commit", service.resource)
            commits = tuple(c.value for c in found if c.recorded is Recorded.RECORDED)
            home = home_of(service) if service.component else ""
            for digest in digests(ref):
                yield self._subject(Named(digest, (ref.place,), commits, home))

    def weighed(self, answer: Answer) -> Answer:
        """Without traces nobody knows which images answer, or which services name none: what a
        configured image shows is no credit then, so that leaving traces out never helps."""
        if self.sources.traces is not None or answer.outcome is not Outcome.PASS:
            return answer
        message = f"{answer.message}; but no traces are configured to show that it answers"
        cause = Cause("traces", "", "not_configured")
        return replace(
            answer,
            outcome=Outcome.UNKNOWN,
            message=message,
            reason="not_configured",
            causes=(cause,),
        )
