"""Applications of a Gradle or Maven build of several modules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory
from agentaudit.sources.git.roles import directory_role

_SETTINGS = frozenset(("settings.gradle", "settings.gradle.kts"))
_GRADLE = ("build.gradle", "build.gradle.kts")
_INCLUDE = regex(r"^[ \t]*include\b([^\n]{0,2000}(?:,\s*\n[^\n]{0,2000}){0,60})", re.MULTILINE)
_QUOTED = regex(r"[\"']:?([\w.:/-]{1,200})[\"']")
_MODULE = regex(r"<module>\s*([\w./-]{1,200})\s*</module>")
_PLUGIN = regex(
    r"^[^\n/]{0,100}(?:org\.springframework\.boot|io\.quarkus|io\.micronaut\.(?:application|minimal)"
    r"|com\.google\.cloud\.tools\.jib|io\.ktor\.plugin|com\.github\.johnrengelman\.shadow)[\"'](?![^\n]{0,80}\bapply\s+false)",
    re.MULTILINE,
)
_OFF = regex(r"bootJar\b[^}\n]{0,40}\{\s*enabled\s*=\s*false|bootJar\.enabled\s*=\s*false")
_MAVEN = regex(
    r"<artifactId>\s*(?:spring-boot-maven-plugin|quarkus-maven-plugin|jib-maven-plugin"
    r"|micronaut-maven-plugin)\s*</artifactId>"
)
_MANAGED = regex(r"<pluginManagement>.{0,60000}?</pluginManagement>", re.DOTALL)
_NO_JAR = regex(r"<packaging>\s*pom\s*</packaging>")


def started(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """Modules that are packed as applications, where nothing that was found is about them."""
    built = {build.home for build in found}
    covered = {path for build in found for path in build.covers}
    return [
        Build(home, reader.place(path, line))
        for home in sorted(set(_members(reader)))
        if home in homes.known and home not in built and directory_role(home) is Role.APP
        for path, line in _application(reader, home)
        if path not in covered
    ]


def _members(reader: Reader) -> Iterator[str]:
    for path in reader.named(_SETTINGS.__contains__):
        for listed in _INCLUDE.finditer(reader.text(path) or ""):
            for name in _QUOTED.findall(listed[1]):
                if home := joined(directory(path), name.replace(":", "/")):
                    yield home
    for path in reader.named("pom.xml".__eq__):
        for name in _MODULE.findall(reader.text(path) or ""):
            if home := joined(directory(path), name):
                yield home


def _application(reader: Reader, home: str) -> Iterator[tuple[str, int]]:
    """The manifest that says so, with the line."""
    for name in _GRADLE:
        text = reader.text(f"{home}/{name}") or ""
        found = None if _OFF.search(text) else _PLUGIN.search(text)
        if found:
            yield f"{home}/{name}", text.count("\n", 0, found.start()) + 1
    text = reader.text(f"{home}/pom.xml") or ""
    found = None if _NO_JAR.search(text) else _MAVEN.search(_MANAGED.sub(_blank, text))
    if found:
        yield f"{home}/pom.xml", text.count("\n", 0, found.start()) + 1


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
