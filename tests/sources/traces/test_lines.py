"""Bytes → bounded lines, whatever the packing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from agentaudit.sources.traces.lines import Line, documents, split

GOOD = b'{"resourceSpans":[]}'


def numbered(lines: list[Line]) -> list[tuple[int, bytes, str]]:
    return [(line.number, line.data, line.problem) for line in lines]


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gzip", "zstandard"]
)
def test_packing_is_told_by_content_not_by_name(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "traces.bin"
    path.write_bytes(pack(GOOD + b"\n\n" + GOOD + b"\r\n" + GOOD))  # type: ignore[operator]
    assert numbered(list(documents(path))) == [(1, GOOD, ""), (3, GOOD, ""), (4, GOOD, "")]


def test_several_members_and_frames_are_one_file(tmp_path: Path) -> None:
    for pack in (gzip.compress, zstandard.compress):
        path = tmp_path / "traces"
        path.write_bytes(pack(GOOD + b"\n") + pack(GOOD + b"\n"))
        assert [line.data for line in documents(path)] == [GOOD, GOOD]


def test_lines_may_lie_across_pieces() -> None:
    pieces = [b"ab", b"c\nde", b"", b"f", b"\n\n", b"g"]
    assert numbered(list(split(pieces))) == [(1, b"abc", ""), (2, b"def", ""), (4, b"g", "")]


@pytest.mark.parametrize("size", [10, 11, 1000])
def test_a_line_over_the_limit_costs_that_line(size: int) -> None:
    pieces = [b"a\n", b"x" * size, b"x" * 3, b"\nb\n"]
    limit = size + 2
    problem = f"line over {limit >> 20} MB"
    assert numbered(list(split(pieces, limit))) == [(1, b"a", ""), (2, b"", problem), (3, b"b", "")]


def test_an_oversized_last_line_is_noticed() -> None:
    assert [line.problem for line in split([b"xxxx", b"xxxx"], 7)] == ["line over 0 MB"]
    assert [line.data for line in split([b"xxxx", b"xxxx"], 8)] == [b"xxxxxxxx"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_cut_archive_gives_what_was_whole(tmp_path: Path, pack: object) -> None:
    lines = b"".join(b'{"resourceSpans":[%d]}\n' % (n * n * 7919) for n in range(200_000))
    path = tmp_path / "traces.gz"
    path.write_bytes(pack(lines)[:-1000])  # type: ignore[operator]
    found = list(documents(path))
    assert found[-1].problem == "compressed data is damaged or cut off"
    assert len(found) > 1
    assert not any(line.problem for line in found[:-1])


def test_a_document_over_several_lines_is_one(tmp_path: Path) -> None:
    path = tmp_path / "traces.json"
    path.write_bytes(b'\xef\xbb\xbf{\n  "resourceSpans": [\n\n  ]\n}\n')
    assert numbered(list(documents(path))) == [(1, b'{\n"resourceSpans": [\n\n]\n}', "")]


def test_a_broken_first_line_does_not_make_a_document(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(b'{"resourceSp\n' + GOOD + b"\n")
    assert [line.number for line in documents(path)] == [1, 2]
    path.write_bytes(b'{"resourceSp\n\n\n{"resou\n' + GOOD + b"\n")
    assert [line.number for line in documents(path)] == [1, 4, 5]


def test_a_document_over_the_limit_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "traces.json"
    path.write_bytes(b'{\n"a": [\n' + b"1,\n" * 30 + b"2]\n}\n")
    found = list(documents(path, limit=50))
    assert [line.number for line in found] == list(range(1, 35))


def test_nothing_is_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"\n \n\n")
    assert list(documents(path)) == []
