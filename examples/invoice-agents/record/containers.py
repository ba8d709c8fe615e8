"""Images of the services, and containers that run them.

A Docker engine and a registry of our own are started, with everything they keep below one folder,
and stopped at the end: nothing of a Docker that is already there is touched. Needs root, and
Debian's packages docker.io, docker-registry and skopeo.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import base_image
from attestation import attest

NEEDED = ("dockerd", "docker-registry", "skopeo", "apt-get", "dpkg-deb")
START_SECONDS = 60.0


@dataclass(frozen=True)
class Engine:
    """A running Docker engine with a registry, and an OCI layout where images are kept."""

    socket: Path
    registry: str
    """Host and port."""
    layout: Path

    def docker(self, *arguments: str) -> str:
        """Run Debian's client, whatever other one is in the way; its output."""
        command = [_client(), *arguments]
        env = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "1"}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"docker {' '.join(arguments[:2])}: {done.stderr.strip()}")
        return done.stdout.strip()

    def make_base(self) -> None:
        """Build the base image, once an engine."""
        if self.docker("images", "--quiet", base_image.NAME):
            return
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "root"
            root.mkdir()
            base_image.unpack(root)
            archive = Path(folder) / "root.tar"
            pack = [
                "tar",
                "--create",
                "--file",
                archive,
                "--numeric-owner",
                "--owner=0",
                "--group=0",
            ]
            subprocess.run([*pack, "--directory", root, "."], check=True)
            self.docker("import", str(archive), base_image.NAME)

    def build(self, work: Path, service: str, commit: str, tag: str, python: str) -> str:
        """Build a service as CI of its commit does; the digest under which it is published."""
        shutil.rmtree(work / "wheels", ignore_errors=True)
        lock = work / "services" / service / "requirements.lock"
        fetch = [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        fetch += ["--require-hashes", "--no-deps", "--dest", str(work / "wheels"), "-r", str(lock)]
        subprocess.run(fetch, check=True)
        dockerfile = str(work / "services" / service / "Dockerfile")
        named = [
            "--build-arg",
            f"COMMIT={commit}",
            "--file",
            dockerfile,
            "--tag",
            f"{service}:{tag}",
        ]
        self.docker("build", "--quiet", "--network=none", *named, str(work))
        digest = self.publish(service, tag)
        attest(self.layout, digest, f"{service}-{tag}")
        return digest

    def publish(self, service: str, tag: str) -> str:
        """Copy an image from the engine into the layout and from there to the registry, and pull it
        by its digest, which is returned."""
        kept = f"oci:{self.layout}:{service}-{tag}"
        remote = f"{self.registry}/invoice-agents/{service}"
        source = f"docker-daemon:{service}:{tag}"
        self._copy("--src-daemon-host", f"unix://{self.socket}", source, kept)
        self._copy(
            "--preserve-digests", "--dest-tls-verify=false", kept, f"docker://{remote}:{tag}"
        )
        with urllib.request.urlopen(
            urllib.request.Request(
                f"http://{self.registry}/v2/invoice-agents/{service}/manifests/{tag}",
                headers={"accept": "application/vnd.oci.image.manifest.v1+json"},
                method="HEAD",
            ),
            timeout=30,
        ) as answer:
            digest = str(answer.headers["docker-content-digest"])
        self.docker("pull", "--quiet", f"{remote}@{digest}")
        return digest

    def patch(self, service: str, tag: str, old: str, new: str, file: str) -> str:
        """Change one file of a built image by hand and publish the result under the same label, as
        somebody in a hurry does; the digest of the new image."""
        name = self.docker("create", f"{service}:{tag}")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            self.docker("cp", f"{name}:/srv/invoice-agents/{file}", str(copy))
            text = copy.read_text()
            if old not in text:
                sys.exit(f"{file} of {service}:{tag} does not hold {old!r}")
            copy.write_text(text.replace(old, new))
            self.docker("cp", str(copy), f"{name}:/srv/invoice-agents/{file}")
        self.docker("commit", name, f"{service}:{tag}-patched")
        self.docker("rm", name)
        return self.publish(service, f"{tag}-patched")

    @contextlib.contextmanager
    def running(
        self, service: str, digest: str, variables: Mapping[str, str], var: Path
    ) -> Iterator[str]:
        """A container of a published image, on the host's loopback; its id."""
        settings = [f"--env={name}={value}" for name, value in variables.items()]
        mounted = f"--volume={var}:/srv/invoice-agents/var"
        image = f"{self.registry}/invoice-agents/{service}@{digest}"
        name = self.docker("run", "--detach", "--network=host", mounted, *settings, image)
        try:
            yield name
        finally:
            self.docker("stop", "--time=20", name)
            (var / f"{service}.log").write_text(self.docker("logs", name))
            self.docker("rm", name)

    def _copy(self, *arguments: str) -> None:
        command = ["skopeo", "--insecure-policy", "copy", "--quiet", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"skopeo copy: {done.stderr.strip()}")


def leave_layers_out(layout: Path) -> None:
    """Have git ignore the layers: manifests, configurations and attestations are small and say
    which images answered; the layers are built again from the commit."""
    index = json.loads((layout / "index.json").read_text())
    layers = set()
    for entry in index["manifests"]:
        manifest = json.loads(_blob(layout, entry["digest"]).read_text())
        if "subject" not in manifest:
            layers |= {_blob(layout, layer["digest"]) for layer in manifest["layers"]}
    names = sorted(str(layer.relative_to(layout)) for layer in layers)
    (layout / ".gitignore").write_text("".join(f"{name}\n" for name in names))


def _blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/")


@contextlib.contextmanager
def engine(folder: Path, layout: Path, port: int) -> Iterator[Engine]:
    """Start an engine and a registry that keep everything below `folder`, until the block ends."""
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        sys.exit(
            f"not installed: {', '.join(missing)}. On Debian: docker.io docker-registry skopeo"
        )
    folder.mkdir(parents=True, exist_ok=True)
    layout.mkdir(parents=True, exist_ok=True)
    made = Engine(folder / "docker.sock", f"127.0.0.1:{port}", layout)
    daemon = [
        *("dockerd", "--data-root", str(folder / "data"), "--exec-root", str(folder / "exec")),
        *("--host", f"unix://{made.socket}", "--pidfile", str(folder / "docker.pid")),
        *("--bridge=none", "--iptables=false", "--ip6tables=false"),
    ]
    settings = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "registry")}},
        "http": {"addr": made.registry},
    }
    (folder / "registry.yml").write_text(json.dumps(settings))
    with contextlib.ExitStack() as stack:
        stack.callback(_unmount, folder)
        stack.enter_context(_process(daemon, folder / "dockerd.log"))
        serve = ["docker-registry", "serve", str(folder / "registry.yml")]
        stack.enter_context(_process(serve, folder / "registry.log"))
        _await(made)
        yield made


def _unmount(folder: Path) -> None:
    """Let go of what a stopped engine leaves mounted, so that the folder can be removed."""
    lines = Path("/proc/mounts").read_text().splitlines()
    for point in (line.split()[1] for line in lines):
        if Path(point).is_relative_to(folder):
            subprocess.run(["umount", point], check=False)


@contextlib.contextmanager
def _process(command: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _await(made: Engine) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            env = {**os.environ, "DOCKER_HOST": f"unix://{made.socket}"}
            asked = [_client(), "version"]
            done = subprocess.run(asked, env=env, capture_output=True, check=False)
            with urllib.request.urlopen(f"http://{made.registry}/v2/", timeout=5):
                if done.returncode == 0:
                    return
        time.sleep(0.1)
    sys.exit(f"the engine or the registry did not start: see {made.socket.parent}")


def _client() -> str:
    debian = Path("/usr/bin/docker")
    return str(debian) if debian.exists() else "docker"
