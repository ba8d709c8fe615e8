"""What a call stores beside the text of a chunk."""

from __future__ import annotations

from agentaudit.code import Argument, Call
from agentaudit.expressions import regex
from agentaudit.probes.rag.source_names import COLUMN, KEYWORD, ONE_WORD, SOURCE

_CARRIES = regex(
    r"(?i)metas?|meta_?datas?|extra_info|metadatas|payloads?|properties|fields|documents?|docs|records?|points|vectors"
    r"|items|chunks|nodes|batch|rows|objects|data|entities|values|references|points_batch|new_documents|body"
)
"""Arguments that carry what is stored beside a vector."""
_TEXTS = {"add_texts": 1, "aadd_texts": 1, "from_texts": 2, "afrom_texts": 2}
"""Calls that are given strings, and where they take what belongs to each."""


def is_plain(call: Call) -> bool:
    """Whether it stores strings and nothing that belongs to them."""
    place = _TEXTS.get(call.method)
    unseen = any(each.value.written.startswith("*") for each in call.arguments)
    told = place is None or call.at(place) is not None or call.argument("metadatas") is not None
    told = told and not (_is_of_chroma(call) and call.argument("metadatas") is None)
    return not (told or unseen)


def _is_of_chroma(call: Call) -> bool:
    """Whether it is given strings, their ids, and apart from them what belongs to each."""
    return call.argument("documents") is not None and call.argument("ids") is not None


def names_source(call: Call) -> bool:
    """Whether what it stores is given the source that it comes from."""
    if any(_is_carried(argument) for argument in call.arguments):
        return True
    if is_plain(call):
        return False
    return any(
        _says_source(argument.value.written) or COLUMN.search(argument.value.text or "")
        for argument in call.arguments
        if not argument.name or _CARRIES.fullmatch(argument.name)
    ) or any(
        KEYWORD.fullmatch(argument.name)
        and not (_ADDRESS.fullmatch(argument.name) and _MAKES.fullmatch(call.method))
        for argument in call.arguments
    )


_MAKES = regex(r"a?from(?:_\w|[A-Z])\w{0,60}|[A-Z]\w{0,80}")
"""Calls that make a store, and are told where it is."""
_ADDRESS = regex(
    r"(?i)(?:[a-z]{1,12}_?)?ur[il]|path|(?:index|collection|table|persist)_?(?:path|name)"
)
"""Arguments that say where the store is."""


def _is_carried(given: Argument) -> bool:
    """Whether the id of a chunk is put together from the id or name of its document."""
    return (
        bool(_OWN_ID.fullmatch(given.name)) and _OF_SOURCE.search(given.value.written) is not None
    )


_OWN_ID = regex(r"(?i)(?:point_?|doc(?:ument)?_?|chunk_?)?ids?_?")
_OF_SOURCE = regex(
    r"\{(?:[a-z_]\w{0,30}\.)?(?!(?i:chunk|user|session|tenant|uu|thread|org|collection|index|class|table|func)\w{0,3}_?(?:id|name))"
    r"[a-zA-Z]{2,24}_?(?:[iI]d|ID|name|Name|path|Path|slug|url|uri|stem)(?:\[[^\]\[]{0,20}\])?\}"
    r"|\{(?!(?i:self|this|cls|user|chunk|session|tenant|thread|org|collection|index|agent|client|model)\b)"
    r"[a-z_]\w{0,30}\.(?:name|stem|path|slug|url|uri|id)\}"
)


def _says_source(written: str) -> bool:
    """Whether a source is among what is stored; one word for every chunk tells none of them."""
    return any(not ONE_WORD.match(written, found.end()) for found in SOURCE.finditer(written))


_INSERT = regex(
    r"(?i)\binsert\s{1,8}(?:or\s\w{1,10}\s{1,4})?into\s{1,8}[\w.\"`{}]{1,80}\s{0,20}\(([^()]{1,300})\)"
)
_OF_ITSELF = regex(
    r"(?i)[\"`\[]?(?:content|text|body|chunk|page_content|chunk_?(?:text|content|index|no|number)"
    r"|(?:\w{1,20}_)?(?:embedding|vector)s?|(?:created|updated)_?at|token_?(?:count|s)?)[\"`\]]?"
)
"""Columns that say what a chunk is, and nothing of where it comes from."""


def stores_text_alone(statement: str) -> bool:
    """Whether SQL stores a chunk with its vector, and in no column anything else."""
    found = _INSERT.search(statement)
    return found is not None and all(
        _OF_ITSELF.fullmatch(column.strip()) for column in found[1].split(",")
    )


def is_bare(call: Call) -> bool:
    """Whether everything that is stored stands in the call itself, or is plain text."""
    if any(stores_text_alone(argument.value.text or "") for argument in call.arguments):
        return True
    if _only_renews(call):
        return False
    return is_plain(call) or (
        bool(call.arguments)
        and all(
            (argument.name and not _CARRIES.fullmatch(argument.name))
            or _is_whole(argument)
            or (argument.name == "documents" and _is_of_chroma(call))
            for argument in call.arguments
        )
    )


def _is_whole(given: Argument) -> bool:
    """Whether what is given stands in the call, and is not taken from things made elsewhere."""
    written = given.value.written.lstrip()
    taken = _BESIDE.search(given.name) and _TAKEN.match(written)
    return written.startswith(("[", "{", "(")) and not taken


_BESIDE = regex(r"(?i)meta|payload")
_TAKEN = regex(
    r"\[\s{0,8}(?:[\w.]{1,60}\(\s{0,4})?[a-z_][\w.]{0,60}(?:\(\))?\)?\s{1,40}for\s|[\[{]\s{0,8}(?:\*\*|\.\.\.)\w"
)


def _only_renews(call: Call) -> bool:
    """Whether it gives a row that is there another vector, and leaves what stands beside it."""
    named = [each.name for each in call.arguments if each.name]
    renews = call.method.startswith(("update", "Update")) and bool(named)
    return renews and all(map(_VECTOR.fullmatch, named))


_VECTOR = regex(r"(?i)(?:\w{1,20}_)?(?:embedding|vector)s?")
