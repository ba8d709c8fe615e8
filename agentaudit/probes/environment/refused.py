"""Runtimes of images that the project which runs there does not take, so that its manager fetches
another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentaudit.evidence import Evidence
from agentaudit.expressions import regex
from agentaudit.probes.environment.running import Pin
from agentaudit.source import Component, Place, Repo

_UV = regex(r"(?m)^[^#\n]{0,400}\buv[\"',\s]{1,4}(?:sync|run)\b")
_ASKS = regex(r">=?\s{0,4}(\d{1,2})\.(\d{1,3})")
_KEPT = regex(r"UV_PYTHON_DOWNLOADS[\"']?\s{0,4}[=:\s]\s{0,4}[\"']?(?:never|manual|0)\b")
_VERSION = regex(r"(\d{1,2})\.(\d{1,3})")


def refused(
    repo: Repo, component: Component, pins: Iterable[Pin]
) -> Iterator[tuple[str, Evidence, Evidence]]:
    """What to say of each image with a Python older than the project asks for, in which uv installs
    or starts it, so that uv brings whichever fits; and where both are said."""
    for pin in pins:
        text = repo.read(Place(pin.place.repo, pin.place.path)) or ""
        if pin.language != "python" or not _UV.search(text) or _KEPT.search(text):
            continue
        for place in _above(component, pin.version):
            message = f"uv fetches another Python than the {pin.version} of its image"
            yield message, place.evidence(), pin.shown


def _above(component: Component, version: str) -> Iterator[Place]:
    """Where a project of the component asks for more than this version, and no file beside it says
    which one uv is to bring."""
    has, said = _number(_VERSION.match(version)), component.runtime_pins
    told = [_number(_VERSION.match(v)) for at, v in said if at.path.endswith(".python-version")]
    for place, asked in said if has else ():
        least = _number(_ASKS.search(asked)) if place.path.endswith("pyproject.toml") else ()
        if has < least and not any(each >= least for each in told):
            yield place


def _number(found: re.Match[str] | None) -> tuple[int, ...]:
    """Major and minor version, as far as they are known."""
    return (int(found[1]), int(found[2])) if found else ()
