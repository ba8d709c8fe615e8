"""Code of examples that the application imports: a `demo` that runs in it is its own."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.dockerfile import is_build_file
from agentaudit.sources.git.manifests import is_manifest
from agentaudit.sources.git.reader import Reader, ancestors, directory
from agentaudit.sources.git.roles import directory_role, role

_BORROWED = (Role.EXAMPLE, Role.TEMPLATE)
"""Roles of code that shows something, and may all the same be imported."""
_PYTHON = regex(
    r"(?m)^[ \t]{0,40}(?:from[ \t]{1,4}(\.{0,5}[A-Za-z_][\w.]{0,200})[ \t]{1,4}import[ \t]{1,4}"
    r"\(?\s{0,9}(\w{1,80})|import[ \t]{1,4}([A-Za-z_][\w.]{0,200}))"
)
_SCRIPT = regex(r"(?:\bfrom|\bimport|\brequire\()\s{0,4}[\"'](\.{1,2}/[\w./@-]{1,200})[\"']")
_ENDS = (".ts", ".tsx", ".js", ".jsx", ".mjs", "/index.ts", "/index.js")
_SUFFIXES = (".py", ".ts", ".tsx", ".js", ".jsx", ".mjs")
_MOST = 4000
"""Files of code that are asked what they import."""


def borrowed(reader: Reader) -> Iterator[str]:
    """The directories of such modules, but for projects of their own."""
    shown = {home for home in reader.directories if directory_role(home) in _BORROWED}
    shown -= {directory(path) for path in reader.known if _is_project(path)} if shown else set()
    code = {path for path in reader.known if path.endswith(_SUFFIXES)}
    shown = {home for home in shown if any(directory(path) == home for path in code)}
    if not shown:
        return
    words = {
        part for home in shown for part in home.split("/") if directory_role(part) in _BORROWED
    }
    own = [path for path in sorted(code) if role(path) is Role.APP][:_MOST]
    for path in reader.saying(own, words):
        for found in _imported(path, reader.text(path) or ""):
            if found in code and directory(found) in shown:
                yield directory(found)


def _is_project(path: str) -> bool:
    return is_manifest(path) or is_build_file(path.rpartition("/")[2])


def _imported(path: str, text: str) -> Iterator[str]:
    """Files that a file may import."""
    home = directory(path)
    if not path.endswith(".py"):
        for told in _SCRIPT.findall(text):
            to = joined(home, told)
            yield from (f"{to}{end}" for end in _ENDS) if to else ()
        return
    for module, name, whole in _PYTHON.findall(text):
        named = (module or whole).lstrip(".").replace(".", "/")
        dots = len(module) - len(module.lstrip("."))
        around = list(ancestors(home))
        for above in around[dots - 1 : dots] if dots else around:
            for tail in (f"{named}/{name}.py", f"{named}.py", f"{named}/__init__.py"):
                yield f"{above}/{tail}".lstrip("/")
