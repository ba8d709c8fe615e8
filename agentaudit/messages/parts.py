"""One message, whatever its convention calls the pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from msgspec import Struct

_ROLES: Mapping[str, str] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
}
_TYPES: Mapping[str, str] = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "refusal": "text",
    "tool_call": "tool_call",
    "tool_use": "tool_call",
    "function_call": "tool_call",
    "server_tool_call": "tool_call",
    "tool_call_response": "tool_result",
    "tool_result": "tool_result",
    "function_call_output": "tool_result",
    "server_tool_call_response": "tool_result",
}
_SAYING = frozenset(
    {"role", "content", "parts", "contents", "text", "tool_calls", "message", "kwargs"}
)
_DEPTH = 20
"""Wrappers within wrappers that are followed."""


class Part(Struct, frozen=True):
    """One piece of a message."""

    type: str
    """text, tool_call, tool_result or other."""
    text: str
    """Text; arguments of a tool call as JSON; result of a tool."""
    id: str = ""
    """Id of the tool call."""
    name: str = ""
    """Name of the tool."""


class Message(Struct, frozen=True):
    """One message that went into or came out of a model."""

    role: str
    """system, user, assistant, tool or other."""
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All text and results, joined by newlines."""
        return "\n".join(p.text for p in self.parts if p.type in {"text", "tool_result"})

    @property
    def calls(self) -> tuple[Part, ...]:
        """The tool calls it asks for."""
        return tuple(p for p in self.parts if p.type == "tool_call")

    @property
    def hollow(self) -> bool:
        """Whether it says nothing at all."""
        return not any(p.text.strip() or p.id or p.name for p in self.parts)


def as_text(value: Any) -> str:
    """A value as text; lists and objects as JSON with sorted keys."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        data = orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # nested deeper than any message is
        return "(nested too deep)"
    return data.decode("utf-8", "replace")


def message(given: Any, role: str = "other") -> Message:
    """Read one message object; anything else is one text by `role`."""
    if not isinstance(given, dict):
        return Message(role, (Part("text", as_text(given)),) if given is not None else ())
    given = _unwrapped(given)
    if _TYPES.get(str(given.get("type")), "text") != "text":
        part = _part(given)
        return Message("tool" if part.type == "tool_result" else "assistant", (part,))
    said = given.get("role") or given.get("type")
    role = _ROLES.get(str(said).lower(), role) if said else role
    return Message(role, tuple(_parts(given, role)))


def _unwrapped(given: dict[str, Any]) -> dict[str, Any]:
    """The message within `{"message": ...}`, LangChain's `kwargs` or Gemini's `content`."""
    for _ in range(_DEPTH):
        inner = (given.get(key) for key in ("message", "kwargs", "content"))
        found = next((i for i in inner if isinstance(i, dict) and i.keys() & _SAYING), None)
        if found is None:
            break
        given = found
    return given


def _parts(given: Mapping[str, Any], role: str) -> Iterator[Part]:
    for key in ("parts", "contents", "content"):
        for piece in _listed(given.get(key)):
            yield _in_role(_part(piece), given, role)
    if isinstance(given.get("text"), str):
        yield Part("text", given["text"])
    if given.get("refusal"):
        yield Part("text", as_text(given["refusal"]))
    for call in (*_listed(given.get("tool_calls")), *_listed(given.get("function_call"))):
        yield _call(call)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _in_role(part: Part, given: Mapping[str, Any], role: str) -> Part:
    """Text in a message of role `tool` is the result of a tool."""
    if role != "tool" or part.type not in {"text", "tool_result"}:
        return part
    id = part.id or as_text(given.get("tool_call_id") or given.get("id"))
    return Part("tool_result", part.text, id, part.name or as_text(given.get("name")))


def _part(given: Any) -> Part:
    if not isinstance(given, dict):
        return Part("text", as_text(given))
    inner = given.get("message_content")
    given = inner if isinstance(inner, dict) else given
    type = _TYPES.get(str(given.get("type")), "")
    if type == "tool_call" or "functionCall" in given or "function_call" in given:
        return _call(given.get("functionCall") or given.get("function_call") or given)
    if type == "tool_result":
        return _result(given)
    text = next((given[key] for key in ("text", "content", "refusal") if key in given), None)
    if text is None:
        return Part("other", as_text(given))
    if isinstance(text, dict) and "value" in text:
        text = text["value"]
    plain = type == "text" or "type" not in given
    return Part("text" if plain else "other", as_text(text))


def _result(given: Mapping[str, Any]) -> Part:
    keys = ("response", "result", "content", "output", "server_tool_call_response")
    value = next((given[key] for key in keys if key in given), None)
    if isinstance(value, list):
        value = "\n".join(_part(piece).text for piece in value)
    ids = (given.get(key) for key in ("id", "tool_use_id", "call_id", "tool_call_id"))
    id = next((as_text(i) for i in ids if i), "")
    return Part("tool_result", as_text(value), id, as_text(given.get("name")))


def _call(given: Any) -> Part:
    if not isinstance(given, dict):
        return Part("tool_call", as_text(given))
    inner = given.get("tool_call")
    given = inner if isinstance(inner, dict) else given
    function = given.get("function")
    what = function if isinstance(function, dict) else given
    arguments = next((what[k] for k in ("arguments", "args", "input") if k in what), None)
    id = as_text(given.get("call_id") or given.get("id"))
    return Part("tool_call", as_text(arguments), id, as_text(what.get("name")))
