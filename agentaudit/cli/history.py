"""The history file: one line of JSON for each audit, oldest first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agentaudit.cli import messages
from agentaudit.errors import UsageError

if TYPE_CHECKING:
    from agentaudit.rubric import Rubric
    from agentaudit.score import Scorecard
    from agentaudit.score.provenance import HistoryPoint

_LARGEST = 64 << 20


def earlier(file: str | None, rubric: Rubric) -> tuple[HistoryPoint, ...]:
    """Audits of the file, in its order; none where it does not exist yet. Those that asked another
    rubric, or another major version of it, are left out and said to be.

    Raises UsageError for a line that is no audit.
    """
    if file is None or not Path(file).exists():
        return ()
    points = [
        _point(line, f"{file}:{number}")
        for number, line in enumerate(_read(Path(file)).splitlines(), 1)
        if line.strip()
    ]
    asked = (rubric.id, rubric.version.partition(".")[0])
    alike = [point for point in points if _major(point.rubric) in {asked, ("", "")}]
    if left_out := len(points) - len(alike):
        messages.warning(f"{file}: {left_out} audits by another rubric are left out of the trend")
    return tuple(alike)


def append(file: str, card: Scorecard) -> None:
    """Add one line, in one write. Raises UsageError."""
    from agentaudit.score.provenance import HistoryPoint

    run, reach = card.run, card.reconstructable
    point = HistoryPoint(
        as_of=run.as_of,
        full=reach.full,
        total=reach.total,
        score=card.score.low,
        level=card.level,
        rubric=f"{run.rubric.id} {run.rubric.version}",
    )
    try:
        before = _read(Path(file)) if Path(file).exists() else b""
        missing = b"\n" if before and not before.endswith(b"\n") else b""
        with Path(file).open("ab", buffering=0) as opened:
            opened.write(missing + point.model_dump_json().encode() + b"\n")
    except OSError as error:
        raise UsageError(
            f"cannot write {file}: {error.strerror or error}",
            where=f"--history {file}",
            hint="name a file in a directory that you may write to",
        ) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror or error}",
            where=f"--history {path}",
            hint="name a file that you may read",
        ) from None
    if len(data) > _LARGEST:
        raise UsageError(f"{path} is too large", where=f"--history {path}", hint="begin a new one")
    return data


def _point(line: bytes, where: str) -> HistoryPoint:
    from pydantic import ValidationError

    from agentaudit.parse.closed import fault
    from agentaudit.score.provenance import HistoryPoint

    try:
        return HistoryPoint.model_validate_json(line)
    except ValidationError as error:
        raise UsageError(
            f"not an audit of the history: {fault(error, 'the line')}",
            where=where,
            hint="remove that line, or begin a new file",
        ) from None


def _major(rubric: str) -> tuple[str, str]:
    id, _, version = rubric.partition(" ")
    return id, version.partition(".")[0]
