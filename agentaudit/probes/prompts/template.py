"""Prompt templates: filled in every common style, or compared by their fixed parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.messages.parts import as_text
from agentaudit.parse import Malformed, yaml

_DEPTH = 4
_KEYS = frozenset({"system", "template", "prompt", "messages", "content", "text"})
_ROLE = regex(r"(?m)^(system|user|assistant|developer):[ \t]*$")
_FRONT = regex(r"\A---\n(?:.*\n){0,200}?---\n")
_STYLES: tuple[tuple[re.Pattern[str], bool], ...] = (
    (regex(r"\{\{[-{]?[ \t]{0,9}([\w.]{1,100})[ \t]{0,9}[-}]?\}\}"), False),
    (regex(r"(?<!\{)\{([A-Za-z_][\w.]{0,99})\}(?!\})"), True),
    (regex(r"\$\{?([A-Za-z_]\w{0,99})\}?"), False),
)
"""`{{ x }}` (Jinja, Mustache, MLflow), `{x}` (str.format, f-string) and `$x` (string.Template);
and whether doubled braces stand for one."""
_LOGIC = regex(r"\{%|\{\{[#^/>]|\{\{[^}]{0,200}\|")


class Reading(Struct, frozen=True):
    """A template read in one style."""

    fixed: tuple[str, ...]
    """What stands between the variables."""
    names: tuple[str, ...]
    """Variables in order; one fewer than the fixed parts."""

    def render(self, variables: Mapping[str, object]) -> str | None:
        """The text with all variables filled in; None where one is not recorded."""
        if not all(name in variables for name in self.names):
            return None
        filled = [as_text(variables[name]) for name in self.names]
        pieces = [self.fixed[0]]
        for value, after in zip(filled, self.fixed[1:], strict=True):
            pieces += [value, after]
        return "".join(pieces).strip()

    def could_give(self, text: str) -> bool:
        """Whether some variables would make `text` of it: its fixed parts are there in order."""
        text, first, last = text.strip(), self.fixed[0].lstrip(), self.fixed[-1].rstrip()
        if len(self.fixed) == 1:
            return text == first.rstrip()
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return False
        at = len(first)
        for piece in self.fixed[1:-1]:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True


def bodies(template: str, path: str) -> list[str]:
    """What a template file holds: its system part where it tells roles apart, else all of it.

    Front matter is left out; in YAML and JSON files the values of the usual keys are texts.
    """
    text = template.replace("\r\n", "\n")
    if path.lower().endswith((".yaml", ".yml", ".json")):
        with suppress(Malformed):
            found = list(_keyed(yaml(text).data, "", 0))
            return [t for role, t in found if role == "system"] or [t for _, t in found] or [text]
    text = _FRONT.sub("", text)
    pieces = _ROLE.split(text)
    return [t for role, t in zip(pieces[1::2], pieces[2::2], strict=True) if role == "system"] or [
        text
    ]


def _keyed(value: Any, role: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and role:
        yield role, value
    elif isinstance(value, list) and depth < _DEPTH:
        for item in value:
            yield from _keyed(item, role, depth + 1)
    elif isinstance(value, dict) and depth < _DEPTH:
        said = str(value.get("role", ""))
        for key, below in value.items():
            if key in _KEYS:
                yield from _keyed(below, said or ("system" if key == "system" else key), depth + 1)


def readings(text: str) -> Iterator[Reading]:
    """The text as it stands, and in each style that it has variables in."""
    yield Reading((text,), ())
    for pattern, doubled in _STYLES:
        pieces = pattern.split(text)
        if len(pieces) > 1:
            fixed = [_single(p) if doubled else p for p in pieces[::2]]
            yield Reading(tuple(fixed), tuple(pieces[1::2]))


def _single(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


def has_logic(template: str) -> bool:
    """Whether it holds loops, conditions or filters, which are not rendered here."""
    return bool(_LOGIC.search(template))
