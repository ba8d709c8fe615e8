"""Paths by pattern, against looking at each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.paths import Paths

PART = st.sampled_from(["a", "b", "ab", "a.py", "b.py", "py", ".env", "a.b.py", "[", "a b", "a0"])
PATHS = st.lists(st.lists(PART, min_size=1, max_size=4).map("/".join), max_size=12)
PIECE = st.sampled_from(
    ["a", "ab", "**", "*", "*.py", "a*", "?", "[ab]", "a.py", ".env", "[", "py"]
)
PATTERN = st.lists(PIECE, min_size=1, max_size=4).map("/".join)


@given(PATHS, PATTERN)
def test_finds_what_matches_in_order(paths: list[str], pattern: str) -> None:
    known = sorted(set(paths))
    assert [*Paths(known).matching(pattern)] == [p for p in known if matches(p, pattern)]


def test_a_directory_is_none_of_its_neighbours() -> None:
    paths = sorted(["a/x.py", "a-b/x.py", "a0/x.py", "a.b/x.py", "ab/x.py"])
    assert [*Paths(paths).matching("a/**/*.py")] == ["a/x.py"]
