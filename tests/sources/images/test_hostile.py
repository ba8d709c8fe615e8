"""Images made to hurt: each ends in a finding or a clear error, in 256 MB and 10 seconds, with
nothing written outside the cache and nothing started."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard

from agentaudit.errors import SourceError
from agentaudit.sources.images import ImageSource, Limits, ReadOptions, open_images
from agentaudit.sources.images.limits import Refused, Spent, TooMuch
from tests.sources.images.making import (
    Blobs,
    config,
    encoded,
    file,
    folder,
    header,
    layer,
    layout,
    link,
    sha256,
    write,
)

MOST_MB, MOST_S = 256, 10.0
GOOD = layer(file("srv/app.py", b"print()\n"))


_LAUNCH = """
import json, os, pathlib, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
found = [process.returncode, used.ru_maxrss, used.ru_utime + used.ru_stime]
pathlib.Path(sys.argv[1]).write_text(json.dumps(found))
"""
"""Peak memory is inherited from the process that starts another: a small one starts ours."""


@dataclass(frozen=True)
class Run:
    """What one command did."""

    code: int
    output: str
    words: str

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.output)
        return found


def image(reference: str, home: Path, *flags: str) -> Run:
    """Run `agentaudit image` within the limits; its cache is in `home`."""
    command = [sys.executable, "-m", "agentaudit", "image", reference, "--format", "json", *flags]
    home.mkdir(exist_ok=True)
    environ = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    costs = home / "costs"
    with (home / "out").open("wb") as out, (home / "err").open("wb") as err:
        started = [sys.executable, "-c", _LAUNCH, str(costs), *command]
        subprocess.run(started, stdout=out, stderr=err, env=environ, check=True)
    code, kilobytes, seconds = json.loads(costs.read_text())
    assert kilobytes >> 10 <= MOST_MB
    assert seconds <= MOST_S
    words = (home / "err").read_text(errors="replace")
    assert "Traceback" not in words
    return Run(code, (home / "out").read_text(), words)


def contents(tree: Path) -> dict[str, bytes]:
    return {str(p.relative_to(tree)): p.read_bytes() for p in tree.rglob("*") if p.is_file()}


def zeros(size: int) -> bytes:
    """A gzip layer with one file of zeros."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts, piece = [pack.compress(header("big", size))], bytes(1 << 20)
    parts += [pack.compress(piece) for _ in range(size >> 20)]
    return b"".join((*parts, pack.compress(bytes(1024)), pack.flush()))


def promised(root: Path, packed: bytes, diff_id: str = sha256(b"anything")) -> str:
    """An image of one layer that promises a diff_id."""
    said = config([b""])
    said["rootfs"]["diff_ids"] = [diff_id]
    return layout(root, b"", packed=[packed], said=said)


def _corrupt(root: Path) -> str:
    """A header damaged in the middle: the standard library would end there without a word."""
    made = layer(file("a", b"1"), file("b", b"2"), file("c", b"3"))
    return promised(root, made[:1030] + b"\xff" + made[1031:], sha256(made))


def _truncated(root: Path) -> str:
    made = layer(file("a", b"x" * 600), file("b", b"y" * 600))
    return promised(root, made[:2600], sha256(made))


def _cut_gzip(root: Path) -> str:
    return promised(root, gzip.compress(GOOD)[:-20], sha256(GOOD))


def _wrong_blob(root: Path) -> str:
    reference = layout(root, GOOD)
    largest = max(
        (root / "blobs/sha256").iterdir(), key=lambda p: p.read_bytes()[:2] == b"\x1f\x8b"
    )
    largest.write_bytes(gzip.compress(layer(file("srv/app.py", b"evil()\n"))))
    return reference


def _zstd_bomb(root: Path) -> str:
    pack = zstandard.ZstdCompressor(level=3).compressobj()
    parts = [pack.compress(header("big", 2 << 30))]
    parts += [pack.compress(bytes(1 << 20)) for _ in range(1024)]
    return promised(root, b"".join((*parts, pack.flush())))


def _sparse(root: Path) -> str:
    info = tarfile.TarInfo("GNUSparseFile.0/s")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s"}
    body = b"1000000000000\n" + b"0\n" * 2_000_000
    info.size = len(body)
    return promised(root, gzip.compress(layer((info, body))), sha256(b"x"))


