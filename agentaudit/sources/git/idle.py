"""Libraries that a manifest declares and nothing uses: what is left of another time, and what only
shows on pages that a back end answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set

from agentaudit.code import Code, Role
from agentaudit.expressions import regex
from agentaudit.source import Component, Dependency
from agentaudit.sources.git import libraries
from agentaudit.sources.git.knowledge import known
from agentaudit.sources.git.pages import is_page
from agentaudit.sources.git.reader import Reader, directory, inside, mapping
from agentaudit.trades import AGENTIC, acts, carries

_LEAST = 4
"""Files of code that must be there: of less nobody can tell what starts it, and how."""
_MOST = 3_000
"""Files of a component that are searched for the name of a library."""
_SAID = (".md", ".mdx", ".rst", ".lock", ".lockb", ".sum", "-lock.json", "-lock.yaml")
"""Names of files that tell of libraries and use none."""
_NEVER = (Role.TEST, Role.DOCS, Role.TOOLING, Role.VENDORED, Role.GENERATED)
_PAGES = (".vue", ".svelte", ".astro", ".html", ".mdx")
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_IMPORT = regex(r"\bimport\s([^;'\"]{0,2000})\sfrom\s{0,9}[\"']([@\w./-]{1,200})[\"']")
_OTHERWISE = regex(
    r"(?:\b(?:require|import)\s{0,9}\(\s{0,9}|\bexport\s(?!type\b)[^;'\"]{1,2000}\sfrom\s{0,9})"
    r"[\"'](?:npm:|jsr:)?([@\w./-]{1,200})[\"']"
    r"|\bfrom\s{0,9}[\"'](?:npm|jsr):([@\w./-]{1,200})"
)
"""A library that is loaded while the program runs, handed on, or fetched by its registry's name."""
_LED = regex(r"\"paths\"\s{0,9}:\s{0,9}\{[^{}]{0,4000}\"\.\./")
"""Names in a project of TypeScript that lead out of its directory."""
_TYPES = regex(r"\bimport\s{1,9}type\s[^;'\"]{0,2000}\sfrom\s{0,9}[\"'][@\w./-]{1,200}[\"']")
_TAKEN = regex(r"(?:type\s)?\s{0,9}(\w{1,80})(?:\sas\s\w{1,80})?\s{0,9}[,}]")


def kept(
    reader: Reader, component: Component, code: Code, does: Set[str] | None, copies: Collection[str]
) -> Mapping[str, tuple[Dependency, ...]]:
    """What a component declares, by trade, without what it plainly does not use: all of its code
    was read. `copies` is what its images take in."""
    declares = component.declares
    if not code.read or code.problem or code.files < _LEAST:
        return declares
    own = AGENTIC if does is None else [trade for trade in AGENTIC if trade in does]
    used = {use.library for trade in own for use in code.used.get(trade, ()) if acts(use)}
    asks = bool(does) if does is not None else bool(used) or code.posts
    idle = {each for each in _declared(component) if _shows(each) and _name(each) not in used}
    if asks and not idle:
        return declares
    paths = list(_paths(reader, _home(component)))
    idle = {each for each in idle if not _elsewhere(reader, _name(each), paths)}
    other = [each for each in _declared(component) if each not in idle]
    silent = not asks and (_is_page(reader, component) or _is_whole(component, code))
    if silent and not _is_led_out(reader, component):
        paths += _taken_in(reader, component, copies)
        mentioned = _mentioned(reader, component, other, paths)
        idle |= set() if mentioned else set(other)
    return {
        trade: rest
        for trade, given in declares.items()
        if (rest := tuple(d for d in given if trade not in AGENTIC or d not in idle))
    }


def _is_page(reader: Reader, component: Component) -> bool:
    """Whether all of it is what a browser shows, which takes types and hooks of a library to show
    what others answered."""
    home = _home(component)
    manifests = [each.place.path for each in component.manifests]
    own = [path for path in manifests if directory(path) == home]
    return bool(own) and all(
        path.endswith("package.json") and (path not in own or is_page(mapping(reader.json(path))))
        for path in manifests
    )


def _is_whole(component: Component, code: Code) -> bool:
    """Whether its projects say what code runs with it, and none of that imports a library of the
    kind: to a program of Python other files may be mounted or copied."""
    kinds = {manifest.ecosystem for manifest in component.manifests}
    imports = any(acts(use) for trade in AGENTIC for use in code.used.get(trade, ()))
    return kinds <= {"node", "dotnet"} and not imports


