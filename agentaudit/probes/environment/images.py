"""The external images that a component names, and what their tags say."""

from __future__ import annotations

import re

from agentaudit.expressions import regex
from agentaudit.probe import Gaps
from agentaudit.source import Component, ImageUse

FLOATING = frozenset(
    {
        "latest",
        "stable",
        "edge",
        "main",
        "master",
        "nightly",
        "dev",
        "devel",
        "develop",
        "development",
        "prod",
        "production",
        "staging",
        "release",
        "current",
        "lts",
        "mainline",
        "canary",
        "next",
        "test",
        "snapshot",
        "slim",
        "alpine",
        "nonroot",
        "debug",
        "base",
        "runtime",
        "full",
        "fat",
        "minimal",
        "static",
    }
)
"""Words in a tag that name a moving target or a flavour, not a version."""


MOVING = frozenset(
    {"latest", "lts", "stable", "current", "mainline", "edge", "nightly", "main", "master"}
    | {"canary", "next", "snapshot", "dev", "develop", "rolling", "head"}
)
"""First words of tags that are moved with each release, whatever follows."""
_PLATFORMS = frozenset({"amd64", "arm64", "arm64v8", "x86", "x64", "i386", "cpu", "gpu", "python3"})
"""Words with digits in them that name no version."""
_RELEASES = frozenset(
    {"buster", "bullseye", "bookworm", "trixie", "focal", "jammy", "noble", "bionic"}
    | {"resolute", "oracular", "plucky", "questing", "stretch", "xenial", "forky"}
    | {"gallium", "hydrogen", "iron", "jod", "krypton"}
)
"""Names of releases of operating systems, and of lines of releases of Node."""
_FIXED = regex(r"(?:^|[-_.])(?:\d{6,8}|[0-9a-f]{7,40}|\d+\.\d+\.\d+)(?=[-_.]|$)")
"""A date, a commit or a whole version: it fixes what begins with a moving word."""


def versioned(image: ImageUse) -> bool:
    """Whether the image is named by a digest, or by a tag that names a version.

    `python:3` names one, coarse as it is: that tags move is asked where digests are, and which
    minor version runs is asked of the runtime. `lts-alpine` and `latest_v5` name where the newest
    is found; `bookworm` is a version of Debian.
    """
    if image.digest:
        return True
    tag = image.tag.lower()
    words = [word for word in re.split(r"[-_.+]", tag) if word]
    if not words or "latest" in words:
        return False
    if words[0] in MOVING:
        return bool(_FIXED.search(tag))
    return any(_names_version(word) for word in words)


def _names_version(word: str) -> bool:
    if word in _RELEASES:
        return True
    return word not in FLOATING | _PLATFORMS and any(letter.isdigit() for letter in word)


def doubt_unread(gaps: Gaps, component: Component) -> None:
    """Note the build files that could not be understood: nobody knows what they name."""
    for file in component.build_files:
        if file.problem:
            gaps.doubt(
                f"{file.place.path}: {file.problem}",
                file.place.evidence(),
                fact="build file",
                place=component.id,
                reason="unreadable",
            )
