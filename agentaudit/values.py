"""Values: what `dataclass(frozen=True, slots=True)` makes, in a third of the time at import.

A scan imports some two hundred, and the standard decorator compiles seven functions for each.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, NoReturn, TypeVar, dataclass_transform

__all__ = ["field", "frozen"]

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Made]) -> type[Made]:
    """The class with its fields in slots, that are set when one is made and never after.

    Fields are written as for a dataclass, and `dataclasses.replace` and `fields` take its values.
    """
    if not cls.__doc__:
        # else the standard decorator works out a signature, to be the text
        cls.__doc__ = cls.__name__
    own = {name for name, held in vars(cls).items() if held is not None}
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = list(made.__dataclass_fields__.values())
    compared = [each.name for each in fields if each.compare]
    made._compared = attrgetter(*compared) if compared else type
    made.__init__ = _init(made, fields)
    for name, method in _METHODS.items():
        if name not in own:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]  # the slots make it another class of the same kind


def _init(made: Any, fields: list[Field[Any]]) -> Any:
    """The one method that is compiled: its speed is what making a value costs."""
    names: dict[str, Any] = {"_missing": MISSING}
    taken, lines = ["self"], []
    for each in fields:
        name = each.name
        names[f"_set_{name}"] = getattr(made, name).__set__
        names[f"_default_{name}"] = each.default
        names[f"_make_{name}"] = each.default_factory
        factory = each.default_factory is not MISSING
        if each.init:
            plain = each.default is MISSING and not factory
            taken.append(name if plain else f"{name}=_default_{name}")
        if factory:
            given = f"{name} if {name} is not _missing else " if each.init else ""
            lines.append(f"_set_{name}(self, {given}_make_{name}())")
        elif each.init:
            lines.append(f"_set_{name}(self, {name})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    text = f"def __init__({', '.join(taken)}):\n " + "\n ".join(lines or ["pass"])
    exec(text, names)  # field names are of our own classes, and Python has read them as names
    return names["__init__"]


def _never_set(self: Any, name: str, value: Any) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _never_deleted(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (each.name for each in self.__dataclass_fields__.values() if each.repr)
    told = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({told})"


def _equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__dataclass_fields__]


def _restore(self: Any, state: list[Any]) -> None:
    for name, held in zip(self.__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, held)


_METHODS = {
    "__repr__": _repr,
    "__eq__": _equal,
    "__hash__": _hash,
    "__setattr__": _never_set,
    "__delattr__": _never_deleted,
    "__getstate__": _state,
    "__setstate__": _restore,
}
