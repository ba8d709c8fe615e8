"""Services of compose that read the figures of every container from Docker itself and export them,
whatever they are called."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role, Setting
from agentaudit.expressions import regex
from agentaudit.source import Component, Place

_EXPORTS = regex(r"(?i)export|stats|metrics|telegraf")
_SOCKET = "/var/run/docker.sock"


def watchers(component: Component) -> Iterator[Place]:
    """Where their images are named; one that a profile holds back is started by hand."""
    rows = [each for each in component.code.settings if each.role is Role.APP]
    for image in rows:
        parts = image.path.split(".")
        if parts[0] != "services" or parts[2:] != ["image"] or not _EXPORTS.search(image.value):
            continue
        own = [each for each in rows if _is_beside(each, image, parts[1])]
        mounts = any(each.value.strip("\"' ").startswith(_SOCKET) for each in own)
        if mounts and not any(".profiles" in each.path for each in own):
            yield image.place


def _is_beside(row: Setting, image: Setting, service: str) -> bool:
    return row.place.path == image.place.path and row.path.startswith(f"services.{service}.")
