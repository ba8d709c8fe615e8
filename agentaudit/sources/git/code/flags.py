"""Whether a condition holds when nobody configures anything."""

from __future__ import annotations

from typing import Any

from agentaudit.code import Condition
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.sources.git.code.index import SourceFile
from agentaudit.sources.git.code.resolve import Resolver
from agentaudit.sources.git.code.written import Expression, Guard

_FALSE = frozenset({"false", "0", "", "no", "off", "none", "null", "nil", "undefined"})
_ALWAYS = regex(r"__name__|TYPE_CHECKING|require\.main|import\.meta\.main")
"""Conditions that say how the file is run."""
_CONFIGURES = regex(r"(?i)(?:\w+\.)*\w*(?:settings?|config|cfg|flags?|features?|options)\w*[.(]")
"""Names of what holds the configuration."""
_SPECIFIC = regex(r"[A-Za-z0-9]_[A-Za-z0-9]|[a-z][A-Z]|^[A-Z]{6}")
"""A name of more than one word: `enabled` alone stands in every file."""
_PRODUCTION = frozenset({"production", "prod", "live"})


def condition(
    resolver: Resolver, repo: str, file: SourceFile, scope: str, guards: list[Guard]
) -> Condition | None:
    """The innermost condition that does not always hold; one that is off by default wins."""
    found: list[Condition] = []
    guards = [guard for guard in guards if not _ALWAYS.search(guard.text)]
    for guard in guards:
        holds, setting = _Asked(resolver, file, scope).truth(guard.logic)
        place = Place(repo, file.path, guard.line, guard.text)
        if setting or holds is False:
            found.append(Condition(guard.text, holds, setting, place))
    for telling in (False, None, True):
        for each in found:
            if each.default is telling:
                return each
    if guards:
        first = guards[0]
        return Condition(first.text, None, "", Place(repo, file.path, first.line, first.text))
    return None


class _Asked:
    """One condition."""

    def __init__(self, resolver: Resolver, file: SourceFile, scope: str) -> None:
        self._resolver = resolver
        self._file = file
        self._scope = scope

    def truth(self, logic: list[Any]) -> tuple[bool | None, str]:
        """Whether it holds by default, and the setting or variable that it asks."""
        kind = logic[0]
        if kind == "not":
            holds, setting = self.truth(logic[1])
            return None if holds is None else not holds, setting
        if kind in ("and", "or"):
            return self._both(kind, logic)
        if kind == "truth":
            value, setting = self._value(logic[1])
            if value is None:
                asked = logic[1][0] == "environment"
                return (False if setting and asked else None), setting
            return value.strip().lower() not in _FALSE, setting
        if kind in ("==", "in"):
            value, setting = self._value(logic[1])
            texts = [logic[2]] if kind == "==" else logic[2]
            if value is None:
                return self._unset(setting, texts), setting
            return value.lower() in [text.lower() for text in texts], setting
        return None, ""

    def _unset(self, setting: str, texts: list[str]) -> bool | None:
        """A variable that nothing sets equals no text; which environment it is nobody can say."""
        named = any(text.lower() in _PRODUCTION for text in texts)
        return False if setting and not named else None

    def _both(self, kind: str, logic: list[Any]) -> tuple[bool | None, str]:
        sides = [self.truth(side) for side in logic[1:3]]
        setting = next((setting for holds, setting in sides if setting), "")
        decisive = kind == "or"
        if any(holds is decisive for holds, _ in sides):
            return decisive, setting
        if all(holds is not None for holds, _ in sides):
            return not decisive, setting
        return None, setting

    def _is_state(self, expression: Expression) -> bool:
        """Whether the function itself sets what it asks, to do something only once: it begins with
        what the file says."""
        bindings = self._file.written.bindings
        first, later = (
            bindings.get(expression.name),
            bindings.get(f"{self._scope}.{expression.name}"),
        )
        texts = [each.text for each in (first, later) if each is not None and each.kind == "text"]
        return expression.kind == "name" and len(set(texts)) > 1

    def _value(self, given: list[Any]) -> tuple[str | None, str]:
        """The default value of what is asked, and the setting that would change it."""
        expression = Expression(*given)
        if expression.kind == "text":
            return expression.text, ""
        if self._is_state(expression):
            return self._file.written.bindings[expression.name].text, ""
        found = self._resolver.value(self._file, self._scope, expression)
        named = expression.name if expression.kind == "environment" else found.name
        named = named or expression.name.rpartition(".")[2]
        specific = expression.kind == "environment" or _SPECIFIC.search(named)
        if specific and (setting := self._resolver.deployed(named)) is not None and setting.value:
            return setting.value, named
        if expression.kind == "environment":
            return found.text if found.via == "environment" else None, expression.name
        if expression.kind == "name":
            flag = expression.name.rpartition(".")[2]
            if found.text is not None and found.via != "setting":
                return found.text, found.name or flag
            if found.via == "nothing unless it is set":
                return "", found.name or flag
            if _CONFIGURES.match(expression.name):
                return None, flag
            if found.name:
                return None, found.name
        return None, ""
