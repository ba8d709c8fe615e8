"""An image made from nothing but this machine's own Debian files: what the laboratory builds."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path

from tests.images.lab.laboratory import Lab

TAG = "lab/planner:1"
_DOCKERFILE = """\
FROM scratch
COPY root /
LABEL org.opencontainers.image.revision=0123456789abcdef0123456789abcdef01234567
ENV MODEL_NAME=planner:3 API_KEY=sk-proj-abcdefghijklmnopqrstuvwxyz012345
WORKDIR /srv/app
COPY app /srv/app
RUN rm -rf /usr/lib/python3/dist-packages/gone && echo patched > /srv/app/hotfix.py \
    && ln /srv/app/main.py /srv/app/twin.py && rm -r /opt/old \
    && mkdir /opt/old && touch /opt/old/new
USER 1000
ENTRYPOINT ["python3", "main.py"]
CMD ["--serve"]
"""


def context(folder: Path) -> Path:
    """A build context: a small Debian root with busybox, two Python distributions, and code."""
    root, app = folder / "root", folder / "app"
    _file(root / "bin/busybox", Path(shutil.which("busybox") or "/bin/busybox").read_bytes(), 0o755)
    (root / "bin/sh").symlink_to("busybox")
    for applet in ("rm", "ln", "mkdir", "touch"):
        (root / "bin" / applet).symlink_to("busybox")
    _file(root / "usr/lib/os-release", Path("/etc/os-release").read_bytes())
    _file(root / "opt/old/file", b"old\n")
    (root / "etc").mkdir()
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    known = subprocess.run(
        ["dpkg-query", "-s", "base-files", "libc6"], capture_output=True, check=True
    )
    _file(root / "var/lib/dpkg/status", known.stdout)
    for name in ("kept", "gone"):
        _distribution(root / "usr/lib/python3/dist-packages", name)
    _file(app / "main.py", b"print('planner')\n")
    _file(app / "prompts/plan.md", b"Plan: {task}\n")
    (folder / "Dockerfile").write_text(_DOCKERFILE)
    return folder


def _distribution(site: Path, name: str) -> None:
    """A wheel as an installer leaves it, with its RECORD."""
    code, info = f"{name.upper()} = 1\n".encode(), f"{name}-1.0.dist-info"
    _file(site / name / "__init__.py", code)
    _file(site / info / "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode())
    sum = urlsafe_b64encode(hashlib.sha256(code).digest()).decode().rstrip("=")
    lines = f"{name}/__init__.py,sha256={sum},{len(code)}\n{info}/METADATA,,\n{info}/RECORD,,\n"
    _file(site / info / "RECORD", lines.encode())


def _file(path: Path, data: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def spread(lab: Lab, folder: Path, tag: str = TAG) -> dict[str, str]:
    """Build the image and carry it to every transport; name of the way → reference."""
    lab.build(tag, context(folder))
    engine, ways = f"docker-daemon:{tag}", {"engine": f"docker-daemon:{tag}"}
    lab.docker("save", "-o", str(folder / "saved.tar"), tag)
    ways["saved"] = f"docker-archive:{folder}/saved.tar"
    targets = {
        "layout": (f"oci:{folder}/layout:one", ()),
        "zstd": (f"oci:{folder}/zstd:one", ("--dest-compress-format=zstd",)),
        "layout-archive": (f"oci-archive:{folder}/layout.tar:one", ()),
        "skopeo-archive": (f"docker-archive:{folder}/skopeo.tar:{tag}", ()),
        "registry": (f"docker://{lab.registry}/{tag}", ()),
    }
    for name, (target, flags) in targets.items():
        lab.copy(engine, target, *flags)
        ways[name] = target
    return ways
