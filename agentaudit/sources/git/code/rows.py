"""What single files say, in the words that probes ask in: made once, whichever components share a
file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from agentaudit.code import Argument, Call, Condition, Import, Literal, Setting, Syntax
from agentaudit.evidence import Place
from agentaudit.sources.git.code.flags import condition
from agentaudit.sources.git.code.index import SourceFile
from agentaudit.sources.git.code.modules import Modules
from agentaudit.sources.git.code.reach import Reach
from agentaudit.sources.git.code.resolve import Resolver
from agentaudit.sources.git.code.written import Written, WrittenCall
from agentaudit.sources.git.knowledge import known


class _Calls(NamedTuple):
    """Calls of one file, and what they rest on besides the files of the tree."""

    written: Written
    asked: Mapping[str, Setting | None]
    """The settings that were looked up, by name."""
    calls: list[Call]


class Rows:
    """Imports, texts and calls by file."""

    def __init__(self, repo: str, modules: Modules, reach: Reach) -> None:
        self._repo = repo
        self._modules = modules
        self._reach = reach
        self._imports: dict[str, tuple[Written, list[Import]]] = {}
        """By path, with what they were made of: a file may be parsed later than others ask."""
        self._literals: dict[str, tuple[Written, list[Literal]]] = {}
        self._calls: dict[str, list[_Calls]] = {}

    def imports(self, file: SourceFile) -> list[Import]:
        """What a file imports."""
        made = self._imports.get(file.path)
        if made is None or made[0] is not file.written:
            made = self._imports[file.path] = (file.written, list(self._imported(file)))
        return made[1]

    def literals(self, file: SourceFile) -> list[Literal]:
        """The texts of a file that are worth asking about."""
        made = self._literals.get(file.path)
        if made is None or made[0] is not file.written:
            made = self._literals[file.path] = (file.written, list(self._stated(file)))
        return made[1]

    def calls(self, resolver: Resolver, file: SourceFile) -> list[Call]:
        """The calls of a file, their arguments resolved with the settings of a component."""
        if not file.written.calls:
            return []
        before = self._calls.setdefault(file.path, [])
        for made in before:
            if made.written is file.written and resolver.sets(made.asked):
                return made.calls
        written, asked = file.written, resolver.note()
        calls = list(self._called(resolver, file))
        before.append(_Calls(written, asked, calls))
        return calls

    def _imported(self, file: SourceFile) -> Iterator[Import]:
        for row in file.written.imports:
            local = self._modules.is_local(file, row)
            meant = () if local else known().of_import(file.language.ecosystem, row.module)
            found = [library for library in meant if library.by_import]
            # A package names the module best; other entries only lend it one more trade.
            found.sort(key=lambda library: not library.packaged)
            yield Import(
                module=f".{row.module}" if local else row.module,
                names=tuple(each.name for each in row.taken if each.name),
                library=found[0].name if found else "",
                place=Place(self._repo, file.path, row.line, row.text),
                role=file.role,
            )

    def _stated(self, file: SourceFile) -> Iterator[Literal]:
        for row in file.written.literals:
            yield Literal(
                text=row.text,
                syntax=Syntax(row.syntax),
                name=row.name,
                callee=row.callee,
                place=Place(self._repo, file.path, row.line, row.shown),
                role=file.role,
                scope=row.scope,
                length=row.length,
            )

    def _called(self, resolver: Resolver, file: SourceFile) -> Iterator[Call]:
        repo = self._repo
        local = {row.module for row in file.written.imports if self._modules.is_local(file, row)}
        inside = tuple(f"{name}." for name in local)
        conditions: dict[tuple[str, int], Condition | None] = {}
        for row in file.written.calls:
            # the calls of one branch share the list of what stands around them
            key = (row.scope, id(row.guards))
            if row.guards and key not in conditions:
                conditions[key] = condition(resolver, repo, file, row.scope, row.guards)
            own = row.callee in local or row.callee.startswith(inside)
            yield Call(
                callee=f".{row.callee}" if own else row.callee,
                arguments=tuple(self._arguments(resolver, file, row)),
                place=Place(repo, file.path, row.line, row.text),
                role=file.role,
                scope=row.scope,
                condition=conditions.get(key),
                reached=self._reach.reached(file, row),
            )

    def _arguments(
        self, resolver: Resolver, file: SourceFile, row: WrittenCall
    ) -> Iterator[Argument]:
        for given in row.arguments:
            value = resolver.value(file, row.scope, given.value)
            yield Argument(given.name, given.position, value)
