"""Files of code that hold texts and nothing that runs, whatever form the texts are kept in:
constants, lists of records, a class of them."""

from __future__ import annotations

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
_SHARE, _MOST, _LONGEST = 0.6, 0.9, 400_000
"""Part of a file that its texts must be, and that they are where functions hand them out."""


def texts_only(repo: Repo, component: Component) -> set[str]:
    """Files with prompts in which nothing runs, and which are texts for the most part."""
    inline = (p for p in component.code.prompts if p.kind is PromptKind.INLINE)
    asks = {row.library for row in asking(component)}
    asking_files = {r.place.path for r in component.code.imports if r.library in asks}
    paths = {p.place.path for p in inline if _is_code(p)}
    return {
        path for path in paths if _holds_only(_read(repo, component, path), path in asking_files)
    }


def _read(repo: Repo, component: Component, path: str) -> str:
    return repo.read(Place(component.repo, path)) or ""


def _is_code(prompt: Prompt) -> bool:
    path = prompt.place.path
    return prompt.role is Role.APP and not path.endswith(".ipynb") and not _ANYTHING.search(path)


def _holds_only(text: str, asks: bool) -> bool:
    if len(text) > _LONGEST:
        return False
    said = 0
    for each in _TEXT.finditer(text):
        said += len(each[0]) if each[0][0] in "\"'`" else 0
    rest = _SHAPES.sub("", _BRINGS.sub("", _TEXT.sub('""', text)))
    if said < _SHARE * len(text.strip()):
        return False
    handed = said >= _MOST * len(text.strip()) and not asks and not _ACTS.search(rest)
    return (handed and not _CALLS.search(_DEFINES.sub("", rest))) or not _RUNS.search(rest)
