"""Commands that run an evaluation suite of models, agents or retrieval."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from agentaudit.expressions import regex

_TOOLS = r"""
      promptfoo(?:@[\w.]+)?\s+(?:eval|redteam)\b
    | promptfoo/promptfoo-action\b
    | deepeval\s+test\b
    | (?:python3?\s+-m\s+)?ragas\s+(?:evaluate|experiment|test)\b
    | inspect\s+eval(?:-set)?\b
    | lm[_-]eval(?:\s+(?:run|--)|\b)
    | lighteval\s+\w
    | braintrust\s+eval\b | braintrustdata/eval-action\b
    | langfuse[\w./-]*\s+(?:experiments?|eval)\b
    | langsmith\s+(?:eval|evaluate)\b
    | langwatch\s+evaluation\b
    | (?:arize-?)?phoenix\s+(?:experiments?|evals?)\b
    | azure/genai-evals\b | (?:microsoft|azure)/ai-agent-evals\b
    | adk\s+eval\b
    | (?:npx|bunx|pnpm(?:\ exec)?|yarn)\s+evalite\b
    | (?:python3?|uv\ run(?:\ python3?)?)\s+-m\s+evaltools\s+evaluate\b
    | evidently\s+(?:run|test)\b | giskard\s+(?:scan|test)\b
    | gh\s+models\s+eval\b | pf\s+run\s+create\b[^\n;&|]{0,200}eval
    | helm-run\b | evalplus\.evaluate\b | lightspeed-eval\b
