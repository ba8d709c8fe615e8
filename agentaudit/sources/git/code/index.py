"""All source files of one tree: each read once, sieved, and parsed once whoever asks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentaudit.code import Role
from agentaudit.sources.git.code import languages
from agentaudit.sources.git.code.extract import extract
from agentaudit.sources.git.code.languages import Language
from agentaudit.sources.git.code.notebooks import source
from agentaudit.sources.git.code.sieve import Sieve, sieve
from agentaudit.sources.git.code.written import Written
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.roles import role

_PROMPTS = re.compile(r"(?i)(?:^|[/_.-])prompts?(?:[/_.-]|$)|Prompts?\.")
"""Paths of modules that may hold prompts and nothing that is known besides."""
_PARSED = 400_000
"""Largest source file that is parsed, in bytes: larger ones are data or made by a machine."""

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
        self.files: dict[str, SourceFile] = {}
        self._common: list[SourceFile] = []
        """Files that hold nothing but common words."""
        for path in reader.paths:
            language = languages.of(path)
            part = role(path) if language is not None else Role.VENDORED
            if language is not None and part not in (Role.VENDORED, Role.GENERATED):
                self.files[path] = self._read(path, language, part)
        step = len(self._common) // _SAMPLE + 1
        for file in self._common[::step]:
            self.parsed(file)

    def _read(self, path: str, language: Language, part: Role) -> SourceFile:
        found = self._reader.data(path)
        if isinstance(found, str):
            return SourceFile(path, language, part, b"", Written(), found)
        data = source(found) if path.endswith(".ipynb") else found
        file = SourceFile(path, language, part, data, Written())
        holds_prompts = part is Role.APP and _PROMPTS.search(path) is not None
        if holds_prompts or self._sieve.wanted(language.ecosystem, part, data):
            self.parsed(file)
        elif part is Role.APP and self._sieve.common(data):
            self._common.append(file)
        return file

    def parsed(self, file: SourceFile) -> SourceFile:
        """The file, parsed now."""
        file.looked = True
        if len(file.data) > _PARSED:
            file.problem = "too large to parse"
            return file
        try:
            file.written = extract(file.language, file.data, self._sieve)
        except ImportError:
            file.problem = f"no grammar for {file.language.name} is installed"
        return file
