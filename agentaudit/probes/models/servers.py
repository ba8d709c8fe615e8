"""Models that a deployment has a server load from the Hugging Face Hub: vLLM, SGLang and the
servers of Hugging Face, started by Compose, Kubernetes, Helm values or a build file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.models.downloads import Download
from agentaudit.source import Component, Repo

_SERVERS = regex(
    r"(?i)(?:^|/)(?:vllm-openai|vllm-cpu[\w-]*|vllm|sglang|text-generation-inference"
    r"|text-embeddings-inference|infinity)(?=[:@]|$)|text-(?:generation|embeddings)-inference"
)
_STARTS = regex(
    r"\bvllm[\s\"',\[\]-]{1,20}serve\b|\bvllm\.entrypoints\.[\w.]{1,60}|\bsglang\.launch_server\b"
    r"|\btext-generation-launcher\b"
)
_MARKS = regex(r"[\"',\[\]\\]|^[ \t]*-[ \t]+(?=[^\s-]|--?\w)|\n", re.M)
_MODEL = regex(
    r"(?<![\w-])--(?:model|model-id|model-path|model_id|model_path)[= ]{1,30}(\S{1,200})"
    r"|\bvllm\s{1,30}serve\s{1,30}(?!-)(\S{1,200})|\b(?:HF_)?MODEL_ID[=:]\s{0,30}(\S{1,200})"
)
_REVISION = regex(r"(?<![\w-])--revision[= ]{1,30}(\S{1,100})|\bREVISION[=:]\s{0,30}(\S{1,100})")
_HUB = regex(r"[A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96}")
_DEFAULT = regex(r"\$\{\w{1,80}:?-([^{}]{0,200})\}")
_MOST = 200
"""Lines of one service that are looked at."""


def served(repo: Repo, component: Component) -> Iterator[Download]:
    """What each server that the component is deployed with loads from the Hub by its name."""
    seen = set[tuple[str, int]]()
    rows_of: dict[tuple[str, str], list[str]] = {}
    for image in component.images:
        at = image.place
        if (at.repo, at.path) not in rows_of:
            rows_of[at.repo, at.path] = _plain(repo.read(replace(at, line=None, text="")) or "")
        block = _block(rows_of[at.repo, at.path], at.line or 0)
        key = (at.path, at.line or 0)
        if key in seen or not (_SERVERS.search(image.reference) or _STARTS.search(block)):
            continue
        seen.add(key)
        yield from _loaded(block, at)
    for file in component.build_files:
        text = (repo.read(replace(file.place, line=None, text="")) or "")[:200_000]
        rows = text.replace("\\\n", " \r").split("\n")
        number = 1
        for row in rows:
            if _STARTS.search(row[:4000]) and re.match(r"(?i)\s*(?:CMD|ENTRYPOINT)\b", row):
                yield from _loaded(row[:4000].replace("\r", " "), replace(file.place, line=number))
            number += 1 + row.count("\r")


def _plain(text: str) -> list[str]:
    """The lines of a file without remarks."""
    return [re.sub(r"(?:^|\s)#.*$", "", row[:2000]) for row in text.split("\n")]


def _block(rows: list[str], line: int) -> str:
    """What is said beside that line in the same mapping of a YAML file."""
    at = line - 1
    if not 0 <= at < len(rows):
        return ""
    depth = _depth(rows[at])
    first = last = at
    while first and at - first < _MOST and not _begins(rows[first], depth):
        if rows[first - 1].strip() and _depth(rows[first - 1]) < depth:
            break
        first -= 1
    while last + 1 < len(rows) and last - at < _MOST:
        row = rows[last + 1]
        if row.strip() and (_depth(row) < depth or _begins(row, depth)):
            break
        last += 1
    return "\n".join(rows[first : last + 1])


def _depth(row: str) -> int:
    """Where the key of a row stands, in a list too."""
    return len(row) - len(re.sub(r"^[ ]*(?:-[ ]+)?", "", row))


def _begins(row: str, depth: int) -> bool:
    """Whether an item of a list begins there with a key of that depth."""
    return bool(re.match(r"[ ]*-[ ]+[\w\"']", row)) and _depth(row) == depth


def _loaded(block: str, place: Place) -> Iterator[Download]:
    words = " ".join(_MARKS.sub(" ", _DEFAULT.sub(r"\1", block)).split())
    words = re.sub(r"\bname: (\w{1,60}) value: ", r"\1=", words)
    found = _MODEL.search(words)
    name = next(filter(None, found.groups()), "") if found else ""
    if _HUB.fullmatch(name):
        told = _REVISION.search(words)
        revision = next(filter(None, told.groups()), "") if told else ""
        yield Download(name, revision, replace(place, text=found[0][:200] if found else ""))
