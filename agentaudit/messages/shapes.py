"""From recorded values to messages: flattened lists, requests and answers of model servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentaudit.messages.parts import Message, message

_PIECES = 12
"""Levels of a flattened name that are told apart; deeper ones stay one name."""


def unflatten(flat: Mapping[str, Any]) -> tuple[list[Any], bool]:
    """`{"0.message.role": x}` → `[{"message": {"role": x}}]`, and whether an index is missing."""
    tree: dict[str, Any] = {}
    for key in sorted(flat):
        *path, last = key.split(".", _PIECES)
        node = tree
        for piece in path:
            below = node.setdefault(piece, {})
            if not isinstance(below, dict):
                below = node[piece] = {}
            node = below
        node.setdefault(last, flat[key])
    items, gap = _settled(tree)
    return (items, gap) if isinstance(items, list) else ([items], True)


def _settled(node: Any) -> tuple[Any, bool]:
    """Objects whose keys are all numbers become lists."""
    if not isinstance(node, dict) or not node:
        return node, False
    settled = {key: _settled(value) for key, value in node.items()}
    gap = any(broken for _, broken in settled.values())
    if not all(key.isascii() and key.isdigit() for key in settled):
        return {key: value for key, (value, _) in settled.items()}, gap
    order = sorted(settled, key=lambda key: (len(key), key))
    gap |= order != [str(n) for n in range(len(order))]
    return [settled[key][0] for key in order], gap


def asked(value: Any, depth: int = 0) -> list[Message]:
    """Messages of a request: a list, a chat, completion, responses or Gemini request, or text."""
    if isinstance(value, list):
        return [message(item, "user") for item in _level(value)]
    if not isinstance(value, dict):
        return [message(value, "user")] if value not in (None, "") else []
    if isinstance(value.get("role"), str):
        return [message(value, "user")]
    found = [
        message({"role": "system", **_content(value[key])})
        for key in ("system", "instructions", "system_instruction", "systemInstruction")
        if value.get(key)
    ]
    for key in ("messages", "input", "contents", "prompt", "inputs", "input_messages"):
        if value.get(key) not in (None, "", []) and depth < _PIECES:
            return found + asked(value[key], depth + 1)
    if found or not value or "model" in value:
        return found
    return [message({"role": "user", "content": [value]})]


def answered(value: Any) -> list[Message]:
    """Messages of an answer: a list, any known completion object, or text."""
    if isinstance(value, list):
        return [message(item, "assistant") for item in _level(value)]
    if not isinstance(value, dict):
        return [message(value, "assistant")] if value not in (None, "") else []
    for key in ("choices", "candidates", "generations", "output", "messages", "outputs"):
        if isinstance(value.get(key), list | str) and value[key]:
            found = value[key]
            return answered([_choice(v) for v in found] if key == "choices" else found)
    known = any(key in value for key in ("role", "content", "message", "text", "tool_calls"))
    if known or not value:
        return [message(value, "assistant")] if value else []
    if "model" in value or "usage" in value:
        return []
    return [message({"role": "assistant", "content": [value]})]


def _choice(choice: Any) -> Any:
    if isinstance(choice, dict):
        return choice.get("message") or choice.get("delta") or choice
    return choice


def _content(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and ("parts" in value or "content" in value):
        return {k: value[k] for k in ("parts", "content") if k in value}
    return {"content": value}


def _level(items: list[Any]) -> list[Any]:
    """One batch of messages within a list of batches."""
    return items[0] if len(items) == 1 and isinstance(items[0], list) else items
