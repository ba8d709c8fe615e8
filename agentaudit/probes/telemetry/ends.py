"""Where exceptions of models' calls end."""

from __future__ import annotations

from msgspec import Struct

from agentaudit.evidence import Place

_MANY, _RARE = 5, 8
"""Questions to models, and the share of them that may fail unheard."""
_PART = 5
"""That share of what is asked."""
_FAR = 3
"""So many times more places lose one than keep it where those that keep it are few."""


class Fates(Struct, frozen=True):
    """Where exceptions of models' calls end."""

    kept: tuple[Place, ...] = ()
    """Heads of blocks that catch one and keep its traceback."""
    lost: tuple[Place, ...] = ()
    """Heads of blocks that catch one and neither keep its traceback nor pass it on."""
    leaving: tuple[Place, ...] = ()
    """Functions that one leaves, and that nobody calls by name."""
    nothing_holds: bool = False
    """Whether no block of the whole program catches any exception and loses it; looked at only
    where none catches those of models."""

    asked: int = 0
    """Lines where models are asked."""
    failing: int = 0
    """Those of them whose exception is lost on some way."""

    @property
    def is_kept(self) -> bool:
        """Whether whatever catches one keeps its traceback."""
        return bool(self.kept) and not self.lost

    @property
    def is_free(self) -> bool:
        """Whether nothing catches one."""
        return bool(self.leaving) and not self.kept and not self.lost

    @property
    def only_lost(self) -> bool:
        """Whether whatever catches one loses it."""
        return bool(self.lost) and not self.kept

    @property
    def is_lost(self) -> bool:
        """Whether nothing keeps one, and as much is lost as leaves; or half of what is asked fails
        unheard, in far more places than keep one."""
        most = self.only_lost and len(self.lost) >= len(self.leaving)
        return most or (self.fails_often and len(self.lost) > _FAR * len(self.kept))

    @property
    def fails_often(self) -> bool:
        """Whether half of what is asked fails unheard."""
        return self.failing > 0 and self.failing * 2 >= self.asked

    @property
    def fails_in_part(self) -> bool:
        """Whether more than a fifth of all questions fails unheard on some way; one question alone
        may not be the one that answers."""
        return self.asked > 1 and self.failing * _PART > self.asked

    def passes_on(self, lacking: int) -> bool:
        """Whether nearly everything that is asked lets its exceptions pass, or keeps them, and not
        many more reports lack a traceback than are asked; of few questions one alone may be the
        answer."""
        few = self.failing * _RARE <= self.asked and lacking * 4 <= self.asked * 5
        return self.asked >= _MANY and few and bool(self.leaving)
