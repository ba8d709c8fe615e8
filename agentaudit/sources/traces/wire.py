"""The small parts of OTLP JSON, as they occur in the wild: ids, times, values, attribute lists.

Everything raises `ValueError` (or a sibling in `BROKEN`) for what cannot be read, nothing else.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from agentaudit.evidence import safe
from agentaudit.expressions import regex

BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What decoding a shape that is not OTLP raises."""
DEPTH = 64
"""Deepest nesting of an attribute value."""
_INT64 = 1 << 63
_SNAKE = regex(r"_([a-z0-9])")

cached_safe = lru_cache(maxsize=8192)(safe)
"""`safe` for names, which repeat."""


def identifier(raw: Any, size: int) -> str:
    """An id of `size` bytes as lower-case hex, from hex or base64; ValueError when it is none."""
    data = bytes.fromhex(raw) if len(raw) == 2 * size else _unusual(raw, size)
    if len(data) != size or data.count(0) == size:
        raise ValueError(f"id is not {size} bytes, or all zero")
    return data.hex()


def _unusual(raw: Any, size: int) -> bytes:
    """base64, or what MLflow shows."""
    if len(raw) > 64:
        raise ValueError("id is too long")
    if raw.startswith("tr-"):
        return bytes.fromhex(raw[3:])
    padded = raw.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)


def parent(raw: Any) -> str:
    """Id of the span above, empty for none."""
    if not raw or raw == "0000000000000000" or raw == "AAAAAAAAAAA=":
        return ""
    return identifier(raw, 8)


def whole(raw: Any) -> int:
    """A time in Unix nanoseconds, or a count; 0 where nothing usable is recorded."""
    try:
        value = int(raw)
    except (TypeError, ValueError, OverflowError):
        return 0
    return value if 0 < value < _INT64 else 0


def counter(raw: Any) -> int | None:
    """A dropped-something counter; None where the store writes that it keeps none."""
    return None if raw is None else whole(raw)


def scalar(kind: str, raw: Any) -> Any:
    """Value of one AnyValue variant. Numbers that JSON cannot hold stay the text they were."""
    if kind in {"intValue", "int_value"} and not isinstance(raw, bool):
        return _integer(raw)
    if kind in {"doubleValue", "double_value"} and isinstance(raw, str):
        try:
            value = float(raw)
        except ValueError:
            return raw
        return value if abs(value) < float("inf") else raw
    return raw if isinstance(raw, str | int | float) else str(raw)


def _integer(raw: Any) -> Any:
    try:
        value = int(raw)
    except (TypeError, ValueError, OverflowError):
        return raw
    return value if -_INT64 <= value < _INT64 else str(raw)


_NESTED = {"arrayValue", "array_value", "kvlistValue", "kvlist_value"}
_FLAT = {
    f"{kind}{suffix}"
    for kind in ("string", "int", "double", "bool", "bytes")
    for suffix in ("Value", "_value")
}


def value(raw: Any, depth: int = 0) -> Any:
    """What an AnyValue holds, as plain data; None for nothing. Plain JSON passes as it is."""
    if depth > DEPTH:
        raise ValueError(f"attribute nested more than {DEPTH} deep")
    if isinstance(raw, list):
        return [value(item, depth + 1) for item in raw]
    if not isinstance(raw, dict):
        return raw
    for kind, held in raw.items():
        if held is not None and kind in _FLAT:
            return scalar(kind, held)
        if held is not None and kind in _NESTED:
            return _nested(kind, held, depth)
    if raw.keys() <= _FLAT | _NESTED:
        return None
    return {key: value(held, depth + 1) for key, held in raw.items()}


def _nested(kind: str, held: Any, depth: int) -> Any:
    items = held.get("values") if isinstance(held, dict) else held
    items = items if isinstance(items, list) else []
    if kind.startswith("array"):
        return [value(item, depth + 1) for item in items]
    fields: dict[str, Any] = {}
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("key"), str):
            fields.setdefault(item["key"], value(item.get("value"), depth + 1))
    return fields


def camel(message: dict[str, Any]) -> dict[str, Any]:
    """The same message with lowerCamelCase field names; what the fields hold stays as it is."""
    return {_camel_name(name): held for name, held in message.items()}


@lru_cache(maxsize=1024)
def _camel_name(name: str) -> str:
    return _SNAKE.sub(lambda found: found[1].upper(), name)


class Attributes:
    """Reads attribute lists, keeping only the names that someone asks for."""

    def __init__(self, wants: Callable[[str], bool]) -> None:
        self._wants = wants
        self._known: dict[str, str] = {}
        """Name → the same text, kept once, or empty for a name nobody asks for."""

    def read(self, items: Any) -> dict[str, Any]:
        """Name → plain value; of two equal names the first stands. None counts as no list."""
        kept: dict[str, Any] = {}
        if not items:
            return kept
        known = self._known
        try:
            for item in items:
                name = known.get(item["key"])
                if name is None:
                    name = self._learn(item["key"])
                if name and name not in kept:
                    held = item["value"]
                    text = held.get("stringValue")
                    if type(text) is str:
                        kept[name] = text
                    elif (plain := value(held)) is not None:
                        kept[name] = plain
        except (TypeError, KeyError, AttributeError):
            return self._leniently(items)
        return kept

    def _leniently(self, items: Any) -> dict[str, Any]:
        """An attribute without a name or value costs that attribute; a plain object is a list."""
        pairs = items.items() if isinstance(items, dict) else map(_pair, items)
        kept: dict[str, Any] = {}
        for name, held in pairs:
            if isinstance(name, str) and self._learn(name) and name not in kept:
                plain = value(held)
                if plain is not None:
                    kept[name] = plain
        return kept

    def _learn(self, name: str) -> str:
        if not isinstance(name, str):
            raise TypeError("attribute name is not text")
        wanted = name if self._wants(name) else ""
        if len(self._known) < 65_536 and len(name) < 512:
            self._known[name] = wanted
        return wanted


def _pair(item: Any) -> tuple[Any, Any]:
    return (item.get("key"), item.get("value")) if isinstance(item, dict) else (None, None)


def unquoted(attributes: dict[str, Any]) -> dict[str, Any]:
    """MLflow writes every attribute as JSON text; a text within a text is the text."""
    if "mlflow.spanType" not in attributes:
        return attributes
    if not str(attributes["mlflow.spanType"]).startswith('"'):
        return attributes
    return {name: _unquoted(held) for name, held in attributes.items()}


def _unquoted(held: Any) -> Any:
    if isinstance(held, str) and held.startswith('"') and held.endswith('"'):
        try:
            return orjson.loads(held)
        except orjson.JSONDecodeError:
            return held
    return held
