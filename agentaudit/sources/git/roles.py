"""What part a path plays: most false positives disappear when this is asked first."""

from __future__ import annotations

import re
from functools import lru_cache

from agentaudit.code import Role
from agentaudit.expressions import regex

_NAMES: dict[Role, str] = {
    Role.TEST: "test tests __tests__ testing testdata fixtures e2e spec specs "
    "__mocks__ __fixtures__ mocks",
    Role.EVAL: "eval evals evaluate evaluation evaluations benchmark benchmarks redteam "
    "red_team red-team",
    Role.INFRA: "infra infrastructure terraform k8s kubernetes helm charts bicep iac migrations "
    "alembic ansible pulumi cdk cloudformation",
    Role.CI: ".github .gitlab .circleci .azure-pipelines .buildkite ci",
    Role.EXAMPLE: "example examples sample samples demo demos cookbook cookbooks tutorial "
    "tutorials quickstart quickstarts playground",
    Role.TEMPLATE: "template templates cookiecutter scaffold scaffolds boilerplate",
    Role.DOCS: "doc docs documentation guides",
    Role.VENDORED: "node_modules vendor vendored third_party third-party thirdparty site-packages "
    "dist-packages bower_components .venv venv _vendor",
    Role.GENERATED: "dist __pycache__ .next _next .nuxt generated __generated__ _generated "
    ".terraform cdk.out .eggs .tox .nox .mypy_cache .pytest_cache .ruff_cache",
    Role.TOOLING: ".agent .agents .aider .amazonq .augment .bmad .bmad-core .bmad-method .claude "
    ".claude-flow .claude-plugin .cline .clinerules .codebuddy .codex .continue "
    ".crush .cursor .devcontainer .factory .fleet .gemini .githooks .goose .hive-mind "
    ".husky .idea .iflow .junie .kilo .kilocode .kiro .opencode .openhands .pi "
    ".qoder .qwen .roo .serena .spec-workflow .specify .specstory .taskmaster .trae "
    ".understand-anything .vs .vscode .windsurf .zed .zencoder",
}
_DIRECTORIES = {name: role for role, names in _NAMES.items() for name in names.split()}
_TEST_FILE = regex(
    r"(?:test_.{1,200}|.{1,200}_test|conftest)\.\w{1,6}|.{1,200}\.(?:test|spec)\.\w{1,6}"
)

_EVAL_FILE = regex(
    r"(?:evals?|evaluate|run_evals?|benchmark)\.\w{1,6}|eval_.{1,200}|.{1,200}[._]evals?\.\w{1,6}"
)
_EVAL_SCRIPT = regex(r"(?:.*/)?scripts?/(?:.*/)?[^/]*evaluat[^/]*\.(?:py|ts|js|mjs|sh)")
_EVAL_PART = regex(r"(?:.{1,60}[._-])?(?:evals?|evaluators?|benchmarking)(?:[_-].{1,60})?")
_EXAMPLES = regex(r"[\w.]{1,60}[_-](?:examples|samples|tutorials|cookbooks?|demos)")
"""Several of them that stand beside what they are of: `client-examples`."""
_TESTS = regex(
    r"[\w.]{1,100}\.(?:(?:Unit|Integration|Functional|Acceptance|E2E|EndToEnd|Architecture)\.?)?Tests?"
    r"|[\w.-]{1,100}[.-](?:unit|integration|e2e)[.-]?tests?"
)
"""Projects of tests, as .NET and Gradle name them: `Shop.Api.Tests`, `shop-integration-tests`."""
SOURCES = frozenset(
    (
        *("py", "ipynb", "ts", "tsx", "js", "jsx", "mjs", "cjs"),
        *("go", "java", "kt", "cs", "rs", "rb", "php", "scala"),
    )
)
"""Suffixes of source code."""
OWN = frozenset((Role.APP, Role.EVAL, Role.INFRA, Role.CI))
"""Roles of what belongs to the application and its operation."""

