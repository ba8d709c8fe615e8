"""Steps of CI that make packages, deploy, or run the application, and where they do it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.reader import directory
from agentaudit.sources.git.workflows import Run

_COMMAND = r"(?:^|[\s;&|(])"
_PACKAGE = regex(
    rf"{_COMMAND}(?:python3? -m build|uv (?:build|publish)|poetry (?:build|publish)"
    r"|hatch (?:build|publish)|pdm (?:build|publish)|flit (?:build|publish)|twine upload"
    r"|(?:npm|pnpm|bun)(?:@\S{1,20})? publish|yarn (?:npm )?publish|cargo publish"
    r"|mvn\b.{0,200}\b(?:deploy|package|jib:build)"
    r"|(?:\./)?gradlew?\b.{0,200}\b(?:publish|bootJar|jib|bootBuildImage|assemble)"
    r"|dotnet (?:publish|pack)|go build|goreleaser|ko (?:build|publish|apply)|pack build"
    r"|electron-builder|electron-forge (?:make|publish)|todesktop build|tauri build"
    r"|vsce publish|ovsx publish)(?![\w-])"
)
_DEPLOY = regex(
    rf"{_COMMAND}(?:gcloud (?:beta )?(?:run|functions|app) deploy"
    r"|az (?:webapp|containerapp|functionapp) (?:up|deploy|deployment)"
    r"|func azure functionapp publish|swa deploy"
    r"|fly(?:ctl)? deploy|vercel\b|serverless deploy|sls deploy|sam deploy|railway up|eb deploy"
    r"|modal deploy|langgraph (?:build|up|deploy)|adk deploy|agentcore (?:deploy|launch)"
    r"|databricks bundle deploy|wrangler (?:deploy|publish)|heroku container:push)"
)
_ACTIONS = frozenset(
    (
        "pypa/gh-action-pypi-publish",
        "google-github-actions/deploy-cloudrun",
        "google-github-actions/deploy-appengine",
        "google-github-actions/deploy-cloud-functions",
        "azure/webapps-deploy",
        "azure/functions-action",
        "tauri-apps/tauri-action",
        "azure/container-apps-deploy-action",
        "superfly/flyctl-actions",
        "amondnet/vercel-action",
        "cloudflare/wrangler-action",
        "goreleaser/goreleaser-action",
        "js-devtools/npm-publish",
    )
)
_SCHEDULED = regex(
    r"(?:^|[;&|(\n])\s{0,40}(?:\w{1,60}=\S{0,200}\s{1,4}){0,4}(?:time |exec )?"
    r"(?:uv run|poetry run|python3?|node|npx|npm (?:run|start)|go run|bun)\s"
    r"(?!.{0,200}?(?:\b(?:pytest|tox|nox|ruff|mypy|pyright|pre-commit|pip|venv|jest|vitest|eslint)\b"
    r"|\bplaywright\b|\b(?:test|lint|build|format|typecheck|audit|tsc|prettier|biome|knip)\b"
    r"|--version\b|\|\|\s{0,4}echo\b)"
    r"|\s{0,10}-(?:c\b|\s|$))"
)
"""The application itself, and neither a trial of it nor a word of another language."""
_DIRECTORY = regex(
    r"(?:^|&&|;|\s)(?:cd|pushd)\s+([\w./-]{1,300})"
    r"|--(?:directory|source|prefix|cwd|project-dir)[= ]([\w./-]{1,300})"
)


def ships(run: Run) -> bool:
    """Whether a step makes a package, deploys, or runs the application on a schedule."""
    text = run.step.text
    if run.action.lower() in _ACTIONS or _PACKAGE.search(text) or _DEPLOY.search(text):
        return True
    return bool(run.scheduled and not run.action and _SCHEDULED.search(text))


_COMPILES = regex(
    r"\b(?:go build|package|bootJar|assemble|python3? -m build|(?:uv|poetry|hatch|pdm|flit) build)$"
)


def compiles(run: Run) -> bool:
    """Whether a step that ships does no more than compile or start: nothing leaves the job."""
    text = run.step.text
    if run.action or _DEPLOY.search(text):
        return False
    packed = _PACKAGE.search(text)
    return packed is None or _COMPILES.search(packed[0]) is not None


_MEMBER = regex(
    r"\bpnpm\s[^\n]{0,200}(?:--filter|-F)[= ]|\byarn\s+workspace\s"
    r"|\bnpm\s[^\n]{0,200}(?:--workspace|-w)[= ]"
)
"""Names a member of a workspace that the command is about, wherever it is run."""


def working_directory(run: Run) -> str | None:
    """Directory that a command works in; None when it cannot be told."""
    if _MEMBER.search(run.step.text):
        return None
    inputs = dict(run.inputs)
    given = inputs.get("source") or inputs.get("workingDirectory") or inputs.get("package")
    home = joined("", run.directory or given or ".")
    found = _DIRECTORY.search(run.step.text)
    if found and not run.action and home is not None:
        return joined(home, found[1] or found[2])
    return home


_PROJECTS = regex(
    rf"{_COMMAND}dotnet (?:publish|pack|run\s[^;&|]{{0,200}}?--project(?=[= ]))[\s=]"
    r"([^;&|]{1,2000})"
)
_BUILDS = regex(
    r"(?i)(?:^|[/._-])(?:_?build|tests?|testing|bench\w*|samples?|examples?|tools?)(?:[/._-]|$)"
)
"""Projects that CI runs to build or try the others."""


def named(run: Run, projects: Collection[str]) -> Iterator[str]:
    """Those of the given directories and project files that a publishing command names."""
    home = joined("", run.directory or ".")
    found = None if run.action or home is None else _PROJECTS.search(run.step.text)
    for word in found[1].split() if found else ():
        path = joined(home or "", word.strip("\"'").replace("\\", "/"))
        if (
            path
            and path in projects
            and not ("--project" in run.step.text and _BUILDS.search(path))
        ):
            yield path


_SITES = "azure/static-web-apps-deploy"
_RELEASES = frozenset(("softprops/action-gh-release", "ncipollo/release-action"))
_FILES = ("files", "artifacts")


def sites(run: Run) -> Iterator[str]:
    """Directories that an action builds a static site or its functions from."""
    inputs = dict(run.inputs)
    if run.action.lower() == _SITES:
        given = (inputs.get(key, "").strip("/") for key in ("app_location", "api_location"))
        yield from (path for each in given if each and (path := joined("", each)))


def released(run: Run) -> Iterator[str]:
    """Directories below the root whose files a release hands out."""
    if run.action.lower() in _RELEASES:
        inputs = dict(run.inputs)
        rows = (row.strip() for key in _FILES for row in inputs.get(key, "").split("\n"))
        yield from (path for row in rows if (path := joined("", directory(row))))
