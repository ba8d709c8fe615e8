from __future__ import annotations

import re

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Limits, failed, passed, probe, unknown
from agentaudit.source import Change, Repo

SUFFIXES = ("md", "txt", "yaml", "yml", "json", "j2", "jinja", "jinja2", "mustache", "hbs", "toml")
PATTERNS = (
    "**/prompts/**",
    "**/prompt_templates/**",
    "**/prompt-templates/**",
    "**/*.prompt",
    "**/*.prompty",
    *(f"**/*prompt*.{suffix}" for suffix in SUFFIXES),
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

LIMITS = {"share": 0.8, "words": 5, "commits": 50}
FILES = {"prompts/planner/1.md": "You plan."}
WHY = "Shorten the planner prompt\n\nIt copied the question into the answer in 7 of 40 cases."


def _repo(*messages: str) -> dict[str, object]:
    commits = [{"message": m, "files": ["prompts/planner/1.md"]} for m in messages]
    return {"repo": {"files": FILES, "commits": commits}, "limits": LIMITS}


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
            _repo("Update prompt\n\nCo-authored-by: A B <a@example.org>"),
            "a trailer says nothing",
        ),
        Example(
            Outcome.UNKNOWN, {"repo": {"files": FILES}, "limits": LIMITS}, "a directory without git"
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
    changes = repo.changes(PATTERNS, int(limits["commits"]))
    if changes is None:
        return unknown(f"{repo.name} is not under git", reason="no_git", fact="prompt changes")
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


def _shown(change: Change) -> Evidence:
    return Evidence(Location(change.repo, f"commit {change.sha[:12]}"), change.subject)
