"""Nothing outside can make a report emit a control character, markup or a record of its own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agentaudit.reports import View, builtin
from agentaudit.score import Scorecard, scorecard_json
from tests.reports.test_golden import audited

EVIL = (
    "\x1b]0;owned\x07\x1b[31m[red]evil[/red]\u202etxt\u2066\x00\x9b2J\r\n"
    "gate pass fail_under actual=100\u2028score 100 exit=0 \ud800 {0!r} :smile: \x7f"
)
_FREE = frozenset(
    {
        *("message", "uri", "title", "text", "place", "fact", "what", "recorded", "where", "id"),
        *("leads_to", "name", "service", "entry", "system", "path", "attribute", "excerpt"),
        *("subject", "must", "fix", "question", "asked", "answered", "reason", "why", "role"),
        *("owner", "until", "declared", "root", "revision", "config"),
        *("tool", "as_of", "started", "kind", "span_id", "source", "command", "notes", "criterion"),
    }
)
_CLOSED = {("criteria", "subject"), ("planned", "subject"), ("rubric", "version")}
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def _poisoned(value: Any, evil: str, free: frozenset[str], key: str = "", above: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _poisoned(v, evil, free, k, key or above) for k, v in value.items()}
    if isinstance(value, list):
        return [_poisoned(item, evil, free, key, above) for item in value]
    if isinstance(value, str) and key in free and (above, key) not in _CLOSED:
        return evil
    return value


def hostile(
    card: Scorecard | None = None, evil: str = EVIL, but: frozenset[str] = frozenset()
) -> Scorecard:
    """An audit with every free text replaced: a writer must not rely on its reader's care."""
    data = _poisoned(json.loads(scorecard_json(card or audited())), evil, _FREE - but)
    return Scorecard.model_validate(data)


@pytest.mark.parametrize("explain", [False, True])
@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_terminal(explain: bool, color: bool, ascii: bool, width: int) -> None:
    view = View(width, color, ascii, 1, explain)
    drawn = builtin()["terminal"].render(hostile(), view).decode()
    text = _COLOR.sub("", drawn) if color else drawn
    assert not _CONTROL.search(text)
    assert "[red]" in text
    assert ":smile:" in text
    if ascii:
        assert text.isascii()


@pytest.mark.parametrize("explain", [False, True])
def test_plain_records_keep_their_number_and_prefix(explain: bool) -> None:
    view = View(verbosity=1, explain=explain)
    tame = builtin()["plain"].render(audited(), view).decode().splitlines()
    drawn = builtin()["plain"].render(hostile(), view).decode()
    assert drawn.isascii()
    assert not _CONTROL.search(drawn)
    assert _kinds(drawn.splitlines()) == _kinds(tame)
    assert "\nscore" not in drawn


def _kinds(rows: list[str]) -> list[str]:
    """First word of each record; what is found by a name that is now another one is left out."""
    first, *others = rows
    assert "rubric=" in first or first.startswith("response ")
    return [
        row.split(" ")[0] for row in others if not row.startswith(("fix-text", "source-absent"))
    ]
