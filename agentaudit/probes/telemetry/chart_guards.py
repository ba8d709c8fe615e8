"""Parts of charts that stand behind a value, which is false unless somebody sets it."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.source import Place, Repo

_WORD = regex(r"\{\{-?\s{0,40}(if|with|range|define|block|else|end)\b([^{}]{0,300})")
_VALUE = regex(r"\.Values\.([\w.-]{1,200})")
_ALL = regex(r"[\s()]{0,9}(?:and\b[\s()]{0,9})?(?:\.Values\.[\w.-]{1,200}[\s()-]{0,9}){1,9}")
"""A condition that one false value is enough for."""
_FALSE, _TRUE = "false", "true"


def is_guarded(repo: Repo, place: Place) -> bool:
    """Whether a line of a chart's template is written only where a value is true that its own
    values make false, and which no other file of the repository sets."""
    home, found, _ = f"/{place.path}".rpartition("/templates/")
    if not found:
        return False
    above = "\n".join((repo.read(place) or "").split("\n")[: (place.line or 1) - 1])
    asked = {name for text in _open(above) if _ALL.fullmatch(text) for name in _VALUE.findall(text)}
    return any(_is_off(repo, home.lstrip("/"), name.strip(".")) for name in asked)


def _open(above: str) -> list[str]:
    """The conditions that stand open at the end of a text; empty below an `else`."""
    blocks: list[str] = []
    for word, text in _WORD.findall(above):
        if word == "end":
            blocks = blocks[:-1]
        elif word == "else":
            blocks = [*blocks[:-1], ""]
        else:
            blocks.append(text if word == "if" else "")
    return blocks


def _is_off(repo: Repo, chart: str, name: str) -> bool:
    values = f"{chart}/values.yaml".lstrip("/")
    said = list(_said(repo, name))
    own = {value for path, value in said if path == values}
    return own == {_FALSE} and all(value == _FALSE for _, value in said)


def _said(repo: Repo, name: str) -> Iterator[tuple[str, str]]:
    """Files that give the value, below the name of its chart or not, and what it is there."""
    for component in repo.components():
        for each in component.code.settings:
            if each.path == name or each.path.endswith(f".{name}"):
                yield each.place.path, each.value.strip("\"' ").lower()
