"""Named values outside of the code, in every form that deployments keep them in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from agentaudit.code import Setting
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.parse import Tree
from agentaudit.sources.git.code.handed import filled, handed
from agentaudit.sources.git.code.switched import switched_off
from agentaudit.sources.git.kubernetes import may_start
from agentaudit.sources.git.reader import Reader, line_of, word
from agentaudit.sources.git.text import lines

_MOST = 2000
"""Settings of one file that are kept."""
_DEEPEST = 12
_HANDED_ON = 2
"""Modules that hand on what they were handed."""
_LONGEST = 400
_ENV_NAME = regex(r"(?i)(?:.*/)?(?:[\w-]*\.)?env(?:[._-][\w.-]+)?|.*\.env(?:\.[\w-]+)?")
_SAMPLE = regex(
    r"(?<=json|yaml|toml)[._-](?:example|sample|template|dist)$|(?<=\.yml)[._-](?:example|sample|template|dist)$"
)
"""What a configuration that is to be copied is called beside its form."""
_DOCKER_NAME = regex(r"(?i)(?:.*/)?(?:[\w.-]*dockerfile[\w.-]*|containerfile)")
_PAIR = regex(r"\s*(?:export\s+)?([A-Za-z_][\w.-]{0,120})\s*[=:]\s*(.*)")
_DOCKER = regex(r"\s*(ENV|ARG)\s+(.*)", re.IGNORECASE)
_DOCKER_PAIR = regex(r"([A-Za-z_]\w{0,120})(?:=|\s+)(\"[^\"]*\"|'[^']*'|[^\s\\]*)")
_BINDING = regex(
    r"(?:^[ \t]{0,40}\[{1,2}(?:env\.[\w-]{1,60}\.)?|(?:^|[{,])[ \t]{0,40}[\"'])(ai|vectorize)"
    r"(?:\]{1,2}|[\"']\s{0,9}:)[^\]}]{0,300}?\bbinding[\"']?\s{0,9}[=:]\s{0,9}[\"'](\w{1,80})[\"']",
    re.MULTILINE,
)
_BLOCK = regex(
    r"\s*(?:(?:variable|resource|module|output|locals|data|provider|param|var|dynamic)\s+)?"
    r"[\"']?([\w./@-]{1,120})[\"']?(?:\s+[\"']?([\w./@-]{1,120})[\"']?)?[^{}\[\]]{0,200}[:=]?\s*[{\[]\s*$"
)
_CODE_PAIR = regex(
    r"\s*(?:(?:param|var)\s+)?[\"']?([\w.-]{1,120})[\"']?(?:\s+\w{1,40})?\s*[:=]\s*"
    r"(?:\"([^\"]{0,400})\"|'([^']{0,400})'|(true|false|\d[\d.]*))"
)

_OPENS = regex(r"(?:[\"']?([\w./@-]{1,120})[\"']?\s*[:=]\s*)?[{\[]")
_REFERENCE = regex(
    r"\s*[\"']?((?i:model|(?:model|deployment)?_?(?:name|version|id)))[\"']?\s*[:=]\s*"
    r"(?:var\.|local\.)?([A-Za-z_]\w{0,120})[\s,}\]]*$"
)
"""A name or version that is a parameter, variable or local of the same file."""


class _Row(NamedTuple):
    path: tuple[str, ...]
    value: str
    line: int | None


def of_file(reader: Reader, path: str) -> list[Setting]:
    """Every named value of a file; none where its form is not known."""
    read = _reader_of(path)
    if read is None:
        return []
    text = reader.text(path) or ""
    written = lines(text)
    found: list[Setting] = []
    for row in read(reader, path):
        if len(found) == _MOST:
            break
        shown = written[row.line - 1].strip()[:200] if row.line and row.line <= len(written) else ""
        place = Place(reader.repo, path, row.line, shown)
        name = ".".join(row.path)[:_LONGEST]
        found.append(Setting(row.path[-1], name, row.value[:_LONGEST], place, reader.role(path)))
    return found


def _reader_of(path: str) -> Callable[[Reader, str], Iterator[_Row]] | None:
    name = _SAMPLE.sub("", path.rpartition("/")[2].lower())
    suffix = name.rpartition(".")[2]
    if name.startswith("wrangler"):
        return _worker
    if suffix in ("yaml", "yml"):
        return _yaml
    if suffix in ("tf", "tfvars", "bicep", "bicepparam", "hcl"):
        return _infrastructure
    if suffix == "json":
        return _json
    if suffix == "toml":
        return _toml
    if suffix == "properties" or _ENV_NAME.fullmatch(name):
        return _environment
    return _docker if _DOCKER_NAME.fullmatch(name) else None


def _environment(reader: Reader, path: str) -> Iterator[_Row]:
    for number, line in enumerate(lines(reader.text(path) or ""), 1):
        found = _PAIR.fullmatch(line[:1000])
        if found is not None and not line.lstrip().startswith("#"):
            yield _Row((found[1],), _bare(found[2]), number)


def _bare(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].rstrip()


def _worker(reader: Reader, path: str) -> Iterator[_Row]:
    """Bindings of a Worker of Cloudflare to models and indexes, as `ai.binding`; its variables."""
    text = reader.text(path) or ""
    for found in _BINDING.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        yield _Row((f"{found[1]}.binding",), found[2], line)
    if path.endswith(".toml"):
        yield from _toml(reader, path)


def _docker(reader: Reader, path: str) -> Iterator[_Row]:
    continued = False
    for number, line in enumerate(lines(reader.text(path) or ""), 1):
        found = _DOCKER.fullmatch(line[:2000])
        rest = found[2] if found is not None else line[:2000] if continued else ""
        continued = bool(rest) and line.rstrip().endswith("\\")
        if not rest.lstrip().startswith("#"):
            for pair in _DOCKER_PAIR.finditer(rest):
                yield _Row((pair[1],), pair[2].strip("\"'"), number)


def _yaml(reader: Reader, path: str) -> Iterator[_Row]:
    if "{{" in (reader.text(path) or "") and "/templates/" in f"/{path}":
        return  # a chart's template is no YAML yet
    started = may_start(reader.text(path) or "")
    for tree in reader.yaml(path):
        rows = _flat(tree.data, partial(_line, tree))
        yield from filter(_is_environment, rows) if started else rows


def _is_environment(row: _Row) -> bool:
    """Whether a value of a manifest is a variable of a container: the rest is about the cluster."""
    given = "env" in row.path[:-1] or row.path[0] == "data"
    return given and row.path[-1] not in ("name", "value")


def _line(tree: Tree, at: tuple[Any, ...]) -> int | None:
    return tree.line(*at)


def _json(reader: Reader, path: str) -> Iterator[_Row]:
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


def _toml(reader: Reader, path: str) -> Iterator[_Row]:
    text = reader.text(path) or ""
    yield from _flat(
        reader.toml(path), lambda at: line_of(text, f"\n{at[-1]} ", f"\n{at[-1]}=") if at else None
    )


def _flat(data: Any, line: Callable[[tuple[Any, ...]], int | None]) -> Iterator[_Row]:
    """Every scalar below, with its keys; `{name: X, value: Y}` and `X=Y` in a list name X."""
    pending: list[tuple[tuple[Any, ...], Any]] = [((), data)]
    left = 4 * _MOST
    while pending and left:
        left -= 1
        at, value = pending.pop()
        if isinstance(value, dict) and len(at) < _DEEPEST:
            named = word(value.get("name"))
            if named and isinstance(value.get("value"), str | int | float | bool):
                given = _scalar(value["value"])
                yield _Row((*_keys(at), named), given, line((*at, "value")))
            pending += [((*at, key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list) and len(at) < _DEEPEST:
            inner_items = list(enumerate(value))[:_MOST]
            pending += [((*at, index), inner) for index, inner in reversed(inner_items)]
        elif at and isinstance(value, str | int | float | bool):
            text = _scalar(value)
            name, sign, rest = text.partition("=")
            if isinstance(at[-1], int) and sign and name.replace("_", "").isalnum():
                yield _Row((*_keys(at), name), rest, line(at))
            elif keys := _keys(at):
                yield _Row(keys, text, line(at))


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys(at: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(part for part in at if isinstance(part, str))


def _infrastructure(reader: Reader, path: str, left: int = _HANDED_ON) -> Iterator[_Row]:
    """Terraform and Bicep, line by line: the blocks around a value are its keys. What names a
    parameter has the value that it is handed, but for its own default."""
    around: list[str] = []
    beside = {row.path[-1]: row.value for row in reversed(list(_beside(reader, path)))}
    given, off = beside | _handed(reader, path, left), switched_off(reader, path)
    for number, line in enumerate(lines(reader.text(path) or ""), 1):
        line = line[:1000].partition("//")[0] if "://" not in line else line[:1000]
        if line.lstrip().startswith("#"):
            continue
        for row in _pairs(line, tuple(around[-6:]), number, given) if number not in off else ():
            if len(row.path) == 1 or row.path[:-1] == ("locals",):
                given.setdefault(row.path[-1], row.value)
            yield row
        opened = _BLOCK.match(line[:400])
        if opened is not None:
            around += [opened[2] or opened[1]] * (line.count("{") + line.count("["))
        else:
            around += [name for _, name in _opens(line[:1000])]
        for _ in range(min(line.count("}") + line.count("]"), len(around))):
            around.pop()


def _opens(line: str) -> Iterator[tuple[int, str]]:
    """Where each block of the line begins, and what it is called; empty where nothing does."""
    for found in _OPENS.finditer(line):
        yield found.end(), found[1] or ""


def _inside(line: str, at: int) -> tuple[str, ...]:
    """Names of the blocks that were opened before that place of the line, and not closed."""
    open_: list[str] = []
    starts = dict(_opens(line[:at]))
    for index, letter in enumerate(line[:at], 1):
        if letter in "{[":
            open_.append(starts.get(index, ""))
        elif letter in "}]" and open_:
            open_.pop()
    return tuple(filter(None, open_))


def _beside(reader: Reader, path: str) -> Iterator[_Row]:
    """Terraform keeps its variables in a file beside the resources."""
    beside = f"{path.rpartition('/')[0]}/variables.tf".removeprefix("/")
    if path.endswith(".tf") and path != beside and beside in reader.known:
        yield from (row for row in _infrastructure(reader, beside, 0) if len(row.path) == 1)


def _handed(reader: Reader, path: str, left: int) -> dict[str, str]:
    """The parameters that the file is handed, where one of them names a model."""
    named = _NAMES_MODEL.search(reader.text(path) or "") if left else None
    rows = list(handed(reader, path)) if named else []
    values: dict[str, dict[str, str]] = {}
    for caller in {row.caller for row in rows if row.meant}:
        known = values.setdefault(caller, {})
        for row in _infrastructure(reader, caller, left - 1):
            known.setdefault(row.path[-1], row.value)
    return filled(iter(rows), values)


_NAMES_MODEL = regex(
    r"^\s*(?:model_?)?(?:[nN]ame|[vV]ersion)\s*[:=]\s*(?:var\.)?[A-Za-z_]\w{0,100}"
    r"(?:[mM]odel|[dD]eployment)\w{0,60}[ \t,}]*(?://.{0,200})?$"
    r"|^\s*model_?[nN]ame\s*[:=]\s*(?:var\.)?[A-Za-z_]\w{0,100}[ \t,}]*$",
    re.MULTILINE,
)


def _pairs(line: str, keys: tuple[str, ...], number: int, given: dict[str, str]) -> Iterator[_Row]:
    """The values of one line; what names a parameter has the value that the parameter was given
    above."""
    found = False
    for pair in _CODE_PAIR.finditer(line[:1000]):
        found = True
        value = next(group for group in pair.groups()[1:] if group is not None)
        home = (*keys, *_inside(line, pair.start(1)))
        yield _Row(home if pair[1] == "default" and home else (*home, pair[1]), value, number)
    named = None if found or not keys else _REFERENCE.match(line[:400])
    if named is not None and named[2] in given:
        yield _Row((*keys, named[1]), given[named[2]], number)
