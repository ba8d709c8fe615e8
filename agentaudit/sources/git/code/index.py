"""All source files of one tree: each read once, sieved, and parsed once whoever asks."""

from __future__ import annotations

from msgspec import Struct

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.code import go_left, languages
from agentaudit.sources.git.code.cache import Said, key, stamp
from agentaudit.sources.git.code.extract import extract
from agentaudit.sources.git.code.languages import Language
from agentaudit.sources.git.code.minified import is_minified
from agentaudit.sources.git.code.notebooks import source, unveiled
from agentaudit.sources.git.code.razor import program
from agentaudit.sources.git.code.sieve import Sieve, sieve
from agentaudit.sources.git.code.written import Written
from agentaudit.sources.git.reader import Reader, directory

_PROMPTS = regex(r"(?i)(?:^|[/_.-])prompts?(?:[/_.-]|$)|Prompts?\.")
"""Paths of modules that may hold prompts and nothing that is known besides."""
_PARSED = 400_000
"""Largest source file that is parsed, in bytes: larger ones are data or made by a machine."""

_POINTER = b"version https://git-lfs.github.com/spec/"
_NOTHING, _COMMON = "nothing", "common"
_SAMPLE = 40
"""Files with nothing but common words that are parsed, evenly over the paths."""
_UNASKED = Written()
"""What files say that were not parsed."""


class SourceFile(Struct):
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
        self._stamp = stamp() if self._cache.keeps else ""
        self._made: dict[str, Said] = {}
        self.files: dict[str, SourceFile] = {}
        left = go_left.left(reader)
        for path in reader.paths:
            language = languages.of(path) if directory(path) not in left else None
            part = reader.role(path) if language is not None else Role.VENDORED
            if language is None or part in (Role.VENDORED, Role.GENERATED):
                continue
            file = self._read(path, language, part)
            if not is_minified(path, file.data):
                self.files[path] = file
        asked = {path: self._key(file) for path, file in self.files.items() if not file.problem}
        known = self._cache.found(asked.values())
        common = []
        for path, name in asked.items():
            said = known.get(name) or self._asked(self.files[path])
            if said == _COMMON:
                common.append(path)
            self._take(self.files[path], name, said, fresh=name not in known)
        for path in common[:: len(common) // _SAMPLE + 1]:
            self.parsed(self.files[path])
        self._sieve.forget()

    def _asked(self, file: SourceFile) -> Said:
        """What the file says, if it is worth parsing for itself."""
        if file.role is Role.APP and _PROMPTS.search(file.path):
            return self._extracted(file)
        if self._sieve.wanted(file.language.ecosystem, file.role, file.data):
            return self._extracted(file)
        common = file.role is Role.APP and self._sieve.common(file.data)
        return _COMMON if common else _NOTHING

    def _take(self, file: SourceFile, name: str, said: Said, *, fresh: bool) -> None:
        if isinstance(said, Written):
            file.written, file.looked = said, True
            file.problem = file.problem or ("too intricate to parse" if said.intricate else "")
        if (
            fresh
            and self._cache.keeps
            and (not file.problem or (isinstance(said, Written) and said.intricate))
        ):
            self._made[name] = said

    def _key(self, file: SourceFile, asked: str = "") -> str:
        """By its place too: some files are asked for where they stand."""
        if not self._cache.keeps:
            return file.path
        prompts = file.role is Role.APP and bool(_PROMPTS.search(file.path))
        kind = f"{file.language.name}-{asked or file.role.value}{'-prompts' * prompts}"
        return key(self._stamp, kind, file.data)

    def _extracted(self, file: SourceFile) -> Written:
        if len(file.data) > _PARSED:
            # Declarations of types, which tools generate by the megabyte, do nothing.
            declares = file.path.endswith((".d.ts", ".d.mts", ".d.cts", ".pyi"))
            file.problem = "" if declares else "too large to parse"
            return Written()
        try:
            return extract(file.language, file.data, self._sieve)
        except ImportError:
            file.problem = f"no grammar for {file.language.name} is installed"
            return Written()

    def keep(self) -> None:
        """Keep what was parsed for the next run."""
        self._cache.keep(self._made)
        self._made = {}

    def _read(self, path: str, language: Language, part: Role) -> SourceFile:
        found = self._reader.data(path)
        if isinstance(found, bytes) and found.startswith(_POINTER):
            found = "a Git LFS pointer, not the file"
        if isinstance(found, str):
            return SourceFile(path, language, part, b"", _UNASKED, found)
        return SourceFile(path, language, part, _code(path, found), _UNASKED)

    def parsed(self, file: SourceFile) -> SourceFile:
        """The file, parsed whatever is in it."""
        name = self._key(file, "parsed")
        known = self._cache.found([name]).get(name)
        said = known if isinstance(known, Written) else self._extracted(file)
        file.looked = True
        self._take(file, name, said, fresh=known is None)
        return file


def _code(path: str, data: bytes) -> bytes:
    """What is code in a file, every line where it was."""
    if path.endswith(".razor"):
        return program(data)
    return source(data) if path.endswith(".ipynb") else unveiled(data)
