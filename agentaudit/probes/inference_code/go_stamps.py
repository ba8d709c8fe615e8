"""Where Go's own build writes the commit into a binary: by itself, which the code must read out, or
as a name that an image's recipe gives the linker.

Both need git and the repository where it is built: an image for Alpine has no git, and a build
without `.git` in its context stamps nothing and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.commands import commands
from agentaudit.probes.inference_code.go_variables import is_declared, is_set
from agentaudit.source import Component, Repo

_READS = "runtime/debug.ReadBuildInfo"
_ASKED = ("vcs.revision", "buildinfo.")
_BUILDS = regex(r"\bgo\s+(?:build|install)\b")
_PLAIN = regex(
    r"\bgo\s+(?:build|install)\b(?![^\n&|;]{0,600}(?:-buildvcs=(?:false|0)|\s[\w./-]{1,80}\.go\b))"
)
_LINKED = regex(
    r"-X[ =]['\"]{0,2}[\w./${}-]{1,200}?(?:[Cc]ommit|[Gg]it|[Rr]evision|[Ss][Hh][Aa]|[Hh]ash)"
    r"\w{0,30}=['\"]{0,2}(?:\$\(git\s+(?:rev-parse|describe)|`git\s+(?:rev-parse|describe)|\$\{?(\w{1,60})\}?)"
)
_SET = regex(r"\b(\w{1,60})=['\"]?(?:\$\(|`)git\s+(?:rev-parse|describe)\b")
_FROM = regex(r"(?i)FROM\s+(?:--\S+\s+)?(\S{1,300})(?:\s+AS\s+(\S{1,100}))?")
_WHOLE = regex(
    r"(?i)(?:COPY|ADD)\s+(?:--(?!from)\S+\s+){0,4}\./?\s+\S|RUN\s[^\n]{0,200}type=bind,(?:source=\.,)?target=\."
)
_GIT_ADDED = regex(
    r"\b(?:apk|apt-get|apt|dnf|yum|microdnf)\s[^\n;]{0,600}\b(?:add|install)\b[^\n;&|]{0,600}\sgit(?:\s|$)"
)
_HAS_GIT = regex(
    r"(?:[\w.-]{1,100}/){0,4}(?:golang|go-toolset|buildpack-deps|go)(?::(?![^\s@]{0,80}alpine)[^\s]{0,200})?"
)
_LEFT_OUT = regex(r"(?m)^\s{0,9}(?:\*\*/|/|\./)?(?:\.git(?:/|/?\*{1,2})?|\.\*|\*{1,2})\s{0,9}$")
_TAKEN_BACK = regex(r"(?m)^\s{0,9}!/?\.git\b")
_CHECKED_OUT = regex(
    r"\bko\s+(?:build|publish|apply|resolve)\b|goreleaser-action|\bgoreleaser\s+(?:release|build)\b"
)


def go_stamped(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines by which a build of Go stamps the commit."""
    if not any(manifest.ecosystem == "go" for manifest in component.manifests):
        return
    asked = _asked(repo, component)
    for file in component.build_files:
        for line, text in _built(repo.read(file.place) or ""):
            linked = _is_linked(text) and is_set(repo, text, text)
            if (linked or (asked and _PLAIN.search(text))) and _has_repository(repo, file.place):
                at = replace(file.place, line=line, text=text.strip()[:300])
                yield at if linked or not asked else asked
    if asked and not component.build_files:
        steps = (each.text for each in repo.steps() if each.place.repo == component.repo)
        recipes = (repo.read(file) or "" for name in _RECIPES for file in repo.files(name))
        texts = (*steps, *recipes)
        if any(_PLAIN.search(text) or _CHECKED_OUT.search(text) for text in texts):
            yield asked
    yield from _released(repo, component)


def _released(repo: Repo, component: Component) -> Iterator[Place]:
    """Configurations of GoReleaser that leave to it what the linker is told: the commit for
    `main.commit`, where the program has such a variable."""
    if not _is_released(repo, component):
        return
    home = "" if component.path == "." else f"{component.path}/"
    for at in sorted({"", home}):
        for name in _RELEASERS:
            for file in repo.files(f"{at}{name}"):
                text = repo.read(file) or ""
                builds = "ldflags" not in text and "builds:" in text and "skip: true" not in text
                if builds and file.repo == component.repo and is_declared(repo, "commit"):
                    yield file


def _is_released(repo: Repo, component: Component) -> bool:
    """Whether CI runs it to make what leaves the runner, and no image compiles for itself."""
    if any(_BUILDS.search(repo.read(file.place) or "") for file in component.build_files):
        return False
    steps = [each for each in repo.steps() if each.place.repo == component.repo]
    steps = [each for each in steps if "goreleaser" in each.text]
    return any(_RELEASES.search(text) for step in steps for text, _ in commands(step))


_RELEASES = regex(
    r"(?:goreleaser-action\b(?=.{0,600}\sargs=[^=]{0,200}\b(?:release|build)\b)"
    r"|\bgoreleaser\s+(?:release|build)\b)(?!.{0,600}--snapshot\b)"
)
_RELEASERS = (".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "goreleaser.yaml")
_RECIPES = ("Makefile", "makefile", "justfile", "Taskfile.y*ml", "*.sh", "scripts/*.sh")
"""Files by which whoever has the repository builds it."""


def _asked(repo: Repo, component: Component) -> Place | None:
    """The serving code that reads the commit out of its own binary."""
    for call in component.code.called(_READS):
        if call.role is Role.APP and call.reached and call.place.path.endswith(".go"):
            text = repo.read(Place(call.place.repo, call.place.path)) or ""
            if any(word in text[:300_000] for word in _ASKED):
                return call.place
    return None


def _is_linked(text: str) -> bool:
    """Whether the linker is given the commit, or a variable that the command sets to it."""
    known = set(_SET.findall(text))
    return any(not found[1] or found[1] in known for found in _LINKED.finditer(text))


def _built(text: str) -> Iterator[tuple[int, str]]:
    """Commands that build where git and all files are, each with the number of its line."""
    git = whole = False
    stages: dict[str, tuple[bool, bool]] = {}
    name = ""
    for number, row in _instructions(text):
        if found := _FROM.match(row):
            known = stages.get(found[1].lower())
            git, whole = known or (_HAS_GIT.fullmatch(found[1]) is not None, False)
            name = (found[2] or "").lower()
        git = git or _GIT_ADDED.search(row) is not None
        whole = whole or _WHOLE.match(row) is not None
        stages[name] = git, whole
        if git and whole and _BUILDS.search(row) and row[:4].upper() == "RUN ":
            yield number, row


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Each on one line, with the number of its first."""
    said, first = "", 0
    for number, row in enumerate(text[:100_000].split("\n"), 1):
        if row.lstrip().startswith("#"):
            continue
        first = first if said else number
        said += row.strip().removesuffix("\\") + " "
        if not row.rstrip().endswith("\\"):
            yield first, said.strip()[:4000]
            said = ""


def _has_repository(repo: Repo, recipe: Place) -> bool:
    """Whether the build of a recipe at the root is given the repository itself: nothing leaves it
    out, and CI hands over its checkout and no address."""
    if "/" in recipe.path:
        return False
    for name in (".dockerignore", f"{recipe.path}.dockerignore"):
        for file in repo.files(name):
            text = repo.read(file) or ""
            if _LEFT_OUT.search(text) and not _TAKEN_BACK.search(text):
                return False
    steps = (each.text for each in repo.steps() if each.place.repo == recipe.repo)
    acting = [text for text in steps if "docker/build-push-action" in text]
    return all(" context=" in text and "context=http" not in text for text in acting)
