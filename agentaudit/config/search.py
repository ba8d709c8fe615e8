"""Find and read the configuration: the first file from the scanned path up to the git root."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from agentaudit import parse
from agentaudit.errors import ConfigError
from agentaudit.evidence import redact, safe
from agentaudit.expressions import regex
from agentaudit.parse import Tree
from agentaudit.parse.closed import strings

YAML_NAMES = ("agentaudit.yaml", ".agentaudit.yaml")
PYPROJECT = "pyproject.toml"
_TABLE = ("tool", "agentaudit")
_PLACEHOLDER = regex(r"\$\{env:[^}]*\}")


class Document(Struct, frozen=True):
    """The configuration as written."""

    tree: Tree
    """Its mapping; empty when there is no file."""
    shown: str = ""
    """Name of the file relative to the scanned path; empty when there is none."""
    folder: Path = Path()
    """Directory that its relative paths start from."""
    sha256: str = ""
    """Of the file's bytes as read; empty when there is none."""
    warnings: tuple[str, ...] = field(default=())

    def line_of(self, *path: str | int) -> str:
        """`agentaudit.yaml:14` for a key path, or its nearest ancestor; empty without a file."""
        return f"{self.shown}:{self.tree.line(*path)}" if self.shown else ""

    def holds(self, *path: str | int) -> bool:
        """Whether the file says anything at this key path."""
        at: Any = self.tree.data
        for part in path:
            try:
                at = at[part]
            except (KeyError, IndexError, TypeError):
                return False
        return bool(self.shown)


def find(path: Path) -> Document:
    """The configuration for a scanned path; an empty document when there is none."""
    start = path if path.is_dir() else path.parent
    warnings: list[str] = []
    for folder in _upward(start.absolute()):
        hits = [folder / name for name in YAML_NAMES if (folder / name).is_file()]
        pyproject = folder / PYPROJECT
        tree = _pyproject(pyproject, start, warnings) if pyproject.is_file() else None
        if not hits and tree is None:
            continue
        chosen, *ignored = [*hits, *([pyproject] if tree else [])]
        names = [_shown(each, start) for each in (chosen, *ignored)]
        warnings += [f"{names[0]} is used, {other} beside it is ignored" for other in names[1:]]
        data = _read(chosen, names[0])
        made = tree if chosen == pyproject and tree else _yaml(data, names[0])
        _no_secrets(made, names[0])
        sha256 = hashlib.sha256(data).hexdigest()
        return Document(made, names[0], folder, sha256, tuple(warnings))
    return Document(Tree({}), folder=start.absolute(), warnings=tuple(warnings))


def _upward(start: Path) -> list[Path]:
    """From a directory to the root of its git repository; only itself outside of one."""
    folders: list[Path] = []
    for folder in (start, *start.parents):
        folders.append(folder)
        if (folder / ".git").exists():
            return folders
    return [start]


def _shown(file: Path, start: Path) -> str:
    return safe(Path(os.path.relpath(file, start.absolute())).as_posix())


def _read(file: Path, shown: str) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(parse.SIZE + 1)
    except OSError as error:
        hint = "make it readable, or remove it"
        raise ConfigError(f"cannot be opened: {error.strerror}", where=shown, hint=hint) from None


def _yaml(data: bytes, shown: str) -> Tree:
    try:
        tree = parse.yaml(_text(data), strict=True)
    except parse.Malformed as error:
        raise _unreadable(error, shown) from None
    return Tree({}, tree.lines) if tree.data is None else tree


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise parse.Malformed("is not UTF-8 text", line) from None


def _unreadable(error: parse.Malformed, shown: str) -> ConfigError:
    where = f"{shown}:{error.line}" if error.line else shown
    hint = "mend that line; agentaudit schema --config describes every key"
    return ConfigError(f"cannot be read: {safe(str(error))}", where=where, hint=hint)


def _pyproject(file: Path, start: Path, warnings: list[str]) -> Tree | None:
    """The table `[tool.agentaudit]`; None when there is none. A pyproject.toml that cannot be read
    is our concern only where it mentions us."""
    shown = _shown(file, start)
    data = _read(file, shown)
    try:
        text = _text(data)
        table = parse.toml(text).get("tool", {})
    except parse.Malformed as error:
        if b"tool.agentaudit" in data:
            raise _unreadable(error, shown) from None
        warnings.append(f"{shown} cannot be read: {safe(str(error))}")
        return None
    if not isinstance(table, dict) or "agentaudit" not in table:
        return None
    return Tree(table["agentaudit"], dict(_toml_lines(text)))


_HEADER = regex(r"\s*\[{1,2}([\w.\"'\t -]++)\]{1,2}\s*+(?:#.*)?$")
_ASSIGNED = regex(r"\s*([\w.\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*=")


def _toml_lines(text: str) -> Iterator[tuple[parse.Path, int]]:
    """Line of each key written at the start of a line below `[tool.agentaudit]`."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            if table[:2] == _TABLE:
                yield table[2:], number
        elif table[:2] == _TABLE and (key := _ASSIGNED.match(line)):
            yield (*table[2:], *_parts(key[1])), number


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip(" \t\"'") for part in dotted.split("."))


def is_secret(text: str) -> bool:
    """Whether a text holds what looks like a key or password, `${env:NAME}` and e-mail aside."""
    bare = _PLACEHOLDER.sub("", text)
    return redact(bare) != bare and bool(re.search(r"\[redacted:(?!email:)", redact(bare)))


def _no_secrets(tree: Tree, shown: str) -> None:
    for path, text in strings(tree.data):
        if is_secret(text):
            key = safe(".".join(map(str, path[:-1] if path and path[-1] == text else path)))
            raise ConfigError(
                f"{key}: holds what looks like a key or password",
                where=f"{shown}:{tree.line(*path)}",
                hint="put it in an environment variable and write ${env:NAME}; then replace it",
            )
