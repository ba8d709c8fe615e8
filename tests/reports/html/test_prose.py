"""Texts that mix sentences with code keep the room between what stands side by side."""

from __future__ import annotations

import pytest

from agentaudit.reports.html import prose


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("write `ARG SHA` `LABEL x`", "write ARG SHA LABEL x"),
        ("write\n`ARG SHA`\n`LABEL x`\nand run it", "write ARG SHA LABEL x and run it"),
        ("`a`, then `b`", "a, then b"),
        ("", ""),
    ],
)
def test_a_text_on_one_line_keeps_its_words_apart(text: str, read: str) -> None:
    assert "".join(piece.text for piece in prose.line(text)) == read


def test_lines_stay_lines_and_code_stays_code() -> None:
    rows = prose.every("first `x` `y`\n\n    indented")
    assert [[piece.code for piece in row] for row in rows] == [
        [False, True, False, True],
        [True],
    ]
