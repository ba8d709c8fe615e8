"""Values of ours are what the standard decorator would make of them."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from agentaudit.values import frozen


@frozen
class Ours:
    """A value with every form of field that is used."""

    name: str
    count: int = 3
    marks: dict[str, int] = field(default_factory=dict, compare=False)
    secret: str = field(default="", repr=False)
    length: int = field(init=False)
    seen: list[int] = field(init=False, default_factory=list, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.name))


@dataclass(frozen=True, slots=True)
class Standard:
    """The same."""

    name: str
    count: int = 3
    marks: dict[str, int] = field(default_factory=dict, compare=False)
    secret: str = field(default="", repr=False)
    length: int = field(init=False)
    seen: list[int] = field(init=False, default_factory=list, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.name))


@frozen
class Longer(Ours):
    more: tuple[str, ...] = ()


@frozen
class Bare:
    pass


def test_it_is_made_and_told_like_a_dataclass() -> None:
    ours, standard = Ours("ab", marks={"x": 1}, secret="s"), Standard("ab", marks={"x": 1})
    assert repr(ours) == repr(standard).replace("Standard", "Ours")
    assert [each.name for each in fields(ours)] == [each.name for each in fields(standard)]
    assert Ours.__match_args__ == Standard.__match_args__
    assert not hasattr(ours, "__dict__")


def test_values_that_are_equal_are_one_key() -> None:
    assert Ours("a", marks={"x": 1}) == Ours("a")
    assert len({Ours("a"), Ours("a"), Ours("b"), Ours("a", secret="s")}) == 3
    assert {Ours("a")}.isdisjoint({Standard("a")})
    assert Bare() == Bare()


def test_nothing_is_set_or_deleted_after_it_was_made() -> None:
    ours = Ours("a")
    with pytest.raises(FrozenInstanceError):
        ours.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del ours.name
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]


def test_each_has_containers_of_its_own() -> None:
    first, second = Ours("a"), Ours("a")
    first.marks["x"] = 1
    first.seen.append(1)
    assert (second.marks, second.seen) == ({}, [])


def test_copies_changes_and_what_crosses_processes_are_whole() -> None:
    ours = Longer("abc", 1, more=("m",))
    assert replace(ours, name="d") == Longer("d", 1, more=("m",))
    assert pickle.loads(pickle.dumps(ours)) == ours
    assert copy.deepcopy(ours) == ours
    assert (ours.length, ours.more) == (3, ("m",))


def test_a_method_that_the_class_has_is_kept() -> None:
    @frozen
    class Told:
        name: str

        def __repr__(self) -> str:
            return "told"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Told) and other.name.lower() == self.name.lower()

    assert repr(Told("a")) == "told"
    assert Told("a") == Told("A")
    assert hash(Told("a")) == hash(Told("a"))
