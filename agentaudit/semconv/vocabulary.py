"""The table with a team's own names in front."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec.structs import replace

from agentaudit.semconv.keys import KEYS
from agentaudit.semconv.names import Convention, Key, Name, Status


class Vocabulary:
    """The table above with a team's own names in front: the only way attribute names are read.

    `aliases` maps one of our keys to further attribute names, tried first. `further` are attribute
    names that questions written in a rubric ask for: each is a key of its own.
    """

    def __init__(
        self,
        aliases: Mapping[str, Iterable[str]] | None = None,
        further: Iterable[str] = (),
    ) -> None:
        self._keys = {key.id: key for key in KEYS}
        for id, names in (aliases or {}).items():
            extra = tuple(Name(n, Convention.USER, Status.UNSPECIFIED) for n in names)
            self._keys[id] = replace(self._keys[id], names=extra + self._keys[id].names)
        for name in further:
            own = (Name(name, Convention.USER, Status.UNSPECIFIED),)
            self._keys.setdefault(name, Key(name, False, "asked for by the rubric", own))

    def __getitem__(self, id: str) -> Key:
        return self._keys[id]

    def among(self, attributes: Mapping[str, object], id: str) -> tuple[Name, ...]:
        """Names of a key, of which some may be among the attributes; none of them where it is
        certain that all are missing, as most are."""
        whole = self._whole[id]
        absent = whole is not None and attributes.keys().isdisjoint(whole)
        return () if absent else self._keys[id].names

    @cached_property
    def _whole(self) -> dict[str, frozenset[str] | None]:
        return {id: _whole(key) for id, key in self._keys.items()}

    def knows(self, id: str) -> bool:
        """Whether `id` is a key here: attributes of no key were not kept by any reader."""
        return id in self._keys

    @cached_property
    def exact(self) -> frozenset[str]:
        """Every attribute name that is looked up whole."""
        return frozenset(n.text for k in self._keys.values() for n in k.names if not n.prefix)

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """Beginnings of flattened lists."""
        return tuple(sorted({n.text for k in self._keys.values() for n in k.names if n.prefix}))

    def wants(self, name: str) -> bool:
        """Whether any key asks for the attribute `name`: a reader keeps no other."""
        return name in self.exact or name.startswith(self.prefixes)


def _whole(key: Key) -> frozenset[str] | None:
    """The attributes that a key is read from; None where one is the beginning of a name."""
    if any(name.prefix for name in key.names):
        return None
    return frozenset(name.text for name in key.names)
