"""Re-record the example: run each deployed commit of `history.bundle` and keep its telemetry.

    python record/record.py --out traces --responses 360
    python record/record.py --release v0.4.0 --responses 90     # the other files stay as they are

For every release the commit is cloned from the bundle, each service gets a virtual environment from
that commit's lock file, the services and the scripted model server are started on loopback ports,
e-mails are sent, everything that was started is stopped, and the telemetry files are compressed.
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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Release:
    """One commit that is recorded as deployed."""

    tag: str
    nordlicht_abroad: bool
    """Whether Nordlicht already invoices without VAT."""


RELEASES = [
    Release("v0.1.0", False),
    Release("v0.2.0", False),
    Release("v0.3.0", True),
    Release("v0.4.0", True),
]


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
            record(release, count, place, given.out)


def record(release: Release, count: int, place: Place, out: Path) -> None:
    """Deploy one release, send it `count` e-mails, keep what it recorded."""
    commit = check_out(release.tag, place.work)
    telemetry = place.work / "var" / "telemetry"
    with running(place, telemetry):
        sent = mails(release.tag, count, release.nordlicht_abroad)
        seen = Counter(send(mail, place) for mail in sent)
    for signal in ("spans", "logs"):
        target = out / f"{release.tag}-{commit[:7]}.{signal}.jsonl.gz"
        pack(sorted(telemetry.glob(f"*.{signal}.jsonl")), target)
    print(f"{release.tag} {commit}: {dict(sorted(seen.items()))}", flush=True)


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


@contextlib.contextmanager
def running(place: Place, telemetry: Path) -> Iterator[None]:
    """The model server and the services of the checked-out commit, until the block ends."""
    variables = _variables(place, telemetry)
    logs = place.work / "var"
    logs.mkdir()
    model = [sys.executable, str(HERE / "scripted_model.py"), "--port", str(place.first_port)]
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_start(model, HERE, variables, logs / "model.log"))
        _await(place.url(0), started[-1])
        for name, offset in SERVICES.items():
            folder = place.work / "services" / name
            if not folder.exists():
                continue
            interpreter = _environment(folder / "requirements.lock", place)
            command = [str(interpreter), "-m", f"services.{name}.main"]
            started.append(_start(command, place.work, variables, logs / f"{name}.log"))
            _await(place.url(offset), started[-1])
        yield
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
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


def _variables(place: Place, telemetry: Path) -> dict[str, str]:
    """The environment of the services: `.env.example` of the commit, our ports, nothing else."""
    lines = (place.work / ".env.example").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name, offset in PORT_VARIABLES.items():
        variables[name] = str(place.first_port + offset)
    for name, (offset, path) in URL_VARIABLES.items():
        variables[name] = place.url(offset) + path
    return variables | {
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOST_ID": HOST_ID,
        "TELEMETRY_DIR": str(telemetry),
    }


def _start(
    command: list[str], folder: Path, variables: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=folder, env=dict(variables), stdout=output, stderr=output
        )


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the process answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
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
        "--responses", type=int, default=360, help="over all recorded releases together"
    )
    parser.add_argument("--workdir", type=Path, default=neutral / "invoice-agents")
    parser.add_argument("--python", default=shutil.which("python3.11") or sys.executable)
    parser.add_argument("--first-port", type=int, default=18100, help="and the three after it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
