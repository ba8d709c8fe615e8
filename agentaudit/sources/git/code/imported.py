"""Which files of Python others import, if only through what these import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git.code.index import Index, SourceFile
from agentaudit.sources.git.code.modules import Modules

_IMPORT = regex(
    r"^[ \t]{0,40}(?:from[ \t]{1,9}(\.{0,9}[\w.]{0,200})[ \t]{1,9}import[ \t]{0,9}"
    r"(?:\(([^()]{0,4000})\)|([\w, \t]{0,400}))|import[ \t]{1,9}([\w., \t]{1,400}))",
    re.MULTILINE,
)
_NAME = regex(r"[A-Za-z_]\w{0,100}")
_DOTTED = regex(r"[\w.]{1,200}")


def imported(index: Index, modules: Modules, paths: Iterable[str]) -> frozenset[str]:
    """Files that the given ones import, at any remove."""
    found: set[str] = set()
    pending = [path for path in paths if path.endswith(".py")]
    while pending:
        file = index.files[pending.pop()]
        for path in _named(modules, file):
            if path not in found:
                found.add(path)
                pending.append(path)
    return frozenset(found)


def _named(modules: Modules, file: SourceFile) -> Iterator[str]:
    text = file.data.decode("utf-8", "replace")
    for source, listed, plain, whole in _IMPORT.findall(text):
        for dotted in _DOTTED.findall(whole):
            yield from modules.meant(file, dotted)
        for name in ("", *_NAME.findall(listed or plain)) if source else ():
            joint = "" if source.endswith(".") or not name else "."
            yield from modules.meant(file, f"{source}{joint}{name}")
