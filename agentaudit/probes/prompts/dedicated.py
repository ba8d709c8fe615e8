"""Which files hold prompts and nothing else, and which prompts are kept in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentaudit.code import Prompt, PromptKind, Role, Syntax
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.prompts.texts_only import texts_only
from agentaudit.source import Component, Repo

_DEDICATED = regex(
    r"(?i)(?:^|/)(?:[\w-]{0,40}prompts?|prompt[_-]?(?:templates?|library|store)|instructions)/"
    r"|(?:^|[/_.-])(?:[\w-]{0,60}[_.-])?(?:system[_-]?)?(?:prompts?|instructions|prompt[_-](?:templates?|builders?|library|catalog))"
    r"(?:[_.-](?:v?\d{1,4}|templates?|constants?|en))?\.\w{1,8}$"
    r"|Prompts?(?:Templates?|Const\w{0,10}|Texts?|Strings?)?\.(?:java|cs|kt|go|ts|tsx|js)$"
)
"""Modules and directories that hold prompts and nothing else, by their name."""
_MAKES = regex(
    r"(?:^|/)(?:build|create|make|generate|compose|construct|assemble|render|format)"
    r"(?:[_-]\w{1,40}){0,3}?(?:[_-]p|P)rompts?\.\w{1,4}$"
)
"""Modules that are called after what a function does with a prompt, and not after prompts: what is
written in them stands among the code that puts it together."""
_LONG, _MOST = 160, 0.85
"""Characters of a constant that is a prompt; their share of a module that holds nothing else."""
_CONSTANT = regex(
    r"(?m)^(?:export |const |let |var |public |static |final )*\w{1,80} ?(?::[^=\n]{0,80})?=(?!=)"
)
_BEGINS = regex(r"(?:\s|#[^\n]{0,300}\n){0,40}[A-Z][A-Z_\d]{1,80} ?(?::[^=\n]{0,80})?= ?[rfRF]?")
"""What stands before a text of a module of Python that holds nothing but them."""


def is_apart(prompt: Prompt) -> bool:
    """Whether a prompt is kept out of code that does anything else, by the name of its file."""
    return prompt.kind is not PromptKind.INLINE or is_dedicated(prompt.place.path)


def is_dedicated(path: str) -> bool:
    """Whether a file is called after prompts."""
    return bool(_DEDICATED.search(path)) and not _MAKES.search(path)


def is_aside(prompt: Prompt) -> bool:
    """Whether a prompt stands in code that is beside what is served: notebooks, scripts that people
    run by hand, and what is kept from before."""
    return bool(_ASIDE.search(prompt.place.path))


_ASIDE = regex(
    r"(?i)(?:^|/)(?:notebooks?|scripts?|reproduc(?:e|tion)|legacy|deprecated|archived?|obsolete)/"
    r"|\.ipynb$"
)


def modules(repo: Repo, component: Component) -> set[str]:
    """Files of code that are nothing but prompts, whatever they are called."""
    found: dict[str, list[int]] = {}
    for text in component.code.literals:
        constant = text.syntax is Syntax.ASSIGNMENT and not text.scope
        if text.role is Role.APP and constant and text.length >= _LONG:
            found.setdefault(text.place.path, []).append(text.length)
    of_constants = {
        path for path, sizes in found.items() if _is_module(repo, component, path, sizes)
    }
    return of_constants | texts_only(repo, component)


def _is_module(repo: Repo, component: Component, path: str, sizes: list[int]) -> bool:
    """Whether prompts of these sizes are all that a file holds, but for one name that they use, and
    other texts between three quotes."""
    text = repo.read(Place(component.repo, path)) or ""
    between = text.split('"""')[::2]
    if len(between) > 1 and all(map(_BEGINS.fullmatch, between[:-1])) and not between[-1].strip():
        return True
    names = len(_CONSTANT.findall(text)) - len(sizes)
    return sum(sizes) >= _MOST * len(text) and names <= 1


def are_read(repo: Repo, component: Component, apart: Sequence[Prompt]) -> bool:
    """Whether anything reads one of them: a file counts as read where code names it, or the
    directory that it lies in."""
    if any(prompt.used or prompt.kind is not PromptKind.FILE for prompt in apart):
        return True
    names = {name for prompt in apart for name in _names(prompt.place.path)}
    if not names:
        return False
    paths = {call.place.path for call in component.code.calls}
    paths |= {row.place.path for row in component.code.imports}
    paths |= {place.path for place in _configuration(repo)}
    texts = (repo.read(Place(component.repo, path)) or "" for path in sorted(paths)[:_FILES])
    return any(name in text for text in texts for name in names)


_FILES = 600
_NAMING = ("*.toml", "*.y*ml", "*.json", "*.tf", "*.properties", "Dockerfile*")


def _names(path: str) -> tuple[str, ...]:
    """What code may call a file by: its directories but for those of everything, else its stem."""
    *above, name = path.split("/")
    return tuple(each for each in above if each not in _ANYTHING) or (name.partition(".")[0],)


_ANYTHING = frozenset({"src", "app", "main", "resources", "lib", "apps", "packages", "services"})


def _configuration(repo: Repo) -> Iterator[Place]:
    for kind in _NAMING:
        yield from repo.files(f"**/{kind}")
