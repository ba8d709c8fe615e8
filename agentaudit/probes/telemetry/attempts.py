"""What stands in the block whose exceptions are caught."""

from __future__ import annotations

from agentaudit.expressions import regex

_ASKS = regex(
    r"(?i)\b(?:\w{0,30}_)?a?(?:invoke|stream|generate|run|create|complete|completion|chat|send|ask"
    r"|quer(?:y|ies)|call|kickoff|execute|predict|embed|answer|respond|process|handle|agent|llm|model"
    r"|fetch|request|post|search|retrieve|evaluate|infer|parse|load)\w{0,40}\("
)
"""Calls by which something is asked, or done that an answer needs."""
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts")


def asks(tried: str) -> bool:
    """Whether it asks something, or cannot be told."""
    return not tried or bool(_ASKS.search(tried))


def is_sync(path: str, tried: str) -> bool:
    """Whether nothing in it waits or makes a client: in scripts no error of a model's call arises
    there; nor does it in Python where it only turns values into others."""
    if path.endswith(".py"):
        return _is_plain(tried)
    if not tried or not path.endswith(_SCRIPTS):
        return False
    return "await" not in tried and not _MAKES.search(tried)


def _is_plain(tried: str) -> bool:
    bare = _COMMENT.sub("", _QUOTED.sub("''", tried))
    rows = [row.strip() for row in bare.split("\n") if row.strip()]
    if rows and all(map(_IMPORTS.match, rows)):
        return True
    calls = [found[1] for found in _CALLS.finditer(bare)]
    return bool(calls) and "await" not in bare and all(map(_PLAIN.fullmatch, calls))


_IMPORTS = regex(r"(?:import|from) [\w. ]|[\w.]{1,60}(?: as \w{1,60})?,?$|\)$")
"""A row of an import: what is not installed is no answer."""
_COMMENT = regex(r"#[^\n]{0,400}")
_QUOTED = regex(r"\"[^\"\\\n]{0,400}\"|'[^'\\\n]{0,400}'")
_CALLS = regex(r"([\w.\])'\"]{1,120})\(")
_PLAIN = regex(
    r"str|int|float|bool|len|list|dict|set|tuple|sorted|repr|isinstance|hasattr|getattr|print|range"
    r"|enumerate|zip|min|max|sum|round|any|all|type|(?:\w{1,40}\.)?Decimal|if|in|not|and|or|return"
    r"|(?:json|ast|base64|yaml|re|time|datetime(?:\.datetime)?|ur(?:l|llib\.)parse|urlparse|UUID|uuid)\.\w{1,40}"
    r"|(?:os\.environ|os\.getenv|os\.path)(?:\.\w{1,20})?|(?:log|logger|logging)\.\w{1,20}"
    r"|[\w.\])'\"]{0,80}\.(?:append|extend|items|keys|values|get|split|strip|lstrip|rstrip|lower|upper|join"
    r"|replace|format|startswith|endswith|encode|decode|isoformat|strftime|strptime|find|rfind|index"
    r"|pop|update|copy|group|groups|partition|rpartition|removeprefix|removesuffix|total_seconds)"
)
"""Calls that ask nobody: conversions, and methods of texts and lists."""
_MAKES = regex(r"\bnew (?!(?:URL\w{0,20}|Date|RegExp|\w{0,20}Error|Map|Set|Text\w{2}coder)\b)")
