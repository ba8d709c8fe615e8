"""What a commit object says: when it was made, and what its author wrote about it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

from msgspec import Struct

from agentaudit.expressions import regex

_STAMP = regex(rb"(?:author|committer) .*> (-?[0-9]{1,18}) ([+-][0-9]{4})")
_TRAILER = regex(r"[A-Za-z0-9][A-Za-z0-9-]*[ \t]*:.*|\s.*|\(cherry picked from commit .*\)")
_BODY_CAP = 10_000


class Message(Struct, frozen=True):
    """A commit object, read."""

    subject: str
    body: str
    """Without subject and trailers, at most 10,000 characters."""
    authored: str
    """ISO 8601 with zone; empty when the commit does not say."""
    committed: int
    """Unix seconds; 0 when the commit does not say."""


def split(data: bytes) -> Message:
    """Read the content of a commit object."""
    head, _, text = data.partition(b"\n\n")
    authored, committed, encoding = "", 0, "utf-8"
    for line in head.split(b"\n"):
        stamp = _STAMP.match(line)
        if stamp and line.startswith(b"author "):
            authored = moment(int(stamp[1]), stamp[2].decode())
        elif stamp:
            committed = int(stamp[1])
        elif line.startswith(b"encoding "):
            encoding = line[9:].decode("ascii", "replace")
    subject, body = parts(_decoded(text, encoding))
    return Message(subject, body, authored, committed)


def _decoded(text: bytes, encoding: str) -> str:
    try:
        return text.decode(encoding, "replace")
    except (LookupError, ValueError):
        return text.decode("utf-8", "replace")


def parts(message: str) -> tuple[str, str]:
    """Subject, and body without trailers (`Signed-off-by: …` and the like)."""
    lines = message[: 4 * _BODY_CAP].replace("\r\n", "\n").strip("\n").split("\n")
    paragraphs = "\n".join(line.rstrip() for line in lines).split("\n\n")
    subject = " ".join(paragraphs[0].split())
    rest = [paragraph.strip("\n") for paragraph in paragraphs[1:] if paragraph.strip()]
    if rest and all(_TRAILER.fullmatch(line) for line in rest[-1].split("\n")):
        rest.pop()
    return subject, "\n\n".join(rest)[:_BODY_CAP]


def moment(seconds: int, zone: str) -> str:
    """A git time stamp as ISO 8601; in UTC where its zone makes no sense."""
    sign = -1 if zone.startswith("-") else 1
    offset = sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(seconds, timezone(offset)).isoformat()
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    return ""
