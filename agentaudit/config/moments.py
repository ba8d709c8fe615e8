"""Days and instants, as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from agentaudit.expressions import regex

_FORM = regex(
    r"\d{4}-\d{2}-\d{2}(?P<clock>[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str, *, end: bool = False) -> int:
    """Unix nanoseconds of an ISO 8601 day or instant, UTC unless it names an offset.

    A day is its first nanosecond, or its last with `end`. Raises ValueError for anything else.
    """
    found = _FORM.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text[:40]!r} is neither a day nor an instant")
    try:
        at = datetime.fromisoformat(text.strip())
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        whole = timedelta(days=1) if end and not found["clock"] else timedelta()
        nanoseconds = (at - _EPOCH + whole) // timedelta(microseconds=1) * 1000
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is not in the calendar") from None
    return nanoseconds - 1 if whole else nanoseconds


def day(text: str) -> date:
    """The UTC day of a day or instant; raises ValueError as `moment` does."""
    return (_EPOCH + timedelta(microseconds=moment(text) // 1000)).date()
