"""Manifests: files that declare what a directory needs, of seven ecosystems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from agentaudit.expressions import regex
from agentaudit.markup import without_comments
from agentaudit.source import Dependency, Manifest
from agentaudit.sources.git import catalogs, dart, python_manifests
from agentaudit.sources.git.declared import Declared, Parsed
from agentaudit.sources.git.reader import Reader, directory, line_of, mapping, sequence, word
from agentaudit.sources.git.text import is_pointer


def find(reader: Reader) -> dict[str, Parsed]:
    """Path → what it declares, for every manifest of the application."""
    found = {}
    for path in reader.named(_reads):
        name = path.rpartition("/")[2]
        read = _reads(name)
        if read is None or reader.text(path) is None:
            continue
        parsed = read(reader, path)
        if parsed is not None:
            found[path] = parsed
    return found


def is_manifest(path: str) -> bool:
    """Whether a file of this path is read as a manifest."""
    read = _reads(path.rpartition("/")[2])
    if read is python_manifests.in_requirements_directory:
        return directory(path).rpartition("/")[2] == "requirements"
    return read is not None


def all_read(reader: Reader, found: Mapping[str, Parsed], around: Iterable[str]) -> bool:
    """Whether there are manifests, and all that they declare is known; `around` are the paths of
    manifests that could not be read."""
    return bool(found) and not any(around) and all(_is_whole(reader, path) for path in found)


def _is_whole(reader: Reader, path: str) -> bool:
    text = reader.text(path) or ""
    name = path.rpartition("/")[2]
    if path in reader.problems or is_pointer(text):
        return False
    if name == "pyproject.toml":
        dynamic = sequence(mapping(reader.toml(path).get("project")).get("dynamic"))
        return "dependencies" not in dynamic
    return name != "setup.py" or python_manifests.is_literal(text)


def published(reader: Reader, path: str, parsed: Parsed) -> Manifest:
    """The manifest in the words of probes."""
    dependencies = tuple(
        Dependency(d.name, parsed.ecosystem, reader.place(path, d.line))
        for d in parsed.dependencies
    )
    runtime = None
    if parsed.runtime is not None:
        line, value = parsed.runtime
        runtime = (reader.place(path, line), value)
    return Manifest(reader.place(path), parsed.ecosystem, dependencies, runtime)


Read = Callable[[Reader, str], Parsed | None]


def _reads(name: str) -> Read | None:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if python_manifests.REQUIREMENTS.fullmatch(name):
        return python_manifests.requirements
    if name.endswith((".csproj", ".fsproj", ".vbproj")):
        return _project
    if name.endswith((".txt", ".in")):
        return python_manifests.in_requirements_directory
    return None


def _package_json(reader: Reader, path: str) -> Parsed | None:
    data = mapping(reader.json(path))
    text = reader.text(path) or ""
    found = []
    for group in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, version in mapping(data.get(group)).items():
            local = word(version).startswith(("workspace:", "file:", "link:", "portal:"))
            line = line_of(text, f'"{name}":', f'"{name}"')
            extra = group == "devDependencies"
            found.append(Declared(name, line, local, extra, wanted=word(version)))
    engine = word(mapping(data.get("engines")).get("node"))
    volta = word(mapping(data.get("volta")).get("node"))
    if not (found or data.get("name") or data.get("scripts")):
        return None
    runtime = engine or volta
    return Parsed(
        "node",
        tuple(found),
        (line_of(text, '"node":', '"node"'), runtime) if runtime else None,
        word(data.get("name")),
        _workspaces(data.get("workspaces")),
        overridden=_overridden(data),
    )


def _overridden(data: dict[str, Any]) -> frozenset[str]:
    tables = (data, mapping(data.get("pnpm")))
    given = [mapping(table.get(key)) for table in tables for key in ("overrides", "resolutions")]
    keys = (key.rpartition("/")[2] if key[:1] != "@" else key for each in given for key in each)
    return frozenset(key[0] + key[1:].partition("@")[0] for key in keys if key)


def _workspaces(value: Any) -> tuple[str, ...]:
    listed = mapping(value).get("packages") if isinstance(value, dict) else value
    return tuple(word(item) for item in sequence(listed) if word(item))


_GO_REQUIRE = regex(r"\s*+(?:require\s++)?((?=\S{0,500}\.)[^\s()]++)\s++(v\S++)\s*+(//.*)?$")


def _go_mod(reader: Reader, path: str) -> Parsed | None:
    found, runtime, name = [], None, ""
    block = ""
    local = {
        parts[0] if parts[0] != "replace" else parts[1]
        for line in (reader.text(path) or "").split("\n")
        if re.search(r"=>\s*\S", line) and len(parts := line.split()) > 2
    }
    for number, line in enumerate((reader.text(path) or "").split("\n"), 1):
        words = line.split()
        if words[1:] == ["("]:
            block = words[0]
        elif words == [")"]:
            block = ""
        elif words[:1] == ["module"] and len(words) > 1:
            name = words[1].rpartition("/")[2]
        elif words[:1] == ["go"] and len(words) == 2:
            runtime = (number, words[1])
        elif required := _go_requirement(line, block):
            name_of, version = required
            found.append(Declared(name_of, number, name_of in local, wanted=f">={version}"))
    return Parsed("go", tuple(found), runtime, name)


def _go_requirement(line: str, block: str) -> tuple[str, str] | None:
    direct = "// indirect" not in line and (block == "require" or line.startswith("require "))
    found = _GO_REQUIRE.match(line[:2000]) if direct else None
    return (found[1], found[2]) if found else None


_POM_DEPENDENCY = regex(r"<dependency>(.{0,2000}?)</dependency>", re.DOTALL)
_NOT_OWN = regex(
    r"<(parent|dependencies|dependencyManagement|build|profiles|reporting)>"
    r"(?:.{0,200000}?</\1>|.{0,200000})",
    re.DOTALL,
)
"""Parts of a project's model in which other artifacts are named."""
_POM_RUNTIME = regex(
    r"<(?:maven\.compiler\.(?:release|source|target)|java\.version|release)>\s*([\w.]{1,20})\s*<"
)


