"""Where a build takes the commit over by itself: plug-ins of build tools, names given to a linker,
configuration of bundlers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.markup import without_comments
from agentaudit.probes.inference_code.go_variables import is_set
from agentaudit.probes.inference_code.recipes import as_shell
from agentaudit.source import Component, Repo

_READ = r"git\s+(?:-C\s+[^\s|;]{1,80}\s+)?(?:rev-parse|describe|log\s[^\n]{0,60}%[hH])"
_COMMIT = regex(
    rf"{_READ}|\bGITHUB_SHA\b|github\.sha|CI_COMMIT_|\{{\{{\s*\.(?:Short|Full)?Commit\b"
)
_LINKED = regex(
    r"-X[ =]['\"]{0,2}[\w./${}-]{1,200}?"
    r"(?:[Cc]ommit|[Gg]it|[Rr]evision|[Ss][Hh][Aa]|[Hh]ash)\w{0,30}=(?P<value>[^\n]{0,200})"
)
_LABELLED = regex(
    r"(?:image\.revision|vcs-ref)[\"']?\s{0,4}[:=]\s{0,4}[^\n]{0,100}\{\{-?\s{0,4}\.(?:Short|Full)?Commit\b"
)
"""A label by which GoReleaser writes the commit into the images that it makes."""
_RECIPES = (
    *("Makefile", "makefile", "GNUmakefile", "*.mk", "build/*.mk", "justfile", "Taskfile.y*ml"),
    *("scripts/*.sh", "hack/*.sh", "build/*.sh", "*.sh", ".goreleaser*.y*ml", "magefile.go"),
)
"""Files that say how a binary is linked."""
_BUNDLERS = (
    *("next.config.*", "vite.config.*", "nuxt.config.*", "vue.config.*", "webpack.config.*"),
    *("astro.config.*", "svelte.config.*", "esbuild.*", "rsbuild.config.*"),
)
"""Files that may write a value into what a script becomes."""
_BUNDLED = regex(
    rf"{_READ}|git-rev-sync|GitRevisionPlugin|git-revision-webpack-plugin|git-commit-info"
    r"|rev-parse[\"',\s]{1,6}(?:--short[\"',\s]{1,6})?HEAD"
)
_NOT_STAMPS = regex(r"show-toplevel|abbrev-ref|git-dir|is-inside")
_MAVEN = regex(r"<artifactId>\s*(?:git-commit-id(?:-maven)?-plugin|buildnumber-maven-plugin)\s*<")
_BOUND = regex(
    r"<goal>\s*(?:revision|create)\s*</goal>|<artifactId>\s*spring-boot-starter-parent\s*<"
)
"""Maven runs a plug-in only in a phase that it is bound to; the parent of Spring Boot binds it."""
_TELLS = regex(r"<artifactId>\s*quarkus-info\s*<")
"""An extension that reads the repository while it is built, unless told not to, and serves the
commit."""
_SILENT = regex(r"(?m)^\s*[\"']?quarkus\.info\.(?:git\.)?enabled[\"']?\s*=\s*false\b")
_PARENT = regex(
    r"<parent>.{0,600}?<artifactId>([\w.-]{1,100})</artifactId>.{0,600}?</parent>", re.DOTALL
)
_MANAGED = regex(r"<pluginManagement>(?:.{0,60000}?</pluginManagement>|.{0,60000})", re.DOTALL)
"""Settings of plug-ins, which run where a module asks for them."""
_GRADLE = regex(r"gradle-git-properties|com\.palantir\.git-version|org\.ajoberstar\.grgit|jgitver")
_DOTNET = regex(
    r"Include=\"(?:Nerdbank\.GitVersioning|GitVersion\.MsBuild|GitInfo|ThisAssembly\.Git)\""
    r"|<SourceRevisionId>"
)


def built_in(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines by which its build writes the commit into what it makes."""
    yield from _plugged(repo, component)
    spoken = {manifest.ecosystem for manifest in component.manifests}
    for file in _beside(repo, component, _RECIPES) if "go" in spoken else ():
        yield from _linked(repo, file)
        yield from _lines(file, repo.read(file) or "", _LABELLED)
    for file in _beside(repo, component, _BUNDLERS, root=False) if "node" in spoken else ():
        for place in _lines(file, repo.read(file) or "", _BUNDLED):
            if not _NOT_STAMPS.search(place.text):
                yield place


