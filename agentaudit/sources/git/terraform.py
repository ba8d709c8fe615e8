"""Functions and images that Terraform packs from a directory, by itself or through a module."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git import repeated
from agentaudit.sources.git.asked_runtimes import dotted
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, inside

_BLOCK = regex(
    r"^(resource|data|module|locals)"
    r"(?:[ \t]+\"([\w-]{1,100})\")?(?:[ \t]+\"([\w-]{1,100})\")?[ \t]*\{",
    re.MULTILINE,
)
_SOURCE = regex(
    r"^\s*(?:source_dir|source_path|local_existing_package|context|path|filename|\w{0,40}(?:lambda"
    r"|function|source|src|code|package|build)_?(?:source|src|code|dir|directory|path|folder|context|root))"
    r"\s*=\s*(?:\[\s*)?(\"[^\"\n]{1,300}\"|local\.\w{1,100})",
    re.MULTILINE,
)
_LOCAL = regex(r"^\s*(\w{1,100})\s*=\s*(?:abspath\(\s*)?\"([^\"\n]{1,300})\"", re.MULTILINE)
_PACKS = regex(
    r"archive_file|aws_lambda|lambda/aws|google_cloudfunctions|docker_image|docker-build"
)
_MODULE = regex(r"^\s*source\s*=\s*\"(\.{1,2}/[^\"\n]{1,200})\"", re.MULTILINE)
_HERE = regex(r"\$\{path\.(?:module|root|cwd)\}/?")
_RUNTIME = regex(
    r"^\s*(?:runtime|lambda_runtime)\s*=\s*\"(python|nodejs|java|dotnet|go)([\d.]{1,8}(?:\.x)?)\"",
    re.MULTILINE,
)
_BY_VARIABLE = regex(r"^\s*(?:runtime|lambda_runtime)\s*=\s*var\.(\w{1,100})", re.MULTILINE)
_DEFAULT = regex(
    r"^variable[ \t]+\"(\w{1,100})\"[ \t]*\{[^}]{0,600}?\bdefault\s*=\s*"
    r"\"(python|nodejs|java|dotnet|go)([\d.]{1,8}(?:\.x)?)\"",
    re.MULTILINE,
)
_OUTPUTS = frozenset(("build", "dist", "out", "target", ".build"))
"""Directories that builds write to, and nobody commits."""
_VARIABLES = regex(r"\b(?:environment|environment_variables|env_vars)\b\s*(?:=\s*)?[\[{]")


class _Block(Struct, frozen=True):
    """One block at the top of a file."""

    kind: str
    name: str
    start: int
    text: str


def functions(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Directories with a manifest that Terraform packs."""
    files = [path for path in reader.paths if path.endswith(".tf") and reader.is_own(path)]
    packing = frozenset(directory(p) for p in files if _PACKS.search(reader.text(p) or ""))
    for path in files if packing else ():
        text = reader.text(path) or ""
        blocks = list(_blocks(text))
        fill = partial(_filled, locals_=_locals(blocks))
        for block in blocks:
            if block.kind != "locals" and _packs(path, block, packing):
                for found in _SOURCE.finditer(block.text):
                    named = fill(repeated.starred(found[1]))
                    place = _place(reader, path, text, block.start + found.start(1))
                    target = _target(homes, path, named)
                    if target is not None:
                        yield _build(reader, target, place, block, blocks)
                    elif made := _compiled(reader, homes, path, named):
                        build = _build(reader, made, place, block, blocks)
                        covers = (p for p, home in homes.manifests.items() if inside(home, made))
                        yield replace(build, covers=tuple(covers))
                    elif repeated.repeats(block.text):
                        for home in repeated.each(reader, homes, path, block.text, named):
                            yield _build(reader, home, place, block, blocks)


def _build(
    reader: Reader, target: str, place: Place, packed: _Block, blocks: list[_Block]
) -> Build:
    """What is packed in one block may run in another, which names it."""
    own = [packed, *(b for b in blocks if packed.name and f".{packed.name}." in b.text)]
    declared = any(_VARIABLES.search(block.text) for block in own)
    runtime = _asked(reader, place.path, own)
    return Build(target, place, runtime=runtime, configures=declared)


