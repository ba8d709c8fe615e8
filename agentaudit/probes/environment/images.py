"""The external images that a component names, and what their tags say."""

from __future__ import annotations

import re

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


def versioned(image: ImageUse) -> bool:
    """Whether the image is named by a digest, or by a tag that names a version.

    A tag without digits counts when it is not made of floating words only: `bookworm` is a version
    of Debian.
    """
    if image.digest:
        return True
    words = [word for word in re.split(r"[-_.+]", image.tag.lower()) if word]
    if not words or words[0] == "latest":
        return False
    return any(word not in FLOATING for word in words)


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
