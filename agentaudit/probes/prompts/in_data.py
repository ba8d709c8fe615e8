"""Prompts in files that are called after something else: texts and records that code loads, what a
database is filled with, and what a platform makes a function or a model of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from agentaudit.code import Prompt, PromptKind, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.prompts.dedicated import is_dedicated
from agentaudit.probes.prompts.texts_only import holds_only
from agentaudit.source import Component, Repo

_SPEAKS = (
    r"(?:You are (?:an?|the|now)\s|You're an?\s|Your (?:task|role|job|goal) is\s|Act as an?\s"
    r"|[你您]是|请(?:根据|将|你|用|从|对)|あなたは|당신은|Du bist ein|Sie sind ein|Tu es une?\s"
    r"|Vous êtes une?\s|Eres una?\s|Você é\s|Sei un\s)"
)
_BEGINS = regex(
    r"\A\s{0,80}(?:---\n(?:[^\n]{0,400}\n){0,60}?---\s{0,80})?(?:\{[{%#][^\n]{0,200}\n\s{0,80}){0,9}"
    r"(?:#{1,6} [^\n]{0,120}\s{1,80}|<\|?\w{1,30}\|?>\s{0,80}|(?:system|user):\s{0,80}){0,3}"
    + _SPEAKS
)
"""A text that speaks to a model from its first sentence on."""
_ENTRY = regex(
    r"[:=]\s{0,9}(?:[|>][-+\d]{0,2}\s{1,80}|\[?\s{0,80}(?:\"{3}|'{3}|[\"'])\s{0,80})?"
    r"(?:\\n|#{1,4} ){0,3}" + _SPEAKS + r"[^\n]{30}"
)
"""An entry whose value does."""
_NAMED = regex(
    r"(?i)[\"']?[\w.-]{0,40}(?:prompt|instructions?|system_?message|preamble)[\w.-]{0,20}[\"']?\s{0,4}[:=]\s{0,4}"
    r"[\"'][^\"\n]{160}"
)
"""An entry that is called a prompt."""
_BLOCK = regex(
    r"(?im)^[ ]{0,40}(?:- )?[\"']?[\w.-]{0,40}(?:prompt|instructions?|system_?message|preamble)"
    r"[\w.-]{0,20}[\"']?:[ ]{0,4}[|>][-+\d]{0,2}[ ]{0,4}\n(?:[ ]{1,40}[^\n]{0,400}\n|\n){2}"
)
"""The same over several rows."""
_SAID = regex(rf"[\"'`]\s{{0,80}}{_SPEAKS}")
"""A text in code."""
_LONG = regex(
    r"(?:[=(,+>]|\breturn)\s{0,40}[$@\w]{0,3}(?:\"{3}|`)(?=(?:\s{0,80}[^\s\"`]{1,80}){25})"
)
"""One of many words that something is given, whatever it begins with."""
_ROW = regex(rf"['$(]\s{{0,9}}{_SPEAKS}[^\n]{{30}}")
"""A value of a row that a table of a database is filled with."""
ENTRIES = (_ENTRY, _BLOCK, _NAMED)
"""How a data file writes what a model is told."""
_FUNCTION = regex(r"\bprompt\s{1,9}#{1,4}\"")
_MODEL = regex(r"(?m)^SYSTEM[ \t]+\S")
_KINDS: tuple[tuple[str, tuple[str, ...], tuple[re.Pattern[str], ...]], ...] = (
    ("**/*.md", (), (_BEGINS, _BLOCK)),
    *((f"**/*.{kind}", (), (_BEGINS,)) for kind in ("txt", "j2", "jinja", "jinja2", "st")),
    *((f"**/*.{kind}", (), (_BEGINS,)) for kind in ("hbs", "tmpl", "mustache", "template")),
    *((f"**/*.{kind}", (), ENTRIES) for kind in ("yaml", "yml")),
    *(
        (f"**/*.{kind}", (), (_ENTRY, _NAMED))
        for kind in ("json", "toml", "properties", "json5", "jsonc")
    ),
    *(
        (f"**/*.{kind}", ("rompt",), (_SAID, _LONG))
        for kind in ("py", "ts", "js", "java", "cs", "go")
    ),
    ("**/*.sql", ("prompt", "PROMPT"), (_ROW,)),
    ("**/*.baml", ("prompt",), (_FUNCTION,)),
    ("**/Modelfile*", ("SYSTEM",), (_MODEL,)),
)
"""Files, words of which one says any, and what it then holds that is a prompt."""
_MADE = regex(r"\.(?:baml|sql)$|^Modelfile|^application(?:-\w{1,40})?\.(?:ya?ml|properties)$")
"""Files that a program takes by itself, and no code names."""
_ELSE = regex(
    r"(?i)(?:^|/)\.|(?:^|/)(?:readme|license|changelog|contributing|security|todo)\b[^/]{0,40}$"
    r"|(?:^|/)(?:agents|claude|gemini)\.md$"
    r"|(?:^|/)(?:docs?|fixtures?|datasets?|evals?|benchmarks?|samples?|node_modules)/"
    r"|(?:^|/)[^/]{0,80}(?:package|lock|openapi|swagger|tsconfig|dataset|train|golden|questions|requirements)[^/]{0,40}$"
    r"|(?:^|/)(?:[^/]{0,80}(?:example|role|appsettings|compose)[^/]{0,40}|template)\.(?:ya?ml|json)$"
)
"""What is written for people and their assistants, what is measured with, and what users choose
from or override beside a prompt that stands in the code."""
_CODE = (".py", ".ts", ".js", ".java", ".kt", ".cs", ".go", ".tsx", ".mjs", ".rs")
_LONGEST, _MOST = 200_000, 600


def in_data(repo: Repo, component: Component) -> list[Prompt]:
    """Prompts of the component in such files, as far as its code, or code that lies in no
    component, says what one is called."""
    around = tuple(
        f"{each.path}/" for each in repo.components() if each.path not in (component.path, ".")
    )
    home = "" if component.path == "." else f"{component.path}/"
    found = list[Prompt]()
    for pattern, words, holds in _KINDS:
        for file in islice(repo.files(pattern, saying=words), _MOST):
            apart = not (file.path.startswith(around) or file.path.endswith(_CODE))
            mine = file.path.startswith(home) or apart
            if not mine or file.repo != component.repo or _is_else(repo, file):
                continue
            text = (repo.read(file) or "")[:_LONGEST]
            at = next((each for kind in holds for each in said(kind, text)), None)
            if at is not None and is_named(repo, file):
                line = text.count("\n", 0, at.end()) + 1
                place = Place(file.repo, file.path, line)
                found.append(Prompt(PromptKind.FILE, place, file.path, len(text), None, Role.APP))
    return found


def said(kind: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Where a text holds it, but for comments."""
    for each in kind.finditer(text):
        row = text[text.rfind("\n", 0, each.start()) + 1 : each.start()].lstrip()
        if not row.startswith(("#", "//")):
            yield each


