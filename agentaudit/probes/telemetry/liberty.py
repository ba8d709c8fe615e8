"""What a server of Open Liberty measures of its process."""

from __future__ import annotations

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.source import Component, Place, Repo

_COMMENT = regex(r"<!--(?:[^-]|-(?!->)){0,4000}-->")
_MEASURES = regex(
    r"(?i)<feature>\s{0,9}(?:mpMetrics(?:-[\d.]{1,9})?|microProfile-[1-6][\d.]{0,9})\s{0,9}</feature>"
)
"""Features that serve the memory of the JVM; MicroProfile 7 holds it no longer."""
_WORDS = ("mpMetrics", "mpmetrics", "microProfile", "microprofile", "MicroProfile")


def measured(repo: Repo, component: Component) -> Place | None:
    """The feature in the component's own server configuration."""
    above = "" if component.path == "." else f"{component.path}/"
    for file in repo.files("**/src/main/liberty/config/**/*.xml", saying=_WORDS):
        if file.repo != component.repo or not file.path.startswith(f"{above}src/main/liberty/"):
            continue
        text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), repo.read(file) or "")
        if found := _MEASURES.search(text):
            line = text.count("\n", 0, found.start()) + 1
            return replace(file, line=line, text=found[0])
    return None
