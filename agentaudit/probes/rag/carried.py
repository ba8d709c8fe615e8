"""What a call stores beside the text of a chunk."""

from __future__ import annotations

from agentaudit.code import Call
from agentaudit.expressions import regex
from agentaudit.probes.rag.source_names import COLUMN, KEYWORD, ONE_WORD, SOURCE

_CARRIES = regex(
    r"(?i)meta_?datas?|extra_info|metadatas|payloads?|properties|fields|documents?|docs|records?|points|vectors"
    r"|items|chunks|nodes|batch|rows|objects|data|entities|values|points_batch|new_documents"
)
"""Arguments that carry what is stored beside a vector."""
_TEXTS = {"add_texts": 1, "aadd_texts": 1, "from_texts": 2, "afrom_texts": 2}
"""Calls that are given strings, and where they take what belongs to each."""


def _is_plain(call: Call) -> bool:
    """Whether it stores strings and nothing that belongs to them."""
    place = _TEXTS.get(call.method)
    unseen = any(each.value.written.startswith("*") for each in call.arguments)
    told = place is None or call.at(place) is not None or call.argument("metadatas") is not None
    return not (told or unseen)


def names_source(call: Call) -> bool:
    """Whether what it stores is given the source that it comes from."""
    if _is_plain(call):
        return False
    return any(
        _says_source(argument.value.written) or COLUMN.search(argument.value.text or "")
        for argument in call.arguments
        if not argument.name or _CARRIES.fullmatch(argument.name)
    ) or any(KEYWORD.fullmatch(argument.name) for argument in call.arguments)


def _says_source(written: str) -> bool:
    """Whether a source is among what is stored; one word for every chunk tells none of them."""
    return any(not ONE_WORD.match(written, found.end()) for found in SOURCE.finditer(written))


def is_bare(call: Call) -> bool:
    """Whether everything that is stored stands in the call itself, or is plain text."""
    return _is_plain(call) or (
        bool(call.arguments)
        and all(
            (argument.name and not _CARRIES.fullmatch(argument.name))
            or argument.value.written.lstrip().startswith(("[", "{", "("))
            for argument in call.arguments
        )
    )
