"""Where a code host can show a finding: a file and line of the checkout."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.score.provenance import SourceRecord
from agentaudit.score.scorecard import Scorecard
from agentaudit.score.shortfall import Shortfall

CONFIG = "agentaudit.yaml"
"""Named where there is no configuration yet: it is the file to write."""
_DECLARED = regex(r"(?P<file>.+):(?P<line>[0-9]{1,9})")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


class Spot(Struct, frozen=True):
    """A line of a file, from the root of the checkout."""

    path: str
    line: int

    @property
    def uri(self) -> str:
        """As a relative URI reference: everything but plain characters is percent-encoded."""
        data = self.path.encode("utf-8", "replace")
        return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in data)


class Spots:
    """Finds the spot of anything in one scorecard."""

    def __init__(self, card: Scorecard) -> None:
        self._by_source: Mapping[str, SourceRecord] = {
            f"git:{source.uri}" if source.kind == "git" else source.uri: source
            for source in card.run.sources
        }
        self.config = Spot(_inside(card.run.config) or CONFIG, 1)

    def of(self, found: Shortfall) -> Spot:
        """The file itself where the checkout has it, else the line that declares its source, else
        the first line of the configuration."""
        source = self._by_source.get(found.source)
        line = max(1, found.evidence.line or 1) if found.evidence else 1
        if found.source == "config":
            return Spot(self.config.path, line)
        if source is not None and source.root is not None and found.file:
            path = _inside(posixpath.join(source.root, found.file))
            if path:
                return Spot(path, line)
        return self.declared(source.declared if source else "")

    def declared(self, place: str) -> Spot:
        """`agentaudit.yaml:9`; the first line of the configuration for anything else."""
        found = _DECLARED.fullmatch(place)
        path = _inside(found["file"]) if found else ""
        return Spot(path, max(1, int(found["line"]))) if found and path else self.config


def _inside(path: str) -> str:
    """The path, normal; empty where it leads out of the checkout."""
    normal = posixpath.normpath(path) if path else ""
    outside = normal in {"", ".", ".."} or normal.startswith(("/", "../"))
    return "" if outside else normal
