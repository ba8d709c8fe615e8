"""Which runtimes a component runs in, of all that its files pin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from agentaudit.evidence import Evidence
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.environment.managers import unspoken
from agentaudit.probes.environment.runtimes import INSTEAD, language, pinned
from agentaudit.probes.environment.stages import deployed, stages
from agentaudit.source import BuildFile, Component, Place, Repo
from agentaudit.trades import AGENTIC


class Pin(NamedTuple):
    """One place that says which runtime is used."""

    language: str
    """Empty when nothing says."""
    version: str
    """Empty when it allows several minor versions."""
    shown: Evidence
    place: Place


def pins_of(component: Component) -> Iterator[Pin]:
    """All pins of the component; of files whose settings the projects below take over, those of
    its own manifest, else of the nearest above."""
    pins = []
    for place, text in component.runtime_pins:
        spoken = language(place, text)
        shown = place.evidence(place.text or text)
        pins.append(Pin(spoken, pinned(place, text, spoken), shown, place))
    manifests = {manifest.place.path for manifest in component.manifests}
    taken = [pin for pin in pins if _INHERITED.search(pin.place.path)]
    own = {pin.language for pin in taken if pin.place.path in manifests and pin.version}
    nearest = max((_depth(pin) for pin in taken if pin.place.path not in manifests), default=0)
    for pin in pins:
        above = pin in taken and pin.place.path not in manifests
        if not above or (pin.language not in own and _depth(pin) == nearest):
            yield pin


_INHERITED = regex(
    r"(?:^|/)(?:pom\.xml|[\w.-]{1,80}\.gradle(?:\.kts)?|gradle\.properties|Directory\.Build\.props)$"
)


def _depth(pin: Pin) -> int:
    return len(PurePosixPath(pin.place.path).parts)


def about(spoken: str, pins: list[Pin], *, alone: bool) -> list[Pin]:
    """The pins of one language; those that name none belong to the only one there is."""
    mine = [p for p in pins if p.language == spoken or (alone and not p.language)]
    return mine or [p for p in pins if p.language in INSTEAD.get(spoken, ())]


def speaks(component: Component, pins: list[Pin]) -> bool:
    """Whether something of its own runs in a language: code, or what its image is made of; a pin in
    a directory above is that of others."""
    if component.manifests or component.code.imports or component.code.calls:
        return True
    mine = {file.place.path for file in component.build_files}
    inside = "" if component.path == "." else component.path + "/"
    return any(pin.place.path in mine or pin.place.path.startswith(inside) for pin in pins)


def running(pins: list[Pin], component: Component) -> Iterator[Pin]:
    """The pins by images that the component runs in: the last of the language in each build file,
    of those for deployment where these pin any; without a build file, those by which a deployment
    asks the platform for a version."""
    named = {pin.place.path for pin in pins}
    files = [file for file in component.build_files if file.place.path in named]
    yield from _last(pins, deployed(files))
    if not component.build_files:
        asked = [pin for pin in pins if _ASKED.search(pin.place.path)]
        yield from asked if any(pin.version for pin in asked) else ()


def _last(pins: list[Pin], files: Iterable[BuildFile]) -> Iterator[Pin]:
    """The last pin of each file, but for stages that no image is made of."""
    for file in files:
        mine = [pin for pin in pins if pin.place.path == file.place.path]
        mine = [pin for pin in mine if not _is_beside(pin, file)] or mine
        yield from sorted(mine, key=lambda pin: pin.place.line or 0)[-1:]


def _is_beside(pin: Pin, file: BuildFile) -> bool:
    """Whether no image that is built by the file is made of the stage that the pin begins."""
    return bool(file.beside) and all(pin.place.line in lines for lines in file.beside)


def run_instead(repo: Repo, component: Component, pins: list[Pin]) -> list[Pin]:
    """The pins without those of images that only make what another runtime then runs in place of
    the usual one: what the last stage is built upon."""
    left = list(pins)
    for file in component.build_files:
        mine = [pin for pin in pins if pin.place.path == file.place.path]
        last = _last_base(repo.read(file.place) or "")
        over = {pin.language for pin in mine if pin.place.line == last}
        for usual, others in INSTEAD.items():
            if over & set(others):
                left = [pin for pin in left if pin not in mine or pin.language != usual]
    return left


def _last_base(text: str) -> int:
    """The line of the image that the last stage of a build file is built upon."""
    found = stages(text)
    named, stage = {each.name: each for each in found[1:]}, found[-1]
    for _ in found:
        stage = named.get(stage.above, stage)
    return stage.lines[0][0] if stage.lines else 0


def only_by_images(component: Component, pins: list[Pin]) -> bool:
    """Whether nothing but its build files names a version."""
    files = {file.place.path for file in component.build_files}
    return all(pin.place.path in files for pin in pins if pin.version)


def developed(pins: list[Pin], component: Component) -> Iterator[str]:
    """What is said of other versions than those that its images run."""
    run = {pin.version for pin in running(pins, component)}
    for pin in pins:
        if run and pin.version and pin.version not in run:
            image = " and ".join(sorted(run))
            yield f"{pin.place.path} says {pin.version}, its image runs {image}"


_KIT = regex(r"(?:^|/)(?:\.java-version|\.tool-versions|\.?mise\.toml)$")


def kit_of(pins: list[Pin]) -> str:
    """The kit of Java that builds and runs it, where it compiles for older releases; empty where
    none is named, or an older one."""
    named = {pin.version for pin in pins if pin.version and _KIT.search(pin.place.path)}
    counted = {pin.version for pin in pins if pin.version.isdigit()}
    newest = max(counted, key=int, default="")
    return newest if named == {newest} else ""


_ASKED = regex(
    r"(?i)\.(?:tf|bicep|m?[tj]s|py|go|cs|java|kt)$|(?:template|sam|cloudformation|cfn)\.ya?ml$"
    r"|(?:^|/)serverless\.ya?ml$"
)
"""Files by which a platform of functions is told what runs them."""


def spoken_by(component: Component, pins: list[Pin]) -> set[str]:
    """The languages that it is written in: those of its manifests, or of the functions that ask a
    model where the only manifest is of the program that deploys them."""
    found = {m.ecosystem for m in component.manifests} or {pin.language for pin in pins}
    run = {pin.language for pin in running(pins, component)} - {"node", ""}
    if found == {"node"} and len(run) == 1 and not component.build_files:
        places = [use.place.path for trade in ("model", "agent") for use in component.uses(trade)]
        asks = bool(places) and not any(path.endswith(_SCRIPTS) for path in places)
        return run if asks and _deploys(component) else found
    return found


def left_behind(repo: Repo, component: Component, pins: list[Pin]) -> set[str]:
    """Languages that its images and functions do not run: they make the pages that are served, are
    for those who develop it, or write the program that deploys it."""
    manifests = {m.ecosystem for m in component.manifests} or {pin.language for pin in pins}
    run = (*running(pins, component), *_last(pins, component.build_files))
    last = {pin.language for pin in run} & manifests
    behind = manifests - last if last else set[str]()
    if len(manifests) > 1 and (_only_deploys(component) or _is_embedded(repo, component)):
        behind = behind | {"node"}
    silent = unspoken(repo, component)
    if manifests - silent - {"node"} and _only_makes(repo, component):
        behind = behind | {"node"}
    behind |= silent if manifests - behind - silent else set()
    if component.build_files:
        return behind
    return {spoken for spoken in behind if spoken != "node" or not _asks(component)}


_DEPLOYERS = regex(r"aws-cdk(?:-lib)?|@aws-cdk/.{1,80}|cdktf(?:-cli)?|@pulumi/.{1,80}|serverless")
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts")


def _only_deploys(component: Component) -> bool:
    """Whether its project of Node is there for the program that deploys it."""
    return _deploys(component) and not _asks(component)


_EMBEDS = regex(r"^[ \t]{0,9}//go:embed[ \t]+(.{1,400})", re.M)


def _is_embedded(repo: Repo, component: Component) -> bool:
    """Whether its projects of Node make pages that a program in Go takes in when it is built."""
    nodes = [m.place.path.rpartition("/")[0] for m in component.manifests if m.ecosystem == "node"]
    home = "" if component.path == "." else f"{component.path}/"
    taken = list[str]()
    for file in repo.files(f"{home}**/*.go", saying=("//go:embed",)) if all(nodes) else ():
        if repo.role(file) not in ASIDE:
            at = file.path.rpartition("/")[0]
            rows = _EMBEDS.findall((repo.read(file) or "")[:300_000])
            taken += [f"{at}/{word.removeprefix('all:')}/" for row in rows for word in row.split()]
    inside = (any(path.lstrip("/").startswith(f"{node}/") for path in taken) for node in nodes)
    return bool(nodes) and all(inside) and not _asks(component)


_NEEDS = regex(r"\"(d|devD)ependencies\"\s{0,9}:\s{0,9}\{\s{0,80}\"")


def _only_makes(repo: Repo, component: Component) -> bool:
    """Whether its projects of Node need nothing but what works on files: styles, formats, tests."""
    nodes = [each.place for each in component.manifests if each.ecosystem == "node"]
    needs = {kind for place in nodes for kind in _NEEDS.findall(repo.read(place) or "")}
    return needs == {"devD"} and not _asks(component)


def _deploys(component: Component) -> bool:
    manifests = (each for each in component.manifests if each.ecosystem == "node")
    node = (need.name for manifest in manifests for need in manifest.dependencies)
    return any(map(_DEPLOYERS.fullmatch, node))


def _asks(component: Component) -> bool:
    """Whether a model or an agent is asked by a script of Node."""
    uses = (use for trade in AGENTIC for use in component.uses(trade))
    return any(use.place.path.endswith((*_SCRIPTS, "package.json")) for use in uses)
