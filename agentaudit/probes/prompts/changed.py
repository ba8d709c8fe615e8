"""Which commits change the text of prompts, and which of them say why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from agentaudit.code import Prompt, PromptKind, Role
from agentaudit.expressions import regex
from agentaudit.source import Change, Repo

PATTERNS = (
    *("**/prompts/**", "**/prompt_templates/**", "**/prompt-templates/**", "**/*prompt*"),
    *("**/*Prompts.*", "**/*PromptTemplates.*"),
)
"""What history is searched for, besides the files that hold prompts now."""
_TEXTS = regex(
    r"(?:.*/)?prompt(?:s|_templates|-templates)/.+|.*\.prompty?"
    r"|(?:.*/)?(?:[^/]*[-_.])?prompts?(?:[-_.][^/]*)?\.(?:md|txt|ya?ml|json|j2|jinja2?|mustache|hbs|toml|tmpl|st|xml)",
    re.DOTALL,
)
_CODE = regex(r".*\.(?:py|[cm]?[jt]sx?|go|java|kt|cs|ipynb|rs)", re.DOTALL)
_MODULES = regex(
    r"(?:.*/)?(?:(?:[^/]*[_-])?prompts?|[^/.]*(?:Prompts|PromptTemplates))\.\w+"
    r"|(?:.*/)?prompt(?:s|_templates|-templates)/.+",
    re.DOTALL,
)
"""Code that holds prompts and little else."""
_OTHERS = regex(
    r"(?i)(?:^|/)(?:(?<!/com/)(?<!/org/)examples?|samples?|demos?|docs?|documentation|tutorials?"
    r"|cookbooks?|tests?|specs?"
    r"|__tests__|fixtures|experiments|notebooks|results|node_modules|vendor|\.github|\.cursor|\.claude"
    r"|\.vscode|\.codex|\.gemini)/|[._](?:test|spec)\.\w+$|(?:^|/)test_[^/]*$|_test\.go$"
)
"""What is none of the system's own: of examples, tests and editors."""
AHEAD = 4
"""Times as many commits are looked at, since some leave the prompts as they were."""
_WILD = regex(r"[\[\]*?]")
_LONG = 200
_MOST = 60
_COMMENT = regex(r"\s{0,200}(?:#|//|\*|/\*|<!--|import\b|from\b|using\b|throw\b|raise\b|assert\b)")
_TOLD = regex(
    r"(?i)\b(?:log(?:ger|ging)?|console|print(?:f|ln)?|errors?|exception|warn(?:ing)?)\w{0,20}[.(]"
)
"""Lines of code that hold prose for people."""
_REPEATED, _SHARE = 5, 0.2
"""Commits, and share of all, whose messages hold a line that is of a template."""
_EMPTY = regex(r"-{3,}$|[A-Za-z-]{1,40}-[Bb]y:|#{1,6} |[-*] \[[ xX]?\]|<!--|\(?cherry picked")
"""Lines of a message that say nothing about the change."""
_WORD = regex(r"[^\W_]+(?:['’-][^\W_]+)*")
_PROSE = regex(
    r"(?:[A-Za-z][A-Za-z'’-]{0,30}[,.:;]{0,2} ){5}[A-Za-z]"
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{10}"
)


class _Own(NamedTuple):
    """Which paths are of prompts of the system."""

    held: tuple[str, ...]
    """Endings of the paths of files that hold some."""
    beside: frozenset[tuple[str, str]]
    """Directory and ending of those that are code."""
    now: frozenset[str]
    """Files that stand in those directories today."""

    def has(self, path: str) -> bool:
        if _OTHERS.search(path):
            return False
        known = _TEXTS.fullmatch(path) or _MODULES.fullmatch(path)
        return known is not None or f"/{path}".endswith(self.held) or self._was(path)

    def _was(self, path: str) -> bool:
        """Whether it was given up beside code that holds prompts: some of it has a new name."""
        return _where(path) in self.beside and path not in self.now

    @property
    def patterns(self) -> tuple[str, ...]:
        """What history is searched for."""
        endings = (f"**{_WILD.sub('?', ending)}" for ending in self.held)
        beside = (f"{_WILD.sub('?', home)}*.{kind}" for home, kind in sorted(self.beside))
        return (*PATTERNS, *endings, *beside)


