"""What a compose file starts without building anything: projects in the image of their language,
mounted and run as they are, and scripts of a directory that run somebody else's image."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import pins
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import Service
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.reader import Reader, directory
from agentaudit.sources.git.standing import is_part, serves

_TRIES = regex(r"(?i)(?:^|[/._-])(?:tests?|testing|e2e|mocks?|lint|migrat\w{1,10})(?:[/._-]|$)")
"""What is started for a trial, or once."""


def started(reader: Reader, homes: Homes, services: list[Service]) -> Iterator[Build]:
    """Each such project, which stands in a directory of its own, and each directory with a compose
    file of its own whose scripts start the image."""
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
        own = directory(service.file)
        served = serves(image.reference)
        if own in service.mounts and homes.is_app(own) and is_part(own, homes, served=served):
            yield Build(own, service.place, bare=True)