def _asked(reader: Reader, path: str, blocks: list[_Block]) -> str:
    """The runtime that one of the blocks asks for, by a variable with a default, or in the
    module of the repository that it hands everything to; empty where that asks for none or for
    several."""
    texts = [block.text for block in blocks]
    found = next(filter(None, map(_RUNTIME.search, texts)), None)
    if found is not None:
        return _spelled(found)
    names = {found[1] for text in texts for found in _BY_VARIABLE.finditer(text)}
    if names:
        given = (_defaults(reader, directory(path)).get(name, "") for name in sorted(names))
        return next(filter(None, given), "")
    called = (_MODULE.search(block.text) for block in blocks if block.kind == "module")
    homes = {joined(directory(path), each[1]) for each in called if each} - {None}
    runs = {
        _spelled(each)
        for file in _files(reader, homes)
        for each in _RUNTIME.finditer(reader.text(file) or "")
    }
    return runs.pop() if len(runs) == 1 else ""


def _spelled(found: re.Match[str]) -> str:
    return f"{found[1]}{dotted(found[2])}"


def _defaults(reader: Reader, home: str) -> dict[str, str]:
    """Variables of a directory whose default is a runtime."""
    texts = (reader.text(file) or "" for file in _files(reader, {home}))
    return {each[1]: f"{each[2]}{dotted(each[3])}" for t in texts for each in _DEFAULT.finditer(t)}


def _files(reader: Reader, homes: Collection[str | None]) -> Iterator[str]:
    if homes:
        yield from (p for p in reader.paths if p.endswith(".tf") and directory(p) in homes)


def _packs(path: str, block: _Block, packing: frozenset[str]) -> bool:
    """Whether the block packs, or hands what is to be packed to a module of the repository."""
    if block.kind != "module":
        return bool(_PACKS.search(block.text))
    found = _MODULE.search(block.text)
    return bool(_PACKS.search(block.text)) or (
        found is not None and joined(directory(path), found[1]) in packing
    )


def _blocks(text: str) -> Iterator[_Block]:
    for found in _BLOCK.finditer(text):
        end = text.find("\n}", found.start())
        body = text[found.start() : end if end >= 0 else len(text)]
        yield _Block(found[1], found[3] or found[2] or "", found.start(), body)


def _locals(blocks: list[_Block]) -> dict[str, str]:
    texts = (block.text for block in blocks if block.kind == "locals")
    return {name: value for text in texts for name, value in _LOCAL.findall(text)}


def _filled(written: str, locals_: Mapping[str, str]) -> str:
    """The path that an expression means, relative to its file; empty where nobody can know."""
    text = locals_.get(written.removeprefix("local."), "") if written[0] != '"' else written[1:-1]
    text = re.sub(r"\$\{local\.(\w+)\}", lambda m: locals_.get(m[1], m[0]), text)
    text = _HERE.sub("", text)
    return "" if "$" in text else text


def _target(homes: Homes, path: str, named: str) -> str | None:
    """The directory itself, or the one that an archive is called after."""
    for base in (directory(path), "") if named else ():
        for each in dict.fromkeys((named, named.removesuffix(".zip"))):
            target = joined(base, each)
            if target and target in homes.known:
                return target
    return None


def _compiled(reader: Reader, homes: Homes, path: str, named: str) -> str:
    """The directory that a path of build output is called after: one project stands there, if only
    below it. Empty where the path is of no such thing, or is committed."""
    target = joined(directory(path), named.removesuffix(".zip")) if named else None
    if not target or target in reader.directories:
        return ""
    source = "/".join(part for part in target.split("/") if part not in _OUTPUTS)
    below = {home for home in homes.known if inside(home, source)}
    if source not in ("", target) and not below:
        cut = next(at for at, part in enumerate(target.split("/")) if part in _OUTPUTS)
        around = "/".join(target.split("/")[:cut])
        return around if around in homes.known else ""
    return source if source not in ("", target) and len(below) == 1 else ""


def _place(reader: Reader, path: str, text: str, at: int) -> Place:
    return reader.place(path, text.count("\n", 0, at) + 1)
