"""Settings that are declared with names, types or defaults in a file of any name: schemas in code,
and files of values that the code loads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from agentaudit.expressions import in_text, regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.environment.above import lacking
from agentaudit.probes.environment.variables import DEFAULTED, KEY_OF, line_above, names
from agentaudit.probes.remarks import blanked
from agentaudit.source import Component, Place, Repo

_SCHEMAS: tuple[tuple[tuple[str, ...], tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("py",),
        ("BaseSettings",),
        regex(
            r"^class \w{1,80}\((?:\w{1,60}, )?(?:\w{1,30}\.)?BaseSettings\b[^\n]{0,80}\n"
            r"(?:[^\n]{0,200}\n){0,30}?[ \t]{1,8}\w{1,60} ?: ?[\w\"\[]",
            re.M,
        ),
    ),
    (
        ("ts", "js", "mjs", "mts"),
        ("process.env", "import.meta.env"),
        regex(
            r"\b(?:cleanEnv|envsafe|parseEnv|validateEnv)\(\s{0,40}(?:process|import\.meta)\.env\b"
            r"|\bcreateEnv\(\s{0,40}\{|\.(?:safeP|p)arse\(\s{0,40}(?:process|import\.meta)\.env\b"
            r"|\bregisterAs\("
            # Whatever takes the whole environment and is called after reading or proving it.
            r"|\b\w{0,40}(?:[pP]arse|[vV]alidate|[dD]ecode|[cC]heck|[aA]ssert)\w{0,20}\("
            r"[^()\n;]{0,200}?\b(?:process|import\.meta)\.env\b(?![.\[])"
        ),
    ),
    (
        ("ts", "js", "mjs"),
        ("@fastify/env", "fastify-env", "env-schema"),
        regex(r"\.register\(\s{0,40}\w{0,40}[eE]nv\w{0,20}\s{0,9},|\benvSchema\("),
    ),
    (
        ("py",),
        ("envvar",),
        regex(
            r"\b(?:Option|Argument|option|argument)\([^()]{0,400}?\benvvar\s{0,4}=\s{0,4}[\[\"']"
        ),
    ),
    (("ts", "js"), ("convict",), regex(r"\bconvict(?:<\w{1,40}>)?\(\s{0,40}\{\s{0,40}\w")),
    (
        ("go",),
        ('env:"', 'envconfig:"', 'koanf:"', 'split_words:"'),
        regex(r"`[^`\n]{0,200}\b(?:env|envconfig|koanf|split_words):\"\w[^`\n]{0,200}`"),
    ),
    (
        ("java", "kt"),
        ("@ConfigurationProperties", "@ConfigMapping"),
        regex(r"@Config(?:urationProperties|Mapping)\b\s{0,9}\("),
    ),
    (("rs",), ("env",), regex(r"#\[(?:arg|clap)\([^\]\n]{0,200}\benv\b")),
)
"""Suffixes, words of which a file says one, and what in it declares a setting."""
_LOADS = regex(
    r"(?:open|load|parse|read|Path|files|path|join|joinpath|[cC]onfig|[sS]ettings|from_file)\w{0,30}\("
    r"[^()\n]{0,120}?[\"']([\w./-]{0,100}\.(?:ya?ml|toml|ini|cfg))[\"']"
    r"|\b\w{0,40}(?:config|settings|params|CONFIG|SETTINGS|PARAMS)\w{0,40}\s{0,4}=\s{0,4}"
    r"[\"']([\w./-]{0,100}\.(?:ya?ml|toml|ini|cfg))[\"']"
)
"""A file of values, where code reads it or keeps its name."""
_OTHERS = regex(
    r"(?i)(?:^|/)(?:[^/]{0,60}(?:prompt|compose|log|openapi|swagger|schema|agents|tasks)[^/]{0,60}"
    r"|pyproject\.toml|setup\.cfg|mkdocs\.ya?ml)$|(?:^|/)(?:prompts?|locales?|i18n|data|datasets?)/"
)
"""Files that hold something else than settings."""
_ROW = regex(r"^\s{0,20}[\"']?([a-zA-Z][\w.-]{1,60})[\"']?\s{0,4}[:=]", re.M)
_REMARK = regex(
    r"^[ \t]{0,80}[#;]+[ \t]{0,8}(?:([\w.-]{1,80})[ \t]{0,8}[:=])?[^\n]*|(?<=[ \t])#[^\n]*", re.M
)
"""A comment of a file of values, and the name that stands in it before a value."""
_FEW, _MOST, _LONGEST = 3, 400, 200_000
_PATHS = 100
"""Paths that are looked for, of those that code names."""


def declared(repo: Repo, component: Component, reads: Collection[str]) -> Place | None:
    """The file that declares settings of a component that reads some, where few of those stand
    elsewhere that no deployment gives a value."""
    if not reads:
        return None
    settled = set(names(repo, component)) - set(names(repo, component, DEFAULTED))
    schemas = list(_schemas(repo, component))
    for file in (*schemas, *loaded(repo, component)):
        text = said(repo, file).lower()
        left = lacking((), set(reads) - settled)
        left = {n for n in left if not n.startswith(KEY_OF) and not _is_in(n.lower(), text)}
        told = file not in schemas or any(_is_in(name.lower(), text) for name in reads)
        if len(left) < _FEW and told:
            return file
    return None


def _is_in(name: str, text: str) -> bool:
    return name in text or name.replace("_", "") in text


def said(repo: Repo, file: Place) -> str:
    """A file without its comments and long texts, in whose place blanks stand. Of a comment in a
    file of values the name stays that it gives a value, as one that may be set."""
    text, suffix = (repo.read(file) or "")[:_LONGEST], file.path.rpartition(".")[2]
    if suffix in ("yaml", "yml", "toml", "ini", "cfg"):
        return _REMARK.sub(lambda found: found[1] or "", text)
    return blanked(text, file.path)


def _found(repo: Repo, file: Place, wanted: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Where something stands in the code of a file, and in no comment or text of it."""
    if wanted.search((repo.read(file) or "")[:_LONGEST]):
        text = said(repo, file)
        found = wanted.finditer(text)
        yield from (each for each in found if not in_text(line_above(text, each.start())))


