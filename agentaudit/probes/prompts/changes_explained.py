from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agentaudit.code import PromptKind, Role
from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Limits, failed, passed, probe, unknown
from agentaudit.source import Change, Repo

PATTERNS = (
    *("**/prompts/**", "**/prompt_templates/**", "**/prompt-templates/**", "**/*prompt*"),
    *("**/*Prompts.*", "**/*PromptTemplates.*"),
)
"""What git is asked for: few patterns, since it tries each on every path of every commit."""
_PROMPTS = re.compile(
    r"(?:.*/)?prompt(?:s|_templates|-templates)/.+|.*\.prompty?"
    r"|(?:.*/)?[^/]*prompt[^/]*\.(?:md|txt|ya?ml|json|j2|jinja2?|mustache|hbs|toml|tmpl|st|xml)"
    r"|(?:.*/)?(?:(?:[^/]*[_-])?prompts?|[^/.]*(?:Prompts|PromptTemplates))\.(?:py|ts|js|go|java|cs)",
    re.DOTALL,
)
"""Files of prompts; modules that hold prompts and nothing else are such files too."""
OTHERS = re.compile(
    r"(?i)(?:^|/)(?:examples?|samples?|demos?|docs?|documentation|tutorials?|cookbooks?|tests?"
    r"|__tests__|fixtures|node_modules|vendor|\.github|\.cursor|\.claude|\.vscode|\.codex|\.gemini)/"
)
"""Directories whose prompts are none of the system's own: of examples, tests and editors."""
AHEAD = 4
"""Times as many commits are looked at, since some change prompts of others only."""
_WILD = re.compile(r"[\[\]*?]")
_LONG = 200
_MOST = 100
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

LIMITS = {"share": 0.8, "words": 5, "commits": 50}
CODE_WITH_PROMPT = (
    "from openai import OpenAI\n"
    f'PROMPT = """You are a planner. {"Name each step and never invent an amount. " * 5}"""\n'
    "def answer(text):\n    return OpenAI().responses.create(model='m', input=PROMPT + text)\n"
)
FILES = {"prompts/planner/1.md": "You plan."}
WHY = "Shorten the planner prompt\n\nIt copied the question into the answer in 7 of 40 cases."


def _repo(
    *messages: str, path: str = "prompts/planner/1.md", then: Sequence[str] = ()
) -> dict[str, object]:
    """Commits that change `path`, and then some that change the planner's prompt."""
    commits = [{"message": m, "files": [path]} for m in messages]
    commits += [{"message": m, "files": ["prompts/planner/1.md"]} for m in then]
    return {"repo": {"files": {**FILES, path: "x"}, "commits": commits}, "limits": LIMITS}


@probe(
    "prompts-changes-explained",
    fix="Say in the body of the commit what failed, why this change, and what it should do: "
    '`git commit -m "Shorten planner prompt" -m "It copied the question in 7 of 40 cases; expect '
    'none."`.',
    examples=[
        Example(Outcome.PASS, _repo(WHY)),
        Example(Outcome.PASS, _repo(*[WHY] * 4, "Fix typo"), "four of five"),
        Example(Outcome.FAIL, _repo(WHY, "Update prompt")),
        Example(
            Outcome.FAIL,
            _repo(*[WHY] * 4, path="examples/prompts/1.md", then=["Update prompt"]),
            "prompts of examples are not the system's own",
        ),
        Example(
            Outcome.UNKNOWN,
            _repo(WHY, path=".github/prompts/review.prompt.md"),
            "a prompt of the editor is none of the system",
        ),
        Example(
            Outcome.FAIL,
            _repo("Update prompt\n\nCo-authored-by: A B <a@example.org>"),
            "a trailer says nothing",
        ),
        Example(
            Outcome.UNKNOWN, {"repo": {"files": FILES}, "limits": LIMITS}, "a directory without git"
        ),
        Example(
            Outcome.FAIL,
            {
                "repo": {
                    "files": {"requirements.txt": "openai==1.93.0\n", "app.py": CODE_WITH_PROMPT},
                    "commits": [{"message": "Tune", "files": ["app.py"]}],
                },
                "limits": LIMITS,
            },
            "a prompt inside of code has the history of that code",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "repo": {
                    "files": {"app.py": ""},
                    "commits": [{"message": WHY, "files": ["app.py"]}],
                },
                "limits": LIMITS,
            },
            "no prompt file was found: nothing to judge",
        ),
        Example(Outcome.UNKNOWN, {"limits": LIMITS}, "no repository is configured"),
    ],
)
def changes_explained(repo: Repo, limits: Limits) -> Answer:
    """Do the commits that change prompts say why?

    A prompt is tuned against failures that nobody remembers a month later; without the reason the
    next change brings them back. The body of the message counts, trailers do not.
    """
    wanted = int(limits["commits"])
    found = repo.changes(PATTERNS, wanted)
    if found is not None and len(found) == wanted > len(_own(found)):
        found = repo.changes(PATTERNS, AHEAD * wanted)
    if found is None:
        return unknown(f"{repo.name} is not under git", reason="no_git", fact="prompt changes")
    changes = _own(found)[:wanted]
    if not changes and (inline := _inline(repo)):
        changes = list(repo.changes(inline, wanted) or ())
    if not changes:
        return unknown(
            f"no commit in {repo.name} changes a prompt file; searched {', '.join(PATTERNS[:5])}",
            reason="no_prompt_files",
            fact="prompt changes",
        )
    silent = [c for c in changes if len(_WORD.findall(c.body)) < limits["words"]]
    said = len(changes) - len(silent)
    message = f"{said} of the last {len(changes)} commits that change prompts say why"
    if said >= limits["share"] * len(changes):
        return passed(message, *map(_shown, changes[:3]))
    return failed(
        message, *map(_shown, silent[:5]), reason="unexplained", fact="prompt change rationale"
    )


def _own(changes: Iterable[Change]) -> list[Change]:
    return [
        change
        for change in changes
        if any(_PROMPTS.fullmatch(path) and not OTHERS.search(path) for path in change.paths)
    ]


def _inline(repo: Repo) -> tuple[str, ...]:
    """Patterns for the files of code that hold prompts among other lines: where prompts have no
    files of their own, the history of these is theirs."""
    paths = {
        prompt.place.path
        for component in repo.components()
        for prompt in component.code.prompts
        if prompt.role is Role.APP and prompt.kind is PromptKind.INLINE and prompt.length >= _LONG
    }
    return tuple(_WILD.sub("?", path) for path in sorted(paths)[:_MOST])


def _shown(change: Change) -> Evidence:
    return Evidence(Location(change.repo, f"commit {change.sha[:12]}"), change.subject)
