"""Images that know no language but that of pages: what else is copied into them never runs."""

from __future__ import annotations

from collections.abc import Iterable

from agentaudit.expressions import regex
from agentaudit.source import BuildFile
from agentaudit.sources.git.parts import Part
from agentaudit.sources.git.reader import Reader, inside

_SCRIPTED = regex(r"(?:^|/)(?:node|bun|deno|caddy|httpd|nginx(?:-unprivileged)?)(?=$|[:@])")
_OTHERWISE = regex(
    r"\b(?:python|pip|pip3|uv|uvx|poetry|conda|cargo|rustup|golang|jdk|jre|mvn|dotnet)\d?\b"
)


def shed(reader: Reader, parts: Iterable[Part]) -> None:
    """Take from such parts the manifests of other languages that stand elsewhere."""
    for part in parts:
        if part.build_files and all(_scripted(reader, file) for file in part.build_files):
            part.manifests = {
                path: parsed
                for path, parsed in part.manifests.items()
                if path.endswith("package.json") or inside(path, part.home)
            }


def _scripted(reader: Reader, file: BuildFile) -> bool:
    if not file.bases or not all(_SCRIPTED.search(base.reference) for base in file.bases):
        return False
    return _OTHERWISE.search(reader.text(file.place.path) or "") is None
