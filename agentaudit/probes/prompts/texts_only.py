"""Files of code that hold texts and nothing that runs, whatever form the texts are kept in:
constants, lists of records, a class of them."""

from __future__ import annotations

import re

from agentaudit.code import Prompt, PromptKind, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.asking import asking
from agentaudit.source import Component, Repo

_TEXT = regex(
    r"//[^\n]*|(?<![\w\"'`])#[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
    r"|\"{3}(?:[^\"]|\"(?!\"\"))*+(?:\"{3})?|'{3}(?:[^']|'(?!''))*+(?:'{3})?"
    r"|`(?:[^`\\]|\\.)*+`?|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?",
    0,
)
"""A comment or a text; one that nothing closes goes on to its end, so that it is read once."""
_RUNS = regex(
    r"\w\s?\(|=>|=\s{0,4}-?\d|\b(?:function|def|lambda|func|fn|return|await|for|while|if)\b"
)
"""What is left of a file in which something happens, or a number is set."""
_SHAPES = regex(
    r"\.(?:trim\w{0,8}|[lr]?strip\w{0,8}|join)\((?:\"\")?\)"
    r"|\b(?:dedent|cleandoc|stripIndent|from_template|fromTemplate|PromptTemplate|String\.raw)\s?\("
)
"""How a text is written that stands in code: without its margin, in rows, as a template."""
_ACTS = regex(r"\b(?:await|async|for|while|try|if|match|switch|print|log)\b")
"""What no function has that hands out a text alone."""
_DEFINES = regex(
    r"\b\w{1,80}\s?\([^()]{0,400}\)(?:\s?(?:->|:)\s?[\w\[\], .|]{1,60})?\s?(?:[:{]|=>)"
)
_CALLS = regex(r"(?<!\.format)(?<!\.replace)(?<!\.join)(?<=\w)\s?\(")
"""What calls anything but what fills a text in: an agent is made of it, or it is sent."""
_BRINGS = regex(r"^[ \t]*(?:import|from|using|package|namespace|#include)\b[^\n]*", 8)
_ANYTHING = regex(
    r"(?i)(?:^|[/._-])(?:constants?|consts?|data|samples?|config|settings|seed)\.\w{1,4}$"
)
"""Modules that are called after no kind of text: others stand beside what a model is told."""
_SHARE, _MOST, _FILLED, _LONGEST = 0.6, 0.9, 0.75, 400_000
"""Part of a file that its texts must be, that they are where functions hand them out, and that they
are of what is left but for types where functions do nothing but fill them in."""
_SENTENCE = 30
"""Characters of a text that a function hands out."""
_TYPES = regex(
    r"(?m)^[ \t]{0,4}(?:export\s)?(?:declare\s)?"
    r"(?:interface\s\w{1,80}[^{}\n]{0,120}\{[^{}@]{0,4000}\}|type\s\w{1,80}[^={}\n]{0,80}=[^;{}]{0,400}(?:\{[^{}]{0,4000}\})?;?$)"
)
"""What TypeScript says of the form of values."""
_WORKS = regex(
    r"=\s{0,4}-?\d|@(?!staticmethod|classmethod|property|dataclass|override|Override)\w|\b(?:await|async|try|while|print|console|logger|log|open|fetch|throw|raise|yield|go|defer)\b"
    r"|\)\s{0,40}\|\s{0,40}[a-z]"
)
"""What no function has that only fills texts in."""
_CALLED = regex(r"(?<![\w$])([\w$]{1,80})\s?\(")
_TEXTUAL = frozenset(
    (
        *("if", "for", "switch", "return", "function", "match", "in", "elif", "case", "when"),
        *(
            "join",
            "push",
            "append",
            "extend",
            "concat",
            "trim",
            "strip",
            "rstrip",
            "lstrip",
            "trimIndent",
        ),
        *("replace", "replaceAll", "format", "formatted", "slice", "substring", "map", "filter"),
        *(
            "upper",
            "lower",
            "title",
            "toUpperCase",
            "toLowerCase",
            "capitalize",
            "toString",
            "stringify",
        ),
        *(
            "dumps",
            "str",
            "String",
            "len",
            "int",
            "list",
            "dict",
            "sorted",
            "range",
            "enumerate",
            "zip",
        ),
        *("items", "keys", "values", "entries", "get", "toISOString", "toLocaleDateString", "Date"),
        *("today", "now", "isoformat", "strftime", "dedent", "cleandoc", "build", "buildString"),
        *("Join", "Format", "Select", "Any", "ToString", "Append", "AppendLine", "StringBuilder"),
        *(
            "Sprintf",
            "ReplaceAll",
            "TrimSpace",
            "Replace",
            "WriteString",
            "Template",
            "safe_substitute",
        ),
        *("substitute", "of", "ofEntries", "entry", "trim_start", "forEach", "splitlines", "split"),
        *("from_messages", "fromMessages", "FromMessages", "from_template", "fromTemplate"),
        *("SystemMessage", "HumanMessage", "UserMessage", "MessagesPlaceholder", "PromptTemplate"),
        *(
            "import",
            "load_dotenv",
            "getenv",
            "Must",
            "New",
            "Parse",
            "Execute",
            "ExecuteTemplate",
            "Funcs",
            "Lookup",
        ),
        *("InputField", "OutputField", "Field", "staticmethod", "classmethod"),
    )
)
"""Calls that put texts together, and none that asks anybody."""
_RECORD = regex(
    r"[A-Z]\w{0,60}?(?:Prompt|Template|Message|Fragment|Section|Persona|Preset|Example)\w{0,20}"
)
"""Records that texts are kept in."""
_HEAD = regex(
    r"\b(?:def|function|fun|func)\s[^\n]{0,300}"
    r"|=>(?!\s{0,4}(?:string|number|boolean|void|unknown|any|never|Promise)\b)"
)
_NAME = regex(r"[A-Za-z_$][\w$]{0,80}")
_OWN = regex(
    r"\b(?:def|function|fun|func|const|let|var|class|string|String|str)\s{1,4}([A-Za-z_$][\w$]{0,80})\s{0,4}[(=:{<]"
)
"""What the file itself defines."""


