"""Starting, using and stopping the programs of the laboratory."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

PROGRAMS = {
    "dockerd": "docker.io",
    "docker": "docker.io",
    "skopeo": "skopeo",
    "docker-registry": "docker-registry",
    "busybox": "busybox-static",
}
"""Program → the Debian package that holds it."""
_PLACES = "/usr/bin:/usr/sbin:/bin:/sbin"
"""Debian's own: another docker client elsewhere may want plug-ins that are not there."""
_PATIENCE_S = 30


def missing() -> list[str]:
    """Packages that must be installed first; a laboratory also needs to be run by root."""
    lacking = {package for name, package in PROGRAMS.items() if _program(name) is None}
    return sorted(lacking) + (["(root)"] if os.geteuid() else [])


def _program(name: str) -> str | None:
    return shutil.which(name, path=_PLACES)


class Lab:
    """One engine and one registry. Use it as a context, or `start` and later `stop` it."""

    def __init__(self, folder: Path) -> None:
        """`folder` must have a short path: a socket's is at most 107 characters long."""
        self.folder = folder
        self.socket = folder / "engine.sock"
        self.host = f"unix://{self.socket}"
        self.environ = {**os.environ, "DOCKER_HOST": self.host, "DOCKER_BUILDKIT": "1"}
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        for name in [n for n in self.environ if n.lower().endswith("_proxy")]:
            del self.environ[name]

    def __enter__(self) -> Lab:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def registry(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._state['port']}"

    @property
    def _state(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.folder / "lab.json").read_text())
        return found

    def start(self) -> None:
        """Start both programs and wait until they answer. Raises RuntimeError with their words."""
        self.folder.mkdir(parents=True, exist_ok=True)
        port = _free_port()
        engine = self._spawn("engine", *self._engine())
        registry = self._spawn("registry", "docker-registry", "serve", str(self._settings(port)))
        state = {"engine": engine.pid, "registry": registry.pid, "port": port}
        (self.folder / "lab.json").write_text(json.dumps(state))
        self._await("engine", engine, self._engine_answers)
        self._await("registry", registry, self._registry_answers)

    def stop(self) -> None:
        """Stop what was started, by process id, and wait until it has gone."""
        state = self._state
        for name in ("registry", "engine"):
            _end(state[name])
            if name in self._started:
                self._started.pop(name).wait()

    def run(self, *command: str, stdin: bytes | None = None, env: Mapping[str, str] = {}) -> str:
        """Run a program of the laboratory and return what it printed. Raises RuntimeError."""
        program = _program(command[0]) or command[0]
        done = subprocess.run(
            [program, *command[1:]],
            input=stdin,
            capture_output=True,
            env={**self.environ, **env},
            timeout=300,
        )
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {words}")
        return done.stdout.decode().strip()

    def docker(self, *command: str, stdin: bytes | None = None) -> str:
        return self.run("docker", *command, stdin=stdin)

    def copy(self, source: str, target: str, *flags: str) -> None:
        """Copy an image with skopeo, which reads and writes every transport."""
        self.run(
            *("skopeo", "--insecure-policy", "copy", "-q"),
            *("--src-daemon-host", self.host, "--src-tls-verify=false", "--dest-tls-verify=false"),
            *flags,
            source,
            target,
        )

    def build(self, tag: str, context: Path, *flags: str) -> None:
        """Build an image without network."""
        self.docker("build", "-q", "--network=none", "-t", tag, *flags, str(context))

    def _engine(self) -> list[str]:
        return [
            *(
                "dockerd",
                "--data-root",
                f"{self.folder}/data",
                "--exec-root",
                f"{self.folder}/exec",
            ),
            *("-H", self.host, "-p", f"{self.folder}/engine.pid", "--bridge=none"),
            *("--iptables=false", "--ip6tables=false", "--storage-driver=vfs"),
        ]

    def _settings(self, port: int) -> Path:
        """The registry keeps its blobs in the folder and listens on the loopback interface."""
        path = self.folder / "registry.json"
        path.write_text(
            json.dumps(
                {
                    "version": 0.1,
                    "log": {"level": "error"},
                    "storage": {"filesystem": {"rootdirectory": f"{self.folder}/blobs"}},
                    "http": {"addr": f"127.0.0.1:{port}"},
                }
            )
        )
        return path

    def _spawn(self, name: str, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._started[name] = subprocess.Popen(
                [_program(program) or program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environ,
                start_new_session=True,
            )
        return self._started[name]

    def _await(
        self, name: str, process: subprocess.Popen[bytes], answers: Callable[[], bool]
    ) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not answers():
            if process.poll() is not None or time.monotonic() > until:
                words = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
                self.stop()
                raise RuntimeError(f"the {name} does not start: {words}")
            time.sleep(0.05)

    def _engine_answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as plug:
            try:
                plug.connect(str(self.socket))
                plug.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                return b"200 OK" in plug.recv(100)
            except OSError:
                return False

    def _registry_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.registry}/v2/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port


def _end(pid: int) -> None:
    """Ask a process to end, and insist where it does not."""
    for signal_, patience in ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)):
        until = time.monotonic() + patience
        with suppress(ProcessLookupError):
            os.kill(pid, signal_)
        while time.monotonic() < until:
            if _gone(pid):
                return
            time.sleep(0.05)


def _gone(pid: int) -> bool:
    """Whether a process has ended, be it our child, yet to be waited for, or somebody else's."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
