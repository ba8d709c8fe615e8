"""All source files of one tree: each read once, sieved, and parsed once whoever asks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentaudit.code import Role
from agentaudit.sources.git.code import languages
from agentaudit.sources.git.code.cache import key, stamp
from agentaudit.sources.git.code.extract import extract
from agentaudit.sources.git.code.languages import Language
from agentaudit.sources.git.code.notebooks import source, unveiled
from agentaudit.sources.git.code.sieve import Sieve, sieve
from agentaudit.sources.git.code.written import Written
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.roles import role

_PROMPTS = re.compile(r"(?i)(?:^|[/_.-])prompts?(?:[/_.-]|$)|Prompts?\.")
"""Paths of modules that may hold prompts and nothing that is known besides."""
_PARSED = 400_000
"""Largest source file that is parsed, in bytes: larger ones are data or made by a machine."""

_POINTER = b"version https://git-lfs.github.com/spec/"
_SAMPLE = 40
"""Files with nothing but common words that are parsed, evenly over the paths."""


@dataclass(slots=True)
class SourceFile:
    """One file of source code."""

    path: str
    language: Language
    role: Role
    data: bytes
    written: Written
    """Empty where the sieve kept nothing of it."""
    problem: str = ""
    """Why nothing is known of it; empty otherwise."""
    aliases: dict[str, str] | None = None
    """Local name → dotted name of what it imports, once somebody asked."""
    looked: bool = False
    """Whether it was parsed."""


class Index:
    """Every source file of a tree that is its own, by path."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._sieve: Sieve = sieve()
        self._cache = reader.cache
        self._stamp = stamp()
        self._known: dict[str, Written] = {}
        self._made: dict[str, Written] = {}
        self.files: dict[str, SourceFile] = {}
        self._common: list[SourceFile] = []
        """Files that hold nothing but common words."""
        wanted: list[SourceFile] = []
        for path in reader.paths:
            language = languages.of(path)
            part = role(path) if language is not None else Role.VENDORED
            if language is not None and part not in (Role.VENDORED, Role.GENERATED):
                self.files[path] = file = self._read(path, language, part)
                if self._asks(file):
                    wanted.append(file)
        wanted += self._common[:: len(self._common) // _SAMPLE + 1]
        self._known = self._cache.found(map(self._key, wanted))
        self._late = False
        for file in wanted:
            self.parsed(file)
        self._late = True

    def _asks(self, file: SourceFile) -> bool:
        """Whether the file is worth parsing for itself."""
        if file.problem:
            return False
        if file.role is Role.APP and _PROMPTS.search(file.path):
            return True
        if self._sieve.wanted(file.language.ecosystem, file.role, file.data):
            return True
        if file.role is Role.APP and self._sieve.common(file.data):
            self._common.append(file)
        return False

    def _key(self, file: SourceFile) -> str:
        return key(self._stamp, file.language.name, file.data)

    def keep(self) -> None:
        """Keep what was parsed for the next run."""
        self._cache.keep(self._made)
        self._made = {}

    def _read(self, path: str, language: Language, part: Role) -> SourceFile:
        found = self._reader.data(path)
        if isinstance(found, bytes) and found.startswith(_POINTER):
            found = "a Git LFS pointer, not the file"
        if isinstance(found, str):
            return SourceFile(path, language, part, b"", Written(), found)
        data = source(found) if path.endswith(".ipynb") else unveiled(found)
        return SourceFile(path, language, part, data, Written())

    def parsed(self, file: SourceFile) -> SourceFile:
        """The file, parsed now."""
        file.looked = True
        if len(file.data) > _PARSED:
            file.problem = "too large to parse"
            return file
        name = self._key(file)
        known = self._known.pop(name, None)
        if known is None and self._late:
            known = self._cache.found([name]).get(name)
        try:
            file.written = known or extract(file.language, file.data, self._sieve)
        except ImportError:
            file.problem = f"no grammar for {file.language.name} is installed"
            return file
        if known is None:
            self._made[name] = file.written
        if file.written.intricate:
            file.problem = "too intricate to parse"
        return file
