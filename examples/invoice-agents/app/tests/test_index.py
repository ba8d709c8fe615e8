"""The index: as new as the procedures, and a vendor's own procedure comes first."""

import hashlib
import json

from services.common.settings import ROOT
from services.search.index import Index
from services.search.settings import Settings


def test_the_snapshot_in_service_has_every_procedure_as_it_is() -> None:
    lines = (ROOT / "index" / f"{Settings.index_snapshot}.jsonl").read_text(encoding="utf-8")
    chunks = [json.loads(line) for line in lines.splitlines()]
    indexed = {chunk["source"]: chunk["source_sha256"] for chunk in chunks}
    written = {
        file.relative_to(ROOT).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (ROOT / "procedures").rglob("*.md")
    }
    assert indexed == written, "rebuild the index: python -m services.search.build_index"


def test_the_example_configuration_puts_the_same_snapshot_in_service() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert f"INDEX_SNAPSHOT={Settings.index_snapshot}" in lines


def test_sections_of_the_named_vendor_come_before_nearer_ones() -> None:
    lines = (ROOT / "index" / f"{Settings.index_snapshot}.jsonl").read_text(encoding="utf-8")
    vectors = {chunk["id"]: chunk["vector"] for chunk in map(json.loads, lines.splitlines())}
    bergmann = vectors["vendors/bergmann-papier#booking"]
    hits = Index(Settings.index_snapshot).nearest(bergmann, 3, "Nordlicht GmbH booking tax code")
    assert [hit.chunk.source for hit in hits[:2]] == ["procedures/vendors/nordlicht.md"] * 2
    assert hits[2].chunk.id == "vendors/bergmann-papier#booking"
