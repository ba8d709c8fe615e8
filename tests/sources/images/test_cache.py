"""Layer scans between runs: the same answer with them, without them, and with bad ones."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from agentaudit.image import Image
from agentaudit.image.document import facts
from agentaudit.sources.images import ImageSource, Limits, ReadOptions, open_images
from tests.sources.images.making import file, layer, layout, link

BASE = layer(
    *(file("keep", b"x" * 99), link("l", "keep"), link("h", "keep", hard=True)),
    *(file("usr/lib/os-release", b"ID=debian\n"), file("\udcff\x1b", b"1"), file("../out")),
)
TOP = layer(file(".wh.keep"), file("d/.wh..wh..opq"), file("d/new", b"2"))


def examined(reference: str, cache: Path | None, limits: Limits | None = None) -> Image:
    options = ReadOptions(Path(), limits or Limits(), cache)
    with open_images([ImageSource(reference)], options) as found:
        return found.examine(found.all()[0])


def told(image: Image) -> str:
    assert image.examined, image.why
    return json.dumps(facts(image))


def spoilt(layout: Path) -> None:
    """Every layer of the layout holds other bytes now."""
    index = json.loads((layout / "index.json").read_text())
    blobs = layout / "blobs/sha256"
    manifest = json.loads((blobs / index["manifests"][0]["digest"][7:]).read_text())
    for each in manifest["layers"]:
        (blobs / each["digest"][7:]).write_bytes(b"spoilt")


def test_a_second_run_reads_no_layer_and_finds_the_same(tmp_path: Path) -> None:
    reference = layout(tmp_path / "image", BASE, TOP)
    first = told(examined(reference, tmp_path / "cache"))
    assert first == told(examined(reference, None))
    spoilt(tmp_path / "image")
    assert told(examined(reference, tmp_path / "cache")) == first
    assert examined(reference, None).damaged


def test_a_layer_that_is_not_there_is_not_examined_whatever_is_cached(tmp_path: Path) -> None:
    """Else the same evidence would give one answer on this machine and another on the next."""
    reference = layout(tmp_path / "image", BASE, TOP)
    told(examined(reference, tmp_path / "cache"))
    for blob in (tmp_path / "image/blobs/sha256").iterdir():
        if blob.read_bytes()[:1] != b"{":
            blob.unlink()
    for cache in (tmp_path / "cache", None):
        found = examined(reference, cache)
        assert not found.examined
        assert found.why == "not examined: 2 of its 2 layers are not there"
        assert not found.damaged


def test_the_cache_is_the_users_alone_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    examined(layout(tmp_path / "image", BASE, TOP), tmp_path / "cache")
    kept = list((tmp_path / "cache").iterdir())
    assert len(kept) == 2
    assert not [path for path in kept if path.name.startswith(".")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"", b"short", bytes(5000), None])
def test_a_damaged_entry_is_read_anew(tmp_path: Path, damage: bytes | None) -> None:
    reference = layout(tmp_path / "image", BASE, TOP)
    first = told(examined(reference, tmp_path / "cache"))
    for path in (tmp_path / "cache").iterdir():
        data = bytearray(path.read_bytes())
        data[-10] ^= 1
        path.write_bytes(bytes(data) if damage is None else damage)
    assert told(examined(reference, tmp_path / "cache")) == first


def test_an_entry_under_another_name_is_not_believed(tmp_path: Path) -> None:
    reference = layout(tmp_path / "image", BASE, TOP)
    first = told(examined(reference, tmp_path / "cache"))
    one, two = (tmp_path / "cache").iterdir()
    held = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(held)
    assert told(examined(reference, tmp_path / "cache")) == first


def test_limits_count_kept_layers_as_if_they_were_read(tmp_path: Path) -> None:
    reference = layout(tmp_path / "image", BASE, TOP)
    few = Limits(files=5)
    assert examined(reference, None, few).why == examined(reference, tmp_path / "c", few).why
    examined(reference, tmp_path / "c")
    assert examined(reference, tmp_path / "c", few).why == (
        "not examined: it holds more than 5 files"
    )


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert examined(layout(tmp_path / "image", BASE), tmp_path / "cache").examined
