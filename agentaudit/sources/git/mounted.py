"""Projects that a compose file starts in the image of their language: nothing is built, the
directory is mounted and run as it is."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import pins
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import Service
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.reader import Reader

_TRIES = regex(r"(?i)(?:^|[/._-])(?:tests?|testing|e2e|mocks?|lint|migrat\w{1,10})(?:[/._-]|$)")
"""What is started for a trial, or once."""


def started(reader: Reader, homes: Homes, services: list[Service]) -> Iterator[Build]:
    """Each such project, which stands in a directory of its own."""
    for service in services:
        image = service.image
        if image is None or service.context is not None or not reader.is_own(service.file):
            continue
        if _TRIES.search(service.name) or _TRIES.search(service.file.rpartition("/")[2]):
            continue
        mine = [each for each in service.mounts if each in homes.known and homes.is_app(each)]
        pin = pins.of_image(image)
        if len(mine) == 1 and mine[0] and pin is not None:
            runtime = f"{short_name(image.reference)} {pin[1]}"
            names = frozenset((service.name.lower(),))
            yield Build(mine[0], service.place, names=names, runtime=runtime)
