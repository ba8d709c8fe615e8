"""Where a build or a process is told which commit it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.inference_code.builds import concerns
from agentaudit.probes.inference_code.called import Called, reused
from agentaudit.probes.inference_code.commits import ASKED, committed
from agentaudit.probes.inference_code.go_variables import is_set
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo, Step

_COMMIT = (
    r"github\.sha\b|github\.event\.pull_request\.head\.sha|\bGITHUB_SHA\b"
    rf"|\bCI_COMMIT_(?:SHORT_)?SHA\b|{ASKED}"
    r"|Build\.SourceVersion\b|\bBUILD_SOURCEVERSION\b"
    r"|\bCIRCLE_SHA1\b"
    r"|\bBITBUCKET_COMMIT\b|\bSHORT_SHA\b|\bCOMMIT_SHA\b|\bGIT_COMMIT\b|\bGIT_SHA\b|\.FullCommit\b"
    r"|\{\{\s*\.Commit\b|\bgitea\.sha\b|\bCODEBUILD_RESOLVED_SOURCE_VERSION\b"
    r"|\bSEMAPHORE_GIT_SHA\b"
)
COMMIT = regex(_COMMIT)
"""What CI calls the commit that it works on."""
PLATFORM = regex(
    r"\b(?:VERCEL_GIT_COMMIT_SHA|NEXT_PUBLIC_VERCEL_GIT_COMMIT_SHA|RENDER_GIT_COMMIT"
    r"|RAILWAY_GIT_COMMIT_SHA|HEROKU_SLUG_COMMIT|HEROKU_BUILD_COMMIT|CF_PAGES_COMMIT_SHA|COMMIT_REF"
    r"|WORKERS_CI_COMMIT_SHA|SOURCE_COMMIT|KOYEB_GIT_SHA|FLY_IMAGE_REF"
    r"|OPENSHIFT_BUILD_COMMIT|AWS_COMMIT_ID|ZEABUR_GIT_COMMIT_SHA|NF_DEPLOYMENT_SHA)\b"
)
"""Variables that a platform sets to the commit without being asked."""
NAMED_FOR_COMMIT = (
    r"[A-Z_]{0,40}(?:GIT|COMMIT|VCS|BUILD|SOURCE|CODE|VERSION|RELEASE|IMAGE|DEPLOY)_?(?:SHA|COMMIT|HASH|REF|REV|REVISION)"
    r"[A-Z_]{0,20}|(?:APP|SERVICE|SENTRY)_(?:REVISION|RELEASE|COMMIT)|REVISION|GITSHA|COMMIT"
)
"""How variables for the commit are called."""
_NAME = regex(NAMED_FOR_COMMIT)
_VERSION = regex(r"(?:DD|OTEL_SERVICE)_VERSION")
"""What telemetry is told, a release or the commit, as whoever builds hands it over."""
_REVISION = regex(
    r"(?i)^\s*(?:LABEL\s+)?[\"']?org\.opencontainers\.image\.revision[\"']?\s*[= ]"
    r"\s*[\"']?\$\{?(\w+)"
)
_LABEL = regex(
    r"(?i)^\s*(?:LABEL\s+)?[\"']?(?:vcs-ref|org\.label-schema\.vcs-ref"
    r"|[\w.]{0,40}(?:git[._-]?(?:sha|commit)|commit))[\"']?\s*[= ]\s*[\"']?\$\{?(\w+)"
)
_ENV = regex(r"(?i)^\s*(?:ENV\s+)?(\w+)[= ]\s*[\"']?\$\{?(\w+)")
_GO = regex(r"-X[ =]['\"]?[\w./-]{1,200}(?:[Cc]ommit|[Gg]it\w*|[Rr]evision|[Ss][Hh][Aa])\w*=(.*)")


def labelled(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """Lines of its build files that put an argument for the commit into label, environment or
    binary, with the argument's name."""
    for file in component.build_files:
        text = repo.read(file.place) or ""
        lost = unshipped(text, lambda stage: _is_target(repo, stage))
        outside = _outside(text)
        for number, line in enumerate(text.split("\n"), 1):
            found = None
            if number in lost and not _GO.search(line[:2000]):
                continue
            if (named := _REVISION.match(line[:500])) and named[1] not in outside:
                # The label says what the argument is, whatever its name.
                yield replace(file.place, line=number, text=line.strip()[:300]), named[1]
            elif named := _LABEL.match(line[:500]):
                found = named[1]
            elif (named := _ENV.match(line[:500])) and (
                _NAME.fullmatch(named[1].upper()) or _VERSION.fullmatch(named[1])
            ):
                found = named[2]
            elif (linked := _GO.search(line[:2000])) and is_set(repo, line, text):
                variable = re.search(r"\$\{?(\w+)", linked[1])
                found = variable[1] if variable else ""
            if (
                found
                and found not in outside
                and (_NAME.fullmatch(found.upper()) or found.upper().endswith("VERSION"))
            ):
                yield replace(file.place, line=number, text=line.strip()[:300]), found


