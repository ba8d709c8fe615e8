"""What hosts and CI run to install a component that has no image of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo, Step

SHIPS = regex(
    r"(?i)webapps-deploy|functions-action|static-web-apps-deploy|deploy-pages|actions-gh-pages"
    r"|\bupdate-function-code\b|\bfirebase\s+deploy|action-hosting-deploy|\baws\s+s3\s+sync\b"
    r"|\baz\s+(?:webapp\s+(?:up|deploy)|functionapp\s+deploy|storage\s+blob\s+upload-batch)"
    r"|\bfunc\s+azure\s+functionapp\s+publish\b|\bvercel\s+deploy\s.{0,60}--prebuilt|\bwrangler\s+deploy\b"
    r"|\bserverless\s+deploy\b|\bpyinstaller\b|\b(?:scp|rsync)\s[^\n]{0,300}?[\w}\"\]]:[~/.\w$]"
)
"""What sends away what the runner has installed or built."""
_FILES = (
    "render.yaml",
    "render.yml",
    "railway.json",
    "railway.toml",
    "vercel.json",
    "netlify.toml",
)
_BUILDS = regex(
    r"(?m)^[ \t]*[\"']?(?:build|install)_?(?:C|c)ommand[\"']?[ \t]*[:=][ \t]*([^\n]{1,400})"
)
_LONGEST = 200_000


def host_builds(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """Commands by which a host, or CI that sends the result away, installs it."""
    if component.build_files:
        return
    home = "" if component.path == "." else f"{component.path}/"
    alone = len(repo.components()) == 1
    for at in sorted({"", home}):
        for name in _FILES:
            for file in repo.files(f"{at}{name}"):
                text = (repo.read(file) or "")[:_LONGEST] if file.repo == component.repo else ""
                mine = alone or (at and at == home)
                yield from _commands(file, text) if mine else ()
    steps = [step for step in repo.steps() if step.place.repo == component.repo]
    jobs = shipping(steps)
    for step in steps:
        if (step.workflow, step.job) in jobs and (alone or (home and step.home == component.path)):
            yield step.place, step.text


def shipping(steps: Sequence[Step]) -> set[tuple[str, str]]:
    """Workflow and job of what sends away what it has built, or hands it to one that does."""
    ships = {(step.workflow, step.job) for step in steps if SHIPS.search(step.text)}
    workflows = {workflow for workflow, _ in ships}
    hands = (step for step in steps if "upload-artifact" in step.text)
    return ships | {(step.workflow, step.job) for step in hands if step.workflow in workflows}


def _commands(file: Place, text: str) -> Iterator[tuple[Place, str]]:
    for found in _BUILDS.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield replace(file, line=line), found[1].strip().strip("\"',")
