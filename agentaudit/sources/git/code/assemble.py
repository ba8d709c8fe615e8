"""From the files of one component to its `Code`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from agentaudit.code import (
    Call,
    Code,
    Import,
    Literal,
    Prompt,
    Role,
    Setting,
    Syntax,
    Use,
)
from agentaudit.evidence import Place
from agentaudit.source import Dependency
from agentaudit.sources.git import libraries
from agentaudit.sources.git.code import prompts
from agentaudit.sources.git.code.imported import imported
from agentaudit.sources.git.code.index import Index, SourceFile
from agentaudit.sources.git.code.mentions import mentions
from agentaudit.sources.git.code.modules import Modules
from agentaudit.sources.git.code.reach import Reach, started
from agentaudit.sources.git.code.resolve import Resolver
from agentaudit.sources.git.code.rows import Rows
from agentaudit.sources.git.code.uses import Seen, Uses
from agentaudit.sources.git.knowledge import known
from agentaudit.sources.git.reader import Reader


class Repository:
    """The code of one tree; its parts are asked for by the files that belong to them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._index = Index(reader)
        self._modules = Modules(self._index)
        self._rows = Rows(reader.repo, self._modules, Reach(self._index, started(reader)))

    @property
    def paths(self) -> Iterable[str]:
        """Every source file that was found."""
        return self._index.files

    def role(self, path: str) -> Role:
        """Role of a file."""
        return self._reader.role(path)

    def keep(self) -> None:
        """Keep what was parsed for the next run."""
        self._index.keep()

    def imported(self, paths: Iterable[str]) -> frozenset[str]:
        """Files that the given ones import, if only through others; known of Python alone."""
        return imported(self._index, self._modules, paths)

    def mentions(self, names: Iterable[str]) -> dict[str, Place]:
        """The first line of code that names each file."""
        return mentions(self._reader.repo, self._index, names)

    def code(
        self,
        paths: Sequence[str],
        settings: Sequence[Setting],
        declared: Sequence[Dependency],
        prompt_files: Sequence[Prompt],
    ) -> Code:
        """What the given files say together."""
        files = [self._index.files[path] for path in paths]
        if all(file.problem for file in files):
            problem = files[0].problem if files else Code().problem
            used = self._used(declared, [], [], [], settings)
            return Code(problem=problem, settings=tuple(settings), used=used)
        settings = [*settings, *self._set_in_code(files)]
        resolver = Resolver(self._reader.repo, self._modules, _by_name(settings))
        imports = [(row, f.language.ecosystem) for f in files for row in self._rows.imports(f)]
        calls = [(c, f.language.ecosystem) for f in files for c in self._rows.calls(resolver, f)]
        literals = [each for file in files for each in self._rows.literals(file)]
        literals += _of_settings(settings)
        unread = [file for file in files if file.problem]
        return Code(
            read=True,
            problem=f"{len(unread)} files: {unread[0].problem}" if unread else "",
            files=len(files),
            languages=tuple(sorted({_language(file) for file in files})),
            imports=tuple(row for row, _ in imports),
            calls=tuple(call for call, _ in calls),
            literals=tuple(literals),
            prompts=(
                *prompts.inline(literals),
                *prompt_files,
                *prompts.fetched(call for call, _ in calls),
            ),
            settings=tuple(settings),
            used=self._used(declared, imports, calls, literals, settings),
        )

    def _used(
        self,
        declared: Sequence[Dependency],
        imports: Sequence[tuple[Import, str]],
        calls: Sequence[tuple[Call, str]],
        literals: Sequence[Literal],
        settings: Sequence[Setting],
    ) -> Mapping[str, tuple[Use, ...]]:
        named = [(d, libraries.package_name(d), libraries.trades(d)) for d in declared]
        seen = Seen(named, imports, calls, literals, settings)
        return MappingProxyType(Uses(known(), seen).all())

    def _set_in_code(self, files: Sequence[SourceFile]) -> Iterator[Setting]:
        """Variables of the environment that the code itself sets."""
        for file in files:
            for key, value in file.written.bindings.items():
                at = key.find("os.environ.")
                at = key.find("process.env.") if at < 0 else at
                if at >= 0 and value.kind == "text":
                    name = key.rpartition(".")[2]
                    place = Place(self._reader.repo, file.path, value.line)
                    yield Setting(name, key[at:], value.text or "", place, file.role)
            for call in file.written.calls:
                given = [each.value.text for each in call.arguments]
                if call.callee == "os.environ.setdefault" and len(given) > 1 and given[0]:
                    place = Place(self._reader.repo, file.path, call.line, call.text)
                    path = f"os.environ.{given[0]}"
                    yield Setting(given[0], path, given[1] or "", place, file.role)


def _language(file: SourceFile) -> str:
    return "typescript" if file.language.name == "tsx" else file.language.name


def _by_name(settings: Iterable[Setting]) -> dict[str, Setting]:
    """The first setting of each name, application files before others."""
    found: dict[str, Setting] = {}
    served = (each for each in settings if each.role not in _TRIED)
    for setting in sorted(served, key=lambda each: each.role is not Role.APP):
        found.setdefault(setting.name.lower().replace("-", "_"), setting)
    return found


_TRIED = (Role.CI, Role.EXAMPLE, Role.TEST)
"""Roles of settings that nobody is answered with: a workflow configures its own runs."""


def _of_settings(settings: Iterable[Setting]) -> Iterator[Literal]:
    from agentaudit.sources.git.code.sieve import sieve

    for setting in settings:
        if sieve().is_id(setting.value):
            yield Literal(
                setting.value,
                Syntax.SETTING,
                setting.name,
                "",
                setting.place,
                setting.role,
                "",
                len(setting.value),
            )
