"""How strong the evidence is that a component uses each known library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.code import Call, Import, Literal, Role, Setting, Strength, Syntax, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Dependency
from agentaudit.sources.git.knowledge import Hook, Knowledge


class Seen(Struct, frozen=True):
    """Everything that a component says, with the ecosystem of its code."""

    declared: Sequence[tuple[Dependency, str, frozenset[str]]]
    """Dependency, its name in the tables, its trades."""
    imports: Sequence[tuple[Import, str]]
    calls: Sequence[tuple[Call, str]]
    literals: Sequence[Literal]
    settings: Sequence[Setting]


class Uses:
    """Puts the evidence together."""

    def __init__(self, knowledge: Knowledge, seen: Seen) -> None:
        self._knowledge = knowledge
        self._seen = seen
        self._found: dict[tuple[str, str], Use] = {}
        """By trade and library."""
        self._set: dict[str, list[tuple[int, Setting]]] = {}
        """Lower-case name → settings, with their position among all."""
        for at, setting in enumerate(seen.settings):
            self._set.setdefault(setting.name.lower(), []).append((at, setting))
        self._by_text: dict[str, list[tuple[int, Literal]]] = {}
        for at, literal in enumerate(seen.literals):
            if literal.syntax is not Syntax.COMPARISON:
                self._by_text.setdefault(literal.text, []).append((at, literal))
        self._by_callee: dict[str, list[tuple[int, Call]]] = {}
        for at, (call, _) in enumerate(seen.calls):
            self._by_callee.setdefault(call.callee, []).append((at, call))

    def all(self) -> dict[str, tuple[Use, ...]]:
        """By trade, strongest first."""
        for found in (*self._declared(), *self._imported(), *self._called(), *self._hooked()):
            key = (found.trade, found.library)
            known = self._found.get(key)
            if known is None or _rank(found) > _rank(known):
                self._found[key] = found
        self._switch_off()
        by_trade: dict[str, list[Use]] = {}
        for use in self._found.values():
            by_trade.setdefault(use.trade, []).append(use)
        return {
            trade: tuple(sorted(uses, key=lambda u: (-u.strength, u.library)))
            for trade, uses in sorted(by_trade.items())
        }

    def _declared(self) -> Iterator[Use]:
        for dependency, name, trades in self._seen.declared:
            for trade in sorted(trades):
                yield Use(name, trade, Strength.DECLARED, dependency.place)

    def _imported(self) -> Iterator[Use]:
        for row, ecosystem in self._seen.imports:
            for name in row.names or ("",):
                module = f"{row.module}.{name}" if name else row.module
                for library in self._knowledge.of_import(ecosystem, module):
                    # Of a library that has this trade besides others only the calls speak.
                    if library.calls and not library.packaged and name not in library.calls:
                        continue
                    if library.by_import and row.role in self._knowledge.counts[library.trade]:
                        yield Use(library.name, library.trade, Strength.IMPORTED, row.place)

    def _called(self) -> Iterator[Use]:
        for call, ecosystem in self._seen.calls:
            for library in self._knowledge.of_import(ecosystem, call.callee):
                if library.calls and not library.calls & set(call.callee.split(".")):
                    continue
                if call.role in self._knowledge.counts[library.trade] and call.reached:
                    yield _used(library.name, library.trade, call)

    def _hooked(self) -> Iterator[Use]:
        for hook in self._knowledge.hooks:
            given = _picked(self._set, hook.settings)
            for setting in given if given and hook.is_read(self._names, self._modules) else ():
                if hook.fits(setting):
                    counts = _configures(setting.role, hook.trade)
                    strength = Strength.ON if counts else Strength.DECLARED
                    yield Use(hook.library, hook.trade, strength, setting.place)
            for literal in _picked(self._by_text, hook.texts):
                if _within(hook, literal):
                    yield Use(hook.library, hook.trade, Strength.ON, literal.place)
            for call in self._below(hook.calls):
                if call.role is Role.APP and call.reached:
                    yield _used(hook.library, hook.trade, call)

    @cached_property
    def _names(self) -> frozenset[str]:
        """Packages that are declared, and modules that are imported."""
        declared = (name.replace("_", "-") for _, name, _ in self._seen.declared)
        return self._modules.union(declared)

    @cached_property
    def _modules(self) -> frozenset[str]:
        return frozenset(row.module.replace("_", "-") for row, _ in self._seen.imports)

    def _switch_off(self) -> None:
        for hook in self._knowledge.off:
            for place, why in self._offs(hook):
                for key, use in self._found.items():
                    fits = hook.library in ("*", use.library) and hook.trade == use.trade
                    if fits and use.strength >= Strength.CALLED and use.off is None:
                        self._found[key] = replace(
                            use, strength=Strength.CALLED, off=place, why=why
                        )

    def _offs(self, hook: Hook) -> Iterator[tuple[Place, str]]:
        for setting in _picked(self._set, hook.settings):
            tried = _TRIED.search(setting.place.path)
            if hook.fits(setting) and _configures(setting.role, hook.trade) and not tried:
                yield setting.place, f"{setting.name}={setting.value[:40]}"
        for call in self._below(hook.calls):
            given = call.at(0)
            first = given.text if given is not None else None
            if call.role is not Role.APP or first in hook.unless:
                continue
            if call.condition is None or call.condition.default is not False:
                yield call.place, f"{call.callee} is called"

    def _below(self, names: Iterable[str]) -> list[Call]:
        """Calls at or below one of the names, in order."""
        starts = tuple(f"{name}." for name in names)
        if not starts:
            return []
        return _picked(self._by_callee, [n for n in self._by_callee if f"{n}.".startswith(starts)])


_Seen = TypeVar("_Seen")


def _picked(found: Mapping[str, Sequence[tuple[int, _Seen]]], names: Iterable[str]) -> list[_Seen]:
    """What goes by one of the names, in its order."""
    rows = [row for name in names for row in found.get(name, ())]
    return [each for _, each in sorted(rows, key=itemgetter(0))]


_ADDS = frozenset({"append", "extend", "add", "push", "insert"})


_TRIED = regex(
    r"(?i)(?:^|/)(?:docker-)?compose[._-](?:[\w-]{1,40}[._-])?(?:tests?|ci|dev\w{0,8}|local\w{0,8}|e2e"
    r"|candidate|debug|smoke|bench\w{0,6})(?:[._-][\w.-]{1,40})?\.ya?ml$|(?:^|/)\.env\.(?:test|ci|e2e)$"
)
"""Variants in which something is tried: what is off in one of them is on where it serves."""


def _configures(role: Role, trade: str) -> bool:
    """Whether a setting configures what is served; that of a workflow configures its own runs,
    which may train and measure but answer nobody."""
    served = role in (Role.APP, Role.INFRA, Role.TEMPLATE)
    return served or (role is Role.CI and trade != "tracing")


def _used(library: str, trade: str, call: Call) -> Use:
    condition = call.condition
    if condition is not None and condition.default is False:
        flag = condition.setting or condition.text
        why = f"behind {flag}, off by default"
        return Use(library, trade, Strength.CALLED, call.place, condition.place, why)
    if condition is not None and condition.setting and condition.default is None:
        why = f"only where {condition.text}"
        return Use(library, trade, Strength.CALLED, call.place, condition.place, why)
    return Use(library, trade, Strength.ON, call.place)


def _rank(use: Use) -> tuple[int, bool]:
    return use.strength, use.off is None


def _within(hook: Hook, literal: Literal) -> bool:
    owner, _, method = literal.callee.rpartition(".")
    targets = (literal.name, owner if method in _ADDS else literal.callee)
    return any(
        target == name or target.endswith("." + name) for target in targets for name in hook.within
    )