def texts_only(repo: Repo, component: Component) -> set[str]:
    """Files with prompts in which nothing runs, and which are texts for the most part."""
    inline = (p for p in component.code.prompts if p.kind is PromptKind.INLINE)
    asks = {row.library for row in asking(component)}
    asking_files = {r.place.path for r in component.code.imports if r.library in asks}
    paths = {p.place.path for p in inline if _is_code(p)}
    return {
        path
        for path in paths
        if holds_only(_read(repo, component, path), asks=path in asking_files)
    }


def _read(repo: Repo, component: Component, path: str) -> str:
    return repo.read(Place(component.repo, path)) or ""


def _is_code(prompt: Prompt) -> bool:
    path = prompt.place.path
    return prompt.role is Role.APP and not path.endswith(".ipynb") and not _ANYTHING.search(path)


def holds_only(text: str, *, asks: bool) -> bool:
    """Whether a file is texts for the most part, and nothing but them runs in it; asks is whether
    it brings in what asks a model."""
    if len(text) > _LONGEST:
        return False
    said = 0
    for each in _TEXT.finditer(text):
        said += len(each[0]) if each[0][0] in "\"'`" else 0
    rest = _SHAPES.sub("", _BRINGS.sub("", _TEXT.sub('""', text)))
    if _only_fills(text, asks=asks):
        return True
    if said < _SHARE * len(text.strip()):
        return False
    handed = said >= _MOST * len(text.strip()) and not asks and not _ACTS.search(rest)
    return (handed and not _CALLS.search(_DEFINES.sub("", rest))) or not _RUNS.search(rest)


def _only_fills(text: str, *, asks: bool) -> bool:
    """Whether all that is called there puts texts together, makes a record of them, or is defined
    there, each function with a text, and these are most of it."""
    said = sum(len(each[0]) for each in _TEXT.finditer(text) if _is_long(each[0]))
    rest = _TYPES.sub("", _SHAPES.sub("", _BRINGS.sub("", _TEXT.sub(_shortened, text))))
    if said < _FILLED * (said + len("".join(rest.split()))) or _WORKS.search(rest):
        return False
    own = set(_OWN.findall(rest))
    others = set(_CALLED.findall(rest)) - _TEXTUAL - own
    if others and (asks or not all(map(_RECORD.fullmatch, others))):
        return False
    _, *functions = _HEAD.split(rest)
    return all('""' in each or own & set(_NAME.findall(each)) for each in functions)


def _is_long(text: str) -> bool:
    return text[0] in "\"'`" and len(text) >= _SENTENCE


def _shortened(found: re.Match[str]) -> str:
    """What stands for a text: of a short one as many characters, of a comment none."""
    if _is_long(found[0]):
        return '""'
    return f"'{'_' * (len(found[0]) - 2)}'" if found[0][0] in "\"'`" else ""