_CALLED = regex(r"(?i)(?:template|prompt|instruction)s?\w{0,20}\.\w{1,4}$")
"""Code that may be called after what models are told, among others."""


def _is_else(repo: Repo, file: Place) -> bool:
    """Whether a file holds no such prompt: a file that is called after prompts is known without
    this, and code is asked only where it is, or where it holds nothing but texts."""
    code, dedicated = file.path.endswith(_CODE), is_dedicated(file.path)
    if code and not dedicated:
        called = _CALLED.search(file.path) is not None
        return not called or not holds_only(repo.read(file) or "", asks=False)
    if dedicated and not code and not file.path.endswith(".sql"):
        return True
    return repo.role(file) in ASIDE or _ELSE.search(file.path) is not None


def is_named(repo: Repo, file: Place) -> bool:
    """Whether code says the name of the file, or of the directory that it lies in."""
    above, _, name = file.path.rpartition("/")
    stem, home = name.partition(".")[0], above.rpartition("/")[2]
    if name.endswith(_CODE) and not is_dedicated(file.path):
        return _is_brought(repo, file, home if name.endswith(".go") else stem)
    if _MADE.search(name) or name.endswith(_CODE):
        return True
    # texts for people are called like anything that code says: one that is loaded has its suffix
    stem = f"{stem}." if name.endswith((".txt", ".md")) else stem
    names = [stem, *([home] if len(home) > 2 and home not in _ANYWHERE else [])]
    quoted = tuple(f"{before}{each}" for each in names for before in _BEFORE)
    if home:  # an embedded resource of .NET: "Shop.Resources.{name}.txt"
        quoted += (f".{home}.{{", f".{home}.{stem}")
    return any(_says(repo, suffix, quoted) for suffix in _CODE)


def _is_brought(repo: Repo, file: Place, name: str) -> bool:
    """Whether another file of its language says the name of a module or class."""
    others = repo.files(f"**/*.{file.path.rpartition('.')[2]}", saying=(name,))
    return any(each.path != file.path and repo.role(each) not in ASIDE for each in others)


_BEFORE = ("/", '"', "'", "`", "go:embed ")
_ANYWHERE = frozenset(("src", "app", "main", "resources", "lib", "apps", "packages", "services"))


def _says(repo: Repo, suffix: str, words: tuple[str, ...]) -> bool:
    found: Iterator[Place] = repo.files(f"**/*{suffix}", saying=words)
    return any(repo.role(file) not in ASIDE for file in found)