def _schemas(repo: Repo, component: Component) -> Iterator[Place]:
    for suffixes, words, holds in _SCHEMAS:
        for suffix in suffixes:
            for file in _sources(repo, component, suffix, words):
                if any(_found(repo, file, holds)):
                    yield file


def loaded(repo: Repo, component: Component) -> Iterator[Place]:
    """Files of values that its code reads, each once."""
    home = "" if component.path == "." else f"{component.path}/"
    seen = set[str]()
    for path in islice(_paths(repo, component), _PATHS):
        found = islice(repo.files(f"{home}**/{path}"), _MOST)
        new = [each for each in found if each.path not in seen]
        seen.update(each.path for each in new)
        yield from (each for each in new if _declares(repo, component, each))


def _paths(repo: Repo, component: Component) -> Iterator[str]:
    """Paths of files of values that its code names, each once."""
    seen = set[str]()
    for suffix in ("py", "ts", "js", "go"):
        for source in _sources(repo, component, suffix, (".yaml", ".yml", ".toml", ".ini", ".cfg")):
            for found in _found(repo, source, _LOADS):
                path = (found[1] or found[2]).lstrip("./")
                if path and path not in seen and not _OTHERS.search(path):
                    seen.add(path)
                    yield path


def _declares(repo: Repo, component: Component, file: Place) -> bool:
    """Whether a file of the component names several settings."""
    own = file.repo == component.repo and is_serving(repo, file) and not _OTHERS.search(file.path)
    return own and len(set(_ROW.findall((repo.read(file) or "")[:_LONGEST]))) > 1


def _sources(
    repo: Repo, component: Component, suffix: str, words: Collection[str]
) -> Iterator[Place]:
    home = "" if component.path == "." else f"{component.path}/"
    found = repo.files(f"{home}**/*.{suffix}", saying=words)
    own = (each for each in found if each.repo == component.repo and is_serving(repo, each))
    return islice(own, _MOST)
