"""What only a process of its own can show: pipes, terminals, start-up."""

from __future__ import annotations

import math
import os
import pty
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.system import CONFIG, ROOT, process, write

HEAVY = ("git", "duckdb", "jinja2", "docker", "tree_sitter", "pydantic", "yaml", "rich", "orjson")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("system"), CONFIG)


@pytest.mark.parametrize(
    ("env", "arguments", "terminal", "color"),
    [
        ({}, (), False, False),
        ({"FORCE_COLOR": "0"}, (), False, False),
        ({"NO_COLOR": "1"}, (), False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False, False),
        ({"FORCE_COLOR": "1"}, (), True, True),
        ({}, ("--color", "always"), True, True),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), False, False),
        ({}, ("--format", "terminal"), True, False),
        ({"FORCE_COLOR": "1"}, ("--format", "plain"), False, False),
    ],
)
def test_a_pipe_gets_plain_records_unless_colour_is_asked_for(
    system: Path, env: dict[str, str], arguments: tuple[str, ...], terminal: bool, color: bool
) -> None:
    clean = {"NO_COLOR": "", "FORCE_COLOR": "", **env}
    done = process(system, "scan", *arguments, env=clean)
    assert done.returncode == 0
    assert (b"Fully reconstructable" in done.stdout) is terminal
    assert (b"\x1b[" in done.stdout) is color
    assert (b"\nreconstructable full=0 total=1 " in done.stdout) is not terminal
    assert done.stderr == b""


def test_ascii_where_standard_output_cannot_hold_more(system: Path) -> None:
    done = process(
        system, "scan", "--format", "terminal", env={"PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    )
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"+ met  ~ partly" in done.stdout


def test_a_reader_that_goes_away_is_no_error(system: Path) -> None:
    read, write_ = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "agentaudit", "scan", "-v", "--fail-under", "99", "-o", "kept.json"],
        cwd=system,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=write_,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(write_)
    assert done.stderr == b""
    assert done.returncode == 1  # the verdict still stands
    assert (system / "kept.json").is_file()


def test_a_closed_standard_output_is_no_error(system: Path) -> None:
    line = f"exec {sys.executable} -m agentaudit scan --fail-under 99 -o closed.json >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=system,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert (system / "closed.json").is_file()


def test_a_terminal_gets_colour_and_its_own_width(system: Path) -> None:
    master, slave = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as screen:
        done = subprocess.Popen(
            [sys.executable, "-m", "agentaudit", "scan"],
            cwd=system,
            env={
                **{k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR"}},
                **{"PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm"},
            },
            stdout=slave,
            stderr=subprocess.DEVNULL,
        )
        os.close(slave)
        drawn = b""
        try:
            while part := screen.read(65_536):
                drawn += part
        except OSError:  # Linux says so when the other end is closed
            pass
    assert done.wait(60) == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", drawn.decode())
    assert "\x1b[" in drawn.decode()
    assert "Fully reconstructable  0 of 1 responses" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_the_same_evidence_gives_the_same_bytes(tmp_path: Path) -> None:
    drawn = set()
    for name, seed in (("one", "1"), ("another-name", "2")):
        folder = tmp_path / name
        folder.mkdir()
        write(folder, CONFIG)
        arguments = ("scan", str(folder), "--format", "json", "--as-of", "2026-11-21")
        drawn.add(process(tmp_path, *arguments, env={"PYTHONHASHSEED": seed}).stdout)
    assert len(drawn) == 1
    assert b'"system": "demo"' in drawn.pop()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['agentaudit', '--help']\n"
        "from agentaudit.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_starts_within_ten_times_a_bare_interpreter(tmp_path: Path) -> None:
    """CPU time of the least of ten cold processes each, interleaved, byte code compiled; of up to
    forty where others keep the machine busy."""
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], env=env, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    bare, help = ("-c", "pass"), ("-m", "agentaudit", "--help")
    seconds(*help)
    floor = found = math.inf
    for tried in range(40):
        floor, found = min(floor, seconds(*bare)), min(found, seconds(*help))
        if tried >= 9 and found <= 10 * floor:
            break
    assert found <= 10 * floor, f"{found / floor:.1f} times"