def _pom(reader: Reader, path: str) -> Parsed | None:
    text = without_comments(reader.text(path) or "")
    found = []
    for match in _POM_DEPENDENCY.finditer(text):
        group = re.search(r"<groupId>\s*([\w.-]{1,200})\s*<", match[1])
        artifact = re.search(r"<artifactId>\s*([\w.-]{1,200})\s*<", match[1])
        if group and artifact:
            line = text.count("\n", 0, match.start()) + 1
            found.append(Declared(f"{group[1]}:{artifact[1]}", line))
    runtime = _POM_RUNTIME.search(text)
    pinned = (text.count("\n", 0, runtime.start()) + 1, runtime[1]) if runtime else None
    own = re.search(r"<artifactId>\s*([\w.-]{1,200})\s*<", _NOT_OWN.sub("", text))
    return Parsed("java", tuple(found), pinned, own[1] if own else "")


_GRADLE = regex(r"[\"']([A-Za-z][\w.-]{1,150}:[\w.-]{1,150})(?::([^\"'\n]{0,100}))?[\"']")
_GRADLE_RUNTIME = regex(
    r"(?:JavaLanguageVersion\.of\(|jvmToolchain\(|(?:source|target)Compatibility\s*=\s*\D{0,30})"
    r"[\"']?(\d{1,2}(?:\.\d{1,2})?)"
)
_CATALOG = regex(r"\b(?:module|group)\s*=\s*\"([\w.-]{1,150}:[\w.-]{1,150})\"()")


def _at_least(version: str) -> str:
    """The range that a plain version of Gradle or NuGet stands for; others are left alone."""
    return f">={version}" if version[:1].isdigit() and "*" not in version else ""


_GRADLE_PROJECT = regex(
    r"\bproject\(\s*(?:path\s*[:=]\s*)?[\"'](?::[\w.-]{1,100}){0,8}:([\w.-]{1,100})[\"']"
    r"|\(\s*projects(?:\.\w{1,100}){0,8}\.(\w{1,100})\s*\)"
)
"""Another project of the same build, by its path or by the accessor that is made of it."""


