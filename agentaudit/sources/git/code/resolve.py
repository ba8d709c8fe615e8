"""One hop: from a name in one file to the text that it stands for, there or elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from agentaudit.code import Setting, Value
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.sources.git.code.index import SourceFile
from agentaudit.sources.git.code.modules import Modules
from agentaudit.sources.git.code.written import OWNER, Expression

_PASSED_ON = 2
"""Modules on the way to a name that do no more than import it."""
_UNSET = frozenset({"None", "null", "nil", "undefined"})

_CLASS = regex(r"(?:Settings|Config|Configuration|Options|Properties|Env)$")
_SETTINGS = regex(r"(?i)settings|config|cfg|options|props|env|self|this")
"""How things are called that hold what can be set."""
_MOST_CLASSES = 20

_TEMPLATE = regex(r"(?i)env[^/]*(?:example|sample|template|dist)|(?:example|sample)[^/]*env")


class Bound(NamedTuple):
    """What a name stands for, and where."""

    file: SourceFile
    value: Expression
    via: str


class Resolver:
    """Follows names of one tree; `settings` are the values outside of the code by lower-case
    name."""

    def __init__(self, repo: str, modules: Modules, settings: Mapping[str, Setting]) -> None:
        self._repo = repo
        self._modules = modules
        self._settings = settings
        self._classes: dict[tuple[str, str], Bound | None] = {}
        self._noted: dict[str, Setting | None] = {}

    def value(self, file: SourceFile, scope: str, given: Expression, text: str = "") -> Value:
        """What an argument is."""
        here = Place(self._repo, file.path, given.line or None, text)
        written = given.written
        if given.kind == "text":
            return _of_text(given.text, here, "literal", "", "")
        if given.kind == "environment":
            return self._environment(given, here, written)
        if given.kind == "name":
            found = self.bound(file, scope, given.name)
            if found is not None:
                return self._followed(found, given, here)
            if given.text is not None:
                return Value(given.text, here, "default", written, given.name)
            return self._by_setting(given.name, here, written)
        why = "the result of a call" if given.kind == "call" else "made at run time"
        return Value(None, here, why, written)

    def note(self) -> dict[str, Setting | None]:
        """Where every setting that is looked up from now on is put down, by name."""
        self._noted = {}
        return self._noted

    def sets(self, noted: Mapping[str, Setting | None]) -> bool:
        """Whether the settings that were put down are these here."""
        return all(self._settings.get(name) == setting for name, setting in noted.items())

    def _setting(self, name: str) -> Setting | None:
        key = name.lower().replace("-", "_")
        setting = self._noted[key] = self._settings.get(key)
        return setting

    def deployed(self, name: str) -> Setting | None:
        """What a deployment sets a variable to; templates of environment files set nothing."""
        setting = self._setting(name)
        return None if setting is None or _TEMPLATE.search(setting.place.path) else setting

    def _environment(self, given: Expression, here: Place, written: str) -> Value:
        if given.text is not None:
            return Value(given.text, here, "environment", written, given.name)
        setting = self._setting(given.name)
        if setting is not None and setting.value:
            return Value(setting.value, setting.place, "setting", written, given.name)
        return Value(None, here, "environment without a default", written, given.name)

    def _by_setting(self, name: str, here: Place, written: str) -> Value:
        last = name.rpartition(".")[2]
        setting = self._setting(last) if "." in name else None
        if setting is not None and setting.value:
            return Value(setting.value, setting.place, "setting", written, last)
        return Value(None, here, "a name that is bound elsewhere", written, "")

    def _followed(self, found: Bound, given: Expression, here: Place) -> Value:
        value = found.value
        place = Place(self._repo, found.file.path, value.line or None, value.written)
        if value.kind == "text":
            name = given.name.rpartition(".")[2] if found.via == "field" else ""
            return _of_text(value.text, place, found.via, given.written, name)
        if value.kind == "environment":
            return self._environment(value, place, given.written)
        if value.text is not None:
            return Value(value.text, place, "default", given.written, value.name)
        return self._second(found, given) or Value(
            None, here, "more than one hop away", given.written
        )

    def _second(self, first: Bound, given: Expression) -> Value | None:
        """Where a name stands for another: `self.name = settings.model`."""
        name = first.value.name
        found = self.bound(first.file, "", name) if name else None
        if found is None:
            return None
        value, written = found.value, given.written
        place = Place(self._repo, found.file.path, value.line or None, value.written)
        if value.kind == "environment":
            return self._environment(value, place, written)
        if value.kind == "text":
            field = name.rpartition(".")[2] if found.via == "field" else ""
            return _of_text(value.text, place, found.via, written, field)
        return None

    def bound(self, file: SourceFile, scope: str, name: str) -> Bound | None:
        """What a dotted name is bound to, in the scope, the module, or a module it imports."""
        bindings = file.written.bindings
        inner, bare = scope, OWNER.sub("", name)
        while inner:
            if (found := bindings.get(f"{inner}.{bare}")) is not None:
                return Bound(
                    file, found, "field" if bare != name else "dict" if "." in name else "default"
                )
            inner = inner.rpartition(".")[0]
        for candidate in _candidates(name):
            if (found := bindings.get(candidate)) is not None:
                return Bound(file, found, _via(candidate))
        first, dot, rest = name.partition(".")
        meant = _aliases(file).get(first)
        found_there = self._imported(file, f"{meant}{dot}{rest}" if meant else name)
        if found_there is None and rest and not meant:
            if own := self._instance(file, name):
                return Bound(file, own, "field")
            return self._of_class(file, name) if _SETTINGS.search(first) else None
        return found_there

    def _imported(self, file: SourceFile, name: str, left: int = _PASSED_ON) -> Bound | None:
        """In a module of the tree that the file imports, or one that this one passes on."""
        for other, rest in self._modules.of(file, name):
            bindings = other.written.bindings
            for candidate in _candidates(rest):
                if (found := bindings.get(candidate)) is not None:
                    return Bound(other, found, _via(candidate))
            if "." in rest and (found := self._instance(other, rest)) is not None:
                return Bound(other, found, "field")
            first, dot, last = rest.partition(".")
            if left and (meant := _aliases(other).get(first)):
                return self._imported(other, f"{meant}{dot}{last}", left - 1)
        return None

    def _instance(self, file: SourceFile, name: str) -> Expression | None:
        """`settings.model`, where `settings` is made from a class with a field `model`: the only
        class of that module, or of one that it imports, that has the field."""
        field = name.rpartition(".")[2]
        bindings = file.written.bindings
        found = [key for key in bindings if key.endswith("." + field) and key[:1].isupper()]
        return bindings[found[0]] if len(found) == 1 else None

    def _of_class(self, file: SourceFile, name: str) -> Bound | None:
        """The same, where the file imports the class by its name."""
        field = name.rpartition(".")[2]
        key = (file.path, field)
        if key not in self._classes:
            classes = [meant for alias, meant in _aliases(file).items() if _CLASS.search(alias)]
            found = [self._imported(file, f"{each}.{field}") for each in classes[:_MOST_CLASSES]]
            bound = [each for each in found if each is not None and each.via == "field"]
            self._classes[key] = bound[0] if len(bound) == 1 else None
        return self._classes[key]


def _of_text(text: str | None, place: Place, via: str, written: str, name: str) -> Value:
    """A text, or what the language has for none."""
    if text in _UNSET:
        return Value(None, place, "nothing unless it is set", written or text or "", name)
    return Value(text, place, via, written, name)


def _aliases(file: SourceFile) -> dict[str, str]:
    """Local name → dotted name of everything that the file imports."""
    if file.aliases is None:
        file.aliases = {
            taken.alias: f"{row.module}.{taken.name}" if taken.name else row.module
            for row in file.written.imports
            for taken in row.taken
        }
    return file.aliases


def _candidates(name: str) -> list[str]:
    """The name as it may be bound: with its owner, without `.value`."""
    name = name.removesuffix(".value")
    parts = name.split(".")
    found = [name]
    if len(parts) > 2:
        found.append(".".join(parts[-2:]))
    if parts[0] in ("self", "this", "cls"):
        found.append(parts[-1])
    return found


def _via(name: str) -> str:
    head, _, last = name.rpartition(".")
    if not head:
        return "constant"
    if head[:1].isupper() and (len(head) == 1 or not head.isupper()):
        return "enum" if last.isupper() else "field"
    return "dict"
