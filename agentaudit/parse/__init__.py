"""Guarded readers of YAML, JSON and TOML: what is read may have been written to harm.

Each reader bounds size, depth and expansion before it builds anything large, constructs nothing but
plain values (dates are text), and fails with `Malformed` only.
"""

from __future__ import annotations

import json as stdlib_json
import re
from collections import Counter
from typing import Any

import orjson

from agentaudit.expressions import regex
from agentaudit.parse.bounds import DEPTH, NODES, SIZE, Malformed, Path, Tree, plain, sized

__all__ = [
    "DEPTH",
    "NODES",
    "SIZE",
    "Malformed",
    "Path",
    "Tree",
    "json",
    "toml",
    "yaml",
    "yaml_all",
]


def yaml(text: str, *, strict: bool = False) -> Tree:
    """Read one YAML document; an empty text is None.

    Read by the 1.2 core schema: `on`, `no` and dates are text, and keys are always text.
    `strict` is for files of our own: no anchors, aliases, tags, merge keys or duplicate keys.
    Otherwise unknown tags (`!Ref`, `!reference`, `!!python/…`) read as the plain value beneath,
    `!reset` as nothing, and the last of two equal keys wins.
    """
    trees = yaml_all(text, strict=strict)
    if len(trees) > 1:
        raise Malformed("holds more than one document", trees[1].line())
    return trees[0] if trees else Tree(None, {(): 1})


def yaml_all(text: str, *, strict: bool = False) -> list[Tree]:
    """Read every document of a YAML stream, e.g. a Kubernetes manifest."""
    import yaml as pyyaml

    from agentaudit.parse.events import Builder

    text = sized(text)
    builder = Builder(strict)
    loader = getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader)
    try:
        for event in pyyaml.parse(text, loader):
            builder.take(event)
    except pyyaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "is not YAML"
        raise Malformed(problem, mark.line + 1 if mark else None) from None
    except (pyyaml.YAMLError, UnicodeError):
        raise Malformed("holds a character that YAML does not allow", _odd_line(text)) from None
    return builder.trees


_ODD = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def _odd_line(text: str) -> int | None:
    found = _ODD.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


_JSON_STRING = regex(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)


def json(text: str | bytes) -> Any:
    """Read JSON; refuses NaN, infinities, integers beyond 64 bits, lone surrogates and
    duplicate keys."""
    data = _utf8(text)
    if _json_nodes(data) > NODES and _json_nodes(_JSON_STRING.sub(b"0", data)) > NODES:
        raise Malformed(f"holds more than {NODES:,} values")
    try:
        orjson.loads(data)
        return plain(stdlib_json.loads(data, object_pairs_hook=_unique))
    except RecursionError:  # orjson goes deeper than Python does
        raise Malformed(f"is nested more than {DEPTH} deep") from None
    except orjson.JSONDecodeError as error:
        problem = error.msg.partition(":")[0]
        if problem == "depth limit exceeded":
            problem = f"is nested more than {DEPTH} deep"
        raise Malformed(problem, error.lineno) from None
    except Malformed:
        raise
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise Malformed("holds an integer beyond 64 bits") from None


def _json_nodes(data: bytes) -> int:
    """At least the number of values: every value but the first of a collection follows a comma."""
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def _utf8(text: str | bytes) -> bytes:
    if isinstance(text, str):
        try:
            text = text.encode()
        except UnicodeEncodeError:
            raise Malformed("holds a lone surrogate, which is not text") from None
    if len(text) > SIZE:
        raise Malformed(f"is longer than {SIZE:,} bytes")
    return text.removeprefix(b"\xef\xbb\xbf")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        count = Counter(key for key, _ in pairs)
        raise Malformed(f"key {count.most_common(1)[0][0]!r} appears twice")
    return found


def toml(text: str) -> dict[str, Any]:
    """Read TOML; dates and times are ISO text."""
    import tomli  # the same parser as the standard library's, compiled

    text = sized(text)
    _bound_toml(text)
    try:
        return plain(tomli.loads(text))  # type: ignore[no-any-return]
    except tomli.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        raise Malformed(message, int(line[1]) if line else None) from None
    except RecursionError:
        raise Malformed(f"is nested more than {DEPTH} deep") from None
    except Malformed:
        raise
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise Malformed("holds an integer beyond 64 bits") from None


_TEXT = (
    r'"""[^"\\]*+(?:(?:\\.|"{1,2}+(?!"))[^"\\]*+)*+"{3,5}+'
    r"|'''[^']*+(?:'{1,2}+(?!')[^']*+)*+'{3,5}+"
    r'|""(?!")|"(?!"")[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
    r"|''(?!')|'(?!'')[^'\n]++'"
    r"|#[^\n]*+"
)
_TOML_TEXT = regex(_TEXT, re.DOTALL)
_TOML_WHOLE = regex(rf"(?:[^\"'#]++|{_TEXT})*+", re.DOTALL)
"""All up to a quote that begins a text and ends none: nothing may be looked for behind one."""


def _bound_toml(text: str) -> None:
    """Refuse keys of very many parts, for which `tomllib` takes cubic time, and too many values."""
    whole = _TOML_WHOLE.match(text)
    if whole is not None and whole.end() < len(text):
        raise Malformed("Unterminated string", text.count("\n", 0, whole.end()) + 1)
    bare = _TOML_TEXT.sub("s", text)
    dotted = "\n".join([line for line in bare.split("\n") if "." in line])
    parts = max(piece.count(".") + 1 for piece in re.split(r"[=\n,\[\]{}]", dotted))
    if parts > DEPTH:
        raise Malformed(f"is nested more than {DEPTH} deep")
    values = sum(bare.count(sign) for sign in "=,[{")
    if values > NODES or parts * values > 10 * NODES:
        raise Malformed(f"holds more than {NODES:,} values")
