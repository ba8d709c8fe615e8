"""What a component does itself, of all that its code shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.code import Code, Prompt, Role, Setting, Strength, Syntax, Use
from agentaudit.expressions import regex
from agentaudit.source import Dependency
from agentaudit.sources.git import asked
from agentaudit.sources.git.code.assemble import Repository
from agentaudit.sources.git.reader import Reader, ancestors, inside
from agentaudit.trades import AGENTIC, acts, is_protocol

_ADDRESS = regex(
    r"/chat/completions|/images/generations|/openai/deployments/|/v1/(?:messages|embeddings|responses)\b"
    r"|:(?:streamG|g)enerateContent\b|/api/generate\b",
    words=("/chat/completions", "/openai/deployments/", "/v1/", "enerat"),
)
"""Where providers answer."""
_PATH = regex(
    r"[}`\"']/chat/completions[\"'`]|:(?:streamG|g)enerateContent\b",
    words=("/chat/completions", "enerateContent"),
)
"""The same where an application may have addresses of its own that are written alike."""
_UNREAD = (".rs", ".rb", ".php", ".ex", ".exs", ".dart", ".swift", ".kt")
_THIN = 3
"""Files of a component that is no more than an entry to a library."""


class Share(Struct):
    """What belongs to one component."""

    sources: list[str] = field(default_factory=list)
    lent: dict[str, bool] = field(default_factory=dict)
    """Those of them that are not its own → whether nothing in them says what it does."""
    settings: list[Setting] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)

    def shows(self, use: Use) -> bool:
        """Whether the place of a use is of this component."""
        path = use.place.path
        if path not in self.lent:
            return True
        return use.strength >= Strength.CALLED and not self.lent[path]


class Doing:
    """Tells what is a component's own from what it shares with others."""

    def __init__(
        self,
        reader: Reader,
        repository: Repository,
        shares: Mapping[str, Share],
        parts: Mapping[str, Sequence[Dependency]],
    ) -> None:
        self._reader = reader
        self._repository = repository
        self._shares = shares
        self._parts = parts

    def does(self, home: str, code: Code) -> frozenset[str] | None:
        """Trades that a component follows itself; None where all of its code is its own. A library
        that it shares says so only where its calls are reached, a library of that library never,
        and neither does a file outside of every project."""
        share = self._shares[home]
        used = {trade: list(filter(acts, code.used.get(trade, ()))) for trade in AGENTIC}
        carries = any(is_protocol(use.library) for t in AGENTIC for use in code.used.get(t, ()))
        asks = code.posts and self._posts(home, code)
        if not asks and not any(used[trade] for trade in ("model", "agent", "embedding")):
            unread = (path for path in self._unread if self._innermost(path) == home)
            paths = self._whole(home) | self._imported(share)
            asks = asked.appends(self._reader, (*sorted(paths), *unread))
        if not share.lent and asks == code.posts and not (carries and not any(used.values())):
            return None
        found = {trade for trade, uses in used.items() if any(map(share.shows, uses))}
        if any(uses for trade, uses in used.items() if trade not in found):
            found |= self._own(home)
        # An address in the settings of several is asked by the one that appends the path to it.
        told = self._whole(home) if (carries or code.posts) and not found else ()
        if asks or any(self._names(path, shared=not carries) for path in told):
            found.add("model")
        return frozenset(found)

    @cached_property
    def _unread(self) -> tuple[str, ...]:
        """Files in languages that are not parsed."""
        return tuple(path for path in self._reader.app if path.endswith(_UNREAD))

    def _innermost(self, path: str) -> str | None:
        """The component that a file stands in."""
        return next((home for home in ancestors(path) if home in self._parts), None)

    def _posts(self, home: str, code: Code) -> bool:
        """Whether what asks a provider without a library is of a component: neither a setting that
        stands beside several of them, nor a library, but for one that is all that it starts."""
        sources, alone = self._whole(home), len(self._parts) == 1
        own = tuple(
            each
            for each in code.literals
            if (
                alone or inside(each.place.path, home)
                if each.syntax is Syntax.SETTING
                else each.place.path in sources
            )
        )
        return replace(code, literals=own).posts

    def _whole(self, home: str) -> set[str]:
        """Files that are of a component as a whole: its own, and those of the libraries to which
        it is no more than an entry."""
        share = self._shares[home]
        own = {path for path in share.sources if path not in share.lent}
        thin = len(own) <= _THIN
        return own | {path for path, far in share.lent.items() if thin and not far}

    def _imported(self, share: Share) -> frozenset[str]:
        """Files of libraries that the component's own import, if only through others."""
        own = (path for path in share.sources if path not in share.lent)
        return self._repository.imported(own) & share.lent.keys() if share.lent else frozenset()

    def _own(self, home: str) -> set[str]:
        """Trades of what its own files import."""
        share = self._shares[home]
        sources = [path for path in share.sources if path not in share.lent]
        code = self._repository.code(sources, share.settings, self._parts[home], ())
        return {trade for trade in AGENTIC if any(map(acts, code.used.get(trade, ())))}

    def _names(self, path: str, *, shared: bool) -> bool:
        """Whether a file names the address of a model, which it needs no library to call."""
        where = _PATH if shared else _ADDRESS
        own = self._reader.role(path) is Role.APP
        return own and bool(where.search(self._reader.text(path) or ""))
