"""The base image of the services: Debian's Python 3.11 and what it needs, nothing else.

Packages come from the package index that this machine's apt is set up with. They are unpacked, not
installed: no script of theirs runs. Which they are stands in `var/lib/dpkg/status.d`, one file a
package, as in other small images.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

NAME = "registry.example.org/base/python:3.11.2-bookworm"
"""As the Dockerfiles of the services name it."""

PACKAGES = ["base-files", "dash", "libstdc++6", "python3.11", "python3.11-venv"]
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
}


def unpack(root: Path) -> None:
    """Make the file system of the image in the empty directory `root`."""
    for name, target in LINKS.items():
        (root / target).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)
    for name in ("tmp", "var/lib/dpkg/status.d", "root"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    with tempfile.TemporaryDirectory() as folder:
        for package in _fetch(Path(folder)):
            subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
            fields = subprocess.run(
                ["dpkg-deb", "--field", package], check=True, capture_output=True
            ).stdout
            name = package.name.partition("_")[0]
            (root / "var/lib/dpkg/status.d" / name).write_bytes(fields)
    for path, content in FILES.items():
        (root / path).write_text(content)
    (root / "usr/bin/sh").unlink(missing_ok=True)
    (root / "usr/bin/sh").symlink_to("dash")
    wheels = root / "usr/share/python-wheels"
    (wheels / "pip.whl").symlink_to(next(wheels.glob("pip-*.whl")).name)


def _fetch(folder: Path) -> list[Path]:
    """Download the packages and everything they depend on."""
    (folder / "status").touch()
    (folder / "partial").mkdir()
    nothing_installed = [
        *("-o", f"Dir::State::status={folder}/status"),
        *("-o", f"Dir::Cache::archives={folder}"),
        *("-o", "Debug::NoLocking=true"),
        *("-o", "APT::Sandbox::User=root"),
    ]
    command = ["apt-get", "-qq", "--no-install-recommends", "--download-only", "--yes"]
    subprocess.run([*command, *nothing_installed, "install", *PACKAGES], check=True)
    return sorted(folder.glob("*.deb"))
