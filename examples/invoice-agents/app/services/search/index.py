"""The vector index of the bookkeeping procedures: a snapshot is two files under `index/`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.common.settings import ROOT

INDEX = ROOT / "index"


@dataclass(frozen=True)
class Chunk:
    """One section of one procedure."""

    id: str
    content: str
    source: str
    source_sha256: str
    vector: list[float]

    @property
    def title(self) -> str:
        """The title of the procedure, for a vendor's procedure the vendor's name."""
        return self.content.partition(":")[0]


@dataclass(frozen=True)
class Hit:
    """A chunk and how near it is to the query."""

    chunk: Chunk
    score: float

    def document(self) -> dict[str, Any]:
        """What callers see."""
        metadata = {"source": self.chunk.source, "source_sha256": self.chunk.source_sha256}
        return {
            "id": self.chunk.id,
            "score": round(self.score, 4),
            "content": self.chunk.content,
            "metadata": metadata,
        }


class Index:
    """One snapshot, in memory."""

    def __init__(self, snapshot: str) -> None:
        self.manifest = json.loads((INDEX / f"{snapshot}.manifest.json").read_text())
        lines = (INDEX / f"{snapshot}.jsonl").read_text(encoding="utf-8").splitlines()
        self._chunks = [Chunk(**json.loads(line)) for line in lines]
        self._matrix = np.array([chunk.vector for chunk in self._chunks])

    def nearest(self, query: list[float], count: int, text: str) -> list[Hit]:
        """The chunks with the highest cosine, those of procedures that the text names first.

        The vectors have length one.
        """
        scores = self._matrix @ np.array(query)
        others = np.array([chunk.title not in text for chunk in self._chunks])
        best = np.lexsort((-scores, others))[:count]
        return [Hit(self._chunks[i], float(scores[i])) for i in best]


def write(snapshot: str, manifest: dict[str, Any], chunks: list[Chunk]) -> None:
    """Write a snapshot's two files."""
    INDEX.mkdir(exist_ok=True)
    lines = [json.dumps(asdict(chunk), ensure_ascii=False) + "\n" for chunk in chunks]
    (INDEX / f"{snapshot}.jsonl").write_text("".join(lines), encoding="utf-8")
    (INDEX / f"{snapshot}.manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def sections(file: Path) -> list[tuple[str, str]]:
    """The sections of one procedure: (id, text), each text headed by the procedure's title."""
    title, *parts = file.read_text(encoding="utf-8").split("\n## ")
    name = file.relative_to(ROOT / "procedures").with_suffix("").as_posix()
    heading = title.strip().removeprefix("# ")
    found = []
    for part in parts:
        caption, _, body = part.partition("\n")
        key = caption.strip().lower().replace(" ", "-")
        found.append((f"{name}#{key}", f"{heading}: {caption.strip()}\n{body.strip()}"))
    return found


def sha256(content: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(content).hexdigest()
