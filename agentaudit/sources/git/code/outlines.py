"""The blocks of source files, made when somebody asks and kept between runs by their content."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

import msgspec

from agentaudit.blocks import Block
from agentaudit.sources.git.code import languages
from agentaudit.sources.git.code.cache import Said, key, stamp
from agentaudit.sources.git.code.extract import opened
from agentaudit.sources.git.code.languages import Language
from agentaudit.sources.git.code.outline import Outline
from agentaudit.sources.git.code.razor import script
from agentaudit.sources.git.reader import Reader

_LONGEST = 400_000
"""Largest file that is looked into, in bytes."""
_QUERY = "-blocks"
_MARK = "blocks"
"""What rows that are kept begin with, so that they are taken for nothing else."""


class Outlines:
    """Those of one tree."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._found: dict[str, tuple[Block, ...]] = {}
        self._made: dict[str, Said] = {}

    def of(self, path: str) -> tuple[Block, ...]:
        """The blocks of a file, the outermost first; none of one that cannot be read, is too large
        or in a language that is not read."""
        if path not in self._found:
            self._found[path] = self._of(path)
        return self._found[path]

    def keep(self) -> None:
        """Keep what was made for the next run."""
        self._reader.cache.keep(self._made)
        self._made = {}

    def _of(self, path: str) -> tuple[Block, ...]:
        language = _language(path)
        data = self._reader.data(path) if language is not None else ""
        if language is None or isinstance(data, str) or len(data) > _LONGEST:
            return ()
        data = script(data) if path.endswith(".razor") else data
        if not self._reader.cache.keeps:
            return outline(language, data)
        name = key(self._stamp, f"{language.name}{_QUERY}", data)
        found = _loaded(self._reader.cache.found([name]).get(name))
        if found is None:
            found = outline(language, data)
            self._made[name] = _MARK + msgspec.json.encode(found).decode()
        return found

    @cached_property
    def _stamp(self) -> str:
        return stamp()


def outline(language: Language, data: bytes) -> tuple[Block, ...]:
    """The blocks of a file; none where it is too intricate, or nobody installed its grammar."""
    try:
        leaf = opened(language, data, _QUERY)
    except ImportError:
        return ()
    return () if leaf is None else _in_characters(Outline(leaf).all(), data)


def _loaded(said: Said | None) -> tuple[Block, ...] | None:
    if not isinstance(said, str) or not said.startswith(_MARK):
        return None
    try:
        return msgspec.json.decode(said.removeprefix(_MARK), type=tuple[Block, ...])
    except (msgspec.DecodeError, RecursionError):
        return None


def _language(path: str) -> Language | None:
    if path.endswith(".ipynb"):  # its lines are none of the file
        return None
    return languages.of(path)


def _in_characters(found: tuple[Block, ...], data: bytes) -> tuple[Block, ...]:
    """The same, of which every offset is of characters instead of bytes."""
    if data.isascii():
        return found
    offsets = sorted({0, *(at for block in found for at in (block.start, block.inside, block.end))})
    so_far, known = 0, {0: 0}
    for before, after in pairwise(offsets):
        so_far += len(data[before:after].decode("utf-8", "replace"))
        known[after] = so_far
    return tuple(_moved(block, known) for block in found)


def _moved(block: Block, known: dict[int, int]) -> Block:
    return msgspec.structs.replace(
        block,
        start=known[block.start],
        inside=known[block.inside],
        end=known[block.end],
        tried=None if block.tried is None else _moved(block.tried, known),
    )
