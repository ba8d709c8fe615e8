"""Programs that deploy: stacks of Pulumi, AWS CDK, CDK for Terraform and SST, where they declare
the variables of what they start."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git.parts import Part
from agentaudit.sources.git.reader import Reader, directory, inside

_PROJECTS = frozenset(
    ("Pulumi.yaml", "Pulumi.yml", "cdk.json", "cdktf.json", "sst.config.ts", "sst.config.js")
)
_CODE = (".ts", ".js", ".mts", ".mjs", ".py", ".go", ".cs", ".java", ".kt")
_DECLARES = regex(
    r"\b(?:EnvironmentVariable|EnvironmentVar|EnvVar|ContainerEnv|KeyValuePair|FunctionEnvironment"
    r"|NameValuePair|TaskDefinitionKeyValuePair)Args\s{0,9}[({]"
    r"|\b(?:environment|environment_?[vV]ariables|env_?[vV]ars|envs?|[aA]pp_?[sS]ettings|variables)"
    r"\s{0,9}[:=]\s{0,9}(?:\[\s{0,80}\{?|\{)\s{0,80}(?:\w{1,40}\s{0,9}[:=]\s{0,9})?[\"'`]?[A-Z][A-Z0-9]{0,60}_[A-Z0-9_]{1,60}"
    r"|\b(?:addEnvironment|add_environment|AddEnvironment)\(\s{0,80}[\"'`][A-Z]"
)
"""The variables of a container or function, as the libraries of clouds want them written."""

_DEPLOYS = regex(r"(?i)\bpulumi|aws[-_]cdk|\bcdktf\b|\bconstructs\b|\bsst\b|SSTConfig")
"""A library of what deploys, which the application itself does not ask for."""


def declaring(reader: Reader) -> Iterator[tuple[Place, str]]:
    """Where a stack declares variables, with the text of the file."""
    homes = set(map(directory, reader.named(_PROJECTS.__contains__)))
    for path in sorted(reader.app) if homes else ():
        if path.endswith(_CODE) and any(inside(path, home) for home in homes):
            text = (reader.text(path) or "")[:200_000]
            found = _DECLARES.search(text) if _DEPLOYS.search(text) else None
            if found:
                yield reader.place(path, text.count("\n", 0, found.start()) + 1), text


_JOINED = regex(r"[\"'`]([A-Za-z][a-z0-9]{1,40}(?:[A-Z][a-z0-9]{1,40}){1,6})[\"'`]")
"""A quoted name that is written in one, as constructs are called."""


def started(parts: Collection[Part], path: str, text: str) -> list[Part]:
    """The components that a stack starts: those it names by directory or image; where it names
    none, the one that it stands in, or the only one."""
    joined = {_apart(word) for word in _JOINED.findall(text)}
    named = [part for part in parts if _is_named(part, text, joined)]
    around = sorted((p for p in parts if inside(path, p.home)), key=lambda p: len(p.home))
    return named or around[-1:] or (list(parts) if len(parts) == 1 else [])


def _is_named(part: Part, text: str, joined: Collection[str]) -> bool:
    apart = part.home.rpartition("/")[2].lower().replace("-", "_")
    return apart in joined or any(word in text for word in _words(part))


def _apart(name: str) -> str:
    """A name that is written in one, as a directory may be: `textReader` of text_reader."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _words(part: Part) -> Iterator[str]:
    """How a stack may write a component: quoted, as a directory or an image's name; or where its
    commands go to build it."""
    yield from (f"cd {part.home}{after}" for after in ("\n", " ", '"', "'") if part.home)
    for word in {part.home, part.home.rpartition("/")[2], *part.names} - {""}:
        for before, after in (("/", '"'), ("/", "'"), ("/", ":"), ('"', '"'), ("'", "'")):
            yield f"{before}{word}{after}"
