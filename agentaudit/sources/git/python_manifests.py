"""Manifests of Python projects. Nothing is executed: `setup.py` is searched as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from agentaudit.expressions import regex
from agentaudit.sources.git.declared import Declared, Parsed, normalised
from agentaudit.sources.git.reader import Reader, directory, line_of, mapping, sequence, word
from agentaudit.sources.git.requirements import Requirement, read

if TYPE_CHECKING:
    import configparser

REQUIREMENTS = regex(r"(?:[\w.-]{1,80}[-_.])?requirements(?:[-_.][\w.-]{1,80})?\.(?:txt|in)")
_NAME = regex(
    r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,200})(?:\s{0,9}\[[^\]]{0,200}\])?"
    r"(?:\s{0,9}\(?([<>=!~][^;#()]{0,200}))?"
)
"""A requirement of PEP 508, with the versions that it allows."""


def _declared(text: str, items: Iterable[object], extra: bool = False) -> Iterator[Declared]:
    """Requirements as PEP 508 writes them."""
    for item in items:
        if isinstance(item, str) and (name := _NAME.match(item)):
            line = line_of(text, f'"{item}"', f"'{item}'", name[1])
            local = bool(re.search(r"@\s*file:", item))
            wanted = (name[2] or "").strip()
            yield Declared(normalised(name[1]), line, local, extra, ";" in item, wanted)


def pyproject(reader: Reader, path: str) -> Parsed | None:
    """PEP 621, PEP 735, poetry, pdm and uv; None for a file that only configures tools."""
    data, text = reader.toml(path), reader.text(path) or ""
    project, tool = mapping(data.get("project")), mapping(data.get("tool"))
    poetry = mapping(tool.get("poetry"))
    groups = mapping(data.get("dependency-groups"))
    if not (project or poetry or groups or data.get("build-system") or path in reader.problems):
        return None
    found = [
        *_declared(text, sequence(project.get("dependencies"))),
        *_grouped(text, mapping(project.get("optional-dependencies"))),
        *_grouped(text, groups),
        *_grouped(text, mapping(mapping(tool.get("pdm")).get("dev-dependencies"))),
        *_declared(text, sequence(mapping(tool.get("uv")).get("dev-dependencies")), extra=True),
        *_poetry(text, poetry),
        *_pixi(text, mapping(tool.get("pixi"))),
    ]
    pinned = word(project.get("requires-python"))
    pinned = pinned or word(mapping(poetry.get("dependencies")).get("python"))
    uv = mapping(tool.get("uv"))
    members = mapping(uv.get("workspace")).get("members")
    return Parsed(
        "python",
        tuple(found),
        (line_of(text, "requires-python", "\npython "), pinned) if pinned else None,
        word(project.get("name")) or word(poetry.get("name")),
        tuple(word(item) for item in sequence(members)),
        packaged="build-system" in data,
        overridden=frozenset(
            d.name for d in _declared("", sequence(uv.get("override-dependencies")))
        ),
    )


def _grouped(text: str, groups: dict[str, Any]) -> Iterator[Declared]:
    for items in groups.values():
        yield from _declared(text, sequence(items), extra=True)


def _poetry(text: str, poetry: dict[str, Any]) -> Iterator[Declared]:
    tables = [(poetry.get("dependencies"), False), (poetry.get("dev-dependencies"), True)]
    tables += [
        (mapping(group).get("dependencies"), True)
        for group in mapping(poetry.get("group")).values()
    ]
    for table, extra in tables:
        for name, value in mapping(table).items():
            inner = mapping(value)
            if normalised(name) != "python":
                line = line_of(text, f"\n{name} ", f"\n{name}=", f'\n"{name}"', name)
                local, partly = "path" in inner, bool(inner.get("markers"))
                asked = word(inner.get("version")) or word(value)
                yield Declared(normalised(name), line, local, extra, partly, asked)


_PLAUSIBLE = regex(
    r"--?[A-Za-z]|[A-Za-z0-9][\w.-]{0,100}\s{0,10}(?:\[[^\]]{0,200}\]\s{0,10})?(?:[<>=!~;@#\\(]|$)"
    r"|(?:git|hg|svn)\+|https?://|file:|[./]|\S{1,200}\.whl"
)


def _is_prose(text: str) -> bool:
    """Whether most lines are no requirements: a list of wishes may be called so too."""
    said = [line.strip() for line in text[:20_000].split("\n")]
    said = [line for line in said if line and not line.startswith("#")]
    return sum(bool(_PLAUSIBLE.match(line)) for line in said) * 2 < len(said)


def requirements(reader: Reader, path: str) -> Parsed | None:
    """A requirements file; None for prose of that name."""
    if _is_prose(reader.text(path) or ""):
        return None
    found = [_from(item) for item in read(reader.text(path) or "") if item.name]
    extra = re.search(
        r"(?:^|[-_./])(?:dev|develop|test|tests|pytest|docs|lint|ci)(?:[-_.]|$)", path
    )
    if extra:
        found = [Declared(d.name, d.line, d.local, True, d.conditional) for d in found]
    return Parsed("python", tuple(found))


def _from(item: Requirement) -> Declared:
    return Declared(normalised(item.name), item.line, item.local, False, item.conditional)


def in_requirements_directory(reader: Reader, path: str) -> Parsed | None:
    """`requirements/base.txt` and its like, which speak for the directory above."""
    home = directory(path)
    if home.rpartition("/")[2] != "requirements":
        return None
    found = requirements(reader, path)
    if found is None:
        return None
    return Parsed("python", found.dependencies, home=directory(home))


def setup_cfg(reader: Reader, path: str) -> Parsed | None:
    """The `[options]` of setuptools; None for a file that only configures tools."""
    import configparser

    text = reader.text(path) or ""
    config = configparser.RawConfigParser(strict=False)
    try:
        config.read_string(text)
    except (configparser.Error, ValueError) as error:
        reader.problems[path] = f"cannot be understood: {error}"
        return None
    if not (config.has_section("options") or config.has_section("metadata")):
        return None
    required = config.get("options", "install_requires", fallback="").split("\n")
    extras = [
        item for _, value in _items(config, "options.extras_require") for item in value.split("\n")
    ]
    pinned = config.get("options", "python_requires", fallback="").strip()
    return Parsed(
        "python",
        (*_declared(text, required), *_declared(text, extras, extra=True)),
        (line_of(text, "python_requires"), pinned) if pinned else None,
        config.get("metadata", "name", fallback="").strip(),
        packaged=True,
    )


def _items(config: configparser.RawConfigParser, section: str) -> list[tuple[str, str]]:
    return config.items(section) if config.has_section(section) else []


_LIST = regex(r"\b(install_requires|extras_require)\s*=\s*([\[{][^\]]{0,20000}\])")
_STRING = regex(r"[\"']([A-Za-z0-9][^\"'\n]{0,300})[\"']")
_PYTHON = regex(r"python_requires\s*=\s*[\"']([^\"'\n]{1,60})[\"']")


def setup_py(reader: Reader, path: str) -> Parsed | None:
    """What a setup script lists literally."""
    text = reader.text(path) or ""
    if "setup(" not in text:
        return None
    found: list[Declared] = []
    for match in _LIST.finditer(text):
        extra = match[1] == "extras_require"
        found += _declared(text, (item[1] for item in _STRING.finditer(match[2])), extra)
    pinned = _PYTHON.search(text)
    runtime = (line_of(text, "python_requires"), pinned[1]) if pinned else None
    named = _NAMED.search(text, text.index("setup("))
    return Parsed("python", tuple(found), runtime, named[1] if named else "", packaged=True)


_NAMED = regex(r"\bname\s{0,9}=\s{0,9}[\"']([\w.-]{1,100})[\"']")


def is_literal(text: str) -> bool:
    """Whether a setup script lists what it needs as text, or needs nothing."""
    return "install_requires" not in text or any(
        match[1] == "install_requires" for match in _LIST.finditer(text)
    )


def pipfile(reader: Reader, path: str) -> Parsed | None:
    """A Pipfile."""
    data = reader.toml(path)
    text = reader.text(path) or ""
    found = [
        Declared(normalised(name), line_of(text, name), "path" in mapping(value), extra)
        for table, extra in (("packages", False), ("dev-packages", True))
        for name, value in mapping(data.get(table)).items()
    ]
    pinned = word(mapping(data.get("requires")).get("python_full_version"))
    pinned = pinned or word(mapping(data.get("requires")).get("python_version"))
    runtime = (line_of(text, "python_full_version", "python_version"), pinned) if pinned else None
    return Parsed("python", tuple(found), runtime)


def conda(reader: Reader, path: str) -> Parsed | None:
    """A conda environment, with its pip part."""
    trees = reader.yaml(path)
    data = mapping(trees[0].data) if trees else {}
    text = reader.text(path) or ""
    found: list[Declared] = []
    runtime = None
    for item in sequence(data.get("dependencies")):
        if isinstance(item, dict):
            found += _declared(text, sequence(item.get("pip")))
            continue
        name = word(item).rpartition("::")[2]
        if (pinned := re.fullmatch(r"python\s*([=<>~!].{1,40}?)(?:=\w{1,60})?", name)) is not None:
            runtime = (line_of(text, word(item)), pinned[1].strip())
        elif name != "python":
            found += _declared(text, [name])
    return Parsed("python", tuple(found), runtime)


def pixi(reader: Reader, path: str) -> Parsed | None:
    """pixi.toml."""
    data = reader.toml(path)
    text = reader.text(path) or ""
    if not (path in reader.problems or {"project", "workspace", "dependencies"} & set(data)):
        return None
    wanted = mapping(data.get("dependencies")).get("python")
    python = word(mapping(wanted).get("version")) or word(wanted)
    project = mapping(data.get("project")) or mapping(data.get("workspace"))
    return Parsed(
        "python",
        tuple(_pixi(text, data)),
        (line_of(text, "\npython "), python) if python.strip(" *") else None,
        word(project.get("name")),
    )


def _pixi(text: str, data: dict[str, Any]) -> Iterator[Declared]:
    """What comes from channels of conda and from indexes of Python, and what features add."""
    features = [mapping(each) for each in mapping(data.get("feature")).values()]
    tables = [(data, False), *((each, True) for each in features)]
    for table, extra in tables:
        for group in ("dependencies", "pypi-dependencies"):
            for name, value in mapping(table.get(group)).items():
                if name != "python":
                    line = line_of(text, f"\n{name} ", f"\n{name}=", name)
                    local = "path" in mapping(value)
                    asked = word(mapping(value).get("version")) or word(value)
                    yield Declared(normalised(name), line, local, extra, wanted=asked)
