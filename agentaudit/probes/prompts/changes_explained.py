from __future__ import annotations

from collections.abc import Sequence

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Limits, failed, passed, probe, unknown
from agentaudit.probes.prompts.changed import PATTERNS, changed, is_kept, reasons
from agentaudit.source import Change, Repo

LIMITS = {"share": 0.8, "words": 5, "commits": 50}
CODE_WITH_PROMPT = (
    "from openai import OpenAI\n"
    f'PROMPT = """You are a planner. {"Name each step and never invent an amount. " * 5}"""\n'
    "def answer(text):\n    return OpenAI().responses.create(model='m', input=PROMPT + text)\n"
)
FILES = {"prompts/planner/1.md": "You plan."}
WHY = "Shorten the planner prompt\n\nIt copied the question into the answer in 7 of 40 cases."

SQUASHED = "Staging (#12)\n\n* Update the planner prompt again\n\n* Fix format of the answer text"
TEMPLATE = (
    "Tune (#1)\n\n## Purpose\nWhat does this change do, and why is it needed?\n- [ ] Breaking"
)


def _repo(
    *messages: str, path: str = "prompts/planner/1.md", then: Sequence[str] = ()
) -> dict[str, object]:
    """Commits that change `path`, and then some that change the planner's prompt."""
    commits = [{"message": m, "files": [path]} for m in messages]
    commits += [{"message": m, "files": ["prompts/planner/1.md"]} for m in then]
    return {"repo": {"files": {**FILES, path: "x"}, "commits": commits}, "limits": LIMITS}


def _code(after: str, message: str) -> dict[str, object]:
    """A prompt in the code that comes with its reason, and then a change of that code."""
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": CODE_WITH_PROMPT}
    then = {**files, "app.py": after}
    commits = [{"message": WHY, "files": files}, {"message": message, "files": then}]
    return {"repo": {"files": then, "commits": commits}, "limits": LIMITS}


def _renamed(*then: str) -> dict[str, object]:
    """A prompt in code whose file was called otherwise when it was changed."""
    files = {"requirements.txt": "openai==1.93.0\n"}
    old = {**files, "src/answer.py": CODE_WITH_PROMPT}
    tuned = {**files, "src/answer.py": CODE_WITH_PROMPT.replace("amount", "sum of money")}
    new = {**files, "src/answers.py": tuned["src/answer.py"]}
    commits = [{"message": WHY, "files": old}]
    commits += [{"message": message, "files": tuned} for message in then]
    commits.append({"message": WHY, "files": new})
    return {"repo": {"files": new, "commits": commits}, "limits": LIMITS}


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
        Example(Outcome.PASS, _repo(SQUASHED), "the list of squashed commits is a body, too"),
        Example(Outcome.FAIL, _repo(*[TEMPLATE] * 6), "the template of a pull request"),
        Example(Outcome.FAIL, _code(CODE_WITH_PROMPT.replace("amount", "sum"), "Tune")),
        Example(
            Outcome.UNKNOWN,
            _code(CODE_WITH_PROMPT.replace("'m'", "'n'"), "Another model"),
            "beside a prompt in the code something else changed: none but the first told it",
        ),
        Example(Outcome.FAIL, _renamed("Tune"), "of a file that has another name now"),
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
    changes = changed(repo, int(limits["commits"]))
    if changes is None:
        return unknown(f"{repo.name} is not under git", reason="no_git", fact="prompt changes")
    if not changes:
        return unknown(
            f"no commit in {repo.name} changes a prompt; searched {', '.join(PATTERNS[:5])} and "
            "the files that hold prompts",
            reason="no_prompt_files",
            fact="prompt changes",
        )
    told = zip(changes, reasons(changes), strict=True)
    silent = [change for change, words in told if words < limits["words"]]
    said = len(changes) - len(silent)
    message = f"{said} of the last {len(changes)} commits that change prompts say why"
    if said == len(changes) == 1 and not any(is_kept(path) for path in changes[0].paths):
        return unknown(
            "one commit only brought the prompts, within other code: no change of them is known",
            *map(_shown, changes),
            reason="one_commit",
            fact="prompt changes",
        )
    if said >= limits["share"] * len(changes):
        return passed(message, *map(_shown, changes[:3]))
    return failed(
        message, *map(_shown, silent[:5]), reason="unexplained", fact="prompt change rationale"
    )


def _shown(change: Change) -> Evidence:
    return Evidence(Location(change.repo, f"commit {change.sha[:12]}"), change.subject)