def _outside(text: str) -> set[str]:
    """Arguments that only stand above the first stage: within a stage they are empty."""
    above, *stages = _STAGE.split(text.replace("\\\n", " "))
    below = {name for each in stages for name in _declared(each)}
    return set(_declared(above)) - below if stages else set()


def _declared(text: str) -> Iterator[str]:
    return (name for row in _DECLARED.findall(text) for name in _DECLARES.findall(row))


_STAGE = regex(r"(?im)^[ \t]{0,20}FROM[ \t]")
_DECLARED = regex(r"(?im)^[ \t]{0,20}ARG([ \t][^\n]{1,400})")
_DECLARES = regex(r"(?<=\s)\w{1,60}")
_FROM = regex(r"(?i)^\s*FROM\s+(?:--\S+\s+)?(\S{1,300})(?:\s+AS\s+(\S{1,100}))?")


def unshipped(text: str, is_target: Callable[[str], bool]) -> frozenset[int]:
    """Numbers of the lines of stages that the image does not hold: labels and variables of a stage
    from which only files are copied stay behind."""
    rows = text.split("\n")
    starts = [(number, found) for number, row in enumerate(rows, 1) if (found := _FROM.match(row))]
    kept, wanted = set[int](), ""
    for number, found in reversed(starts):
        name = (found[2] or "").lower()
        if not kept or (name and name == wanted) or (name and is_target(name)):
            kept.add(number)
            wanted = found[1].lower()
    ends = [number for number, _ in starts[1:]] + [len(rows) + 1]
    spans = zip((number for number, _ in starts), ends, strict=True)
    return frozenset(n for first, end in spans if first not in kept for n in range(first, end))


def _is_target(repo: Repo, stage: str) -> bool:
    """Whether something builds this stage by its name."""
    named = re.compile(rf"(?i)\btarget[\"']?\s*[:=\s]\s*[\"']?(?:{re.escape(stage)}\b|\$)")
    if any(named.search(step.text) for step in repo.steps() if "target" in step.text):
        return True
    return any(
        named.search((repo.read(file) or "")[:200_000])
        for pattern in _BUILDERS
        for file in repo.files(pattern)
    )


_BUILDERS = ("**/*compose*.y*ml", "**/Makefile", "**/docker-bake.*", "**/*.sh", "**/skaffold.yaml")
_EXPRESSION = regex(r"\$\{\{[^}]{0,200}\}\}")


def handed(repo: Repo, steps: Iterable[Step], name: str) -> Step | None:
    """The step that gives an argument or variable the commit, if only by a variable or an output
    of another step that holds it."""
    given = re.compile(rf"\b{re.escape(name)}[\"']?\s*[=:]\s*\S{{0,60}}?(?:{_COMMIT})")
    told = re.compile(
        rf"\b{re.escape(name)}=[\"']?\$(?:\{{\{{\s*[\w.-]{{0,200}}?\b([\w-]+)\s*\}}\}}|\{{?(\w+)\}}?)"
    )
    for step in steps:
        if given.search(_EXPRESSION.sub(lambda found: "".join(found[0].split()), step.text)):
            return step
        if (found := told.search(step.text)) and (found[1] or found[2]) in committed(
            repo.read(step.place) or ""
        ):
            return step
    return None


_DEPLOYS = ("**/*.tf", "**/*.bicep", "**/templates/**/*.yaml", "**/*compose*.y*ml")
_TAG = (
    r"(?:(?:var|local)\.\w{0,40}(?:image_?tag|commit|git_?sha)\w{0,20}\b"
    r"|\{\{-?\s*\.Values\.[\w.]{0,60}\btag\b|\$\{\w{0,40}(?:IMAGE_TAG|image_?[tT]ag)\b|imageTag\b)"
)
"""How deployments write the tag of the image that they start."""


def told_the_tag(repo: Repo, component: Component, named: str) -> Iterator[Place]:
    """Where a deployment gives a variable, `named` by an expression, the tag of the image, which is
    the commit where CI names images by it."""
    told = re.compile(
        rf"\b(?:{named})\b[\"']?\s{{0,20}}[:=,]?\s{{0,40}}(?:\}}?\s{{0,40}})?"
        rf"(?:[\"']?value[\"']?\s{{0,20}}[:=])?\s{{0,20}}[\"']?\s{{0,4}}{_TAG}"
    )
    for pattern in _DEPLOYS:
        for file in repo.files(pattern):
            text = (repo.read(file) or "")[:200_000] if file.repo == component.repo else ""
            if found := told.search(text):
                line = text.count("\n", 0, found.start()) + 1
                yield replace(file, line=line, text=" ".join(found[0].split())[:300])


def deployed_with(component: Component, name: str) -> Place | None:
    """Where a deployment gives the variable the commit."""
    for each in component.code.set(name):
        if each.role in (Role.APP, Role.INFRA, Role.CI) and (
            COMMIT.search(each.value) or re.search(r"\$\{?\w*(?:SHA|COMMIT)", each.value)
        ):
            return each.place
    return None


