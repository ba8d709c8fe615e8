"""Re-record the example: run each deployed commit of `history.bundle` and keep its telemetry.

    python record/record.py --out traces --responses 360
    python record/record.py --release v0.4.0 --responses 90     # the other files stay as they are

For every release the commit is cloned from the bundle, the services and the scripted model server
are started on loopback ports, e-mails are sent, everything that was started is stopped, and the
telemetry files are compressed. Up to v0.4.0 each service runs in a virtual environment made from
that commit's lock file; from v0.5.0 on in a container of the image that is built from that commit,
and the images are kept in an OCI layout. For the last third of its responses one image is changed
by hand.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from containers import Engine, engine, leave_layers_out
from mails import Case, Mail, mails

HERE = Path(__file__).resolve().parent
BUNDLE = HERE.parent / "history.bundle"
REPOSITORY = "https://git.example.org/invoice-agents.git"
HOST_ID = "invoice-host-1"
START_SECONDS = 30.0
LOCKED_SECONDS = 0.35
"""How long a busy ERP database stays locked: long enough for retries, short enough for the last."""

PORT_VARIABLES = {"INTAKE_PORT": 1, "SEARCH_PORT": 2, "ERP_PORT": 3}
URL_VARIABLES = {"LLM_BASE_URL": (0, "/v1"), "SEARCH_URL": (2, ""), "ERP_URL": (3, "")}
SERVICES = {"erp": 3, "search": 2, "intake": 1}
"""Offsets from the first port, in the order of starting; the model server has offset 0."""
REGISTRY = 4
"""Offset of the image registry."""

Services = AbstractContextManager[None]
"""The services of one commit, running while the block lasts."""


@dataclass(frozen=True)
class Release:
    """One commit that is recorded as deployed."""

    tag: str
    nordlicht_abroad: bool
    """Whether Nordlicht already invoices without VAT."""
    containers: bool = False
    """Whether the services run in the images that are built from the commit."""


RELEASES = [
    Release("v0.1.0", False),
    Release("v0.2.0", False),
    Release("v0.3.0", True),
    Release("v0.4.0", True),
    Release("v0.5.0", True, containers=True),
]
PATCHED = ("erp", "services/erp/books.py", "LOCK_SECONDS = 0.05", "LOCK_SECONDS = 0.4")
"""What somebody changed by hand in the image of a service: it waits longer for the database."""


@dataclass(frozen=True)
class Place:
    """Where the system runs; the paths and the host id end up in the telemetry."""

    work: Path
    python: str
    first_port: int

    @property
    def environments(self) -> Path:
        """One virtual environment for each lock file, kept between runs."""
        return self.work.with_name(self.work.name + "-venvs")

    @property
    def engine(self) -> Path:
        """What the Docker engine keeps."""
        return self.work.with_name(self.work.name + "-engine")

    def url(self, offset: int) -> str:
        """The base URL of a server on loopback."""
        return f"http://127.0.0.1:{self.first_port + offset}"


def main() -> None:
    """Record every release that is asked for."""
    given = _arguments()
    place = Place(given.workdir, given.python, given.first_port)
    given.out.mkdir(parents=True, exist_ok=True)
    releases = [r for r in RELEASES if r.tag in (given.release or {r.tag})]
    share, rest = divmod(given.responses, len(releases))
    for position, release in enumerate(releases):
        count = share + (position >= len(releases) - rest)
        if count:
            record(release, count, place, given.out, given.images)


def record(release: Release, count: int, place: Place, out: Path, images: Path) -> None:
    """Deploy one release, send it `count` e-mails, keep what it recorded."""
    commit = check_out(release.tag, place.work)
    sent = mails(release.tag, count, release.nordlicht_abroad)
    if not release.containers:
        keep(f"{release.tag}-{commit[:7]}", place, out, sent, _processes(place))
        return
    with engine(place.engine, images, place.first_port + REGISTRY) as docker:
        docker.make_base()
        digests = {
            name: docker.build(place.work, name, commit, release.tag, place.python)
            for name in SERVICES
        }
        before = count - count // 3
        name = f"{release.tag}-{commit[:7]}"
        keep(name, place, out, sent[:before], _containers(place, docker, digests))
        service, file, old, new = PATCHED
        digests[service] = docker.patch(service, release.tag, old, new, file)
        keep(f"{name}-patched", place, out, sent[before:], _containers(place, docker, digests))
    leave_layers_out(images)


def keep(
    name: str, place: Place, out: Path, sent: list[Mail], services: Callable[[], Services]
) -> None:
    """Send e-mails to what `services` runs, and keep the telemetry under `name`."""
    var = place.work / "var"
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir()
    var.chmod(0o777)  # containers write to it as the user nobody
    model = [sys.executable, str(HERE / "scripted_model.py"), "--port", str(place.first_port)]
    with _process(model, HERE, {}, var / "model.log", place.url(0)), services():
        seen = Counter(send(mail, place) for mail in sent)
    for signal in ("spans", "logs"):
        found = sorted((var / "telemetry").glob(f"*.{signal}.jsonl"))
        pack(found, out / f"{name}.{signal}.jsonl.gz")
    print(f"{name}: {dict(sorted(seen.items()))}", flush=True)


def check_out(tag: str, work: Path) -> str:
    """Clone the bundle at `tag` and stamp it, as the deployment pipeline would."""
    if work.exists():
        if not (work / ".git").is_dir() and any(work.iterdir()):
            sys.exit(f"{work} exists and is not an earlier recording's clone")
        shutil.rmtree(work)
    _git("clone", "--quiet", "--branch", tag, str(BUNDLE), str(work))
    commit = _git("-C", str(work), "rev-parse", "HEAD")
    dirty = bool(_git("-C", str(work), "status", "--porcelain"))
    stamp = {"version": tag, "commit": commit, "dirty": dirty, "repository": REPOSITORY}
    (work / "build-info.json").write_text(json.dumps(stamp))
    return commit


def _processes(place: Place) -> Callable[[], Services]:
    """The services of the checked-out commit as processes of this machine."""

    @contextlib.contextmanager
    def services() -> Iterator[None]:
        variables = _variables(place) | {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
        with contextlib.ExitStack() as stack:
            for name, offset in SERVICES.items():
                folder = place.work / "services" / name
                if folder.exists():
                    interpreter = _environment(folder / "requirements.lock", place)
                    command = [str(interpreter), "-m", f"services.{name}.main"]
                    log = place.work / "var" / f"{name}.log"
                    started = _process(command, place.work, variables, log, place.url(offset))
                    stack.enter_context(started)
            yield

    return services


def _containers(place: Place, docker: Engine, digests: Mapping[str, str]) -> Callable[[], Services]:
    """The services as containers of published images."""

    @contextlib.contextmanager
    def services() -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for name, offset in SERVICES.items():
                variables = _variables(place) | {"IMAGE_DIGEST": digests[name]}
                started = docker.running(name, digests[name], variables, place.work / "var")
                stack.enter_context(started)
                _await(place.url(offset), lambda: True)
            yield

    return services


@contextlib.contextmanager
def _process(
    command: list[str], folder: Path, variables: Mapping[str, str], log: Path, url: str
) -> Iterator[None]:
    """A process that answers at `url`, until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(variables), stdout=output, stderr=output
        )
    try:
        _await(url, lambda: process.poll() is None)
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def send(mail: Mail, place: Place) -> str:
    """Post one e-mail to the intake service; returns what came of it."""
    request = urllib.request.Request(
        place.url(SERVICES["intake"]) + "/emails",
        data=json.dumps(mail.body).encode(),
        headers={"content-type": "application/json"},
    )
    with _circumstances(mail.case, place.work / "var" / "erp.sqlite"):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return str(json.load(answer)["status"])
        except urllib.error.HTTPError as error:
            error.close()
            return str(error.code)


