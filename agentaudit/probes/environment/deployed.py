"""What scripts, pipelines, manifests and programs of the repository set that build, deploy or start
it, whoever they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Repo

_SCRIPTS = (
    *("**/*.sh", "**/*.ps1", "**/*.bat", "**/*.cmd", "**/Makefile", "**/*.mk", "**/justfile"),
    *("**/*cloudbuild*.y*ml", ".github/workflows/*.y*ml", ".gitlab-ci.yml", "**/Jenkinsfile"),
    *("**/*azure-pipelines*.y*ml", "**/Taskfile.y*ml", "**/bitbucket-pipelines.yml"),
    "**/*buildspec*.y*ml",
)
_PIPED = regex(
    r"--(?:set|update)-(?:env-vars|secrets)|--env(?:ironment)?-var(?:iable)?s\b|\bappsettings set\b"
    r"|\b(?:env_vars|environment[vV]ariables|environment-variables|app-settings-json):"
    r"|(?:>>?|\|\s?tee(?:\s-a)?)\s?\S{0,60}\.env\b|[\w-]/ssh-action@"
)
"""How a pipeline gives variables to what it deploys."""
_SETS = regex(
    r"(?:^|[\s;&,\"'=]|\$env:)(?:export\s{1,4})?([A-Z][A-Z\d_]{2,100})"
    r"(?:\s{0,2}[:?]?=(?!=)|\\?[\"']\s?:\s?\\?[\"'$])",
    re.M,
)
"""How a script gives a variable a value."""
_OF_CLUSTER = regex(r"^(?:kind|configMapGenerator|secretGenerator):", re.M)
_NAMES = regex(
    r"^[ \t]{0,80}(?:-[ \t]{1,8})?(?:\{[ \t]{0,4})?(?:name:[ \t]{1,4})?[\"']?([A-Z][A-Z\d_]{2,100})"
    r"[\"']?(?:[ \t]{0,4}$|[=:,}])",
    re.M,
)
"""How a manifest does, be the value a secret or filled in by a chart."""
_NAMED = regex(r"\"name\"\s{0,9}:\s{0,9}\"([A-Z][A-Z\d_]{2,100})\"")
"""How the definition of a task of Amazon ECS does."""
_STACKS = ("aws-cdk-lib", "aws_cdk", "@pulumi/", "pulumi_", "cdktf", "DistributedApplication.")
"""Words of programs that deploy."""
_HANDS = regex(
    r"[{,\[(=]\s{0,80}[\"'`]?([A-Z][A-Z\d]{0,60}_[A-Z\d_]{1,80})[\"'`]?\s{0,4}[:=](?!=)"
    r"|(?:Environment|environment|name[\"']?\s{0,4}[:=])\(?\s{0,80}[\"'`]([A-Z][A-Z\d_]{2,100})[\"'`]"
)
"""How such a program does: as a key, or as what a call or a record names."""
_CODE = ("**/*.ts", "**/*.py", "**/*.cs", "**/*.go", "**/*.js", "**/*.java")


def deployed(repo: Repo, names: frozenset[str]) -> set[str]:
    """What all of these set, where one of the names is among it."""
    found = set[str]()
    for text, sets in _texts(repo) if names else ():
        told = {next(filter(None, each.groups())) for each in sets.finditer(text)}
        found |= told if not names.isdisjoint(told) else set()
    return found


def _texts(repo: Repo) -> Iterator[tuple[str, re.Pattern[str]]]:
    for pattern in _SCRIPTS:
        for file in repo.files(pattern):
            text = "" if repo.role(file) in ASIDE else (repo.read(file) or "")[:_LONGEST]
            if not file.path.endswith((".yml", ".yaml")) or _PIPED.search(text):
                yield text, _SETS
    for pattern, words, sets in (
        ("**/*.y*ml", ("kind:", "Generator:"), _NAMES),
        ("**/*.json", ("containerDefinitions",), _NAMED),
        *((each, _STACKS, _HANDS) for each in _CODE),
    ):
        for file in repo.files(pattern, saying=words):
            text = "" if repo.role(file) in ASIDE else (repo.read(file) or "")[:_LONGEST]
            if sets is not _NAMES or _OF_CLUSTER.search(text):
                yield text, sets


_LONGEST = 200_000