def _declared(component: Component) -> Iterator[Dependency]:
    for trade in AGENTIC:
        for each in component.declares.get(trade, ()):
            if not carries(each.name):
                yield each


def _home(component: Component) -> str:
    return "" if component.path == "." else component.path


def _paths(reader: Reader, home: str) -> Iterator[str]:
    """Files of a component that may run, if only as an example."""
    return (path for path in reader.paths if inside(path, home) and reader.role(path) not in _NEVER)


def _name(dependency: Dependency) -> str:
    return libraries.package_name(dependency)


def _shows(dependency: Dependency) -> bool:
    return _name(dependency) in known().shown.get(dependency.ecosystem, ())


def _is_led_out(reader: Reader, component: Component) -> bool:
    """Whether names in its code stand for what is outside of its directory."""
    settings = f"{_home(component)}/tsconfig.json".lstrip("/")
    return _LED.search(reader.text(settings) or "") is not None


def _taken_in(reader: Reader, component: Component, copies: Collection[str]) -> list[str]:
    """Scripts and pages outside of it that its images take in."""
    home = _home(component)
    aside = [source for source in copies if source in reader.directories]
    return [
        path
        for path in (reader.app if aside else ())
        if path.endswith((*_PAGES, *_SCRIPTS)) and not inside(path, home)
        if any(inside(path, source) for source in aside)
    ]


def _elsewhere(reader: Reader, name: str, paths: Sequence[str]) -> bool:
    """Whether a page in a language of its own, or an example, takes more of a library than what
    shows answers: neither was asked what it uses; or anything takes it by other means than an
    import that says what it takes."""
    return _otherwise(reader, name, paths) or any(
        library.by_import
        for path in paths
        if path.endswith(_PAGES) or (path.endswith(_SCRIPTS) and reader.role(path) is not Role.APP)
        for listed, module in _IMPORT.findall(reader.text(path) or "")
        if module == name or module.startswith(f"{name}/")
        for taken in _TAKEN.findall(listed) or [""]
        for library in known().of_import("node", f"{module}.{taken}" if taken else module)
    )


def _otherwise(reader: Reader, name: str, paths: Sequence[str]) -> bool:
    scripts = (path for path in paths if path.endswith((*_PAGES, *_SCRIPTS)))
    naming = (path for path in scripts if _holds(reader.data(path), name.encode()))
    return any(
        module == name or module.startswith(f"{name}/")
        for path in naming
        for found in _OTHERWISE.finditer(reader.text(path) or "")
        for module in [found[1] or found[2]]
    )


def _holds(data: bytes | str, name: bytes) -> bool:
    """Whether a name stands in a file, quoted as modules are: most names are words as well."""
    return isinstance(data, bytes) and any(sign + name in data for sign in (b'"', b"'", b"`", b":"))


def _mentioned(
    reader: Reader, component: Component, found: Collection[Dependency], paths: Sequence[str]
) -> bool:
    """Whether one of them stands in a file besides manifests, or may be used without a word: a
    program may be started, or a class be named in a file of settings."""
    words: set[str] = set()
    quoted: set[str] = set()
    for each in found:
        modules = known().modules(each.ecosystem, _name(each))
        if each.ecosystem not in ("python", "node", "go", "dotnet") or not modules:
            return True
        if each.ecosystem == "node":
            quoted.add(_name(each))
        else:
            words |= {_name(each), *modules}
    if not words and not quoted:
        return False
    manifests = {manifest.place.path for manifest in component.manifests}
    using = [path for path in manifests if "<Using " in (reader.text(path) or "")]
    return len(paths) > _MOST or any(
        any(word in text for word in words) or _names(path, text, quoted)
        for path in (*using, *paths)
        if (path not in manifests or path in using)
        and not path.endswith(_SAID)
        and directory(path).rpartition("/")[2] != "requirements"
        if (text := reader.text(path))
    )


def _names(path: str, text: str, packages: Collection[str]) -> bool:
    """Whether a file names one of those packages of Node; a script, for more than its types."""
    if not path.endswith((*_PAGES, *_SCRIPTS)):
        return any(name in text for name in packages)
    if not any(_holds(text.encode(), name.encode()) for name in packages):
        return False
    data = _TYPES.sub("", text).encode()
    ends = (b'"', b"'", b"`", b"/", b"@")
    return any(_holds(data, name.encode() + end) for name in packages for end in ends)
