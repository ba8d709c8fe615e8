"""A part of the shipped example that is quick to audit, and ways to copy and shuffle it."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "invoice-agents"
AS_OF = ("--as-of", "2026-12-01")


def part(folder: Path, traces: int = 12) -> Path:
    """The example with some traces of each recording: those with the smallest ids."""
    (folder / "traces").mkdir(parents=True)
    for name in ("agentaudit.yaml", "history.bundle"):
        shutil.copy(EXAMPLE / name, folder)
    shutil.copytree(EXAMPLE / "images", folder / "images")
    for file in sorted((EXAMPLE / "traces").glob("*.spans.jsonl.gz")):
        found = list(_spans(file))
        kept = set(sorted({span["traceId"] for _, span in found})[:traces])
        _write(folder / "traces" / file.name, [d for d, s in found if s["traceId"] in kept])
    for file in sorted((EXAMPLE / "traces").glob("*.logs.jsonl.gz")):
        shutil.copy(file, folder / "traces")
    return folder


def _spans(file: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each span, alone in a document of its own."""
    for line in gzip.decompress(file.read_bytes()).splitlines():
        for group in json.loads(line)["resourceSpans"]:
            for scope in group["scopeSpans"]:
                for span in scope["spans"]:
                    alone = {**scope, "spans": [span]}
                    yield {"resourceSpans": [{**group, "scopeSpans": [alone]}]}, span


def _write(file: Path, documents: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    file.write_bytes(gzip.compress(lines.encode(), 1, mtime=0))


def shuffled(folder: Path, seed: int) -> None:
    """Reorder lines, spans in a line and attributes, and exchange the names of the files."""
    dice = random.Random(seed)
    files = sorted((folder / "traces").glob("*.gz"))
    contents = [gzip.decompress(file.read_bytes()).splitlines() for file in files]
    dice.shuffle(contents)
    for number, (file, lines) in enumerate(zip(files, contents, strict=True)):
        dice.shuffle(lines)
        mixed = [_mixed(json.loads(line), dice) for line in lines]
        file.unlink()
        _write(file.with_name(f"{dice.randrange(10**9)}-{number}.jsonl.gz"), mixed)


def _mixed(value: Any, dice: random.Random) -> Any:
    """Keys of objects in another order, and spans, records and attributes too."""
    if isinstance(value, dict):
        items = [(key, _mixed(held, dice)) for key, held in value.items()]
        dice.shuffle(items)
        made = dict(items)
        for key in ("spans", "logRecords", "attributes"):
            if isinstance(made.get(key), list):
                dice.shuffle(made[key])
        return made
    return [_mixed(item, dice) for item in value] if isinstance(value, list) else value
