"""Which branches of the scripts in a workflow say what it builds."""

from __future__ import annotations

from agentaudit.expressions import regex

_OTHERWISE = regex(r"branches|pull_request|workflow_|schedule|repository_dispatch|merge_group")
_AT_A_TAG = regex(r"(\s*)if\b[^\n]{0,200}refs/tags/")
_ASIDE = regex(
    r"(\s*)(?:el)?if[ \t]+(?:\[|test\b)(?![^\n]{0,400}(?:\|\||\bfi\b))(?:"
    r"[^\n]{0,200}(?<![!=])={1,2}[ \t]{0,4}[\"']?(?:workflow_dispatch|pull_request)\b"
    r"|[^\n]{0,80}\bGITHUB_REPOSITORY\b[^\n=]{0,9}[ \t]!=[ \t]{0,4}[\"']?"
    r"[\w.-]{1,60}/[\w.-]{1,80}[\"'\s\]])"
)
"""Runs by hand, of changes that are only proposed, and in forks: not those of a push here."""
_HERE = regex(
    r"(\s*)if[ \t]+\[{1,2}[ \t][^\n=]{0,20}(?:\bGITHUB_REPOSITORY\b|\bgithub\.repository\b)"
    r"[^\n=]{0,9}[ \t]={1,2}[ \t]{0,4}[\"']?[\w.-]{1,60}/[\w.-]{1,80}[\"'\s\]]"
)
"""Not in a fork: there runs what stands behind its `else`."""
_ON_PUSH = regex(r"(?m)^(?:[ ]{1,8}push:|on:[^\n]{0,200}\bpush\b)")


def in_play(workflow: str) -> str:
    """The workflow without what it says for runs by hand, proposals and forks, where pushes run it
    too, and without what it says for pushes that are no tag, where it runs for tags only."""
    head, jobs, body = workflow.partition("\njobs:")
    if _ON_PUSH.search(head):
        body = _pushed(body)
    if "tags:" in head and not _OTHERWISE.search(head):
        body = _at_tags(body)
    return head + jobs + body


def _pushed(body: str) -> str:
    kept: list[str] = []
    inside: str | None = None
    here: str | None = None
    for line in body.split("\n"):
        at = line[: len(line) - len(line.lstrip())]
        if inside == at and line.strip().startswith(("elif", "else", "fi")):
            inside = None
        if here == at and line.strip() in ("else", "fi"):
            inside = at if line.strip() == "else" else None
            here = None
        if found := _HERE.match(line[:400]):
            here = found[1]
        if inside is None and (found := _ASIDE.match(line[:400])):
            inside = found[1]
        if inside is None:
            kept.append(line)
    return "\n".join(kept)


def _at_tags(body: str) -> str:
    kept: list[str] = []
    inside: str | None = None
    dropped = False
    for line in body.split("\n"):
        at = line[: len(line) - len(line.lstrip())]
        if inside is None and (found := _AT_A_TAG.match(line[:400])):
            inside = found[1]
        elif inside == at and line.strip() in ("else", "fi"):
            dropped = line.strip() == "else"
            inside = inside if dropped else None
        if not dropped:
            kept.append(line)
    return "\n".join(kept)
