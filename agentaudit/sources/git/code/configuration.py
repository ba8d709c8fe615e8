"""Named values outside of the code, in every form that deployments keep them in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from agentaudit.code import Setting
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.parse import Tree
from agentaudit.sources.git.code.infrastructure import Row, infrastructure
from agentaudit.sources.git.given import RENDER
from agentaudit.sources.git.kubernetes import may_give
from agentaudit.sources.git.reader import Reader, line_of, word
from agentaudit.sources.git.text import lines

_ENVIRONMENT = (("env",), ("envVars",))
_HOW = frozenset(("name", "key", "value", "sync", "fromGroup", "generateValue", "previewValue"))
"""How a variable is given, beside its name."""
_MOST = 5000
"""Settings of one file that are kept."""
_CUT = f"holds more than {_MOST:,} settings: the rest is not read"
_DEEPEST = 12
_LONGEST = 400
_ENV_NAME = regex(r"(?i)(?:.*/)?(?:[\w-]*\.|dot)?env(?:rc)?(?:[._-][\w.-]+)?|.*\.env(?:\.[\w-]+)?")
_SAMPLE = regex(
    r"(?<=json|yaml|toml)[._-](?:example|sample|template|dist)$|(?<=\.yml)[._-](?:example|sample|template|dist)$"
)
"""What a configuration that is to be copied is called beside its form."""
_DOCKER_NAME = regex(r"(?i)(?:.*/)?(?:[\w.-]*dockerfile[\w.-]*|containerfile)")
_PAIR = regex(r"\s*(?:export\s+)?([A-Za-z_][\w.-]{0,120})\s*[=:]\s*(.*)")
_DOCKER = regex(r"\s*(ENV|ARG)\s+(.*)", re.IGNORECASE)
_DOCKER_PAIR = regex(r"([A-Za-z_]\w{0,120})(?:=|\s+)(\"[^\"]*\"|'[^']*'|[^\s\\]*)")
_ARGUMENT = regex(r"\$\{?(\w{1,100})\}?")
_TAKEN = regex(r"\$\{?([A-Za-z_]\w{0,120})")
_BINDING = regex(
    r"(?:^[ \t]{0,40}\[{1,2}(?:env\.[\w-]{1,60}\.)?|(?:^|[{,])[ \t]{0,40}[\"'])(ai|vectorize)"
    r"(?:\]{1,2}|[\"']\s{0,9}:)[^\]}]{0,300}?\bbinding[\"']?\s{0,9}[=:]\s{0,9}[\"'](\w{1,80})[\"']",
    re.MULTILINE,
)


def of_file(reader: Reader, path: str) -> list[Setting]:
    """Every named value of a file; none where its form is not known. Of more than can be kept, the
    first: that there are others is remembered."""
    read = _reader_of(path)
    if read is None:
        return []
    text = reader.text(path) or ""
    written = lines(text)
    found: list[Setting] = []
    for row in read(reader, path):
        if len(found) == _MOST:
            reader.problems[path] = _CUT
            break
        shown = written[row.line - 1].strip()[:200] if row.line and row.line <= len(written) else ""
        place = Place(reader.repo, path, row.line, shown)
        name = ".".join(row.path)[:_LONGEST]
        found.append(Setting(row.path[-1], name, row.value[:_LONGEST], place, reader.role(path)))
    return found


def is_cut(reader: Reader, path: str) -> bool:
    """Whether the file, once it was asked for, held more than could be kept."""
    return reader.problems.get(path) == _CUT


def _reader_of(path: str) -> Callable[[Reader, str], Iterator[Row]] | None:
    name = _SAMPLE.sub("", path.rpartition("/")[2].lower())
    suffix = name.rpartition(".")[2]
    if name.startswith("wrangler"):
        return _worker
    if suffix in ("yaml", "yml"):
        return _yaml
    if suffix in ("tf", "tfvars", "bicep", "bicepparam", "hcl"):
        return infrastructure
    if suffix == "json":
        return _json
    if suffix == "toml":
        return _toml
    if suffix == "properties" or _ENV_NAME.fullmatch(name):
        return _environment
    return _docker if _DOCKER_NAME.fullmatch(name) else None


def _environment(reader: Reader, path: str) -> Iterator[Row]:
    for number, line in enumerate(lines(reader.text(path) or ""), 1):
        found = _PAIR.fullmatch(line[:1000])
        if found is not None and not line.lstrip().startswith("#"):
            yield Row((found[1],), _bare(found[2]), number)


def _bare(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].rstrip()


def _worker(reader: Reader, path: str) -> Iterator[Row]:
    """Bindings of a Worker of Cloudflare to models and indexes, as `ai.binding`; its variables."""
    text = reader.text(path) or ""
    for found in _BINDING.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        yield Row((f"{found[1]}.binding",), found[2], line)
    if path.endswith(".toml"):
        yield from _toml(reader, path)


def arguments(text: str) -> frozenset[str]:
    """Arguments of a build file that anything in it takes over: others reach nothing that runs."""
    return frozenset(_TAKEN.findall(text))


def _docker(reader: Reader, path: str) -> Iterator[Row]:
    """Variables, and arguments that are taken over; one that is another's value is what that is by
    default."""
    text = reader.text(path) or ""
    taken = arguments(text)
    continued = argued = False
    known: dict[str, str] = {}
    for number, line in enumerate(lines(text), 1):
        found = _DOCKER.fullmatch(line[:2000])
        argued = found[1].upper() == "ARG" if found is not None else argued
        rest = found[2] if found is not None else line[:2000] if continued else ""
        continued = bool(rest) and line.rstrip().endswith("\\")
        if not rest.lstrip().startswith("#"):
            for pair in _DOCKER_PAIR.finditer(rest):
                value = pair[2].strip("\"'")
                named = _ARGUMENT.fullmatch(value)
                known[pair[1]] = value = known.get(named[1], value) if named else value
                if not argued or pair[1] in taken:
                    yield Row((pair[1],), value, number)


def _yaml(reader: Reader, path: str) -> Iterator[Row]:
    if "{{" in (reader.text(path) or "") and "/templates/" in f"/{path}":
        return  # a chart's template is no YAML yet
    started = path.rpartition("/")[2] in RENDER or may_give(reader.text(path) or "")
    for tree in reader.yaml(path):
        rows = _flat(tree.data, partial(_line, tree))
        yield from filter(_is_environment, rows) if started else rows


def _is_environment(row: Row) -> bool:
    """Whether a value of a manifest or a blueprint is a variable of what it starts: the rest is
    about the cluster."""
    given = row.path[-2:-1] in _ENVIRONMENT or row.path[0] == "data"
    return given and row.path[-1] not in _HOW


def _line(tree: Tree, at: tuple[Any, ...]) -> int | None:
    return tree.line(*at)


def _json(reader: Reader, path: str) -> Iterator[Row]:
    text = reader.text(path) or ""
    yield from _flat(reader.json(path), _Forward(text).line)


class _Forward:
    """Finds keys in the order in which they stand: the text is gone through once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._gone: set[Any] = set()
        """Keys that do not stand in the rest of the text."""

    def line(self, keys: tuple[Any, ...]) -> int | None:
        if not keys or keys[-1] in self._gone:
            return None
        at = self._text.find(f'"{keys[-1]}"', self._at)
        if at < 0:
            self._gone.add(keys[-1])
            return None
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line


