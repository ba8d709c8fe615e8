"""Images that scripts and the files of build tools order: Makefiles, shell scripts, docker bake,
Skaffold, Tilt, Cloud Build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import makefiles, shell
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.orders import Asked, Order, asked_for, built
from agentaudit.sources.git.reader import Reader, ancestors, directory, mapping, sequence, word

_MAKEFILE = regex(r"(?:GNU)?[Mm]akefile(?:\.\w{1,20})?|[\w.-]{1,60}\.mk|[Jj]ustfile|\.justfile")
_SCRIPT = regex(r"[\w.-]{1,100}\.(?:sh|bash|zsh)")
_BUILDS = regex(r"\b(?:build|bud)\b", words=("build", "bud"))
_TOOLS = ("docker", "podman", "buildah", "nerdctl", "finch")


def orders(reader: Reader) -> Iterator[Order]:
    """Every image that such a file builds from a directory that there is."""
    for path in reader.named(_MAKEFILE.fullmatch):
        text = _likely(reader, path)
        for rows in makefiles.recipes(text) if text else ():
            yield from _run(reader, path, rows)
    for path in reader.named(_SCRIPT.fullmatch):
        if text := _likely(reader, path):
            yield from _run(reader, path, shell.numbered(text))
    yield from _baked(reader)
    yield from _skaffold(reader)
    yield from _tilt(reader)
    yield from _cloud_build(reader)


def _likely(reader: Reader, path: str) -> str:
    text = reader.text(path) or ""
    return text if _BUILDS.search(text) and any(tool in text for tool in _TOOLS) else ""


def _run(reader: Reader, path: str, rows: list[shell.Row]) -> Iterator[Order]:
    for command in shell.commands(rows, directory(path)):
        if asked := built(command.text):
            yield from _order(reader, path, command.line, asked, command.directory)


def _order(reader: Reader, path: str, line: int, asked: Asked, where: str = "") -> Iterator[Order]:
    """The order, once it is clear from which directory its paths are meant: that of the file, one
    above it or the root."""
    for base in dict.fromkeys((directory(path), *ancestors(directory(path)), "")):
        home = _meant(base, where)
        context = _meant(home, asked.context) if home is not None else None
        if home is None or context is None or (context and context not in reader.directories):
            continue
        file = _meant(home, asked.file) if asked.file else f"{context}/Dockerfile".lstrip("/")
        plain = f"{context}/Containerfile".lstrip("/")
        if file in reader.known or (not asked.file and plain in reader.known):
            found = file if asked.file else None
            told = (asked.arguments, asked.target, None, asked.tags)
            yield Order(reader.place(path, line), context, found, asked.names, "", *told)
            return


def _meant(base: str, path: str) -> str | None:
    if path.startswith(shell.ROOT):
        return joined("", path.removeprefix(shell.ROOT).strip("/") or ".")
    return joined(base, path or ".")


_TARGET = regex(r"^target\s+\"([\w.-]{1,100})\"\s*\{", re.MULTILINE)
_FIELD = regex(r"^\s*\"?([\w-]{1,60})\"?\s*[=:]\s*\"([^\"\n]{1,300})\"", re.MULTILINE)
_TAGS = regex(r"\btags\s*=\s*\[([^\]]{0,2000})\]")


def _baked(reader: Reader) -> Iterator[Order]:
    """Targets of `docker buildx bake`."""
    for path in reader.named(re.compile(r"docker-bake[\w.-]{0,40}\.(?:hcl|json)").fullmatch):
        text = reader.text(path) or ""
        if path.endswith(".json"):
            for name, target in mapping(mapping(reader.json(path)).get("target")).items():
                given = mapping(target)
                fields = {key: word(value) for key, value in given.items()}
                arguments = [(k, word(v)) for k, v in mapping(given.get("args")).items()]
                tags = [word(tag) for tag in sequence(given.get("tags"))]
                asked = _asked(fields, name, tags, arguments)
                yield from _order(reader, path, 1, asked)
            continue
        starts = [*_TARGET.finditer(text)]
        for found, after in zip(starts, [*starts, None][1:], strict=True):
            body = text[found.end() : after.start() if after else len(text)]
            body = body.partition("\n}")[0]
            fields = dict(_FIELD.findall(body))
            tags = [
                tag for listed in _TAGS.findall(body) for tag in re.findall(r"\"([^\"]+)", listed)
            ]
            arguments = [pair for pair in fields.items() if pair[0] not in _KNOWN]
            line = text.count("\n", 0, found.start()) + 1
            yield from _order(reader, path, line, _asked(fields, found[1], tags, arguments))


_KNOWN = frozenset(("context", "dockerfile", "target", "name", "tags", "platforms"))


def _asked(
    fields: dict[str, str], name: str, tags: list[str], arguments: list[tuple[str, str]]
) -> Asked:
    context = fields.get("context") or "."
    file = fields.get("dockerfile") or ""
    names = {short_name(tag) for tag in tags if "$" not in short_name(tag)} | {name.lower()}
    full = f"{context}/{file}" if file else ""
    given = tuple((k, v) for k, v in arguments if "$" not in v)
    return Asked(context, full, frozenset(names), given, fields.get("target") or "", tuple(tags))


def _skaffold(reader: Reader) -> Iterator[Order]:
    for path in reader.named(lambda name: re.fullmatch(r"skaffold[\w.-]{0,40}\.ya?ml", name)):
        for tree in reader.yaml(path):
            build = mapping(mapping(tree.data).get("build"))
            for index, item in enumerate(sequence(build.get("artifacts"))):
                given, docker = mapping(item), mapping(mapping(item).get("docker"))
                fields = {
                    "context": word(given.get("context")),
                    "dockerfile": word(docker.get("dockerfile")),
                }
                image = word(given.get("image"))
                arguments = [(k, word(v)) for k, v in mapping(docker.get("buildArgs")).items()]
                asked = _asked(fields, short_name(image), [image], arguments)
                line = tree.line("build", "artifacts", index)
                yield from _order(reader, path, line, asked)


_TILT = regex(
    r"\bdocker_build\w{0,20}\(\s*(?:ref\s*=\s*)?['\"]([^'\"\n]{1,200})['\"]\s*,"
    r"\s*(?:context\s*=\s*)?['\"]([^'\"\n]{1,200})['\"]([^)]{0,600})"
)
_TILT_FILE = regex(r"\bdockerfile\s*=\s*['\"]([^'\"\n]{1,200})['\"]")
_TILT_ARGUMENT = regex(r"['\"](\w{1,60})['\"]\s*:\s*['\"]([^'\"\n]{1,200})['\"]")


def _tilt(reader: Reader) -> Iterator[Order]:
    for path in reader.named("Tiltfile".__eq__):
        text = reader.text(path) or ""
        for found in _TILT.finditer(text):
            file = _TILT_FILE.search(found[3])
            names = frozenset((short_name(found[1]),))
            arguments = tuple(_TILT_ARGUMENT.findall(found[3]))
            asked = Asked(found[2], file[1] if file else "", names, arguments, "", (found[1],))
            yield from _order(reader, path, text.count("\n", 0, found.start()) + 1, asked)


_CLOUD_BUILD = regex(r"(?:^|/)(?:cloudbuild[\w.-]{0,60}|\.?cloudbuild/[\w./-]{1,120})$")


def _cloud_build(reader: Reader) -> Iterator[Order]:
    """Steps of Google Cloud Build that run docker, and those that run it in a shell."""
    for path in filter(_CLOUD_BUILD.search, reader.named(lambda n: n.endswith((".yaml", ".yml")))):
        for tree in reader.yaml(path)[:1]:
            for index, item in enumerate(sequence(mapping(tree.data).get("steps"))):
                given = mapping(item)
                words = [word(each) for each in sequence(given.get("args"))]
                line = tree.line("steps", index)
                where = word(given.get("dir"))
                if words[:1] == ["build"] or words[:2] == ["buildx", "build"]:
                    asked = asked_for(words[words.index("build") + 1 :])
                    if asked:
                        yield from _order(reader, path, line, asked, where)
                for script in (*words, word(given.get("script"))):
                    for command in shell.commands(shell.numbered(script)):
                        if asked := built(command.text):
                            yield from _order(reader, path, line, asked, command.directory or where)