def _kebab(name: str) -> str:
    """A project's name, of which an accessor leaves out the hyphens: `chatApi` of chat-api."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", name).lower()


def _gradle(reader: Reader, path: str) -> Parsed | None:
    found, runtime = [], None
    pattern = _CATALOG if path.endswith(".toml") else _GRADLE
    rows = enumerate((line[:2000] for line in (reader.text(path) or "").split("\n")), 1)
    lines = {n: line for n, line in rows if not line.lstrip().startswith(("//", "*", "#"))}
    for number, line in lines.items():
        found += [
            Declared(match[1], number, wanted=_at_least(match[2] or ""))
            for match in pattern.finditer(line)
        ]
        found += [
            Declared(f"project:{_kebab(match[1] or match[2])}", number, local=True)
            for match in _GRADLE_PROJECT.finditer(line)
        ]
        if runtime is None and (match := _GRADLE_RUNTIME.search(line)):
            runtime = (number, match[1])
    if path.endswith(".toml"):
        return Parsed("java", tuple(found), runtime, home=directory(directory(path)))
    found += [Declared(name, number) for number, name in catalogs.taken(reader, path, lines)]
    return Parsed("java", tuple(found), runtime, directory(path).rpartition("/")[2])


_PACKAGE_REFERENCE = regex(
    r"<PackageReference\s[^>]{0,200}?Include=\"([\w.-]{1,200})\""
    r"(?:\s{1,20}Version=\"([^\"]{1,60})\")?"
)
_PROJECT_REFERENCE = regex(
    r"<ProjectReference\s[^>]{0,200}?Include=\"(?:[^\"]{0,200}[\\/])?([^\"\\/]{1,100})\.\w{2}proj\""
)
"""Another project of the same repository, whose code runs with this one's."""
_FRAMEWORK = regex(r"<TargetFrameworks?>\s*([\w.;-]{1,80})\s*<")


def _project(reader: Reader, path: str) -> Parsed | None:
    found, runtime = [], None
    for number, line in enumerate((reader.text(path) or "").split("\n"), 1):
        line = line[:2000]
        found += [
            Declared(match[1], number, wanted=_at_least(match[2] or ""))
            for match in _PACKAGE_REFERENCE.finditer(line)
        ]
        found += [Declared(m[1], number, local=True) for m in _PROJECT_REFERENCE.finditer(line)]
        if runtime is None and (match := _FRAMEWORK.search(line)):
            runtime = (number, match[1])
    return Parsed("dotnet", tuple(found), runtime, path.rpartition("/")[2].rpartition(".")[0])


def _cargo(reader: Reader, path: str) -> Parsed | None:
    data = reader.toml(path)
    text = reader.text(path) or ""
    package, workspace = mapping(data.get("package")), mapping(data.get("workspace"))
    tables = [data, workspace, *mapping(data.get("target")).values()]
    found = [
        Declared(name, line_of(text, f"\n{name} ", f"\n{name}=", f"\n{name}."), local=local)
        for table in tables
        for group in ("dependencies", "dev-dependencies", "build-dependencies")
        for name, local in _crates(mapping(mapping(table).get(group)))
    ]
    version = word(package.get("rust-version"))
    runtime = (line_of(text, "rust-version"), version) if version else None
    members = tuple(word(item) for item in sequence(workspace.get("members")))
    return Parsed("rust", tuple(found), runtime, word(package.get("name")), members)


def _crates(table: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    for name, value in table.items():
        inner = mapping(value)
        yield word(inner.get("package")) or name, "path" in inner


_BY_NAME: dict[str, Read] = {
    "pyproject.toml": python_manifests.pyproject,
    "setup.cfg": python_manifests.setup_cfg,
    "setup.py": python_manifests.setup_py,
    "Pipfile": python_manifests.pipfile,
    "pixi.toml": python_manifests.pixi,
    "environment.yml": python_manifests.conda,
    "environment.yaml": python_manifests.conda,
    "package.json": _package_json,
    "go.mod": _go_mod,
    "pom.xml": _pom,
    "build.gradle": _gradle,
    "build.gradle.kts": _gradle,
    "libs.versions.toml": _gradle,
    "Cargo.toml": _cargo,
    dart.MANIFEST: dart.manifest,
}
