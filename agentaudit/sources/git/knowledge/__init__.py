"""What is known about libraries, hooks and words, by trade: data files, read once.

README.md beside this file is the schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.code import Role, Setting
from agentaudit.sources.git.knowledge.ready import said

ECOSYSTEMS = ("python", "node", "go", "java", "dotnet", "rust")


class Library(Struct, frozen=True):
    """One library of one trade in one ecosystem."""

    name: str
    packaged: bool
    """Whether a package of that name declares it."""
    trade: str
    ecosystem: str
    imports: tuple[str, ...]
    calls: frozenset[str]
    """Last parts of dotted names that are a use; empty: every call is."""
    shown: bool = False
    """Whether what is imported only shows on pages what others answered: no use of its trade."""

    @property
    def by_import(self) -> bool:
        """Whether an import alone says that it is used for its trade."""
        return self.packaged or not self.calls


class Hook(Struct, frozen=True):
    """What switches a library on without an import, or off."""

    library: str
    trade: str
    texts: frozenset[str] = frozenset()
    within: tuple[str, ...] = ()
    settings: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    calls: tuple[str, ...] = ()
    unless: frozenset[str] = frozenset()
    readers: tuple[str, ...] = ()
    """Packages and modules that ask for the settings, or bring what does; empty: not told."""
    imported: tuple[str, ...] = ()
    """Those that say nothing where they are only declared: others need them, too."""
    exact: bool = False
    """Whether the library takes the values only as they are spelled."""

    def fits(self, setting: Setting) -> bool:
        """Whether a setting has a value that counts, unless somebody sets another."""
        value = setting.default if self.exact else setting.default.lower()
        return value in self.values if self.values else bool(value)

    def is_read(self, names: Iterable[str], imported: Iterable[str]) -> bool:
        """Whether one of these packages and modules, of which some are imported, asks for the
        settings."""
        if not (self.readers or self.imported):
            return True
        return _is_below(names, self.readers) or _is_below(imported, self.imported)


def _is_below(names: Iterable[str], parts: Iterable[str]) -> bool:
    starts = tuple(f"{part}{end}" for part in parts for end in "-./:")
    return any(f"{name}/".startswith(starts) for name in names)


class Knowledge(Struct):
    """All files together."""

    trades: list[str] = field(default_factory=list)
    counts: dict[str, frozenset[Role]] = field(default_factory=dict)
    libraries: list[Library] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    off: list[Hook] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    """Trade → patterns of the names that a team gives its own code of that trade."""
    packages: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    """Ecosystem → package → trades."""
    shown: dict[str, set[str]] = field(default_factory=dict)
    """Ecosystem → packages of which a part only shows what others answered."""
    imports: dict[str, dict[str, list[Library]]] = field(default_factory=dict)
    """Ecosystem → dotted prefix → the libraries that it belongs to, of different trades."""

    _asked: dict[tuple[str, str], tuple[Library, ...]] = field(default_factory=dict)
    """Ecosystem and module → what was answered: the same few are asked for over and over."""

    def of_import(self, ecosystem: str, module: str) -> tuple[Library, ...]:
        """The libraries of a module, the longest prefix of each trade."""
        key = (ecosystem, module)
        if key not in self._asked:
            table = self.imports.get(ecosystem, {})
            found: dict[str, Library] = {}
            for prefix in prefixes(origin(module) if ecosystem == "go" else module):
                for library in table.get(prefix, ()):
                    found.setdefault(library.trade, library)
            self._asked[key] = tuple(each for each in found.values() if not each.shown)
        return self._asked[key]

    def modules(self, ecosystem: str, package: str) -> frozenset[str]:
        """What the code that uses a package imports; empty where nothing needs to."""
        return frozenset(
            module
            for library in self.libraries
            if library.ecosystem == ecosystem and library.name == package
            for module in library.imports
        )


FORKED = {
    "langchaingo": "tmc",
    "go-openai": "sashabaranov",
    "openai-go": "openai",
    "anthropic-sdk-go": "anthropics",
    "anthropic-go": "madebywelch",
    "go-anthropic": "liushuangls",
    "generative-ai-go": "google",
    "eino": "cloudwego",
    "chromem-go": "philippgille",
}
"""Repositories of Go whose name says which library it is, whoever owns the copy; and the owner."""


def origin(module: str) -> str:
    """The module that a fork of a library was made from; any other as it is."""
    host, _, rest = module.partition("/")
    owner, _, path = rest.partition("/")
    name = path.partition("/")[0].partition(".")[0]
    known = FORKED.get(name) if host == "github.com" else None
    return f"{host}/{known}/{path}" if known and known != owner else module


def prefixes(name: str) -> Iterator[str]:
    """The name and everything it lies below, longest first: `a.b/c` → `a.b/c`, `a.b`, `a`."""
    yield name
    for at in range(len(name) - 1, 0, -1):
        if name[at] in "./":
            yield name[:at]


@cache
def known() -> Knowledge:
    """What every data file of this package says."""
    found = Knowledge()
    for trade, data in said().items():
        take(found, trade, data)
    return found


def take(found: Knowledge, trade: str, data: Mapping[str, Any]) -> None:
    """Add what one file says."""
    found.trades.append(trade)
    found.counts[trade] = frozenset(map(Role, data.get("counts", ("app",))))
    found.methods.update(data.get("methods", ()))
    found.words += data.get("words", ())
    found.common += data.get("common", ())
    found.ids += data.get("ids", ())
    found.queries += data.get("queries", ())
    found.names[trade] = list(data.get("names", ()))
    found.hooks += [_hook(trade, each) for each in data.get("hooks", ())]
    found.off += [_hook(trade, each) for each in data.get("switched_off", ())]
    for ecosystem, entries in data.get("libraries", {}).items():
        for entry in entries:
            library = _library(trade, ecosystem, entry)
            _add(found, library)
            for module in entry.get("shows", ()) if isinstance(entry, dict) else ():
                found.shown.setdefault(ecosystem, set()).add(library.name)
                part = replace(library, imports=(module,), shown=True)
                found.imports[ecosystem].setdefault(module, []).insert(0, part)


def _library(trade: str, ecosystem: str, entry: str | Mapping[str, Any]) -> Library:
    given = {"package": entry} if isinstance(entry, str) else entry
    name = given.get("package") or given["library"]
    imports = given.get("imports")
    if imports is None:
        imports = _derived(ecosystem, name)
    calls = frozenset(given.get("calls", ()))
    return Library(name, "package" in given, trade, ecosystem, tuple(imports), calls)


def _derived(ecosystem: str, package: str) -> tuple[str, ...]:
    if ecosystem == "python":
        return (package.replace("-", "_"),)
    return (package,) if ecosystem in ("node", "go", "dotnet") else ()


def _add(found: Knowledge, library: Library) -> None:
    found.libraries.append(library)
    if library.packaged:
        names = found.packages.setdefault(library.ecosystem, {})
        names[library.name] = names.get(library.name, frozenset()) | {library.trade}
    table = found.imports.setdefault(library.ecosystem, {})
    for prefix in library.imports:
        here = table.setdefault(prefix, [])
        if all(each.trade != library.trade for each in here):
            here.append(library)


def _hook(trade: str, given: Mapping[str, Any]) -> Hook:
    return Hook(
        library=given["library"],
        trade=trade,
        texts=frozenset(given.get("text", ())),
        within=tuple(given.get("in", ())),
        settings=frozenset(name.lower() for name in given.get("setting", ())),
        values=frozenset(str(value).lower() for value in given.get("value", ())),
        calls=tuple(given.get("call", ())),
        unless=frozenset(given.get("unless", ())),
        readers=tuple(given.get("by", ())),
        imported=tuple(given.get("imported", ())),
        exact=given.get("exact", False),
    )