"""
"""Tools that do nothing else."""
_NAME = (
    r"(?:[a-z0-9]{1,30}[_-]){0,4}(?:evals?|evaluations?|evaluate|evaluator)"
    r"(?:[_-][a-z0-9]{1,30}){0,3}"
)
"""How teams call the script or directory that evaluates."""
_PATH = r"(?:\.{1,2}/)?(?:[\w-]{1,60}[./]){0,8}"
_AFTER = r"""(?=\s|$|["';&|)])"""
_RUNNERS = rf"""
      (?:pytest|py\.test)\s(?:[^\n;&|]{{0,200}}[\s/])?(?:evals?|evaluations?|llm_evals)(?:/|\.py|\s|::|$)
    | (?:pytest|py\.test)\s[^\n;&|]{{0,200}}-m\s*["']?(?:[\w()\ ]{{0,60}}\b(?<!not\ ))?
      (?:llm_?|agent_?)?(?:evals?|evaluations?)\b
    | vitest\s(?:[^\n;&|]{{0,200}}[\s/.])?evals?(?:\.config|/|\s|$)
    | dotnet\s+test\s(?:[^\n;&|]{{0,200}}[\s/.])?(?:\w{{1,40}}\.)?
      (?:evals?|evaluations?)(?:tests?)?(?:[./]|\s|$)
    | dotnet\s+run\s[^\n;&|]{{0,200}}[./\s]{_NAME}(?:[./]|\s|$)
    | go\s+test\s(?:[^\n;&|]{{0,200}}[\s/])?(?:evals?|evaluations?)(?:/|\s|$)
    | go\s+run\s{_PATH}{_NAME}(?:\.go|/[\w./-]{{1,60}})?{_AFTER}
    | (?:python3?|uv\s(?:--(?:directory|project)[=\s]\S{{1,100}}\s)?run(?:\ python3?)?
      |(?:poetry|pdm|pipenv|rye|pixi)\ run(?:\ python3?)?)\s+(?:-m\s+)?
      {_PATH}{_NAME}(?:[./][\w./-]{{1,100}}|\.py)?{_AFTER}
    | (?:uvx|pipx\ run|uv\ tool\ run)\s+
      (?:--?[\w-]{{1,30}}[=\s]\s{{0,4}}[^\s=-]\S{{0,200}}\s+){{0,4}}{_NAME}{_AFTER}
    | (?:tsx|ts-node|node|bun(?:\ run)?|deno\ run)\s(?:--?\S{{1,60}}\s+){{0,4}}
      {_PATH}{_NAME}(?:/[\w./-]{{1,100}}|\.[cm]?[jt]s)?{_AFTER}
    | (?:\./(?:[\w.-]{{1,40}}/){{0,3}}[\w-]{{2,40}}|(?:uv|poetry)\s+run\s+[\w-]{{2,40}}
      |python3?\s+-m\s+[\w.]{{2,60}}|go\s+run\s+\./[\w/-]{{1,60}})\s+(?:evals?|evaluate)(?=\s+-|\s*$)
    | (?:\./)?mvnw?\s[^\n;&|]{{0,200}}(?:-D(?:it\.)?test=\S{{0,40}}eval|-P\s?\S{{0,20}}evals?\b)
    | (?:\./)?gradlew?\s[^\n;&|]{{0,200}}:?evals?(?:test)?{_AFTER}
    | (?:[A-Z]{{1,20}}_?){{0,3}}EVALS?(?:_[A-Z]{{1,20}})?=["']?(?:[1-9]\d{{0,3}}|true|yes|on)["']?\s
      [^\n;&|]{{0,200}}(?:go\ test|pytest|vitest|jest|dotnet\ test|mvn|gradle|npm|pnpm|yarn|make)\b
    | curl\s(?=[^\n;&|]{{0,200}}\s(?:-X\s?POST|--request[\ =]POST|-d|--data|--json)\b)
      [^\n;&|]{{0,200}}(?<=/)(?:evals?|evaluations?|evaluate)(?:/[\w-]{{1,40}}){{0,2}}(?=\s|$|["')])
    | (?:turbo|nx)\s+(?:run\s+)?(?:[\w-]{{1,40}}:)?evals?{_AFTER}
    | (?:make|just|task|npm\ run|pnpm(?:\ run)?|yarn|bun\ run|nox\ -s|tox\ -e|hatch\ run)\s+
      (?:[\w:-]{{1,40}}[-:_])?evals?(?:[-:_][\w:-]{{1,40}})?{_AFTER}
"""
"""Runners that are told to run what evaluates."""
TOOL = regex(rf"(?xi)(?<![\w./-])(?:{_TOOLS})")
_RUNS = regex(rf"(?xi)(?<![\w./-])(?:{_TOOLS}|{_RUNNERS})")
_ASIDE = regex(
    r"--(?:ignore|ignore-glob|deselect|rootdir|junitxml|cov)[=\s]+\S+"
    r"|\s-k[=\s]*(?:\"[^\"]*\bnot\b[^\"]*\"|'[^']*\bnot\b[^']*')"
)
"""Options that name what is left out, or where something is put."""
_TARGET = regex(r"(?i)(?:make|just|task|npm|pnpm|yarn|nox|tox|hatch)\s")
_AROUND = frozenset(
    re.findall(
        r"\w+",
        "docs doc lint format fmt install deps setup build clean image types typecheck help report "
        "dashboard notebook deploy download list",
    )
)
"""Words of targets that do something with the suite and do not run it."""
_INSTALL = regex(r"(?i)\b(?:npm|pip3?|uv|pnpm|yarn|poetry)\s+(?:install|add|i)\b")
_LOOKS = regex(
    r"(?i)(?:^|[_/.-])(?:analy[sz]e|summari[sz]e|summary|reports?|plot|compare|view|upload|download"
    r"|generate|create|prepare|collect|convert|render|lint|check|post|parse|show|publish|setup|build"
    r"|deploy|push)[_-]"
    r"|(?:^|[/.])(?:build|deploy|install|publish|push|upload|download|register|setup)(?:\.\w{1,4})?$"
    r"|[._/-]gate(?:\.\w{1,4})?$|[_-](?:results?|server|service|api|ui|viewer|app|worker|report|dashboard)(?:\.\w{1,4})?$"
)
"""Scripts that do something with results, cases or scorers, or serve, and run no suite."""


def run_of(text: str) -> str:
    """The part of a command that runs a suite; empty when none does."""
    for found in _RUNS.finditer(_ASIDE.sub(" ", text)):
        words = set(re.split(r"[^a-z]+", found[0].lower()))
        around = _TARGET.match(found[0]) and words & _AROUND
        installs = _INSTALL.search(found.string, 0, found.start())
        if not around and not installs and not _LOOKS.search(found[0].split()[-1]):
            return found[0].strip()
    return ""


_TESTS = regex(
    r"(?<![\w./-])(?:pytest|py\.test|vitest|jest|mocha|playwright\s+test|(?:go|dotnet|bun|node|npm|pnpm)"
    r"\s+(?:run\s+)?(?:--)?test|(?:go|dotnet)\s+run"
    r"|python3?(?!\s+-m\s+(?:py_compile|compileall|pip|pylint|flake8|mypy|ruff|black)\b)"
    r"|tsx|ts-node)\s([^\n;&|]{1,400})"
)
_WORDS = regex(r"(?<![\w./=-])(?:\./)?([\w-][\w.-]{0,80}(?:/[\w.-]{1,80}){0,8})")
_SCRIPT = regex(r"(?:^|/)(?!test_)[\w-]{1,100}\.(?:py|[cm]?[jt]s)$")
_USUAL = frozenset(
    {"tests", "test", "src", "unit", "integration", "e2e", "app", "lib", "backend", "api"}
    | {"scripts", "bin", "tools", "utils", "ci"}
)
"""Directories that hold mostly something else."""


_MODULE = regex(r"(?<=\s)-m\s+([a-z_]\w{0,60}(?:\.\w{1,60}){1,6})(?=\s|$)")


def _path_of(found: re.Match[str]) -> str:
    """The file of a module that Python is told to run."""
    return found[1].replace(".", "/") + ".py"


def names(text: str, files: Collection[str]) -> str:
    """The part of a command that runs tests and names a file of the suite, or the directory that
    it stands in; empty when none does."""
    for found in _TESTS.finditer(_MODULE.sub(_path_of, _ASIDE.sub(" ", text))):
        for word in _WORDS.findall(found[1]):
            path = word.rstrip("/")
            home = path.rpartition("/")[0] if "." in path.rpartition("/")[2] else path
            if "/" not in path or home.rpartition("/")[2].lower() in _USUAL:
                near = [file for file in files if file == path or file.endswith(f"/{path}")]
            else:
                near = [file for file in files if f"/{home}/" in f"/{file}"]
            itself = any(f"/{file}".endswith(f"/{path}") for file in near)
            if not itself and _SCRIPT.search(path) and _LOOKS.search(path):
                break
            if near:
                return f"{found[0].split()[0]} {path}"
    return ""


def alone(text: str, files: Collection[str]) -> str:
    """The same of commands that name the file itself."""
    found = names(text, files)
    path = found.rpartition(" ")[2]
    itself = path and any(f"/{file}".endswith(f"/{path}") for file in files)
    return found if itself else ""


_ALL = regex(
    r"(?<![\w./-])(?:pytest|py\.test|python3?\s+-m\s+unittest(?:\s+discover)?)(?=\s|$)([^\n;&|]{0,400})"
)
_BUILT = {
    (".java", ".kt"): regex(
        r"(?<![\w-])(?:mvnw?|gradlew?|gradle)\s(?![^\n;&|]{0,300}(?:skip|-Dtest=|-x\s|--tests|-pl\s|-f\s))"
        r"(?:[^\n;&|]{0,200}\s)?(?:test|verify|package|install|check|build)(?=\s|$)"
    ),
    (".cs",): regex(
        r"(?<![\w-])dotnet\s+test(?![^\n;&|]{0,300}--filter)(?:\s+-[^\n;&|]{0,200})?\s*$"
    ),
    ("_test.go",): regex(
        r"(?<![\w-])go\s+test(?![^\n;&|]{0,300}-(?:short|run))\s[^\n;&|]{0,200}\./\.\.\."
    ),
}
"""Commands by which all tests are run, by what tests end with there."""
_VALUED = frozenset(("-n", "-c", "-p", "-o", "-W", "--durations", "--maxfail", "--timeout"))
_SOME = ("-k", "-m", "--ignore", "--deselect", "--lf", "--co", "--collect-only", "--help")


def whole(text: str, files: Collection[str]) -> str:
    """The part of a command that runs all tests, or all below a directory, where one of the files
    is; empty when none does."""
    for suffixes, pattern in _BUILT.items():
        if any(file.endswith(suffixes) for file in files) and (built := pattern.search(text)):
            return built[0].strip()
    for found in _ALL.finditer(text):
        words = found[1].split()
        if not files or any(word.partition("=")[0] in _SOME for word in words):
            continue
        given = [w for b, w in zip(["", *words], words, strict=False) if b not in _VALUED]
        paths = [w.strip("./\"'") for w in given if not w.startswith(("-", ">", "2>", "$"))]
        mine = [file for file in files if file.endswith(".py")]
        if mine and not any(paths):
            return found[0].strip()
        if any(f"/{path}/" in f"/{file}" for file in mine for path in paths if path):
            return found[0].strip()
    return ""


_BARE = regex(
    r"(?<![\w./-])(?:pytest|py\.test)(?:\s+--?\w[\w=.-]{0,60}){0,8}?"
    r"(?:\s+-m\s+[\"']?(?P<mark>[a-z_]\w{0,40})[\"']?)?(?:\s+--?\w[\w=.-]{0,60}){0,8}\s*$"
)
"""A command that names no path, and at most one mark."""
_LESS = regex(r"--(?:ignore|deselect|lf|co)\b")
_PATHS = regex(r"(?m)^[ \t]{0,8}testpaths\s{0,4}=\s{0,4}([^\n]{1,300})")
_FEWER = regex(r"(?m)^[ \t]{0,8}addopts\s{0,4}=[^\n]{0,300}(?:-m\s|-k\s|--ignore|--deselect)")
_PATH_NAMED = regex(r"[\w./-]{1,100}")


def collected(text: str, settings: str, tests: Iterable[str]) -> str:
    """The same of a command without a path, that the `settings` of pytest send to where a suite is,
    or by whose mark tests of it are run."""
    found = _BARE.search(text)
    if found is None or _LESS.search(found[0]):
        return ""
    if found["mark"]:
        marked = f"pytest.mark.{found['mark']}"
        return found[0] if any(marked in each for each in tests) else ""
    paths = [] if _FEWER.search(settings) else _PATHS.findall(settings)
    named = (path for row in paths for path in _PATH_NAMED.findall(row))
    return found[0] if any(run_of(f"pytest {path}") for path in named) else ""
