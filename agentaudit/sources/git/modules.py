"""Applications of a Gradle or Maven build of several modules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.declared import Parsed
from agentaudit.sources.git.dockerfile import Recipe
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.images import expand
from agentaudit.sources.git.parts import Part, home_of
from agentaudit.sources.git.projects import Project, by_name, reached
from agentaudit.sources.git.reader import Reader, directory, inside

_SETTINGS = frozenset(("settings.gradle", "settings.gradle.kts"))
_GRADLE = ("build.gradle", "build.gradle.kts")
_INCLUDE = regex(r"^[ \t]*include\b([^\n]{0,2000}(?:,\s*\n[^\n]{0,2000}){0,60})", re.MULTILINE)
_QUOTED = regex(r"[\"']:?([\w.:/-]{1,200})[\"']")
_MODULE = regex(r"<module>\s*([\w./-]{1,200})\s*</module>")
_PLUGIN = regex(
    r"^[^\n/]{0,100}(?:org\.springframework\.boot|io\.quarkus|io\.micronaut\.(?:application|minimal)"
    r"|com\.google\.cloud\.tools\.jib|io\.ktor\.plugin|com\.github\.johnrengelman\.shadow"
    r"|com\.gradleup\.shadow)[\"'](?![^\n]{0,80}\bapply\s+false)"
    r"|^[^\n/]{0,40}\balias\(\s*\w{1,40}\.plugins\.(?:\w{1,20}\.)?(?:ktor(?!\.plugin\.)(?:\.plugin)?"
    r"|spring\.?[bB]oot|quarkus|micronaut\.application|micronautApplication|(?:google\.)?jib|shadow)"
    r"\s*\)(?![^\n]{0,80}\bapply\s+false)",
    re.MULTILINE,
)
_RUNS = regex(
    r"^\s*(?:`?application`?\s*(?:$|\{\s*$)|(?:id|apply\s+plugin)\b[^\n]{0,20}[\"']application[\"'])",
    re.MULTILINE,
)
_MAIN = regex(r"\bmainClass(?:Name)?\b")
_ENTRY = regex(r"\w{0,100}(?:Application|App|Main)\.(?:java|kt|groovy|scala)")
_STARTS = regex(
    r"^@(?:SpringBootApplication|QuarkusMain|MicronautApplication)\b|\bSpringApplication\.run\("
    r"|\brunApplication<|\bMicronaut\.run\(|\bio\.ktor\.server\.\w{1,20}\.EngineMain\.main\(",
    re.MULTILINE,
)
"""How the class that starts a server says so."""
_OFF = regex(r"bootJar\b[^}\n]{0,40}\{\s*enabled\s*=\s*false|bootJar\.enabled\s*=\s*false")
_MAVEN = regex(
    r"<artifactId>\s*(?:spring-boot-maven-plugin|quarkus-maven-plugin|jib-maven-plugin"
    r"|micronaut-maven-plugin)\s*</artifactId>|<packaging>\s*war\s*</packaging>"
)
"""What makes an application of a module: one that is packed as WAR a server of them runs."""
_MANAGED = regex(r"<pluginManagement>(?:.{0,60000}?</pluginManagement>|.{0,60000})", re.DOTALL)
_NO_JAR = regex(r"<packaging>\s*pom\s*</packaging>")


def known(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """What was found, as far as it is not about what only gathers modules, and the modules."""
    fresh = started(reader, homes, found)
    return [*shared(reader, homes, found, fresh), *fresh]


def started(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """Modules that are packed as applications, or hold the class that starts a server, where
    nothing that was found is about them."""
    built = {build.home for build in found}
    covered = {path for build in found for path in build.covers}
    members = set(_members(reader)) & homes.known - built
    entries = dict(_entries(reader, homes))
    places = {home: entries[home] for home in entries if home not in built}
    places |= {home: each for home in members for each in _application(reader, home)}
    return [
        Build(home, reader.place(path, line))
        for home, (path, line) in sorted(places.items())
        if reader.directory_role(home) is Role.APP and covered.isdisjoint(_manifests(home))
    ]


def complete(
    parts: Mapping[str, Part], manifests: Mapping[str, Parsed], projects: Sequence[Project]
) -> None:
    """Give the components of a Maven or Gradle build the manifests of the modules they name: what
    they are packed into holds these, too. What only those need may be common to all components."""
    homes = {home_of(path, parsed): path for path, parsed in manifests.items()}
    named = by_name(projects)
    for part in parts.values():
        own = [parsed for parsed in part.manifests.values() if parsed.ecosystem == "java"]
        needs = {each.name for parsed in own for each in parsed.dependencies}
        for home, far in reached(named, needs).items() if own else ():
            path = homes.get(home, "")
            if home not in parts and path and not far and manifests[path].ecosystem == "java":
                part.manifests[path] = manifests[path]


def shared(reader: Reader, homes: Homes, builds: list[Build], fresh: list[Build]) -> list[Build]:
    """The builds, with those of a build file that takes nothing but what its arguments name given
    to each of the `fresh` modules of the Maven or Gradle build around it, and without those that
    only compile what gathers the modules."""
    found = []
    for build in builds:
        around = homes.nearest(build.home)
        mine = [each.home for each in fresh if around is not None and inside(each.home, around)]
        if not mine or not _gathers(reader, around or ""):
            found.append(build)
        elif build.recipe is not None and _is_open(build.recipe):
            names = {home: frozenset((home.rpartition("/")[2].lower(),)) for home in mine}
            found += [replace(build, home=home, covers=(), names=names[home]) for home in mine]
        elif build.recipe is not None or build.home != around or not build.compiles:
            found.append(build)
    return found


def _gathers(reader: Reader, home: str) -> bool:
    """Whether a Maven or Gradle build only lists the modules that there are."""
    text = reader.text(f"{home}/pom.xml".lstrip("/")) or ""
    own = [f"{home}/src/main".lstrip("/"), *(f"{home}/{name}".lstrip("/") for name in _SETTINGS)]
    if any(path in reader.directories for path in own[:1]):
        return False
    return bool(_NO_JAR.search(text)) or any(path in reader.known for path in own[1:])


def _is_open(recipe: Recipe) -> bool:
    """Whether only arguments without a default tell from where an image takes what it holds."""
    known = dict(recipe.defaults)
    starts = [source.partition("/")[0] for source in recipe.copies]
    return bool(starts) and all(expand(start, known)[1] for start in starts)


def _manifests(home: str) -> list[str]:
    return [f"{home}/{name}" for name in (*_GRADLE, "pom.xml")]


def _entries(reader: Reader, homes: Homes) -> Iterator[tuple[str, tuple[str, int]]]:
    """Projects with the file and the line where their program begins."""
    for path in reader.named(_ENTRY.fullmatch):
        home = homes.nearest(directory(path)) if reader.role(path) is Role.APP else None
        if home and not homes.manifests.keys().isdisjoint(_manifests(home)):
            text = reader.text(path) or ""
            if told := _STARTS.search(text):
                yield home, (path, text.count("\n", 0, told.start()) + 1)


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
        runs = _RUNS.search(text) if _MAIN.search(text) else None
        found = None if _OFF.search(text) else _PLUGIN.search(text) or runs
        if found:
            yield f"{home}/{name}", text.count("\n", 0, found.start()) + 1
    text = reader.text(f"{home}/pom.xml") or ""
    found = None if _NO_JAR.search(text) else _MAVEN.search(_MANAGED.sub(_blank, text))
    if found:
        yield f"{home}/pom.xml", text.count("\n", 0, found.start()) + 1


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