@contextlib.contextmanager
def _circumstances(case: Case, database: Path) -> Iterator[None]:
    """What else goes on: another writer may hold the lock of the ERP's database."""
    if case not in (Case.ERP_BUSY, Case.ERP_DOWN):
        yield
        return
    with contextlib.closing(sqlite3.connect(database, check_same_thread=False)) as writer:
        writer.execute("begin exclusive")
        release = threading.Timer(LOCKED_SECONDS, writer.rollback)
        if case is Case.ERP_BUSY:
            release.start()
        yield
        if case is Case.ERP_BUSY:
            release.join()


def pack(files: list[Path], target: Path) -> None:
    """Concatenate JSON lines into one compressed file whose bytes depend on nothing else."""
    content = b"".join(file.read_bytes() for file in files)
    if content:
        target.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


def _environment(lock: Path, place: Place) -> Path:
    """The interpreter of the virtual environment for this lock file."""
    target = place.environments / hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    interpreter = target / "bin" / "python"
    if not (target / "complete").exists():
        subprocess.run([place.python, "-m", "venv", "--clear", str(target)], check=True)
        install = [
            str(interpreter),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
        ]
        subprocess.run([*install, "-r", str(lock)], check=True)
        (target / "complete").touch()
    return interpreter


def _variables(place: Place) -> dict[str, str]:
    """The environment of the services: `.env.example` of the commit, our ports, nothing else."""
    lines = (place.work / ".env.example").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name, offset in PORT_VARIABLES.items():
        variables[name] = str(place.first_port + offset)
    for name, (offset, path) in URL_VARIABLES.items():
        variables[name] = place.url(offset) + path
    return variables | {"HOST_ID": HOST_ID, "TELEMETRY_DIR": "var/telemetry"}


def _await(url: str, alive: Callable[[], bool]) -> None:
    """Wait until something answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and alive():
        try:
            with urllib.request.urlopen(url + "/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing answers at {url}: see the logs under var/ of the working directory")


def _git(*command: str) -> str:
    return subprocess.run(
        ["git", *command], check=True, capture_output=True, text=True
    ).stdout.strip()


def _arguments() -> argparse.Namespace:
    neutral = Path("/srv") if os.access("/srv", os.W_OK) else Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE.parent / "traces")
    parser.add_argument(
        "--release",
        action="append",
        choices=[release.tag for release in RELEASES],
        help="only this one; may be repeated",
    )
    parser.add_argument(
        "--responses", type=int, default=450, help="over all recorded releases together"
    )
    parser.add_argument("--workdir", type=Path, default=neutral / "invoice-agents")
    parser.add_argument("--python", default=shutil.which("python3.11") or sys.executable)
    parser.add_argument("--first-port", type=int, default=18100, help="and the four after it")
    parser.add_argument(
        "--images", type=Path, default=HERE.parent / "images", help="OCI layout for what is built"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