def _plugged(repo: Repo, component: Component) -> Iterator[Place]:
    """Plug-ins of Maven, Gradle and MSBuild."""
    for manifest in component.manifests:
        text = _bare(repo.read(manifest.place) or "")
        if manifest.place.path.endswith("pom.xml"):
            yield from _run_by_maven(repo, manifest.place, text)
            yield from _told(repo, manifest.place, text)
        elif manifest.ecosystem == "java":
            yield from _lines(manifest.place, text, _GRADLE)
        elif manifest.ecosystem == "dotnet":
            yield from _lines(manifest.place, text, _DOTNET)
    if any(manifest.ecosystem == "dotnet" for manifest in component.manifests):
        for file in _beside(repo, component, ("Directory.Build.props", "Directory.Packages.props")):
            yield from _lines(file, _bare(repo.read(file) or ""), _DOTNET)


def _run_by_maven(repo: Repo, file: Place, text: str) -> Iterator[Place]:
    """Plug-ins that a module asks for, or that the module around it which it names as its parent
    asks for in all of them."""
    around = list(_parents(repo, file, text))
    bound = any(_BOUND.search(each) for each in (text, *(each for _, each in around)))
    yield from _lines(file, text, _MAVEN) if bound else ()
    for place, each in around:
        asked = _MANAGED.sub(lambda m: "\n" * m[0].count("\n"), each)
        yield from _lines(place, asked, _MAVEN) if _BOUND.search(asked) else ()


def _told(repo: Repo, file: Place, text: str) -> Iterator[Place]:
    """Where Quarkus is asked to tell its commit, and no properties keep it from doing so."""
    home = file.path.removesuffix("pom.xml")
    properties = repo.files(f"{home}src/main/resources/application.properties")
    if not any(_SILENT.search(repo.read(each) or "") for each in properties):
        yield from _lines(file, text, _TELLS)


def _parents(repo: Repo, file: Place, text: str) -> Iterator[tuple[Place, str]]:
    """The modules around a module of Maven that are its parents, and what they say."""
    home = file.path.rpartition("/")[0]
    named = _PARENT.search(text)
    while named and home:
        home = home.rpartition("/")[0]
        for place in repo.files(f"{home}/pom.xml".lstrip("/")):
            text = _bare(repo.read(place) or "") if place.repo == file.repo else ""
            own = _PARENT.sub("", text)
            if named and f"<artifactId>{named[1]}</artifactId>" in own:
                yield place, text
                named = _PARENT.search(text)


def _bare(text: str) -> str:
    """Without what is commented out, on as many lines."""
    return re.sub(r"(?m)^\s*//.*$", "", without_comments(text[:400_000]))


def _linked(repo: Repo, file: Place) -> Iterator[Place]:
    text = as_shell(repo.read(file) or "", file.path)
    for place in _lines(file, text, _LINKED):
        found = _LINKED.search(place.text)
        if found and _is_commit(found["value"], text) and is_set(repo, place.text, text):
            yield place


def _is_commit(value: str, text: str) -> bool:
    """Whether the value is the commit, or a variable that the file sets to it."""
    if _COMMIT.search(value[:120]):
        return True
    named = re.match(r"[\"']?\$\{?(\w{1,60})", value)
    if named is None:
        return False
    given = re.compile(rf"(?m)^\s*(?:export\s+)?{re.escape(named[1])}\s*[:?]?=([^\n]{{0,300}})")
    return any(_COMMIT.search(found[1]) for found in given.finditer(text))


def _beside(
    repo: Repo, component: Component, names: tuple[str, ...], *, root: bool = True
) -> Iterator[Place]:
    """Files of those names in its directory, and in the `root`."""
    home = "" if component.path == "." else component.path + "/"
    for at in sorted({"", home} if root else {home}):
        for name in names:
            yield from (f for f in repo.files(f"{at}{name}") if f.repo == component.repo)


def _lines(file: Place, text: str, wanted: re.Pattern[str]) -> Iterator[Place]:
    for number, line in enumerate(text.split("\n"), 1):
        if wanted.search(line[:2000]) and not line.lstrip().startswith(("#", "//")):
            yield replace(file, line=number, text=line.strip()[:1000])
