"""Bytes that come in pieces: a sender that drips is given up, a slow reader is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentaudit.sources.images.limits import Refused
from agentaudit.sources.images.pieces import Pieces


class Line:
    """Pieces of a size, each after some seconds of waiting; and the clock that they move."""

    def __init__(self, count: int, size: int, seconds: float) -> None:
        self.now = 0.0
        self._each = (count, size, seconds)

    def clock(self) -> float:
        return self.now

    def __iter__(self) -> Iterator[bytes]:
        count, size, seconds = self._each
        for _ in range(count):
            self.now += seconds
            yield bytes(size)


def test_a_sender_that_drips_is_given_up() -> None:
    line = Line(1_000, 1, 1.0)
    pieces = Pieces(line, line.clock)
    with pytest.raises(Refused, match="bytes a second"):
        list(iter(lambda: pieces.read(100), b""))
    assert line.now < 40


def test_a_slow_line_is_read_to_its_end() -> None:
    line = Line(100, 4_000, 2.0)
    pieces = Pieces(line, line.clock)
    assert sum(len(data) for data in iter(lambda: pieces.read(1_000), b"")) == 400_000


def test_the_readers_own_time_does_not_count() -> None:
    line = Line(100, 10, 0.0)
    pieces = Pieces(line, line.clock)
    for _ in range(100):
        line.now += 60
        assert pieces.read(10)


def test_an_engine_may_think_before_it_answers() -> None:
    line = Line(1, 10, 300.0)
    assert Pieces(line, line.clock).read(10) == bytes(10)