def _toml(reader: Reader, path: str) -> Iterator[Row]:
    text = reader.text(path) or ""
    yield from _flat(
        reader.toml(path), lambda at: line_of(text, f"\n{at[-1]} ", f"\n{at[-1]}=") if at else None
    )


def _flat(data: Any, line: Callable[[tuple[Any, ...]], int | None]) -> Iterator[Row]:
    """Every scalar below, with its keys; `{name: X, value: Y}`, which may be called `key`, and
    `X=Y` in a list name X."""
    pending: list[tuple[tuple[Any, ...], Any]] = [((), data)]
    while pending:
        at, value = pending.pop()
        if isinstance(value, dict) and len(at) < _DEEPEST:
            named = word(value.get("name")) or word(value.get("key"))
            if named and isinstance(value.get("value"), str | int | float | bool):
                given = _scalar(value["value"])
                yield Row((*_keys(at), named), given, line((*at, "value")))
            pending += [((*at, key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list) and len(at) < _DEEPEST:
            inner_items = reversed(list(enumerate(value)))
            pending += [((*at, index), inner) for index, inner in inner_items]
        elif at and isinstance(value, str | int | float | bool):
            text = _scalar(value)
            name, sign, rest = text.partition("=")
            if isinstance(at[-1], int) and sign and name.replace("_", "").isalnum():
                yield Row((*_keys(at), name), rest, line(at))
            elif keys := _keys(at):
                yield Row(keys, text, line(at))


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys(at: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(part for part in at if isinstance(part, str))