CLUTTER = frozenset(
    name for name, role in _DIRECTORIES.items() if role in (Role.VENDORED, Role.GENERATED)
) - {"vendor", "vendored", "third_party", "third-party", "thirdparty", "generated"} | {
    ".git",
    ".hg",
    ".svn",
    ".cache",
    "target",
}
"""Directories that a walk over a plain directory does not enter."""


_OF_INFRA = regex(r"/(tests|__tests__|testdata|fixtures|examples)(?:/|$)")
"""What is beside infrastructure; `overlays/test` and `environments/demo` are some to deploy to."""
_PROMPTS = ("prompt", "prompts")
"""Directories whose templates are the application's own."""
_PACKAGES = regex(r"(?<=/main)/(?:java|kotlin|scala|groovy)/|(?<=^main)/(?:java|kotlin)/")


_LAYER = regex(
    r"((?:[^/]{1,100}/){0,20}?(?!(?:packages|apps|services|deploy\w*|ops|cdk|aws|azure|gcp)/)"
    r"[^/]{1,100})/infra(?:structure)?((?:/[^/]{1,100}){0,20})/[^/]{1,200}\.(?:py|go|java|kt|cs)",
    re.IGNORECASE,
)
"""Code in `shop/infrastructure/db.py`: a layer of the application, which reaches what is outside of
it; what deploys stands at the top, or beside the applications."""
_SCRIPT_LAYER = regex(
    r"((?:[^/]{1,100}/){0,20}?src(?:/[^/]{1,100}){0,9}?)/infra(?:structure)?"
    r"((?:/[^/]{1,100}){1,20})/[^/]{1,200}"
    r"(?<!stack)\.[jt]sx?",
    re.IGNORECASE,
)
"""The same of TypeScript, which stacks are written in as well: only below the sources."""


@lru_cache(maxsize=65_536)
def directory_role(directory: str) -> Role:
    """Role of a directory path (empty for the root): the outermost telling part decides, but for
    evaluations among the tests, and tests and examples among the infrastructure."""
    # Below src/main/java stand the parts of a package's name, not directories of the project.
    directory = _PACKAGES.split(directory)[0]
    prompts = False
    for part in directory.split("/"):
        prompts = prompts or part.lower() in _PROMPTS
        role = _DIRECTORIES.get(part.lower())
        if role is not None and not (prompts and role is Role.TEMPLATE):
            evaluates = role is Role.TEST and f"/{directory.lower()}/".find("/eval") >= 0
            within = _OF_INFRA.search(directory) if role is Role.INFRA else None
            return Role.EVAL if evaluates else _DIRECTORIES[within[1]] if within else role
        if _EVAL_PART.fullmatch(part.lower()):
            return Role.EVAL
        if _EXAMPLES.fullmatch(part.lower()):
            return Role.EXAMPLE
        if _TESTS.fullmatch(part):
            return Role.EVAL if "eval" in directory.lower() else Role.TEST
        if part.endswith(".egg-info"):
            return Role.GENERATED
        if "{{" in part:
            return Role.TEMPLATE
    return Role.APP


@lru_cache(maxsize=65_536)
def role(path: str) -> Role:
    """Role of a file."""
    directory, _, name = path.rpartition("/")
    found = directory_role(directory)
    if found is Role.INFRA and (layer := _LAYER.match(path) or _SCRIPT_LAYER.match(path)):
        found = directory_role(layer[1] + layer[2])
    if found is Role.APP and _TEST_FILE.fullmatch(name):
        return Role.TEST
    if found is Role.APP and (_EVAL_FILE.fullmatch(name) or _EVAL_SCRIPT.fullmatch(path)):
        return Role.EVAL
    return found


def is_own(path: str) -> bool:
    """Whether a file belongs to the application or its operation: no test, example, template…"""
    return role(path) in OWN


def foreign(path: str) -> bool:
    """Whether the file is not this repository's own writing: vendored or generated."""
    return _foreign(path.rpartition("/")[0])


@lru_cache(maxsize=65_536)
def _foreign(directory: str) -> bool:
    return any(_DIRECTORIES.get(part.lower()) in _FOREIGN for part in directory.split("/"))


_FOREIGN = (Role.VENDORED, Role.GENERATED)
