"""Build a snapshot of the index from `procedures/`: `python -m services.search.build_index`.

Run it at a clean commit, commit the two files it writes, and set `index_snapshot` to the printed
id. Nothing does this by itself yet; `tests/test_index.py` fails until it is done.
"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime

from openai import OpenAI

from services.common import settings as reading
from services.common.settings import ROOT
from services.search.index import Chunk, sections, sha256, write
from services.search.settings import Settings


def main() -> None:
    """Read, split, embed, write; prints the snapshot's id."""
    settings = reading.from_environment(Settings)
    files = sorted((ROOT / "procedures").rglob("*.md"))
    found = [(file, *section) for file in files for section in sections(file)]
    client = OpenAI(base_url=settings.llm_base_url, api_key=os.environ.get("LLM_API_KEY", "none"))
    made = client.embeddings.create(
        model=settings.embedding_model, input=[text for _, _, text in found]
    )
    chunks = [
        Chunk(
            key, text, file.relative_to(ROOT).as_posix(), sha256(file.read_bytes()), one.embedding
        )
        for (file, key, text), one in zip(found, made.data, strict=True)
    ]
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()
    corpus = sha256("".join(chunk.source_sha256 for chunk in chunks).encode())
    snapshot = f"procedures-{corpus[:12]}"
    manifest = {
        "snapshot": snapshot,
        "corpus": {"path": "procedures", "commit": commit},
        "code": {"path": "services/search/build_index.py", "commit": commit},
        "embedding_model": made.model,
        "chunks": len(chunks),
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write(snapshot, manifest, chunks)
    print(snapshot)


if __name__ == "__main__":
    main()