DAMAGED: dict[str, tuple[Callable[[Path], str], str]] = {
    "long name of 1 GB": (lambda r: promised(r, header("x", 1 << 30, b"L")), "header of 1,073"),
    "pax header of 1 GB": (lambda r: promised(r, header("x", 1 << 30, b"x")), "header of 1,073"),
    "gzip bomb": (lambda r: promised(r, zeros(300 << 20)), "200 times"),
    "zstd bomb": (_zstd_bomb, "200 times"),
    "corrupt header": (_corrupt, "sum is wrong"),
    "truncated layer": (_truncated, "truncated"),
    "truncated gzip": (_cut_gzip, "truncated"),
    "corrupt gzip": (lambda r: promised(r, b"\x1f\x8b\x08" + b"\0" * 50), "gzip"),
    "corrupt zstd": (lambda r: promised(r, b"\x28\xb5\x2f\xfd" + b"\xff" * 50), "zstd"),
    "wrong diff_id": (lambda r: promised(r, GOOD), "an unpacked layer is"),
    "wrong blob digest": (_wrong_blob, "not sha256:"),
    "sparse map without end": (_sparse, "an unpacked layer is"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_layer_is_said_to_be_unreadable(tmp_path: Path, case: str) -> None:
    make, why = DAMAGED[case]
    reference = make(tmp_path / "image")
    run = image(reference, tmp_path / "home")
    assert run.code == 3
    assert run.said["examined"] is False
    assert why in run.said["why"]
    assert run.said["facts"]["contents"] is None


def _index(root: Path, change: Callable[[dict[str, Any]], object]) -> str:
    reference = layout(root, GOOD)
    document = json.loads((root / "index.json").read_text())
    change(document)
    (root / "index.json").write_bytes(encoded(document))
    return reference


def _digest(root: Path, digest: str) -> str:
    return _index(root, lambda d: d["manifests"][0].update(digest=digest))


def _document(root: Path, data: bytes) -> str:
    write(root, {"index.json": data})
    return f"oci:{root}:one"


def _config(root: Path, change: Callable[[dict[str, Any]], object]) -> str:
    said = config([GOOD])
    change(said)
    return layout(root, GOOD, said=said)


def _loop(root: Path) -> str:
    """An index cannot hold its own digest; a chain of them is as good."""
    blobs = Blobs()
    digest = blobs.manifest([GOOD])
    for _ in range(50):
        digest = blobs.index(blobs.entry(digest))
    write(root, blobs.files(blobs.entry(digest, "one")))
    return f"oci:{root}:one"


def _pipe(root: Path) -> str:
    root.mkdir()
    os.mkfifo(root / "index.json")
    return f"oci:{root}:one"


def _device(root: Path) -> str:
    root.mkdir()
    (root / "index.json").symlink_to("/dev/zero")
    return f"oci:{root}:one"


def _archive(root: Path, *members: tuple[str, bytes]) -> str:
    root.mkdir()
    (root / "a.tar").write_bytes(layer(*(file(name, data) for name, data in members)))
    return f"docker-archive:{root}/a.tar"


REFUSED: dict[str, tuple[Callable[[Path], str], str]] = {
    "digest that is a path": (lambda r: _digest(r, "sha256:../../../../etc/passwd"), "no"),
    "digest of another kind": (lambda r: _digest(r, "md5:" + "0" * 32), "is not a sha256 digest"),
    "digest of nothing": (lambda r: _digest(r, sha256(b"lost")), "cannot be read"),
    "manifest of 20 MB": (lambda r: _document(r, b"[" + b" " * (20 << 20) + b"]"), "larger than"),
    "JSON nested 200,000 deep": (lambda r: _document(r, b"[" * 200_000), "no JSON"),
    "number of 5,000 digits": (lambda r: _document(r, b'{"a":' + b"9" * 5000 + b"}"), "no "),
    "NaN": (lambda r: _document(r, b'{"manifests":NaN}'), "no JSON"),
    "indexes without end": (_loop, "leads to no image manifest"),
    "more diff_ids than layers": (
        lambda r: _config(r, lambda c: c["rootfs"]["diff_ids"].append(sha256(b""))),
        "1 layers and the configuration 2",
    ),
    "600 layers": (
        lambda r: _config(r, lambda c: c["rootfs"].update(diff_ids=[sha256(b"")] * 600)),
        "more than 512 layers",
    ),
    "no rootfs": (lambda r: _config(r, lambda c: c.pop("rootfs")), "has no rootfs"),
    "two keys that differ in case": (
        lambda r: _config(r, lambda c: c.update(RootFS={"diff_ids": [sha256(b"hot")]})),
        "differ in nothing but case",
    ),
    "one key twice": (lambda r: _document(r, b'{"layers":[],"layers":[]}'), "appears twice"),
    "index that is a pipe": (_pipe, "not a regular file"),
    "index that is a device": (_device, "not a regular file"),
    "archive without manifest": (lambda r: _archive(r, ("a", b"")), "no 'manifest.json'"),
    "archive that leads out": (lambda r: _archive(r, ("../a", b"")), "is no image"),
    "archive whose manifest leads out": (
        lambda r: _archive(r, ("manifest.json", b'[{"Config":"../../etc/passwd","Layers":[]}]')),
        "manifest.json names",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_document_is_a_clear_error(tmp_path: Path, case: str) -> None:
    make, why = REFUSED[case]
    with pytest.raises(SourceError, match=re.escape(why)):
        open_images([ImageSource(make(tmp_path / "image"))], ReadOptions(tmp_path))


def test_an_error_is_told_without_a_traceback(tmp_path: Path) -> None:
    run = image(_digest(tmp_path / "image", "sha256:../../etc/passwd"), tmp_path / "home")
    assert (run.code, run.output) == (3, "")
    assert "'sha256:../../etc/passwd' is not a sha256 digest" in run.words


def test_layers_share_what_may_unpack() -> None:
    """Many small bombs are one large bomb."""
    spent = Spent(Limits())
    for _ in range(256):
        spent.pack(1000)
        spent.unpack(1 << 20)
    with pytest.raises(Refused, match="200 times"):
        spent.unpack(1)


def test_a_layer_of_an_earlier_run_counts_like_any_other() -> None:
    spent = Spent(Limits(image=100, files=10))
    spent.recall(400, 10)
    with pytest.raises(TooMuch, match="more than 10 files"):
        spent.file()
    with pytest.raises(TooMuch, match="unpack to more than 400 bytes"):
        spent.recall(1, 0)


SEEN = r"srv/\u001b]0;pwned\u0007\u202e.py"


def test_traversal_devices_and_links_are_data(tmp_path: Path) -> None:
    """What they lead to on this machine is neither read nor written."""
    bad = layer(
        *(file("../../../../tmp/agentaudit-was-here", b"x"), file("/abs", b"y")),
        *(link("etc/os-release", "../../../../../../etc/passwd"), link("a", "b"), link("b", "a")),
        *(link("hard", "../../../etc/passwd", hard=True), folder("d")),
        *(file("fifo", type=tarfile.FIFOTYPE), file("dev", type=tarfile.CHRTYPE)),
        file("srv/\x1b]0;pwned\x07\u202e.py", b"z"),
    )
    reference = layout(tmp_path / "image", bad)
    before = contents(tmp_path / "image")
    run = image(reference, tmp_path / "home")
    assert run.code == 0
    held = run.said["facts"]["contents"]
    assert held["system"] is None
    assert any(problem.startswith("names that lead out") for problem in held["problems"])
    assert [each["path"] for each in held["application"]] == ["abs", SEEN]
    assert not Path("/tmp/agentaudit-was-here").exists()
    assert contents(tmp_path / "image") == before
    written = {p.split("/")[0] for p in contents(tmp_path / "home")}
    assert written == {"cache", "costs", "out", "err"}


def test_too_many_files_are_not_examined(tmp_path: Path) -> None:
    held = io.BytesIO()
    with gzip.open(held, "wb", 1) as packed:
        block = bytearray(header("d/f0000000", 0))
        for number in range(301_000):
            block[3:10] = b"%07d" % number
            block[148:156] = b"        "
            block[148:156] = b"%06o\0 " % sum(block)
            packed.write(block)
    run = image(promised(tmp_path / "image", held.getvalue()), tmp_path / "home")
    assert run.code == 0
    assert run.said["why"] == "not examined: it holds more than 300,000 files"


def test_a_larger_image_than_asked_for_is_not_examined(tmp_path: Path) -> None:
    reference = layout(tmp_path / "image", layer(file("a", os.urandom(5000))))
    run = image(reference, tmp_path / "home", "--max-image-bytes", "4000")
    assert run.code == 0
    assert run.said["why"] == "not examined: its layers are larger than 4,000 bytes"


def test_nothing_is_started(tmp_path: Path) -> None:
    """The audit hook sees every process, socket and write of the interpreter."""
    reference = layout(
        tmp_path / "image", layer(file("usr/bin/python3", b"#!/bin/sh\ntouch pwned\n"))
    )
    code = (
        "import sys\n"
        "seen = []\n"
        "banned = ('subprocess.Popen', 'os.exec', 'os.posix_spawn', 'os.fork', 'os.system',\n"
        "          'socket.connect')\n"
        "sys.addaudithook(lambda event, args: seen.append(event) if event in banned else None)\n"
        "from agentaudit.cli import main\n"
        f"sys.argv = ['agentaudit', 'image', {reference!r}, '--no-cache']\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
        "assert not seen, seen\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