def changed(repo: Repo, wanted: int) -> list[Change] | None:
    """The last `wanted` commits that change the text of prompts, newest first; None without git."""
    own = _own(repo)
    found = repo.changes(own.patterns, AHEAD * wanted)
    if found is None:
        return None
    has = cache(own.has)
    likely = [change for change in found if any(map(has, change.paths))]
    told, touching, step = False, list[Change](), max(wanted, 1)
    for start in range(0, len(likely), step):
        rows = repo.rows(part := likely[start : start + step])
        told = told or bool(rows)
        touching += [c for c in part if any(has(p) and _touches(rows, c, p) for p in c.paths)]
        if len(touching) >= wanted:
            break
    if not told:  # what git cannot show of a clone without contents
        touching = [c for c in likely if any(_is_text(p) for p in c.paths)]
    return touching[:wanted]


def _own(repo: Repo) -> _Own:
    """The name of a file where no other has it, so that former places are found, too."""
    found = {
        prompt.place.path
        for component in repo.components()
        for prompt in component.code.prompts
        if prompt.role is Role.APP and _counts(prompt)
    }
    mine = sorted(path for path in found if not _OTHERS.search(path))[:_MOST]
    beside = frozenset(_where(path) for path in mine if _CODE.fullmatch(path))
    patterns = (f"{_WILD.sub('?', home)}*.{kind}" for home, kind in beside)
    now = frozenset(each.path for pattern in patterns for each in repo.files(pattern))
    return _Own(tuple(sorted({_ending(repo, path) for path in mine})), beside, now)


def _where(path: str) -> tuple[str, str]:
    home, slash, name = path.rpartition("/")
    return home + slash, name.rpartition(".")[2]


def _ending(repo: Repo, path: str) -> str:
    name = path.rpartition("/")[2]
    alone = len(list(repo.files(f"**/{_WILD.sub('?', name)}"))) < 2
    return f"/{name}" if alone else f"/{path}"


def _counts(prompt: Prompt) -> bool:
    return prompt.kind is PromptKind.FILE or (
        prompt.kind is PromptKind.INLINE and prompt.length >= _LONG
    )


def is_kept(path: str) -> bool:
    """Whether a file holds prompts and little else."""
    return bool(_TEXTS.fullmatch(path) or _MODULES.fullmatch(path)) and not _OTHERS.search(path)


def _is_text(path: str) -> bool:
    return not _CODE.fullmatch(path) and bool(_TEXTS.fullmatch(path)) and not _OTHERS.search(path)


def _touches(
    rows: Mapping[tuple[str, str], tuple[str, ...]],
    change: Change,
    path: str,
) -> bool:
    """Whether a change of a file is one of the prompts in it."""
    changed = rows.get((change.sha, path), ())
    if not _CODE.fullmatch(path):
        return any(map(str.strip, changed))
    return any(map(_instructs, changed))


def _instructs(row: str) -> bool:
    """Whether a line of code is prose, and not for people."""
    row = row[:400]
    return bool(_PROSE.search(row)) and not _COMMENT.match(row) and not _TOLD.search(row)


def reasons(changes: Sequence[Change]) -> list[int]:
    """How many words the message of each has that are its own: no trailers, no template of the pull
    request."""
    rows = [_said(change.body) for change in changes]
    often = Counter(row for each in rows for row in set(each))
    usual = max(_REPEATED, len(changes) * _SHARE)
    return [sum(len(_WORD.findall(r)) for r in each if often[r] < usual) for each in rows]


def _said(body: str) -> list[str]:
    rows = (row.strip() for row in body.split("\n"))
    return [row for row in rows if row and not _EMPTY.match(row)]