def stamped_in_ci(repo: Repo, component: Component) -> Iterator[Place]:
    """Steps of CI that stamp what they build, deploy or announce with the commit."""
    alone = len(repo.components()) == 1
    for steps, firsts, workflow in _stamping(repo):
        ours = any(concerns(s, component, alone=alone, workflow=workflow) for s in firsts)
        for step in steps:
            if step.place.repo == component.repo and (
                ours or concerns(step, component, alone=alone, workflow=workflow)
            ):
                yield step.place


@once
def _stamping(repo: Repo) -> list[tuple[list[Step], tuple[Step, ...], str]]:
    """Such steps of each file, with those that call it and its text."""
    found: list[tuple[list[Step], tuple[Step, ...], str]] = []
    for each in [*(Called((step,), (step,), "") for step in repo.steps()), *reused(repo)]:
        if steps := list(filter(_is_stamping, each.steps)):
            workflow = each.text or repo.read(steps[0].place) or ""
            found.append(([s for s in steps if _labels_follow(workflow, s)], each.firsts, workflow))
    return found


def _is_stamping(step: Step) -> bool:
    text = _EXPRESSION.sub(lambda found: "".join(found[0].split()), step.text)
    return any(pattern.search(text) for pattern in _STAMPS)


_STAMPS = (
    regex(
        rf"--(?:label|annotation)[= ]\S{{0,100}}(?:revision|commit|sha|vcs)\S{{0,20}}="
        rf"\S{{0,60}}?(?:{_COMMIT})"
    ),
    regex(
        r"^uses:\s+\S{0,200}(?:build|kaniko)\S{0,60}\s.*\blabels=\$\{\{\s*(?:steps|needs)\.[\w-]+\.outputs\.labels"
        r"|^uses:\s+docker/bake-action\S{0,60}\s.*\bfiles=.*\.outputs\.bake-file(?:-labels)?(?![\w-])"
    ),
    # Labels that stand in the inputs of an action that builds.
    regex(
        r"^uses:\s+\S{0,200}(?:build|docker|image|bake)\S{0,100}(?:\s.{0,800}?)?\s"
        r"(?:labels|annotations)=(?:(?!\sbuild-args=).){0,800}?"
        rf"(?:revision|vcs-ref|git[._-]?(?:sha|commit)|commit)=\S{{0,60}}?(?:{_COMMIT})"
    ),
    regex(
        r"(?:--(?:set|update)-env-vars|--env-vars|--labels|--tags|--set-string|--set|--env"
        r"|\b(?:docker|podman)\s+run\b"
        r"(?=[^\n;&|]{0,600}\s(?:-[a-z]{0,4}d[a-z]{0,4}|--detach|--restart)[\s=])"
        r"(?![^\n;&|]{0,600}(?:\s--rm\b|\b(?:py)?tests?\b)).{0,300}?\s-e"
        r"|\b(?:kubectl|oc)\s+set\s+env\s+\S{1,100})[= ]"
        r"\S{0,300}?"
        r"(?:GIT|COMMIT|REVISION|RELEASE|SHA|[cC]ommit|[rR]evision|sha|Sha|DD_VERSION|(?:APP|SERVICE)_VERSION"
        r"|OTEL_RESOURCE_ATTRIBUTES=\S{0,200}?(?:service\.version|vcs\.[\w.]{1,40}))"
        rf"\w*=\S{{0,60}}?(?:{_COMMIT})"
    ),
    regex(
        rf"-X[ =]['\"]?[\w./-]{{1,200}}(?:[Cc]ommit|[Gg]it|[Rr]evision|[Ss][Hh][Aa])\w*="
        rf"\S{{0,60}}?(?:{_COMMIT})"
    ),
    regex(rf"sentry-cli\s+releases\s.{{0,300}}?(?:{_COMMIT})|getsentry/action-release"),
)
"""Labels, variables of a deployment, names in a binary, releases of a tracker."""


def _labels_follow(workflow: str, step: Step) -> bool:
    """Whether labels that a build takes over are those of docker/metadata-action, which adds the
    revision."""
    return "outputs.labels" not in step.text or "docker/metadata-action" in workflow


def read_in_code(component: Component) -> Iterator[tuple[Place, str]]:
    """Where the serving code asks the environment for its commit, with the variable's name."""
    code = component.code
    for call in code.calls:
        for argument in call.arguments:
            name = argument.value.name or _platform(argument.value.written)
            if call.role is Role.APP and _is_commit(name):
                yield call.place, name
    for literal in code.literals:
        if literal.role is Role.APP and _is_commit(literal.text):
            yield literal.place, literal.text
    for setting in code.settings:
        if setting.role is not Role.CI and (found := PLATFORM.search(setting.value)):
            yield setting.place, found[0]


def _platform(written: str) -> str:
    found = PLATFORM.search(written)
    return found[0] if found else ""


def _is_commit(name: str) -> bool:
    return bool(PLATFORM.fullmatch(name)) or is_named_for_commit(name)


def is_named_for_commit(name: str) -> bool:
    """Whether a variable is called as those for the commit are."""
    return bool(_NAME.fullmatch(name)) and len(name) > 6
