"""Blocks of Terraform and releases of Helm that are written down and not created."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.chart_guards import is_guarded
from agentaudit.source import Repo

_COUNT = regex(
    r"^\s*+(?:count|for_each)\s*+=\s*+(?:(0)\s*+$|\(?\s*+var\.(\w{1,100})\s*+(?:==\s*+true\s*+)?"
    r"\)?\s*+\?)"
)
_HEAD = regex(r"^\s*(?:resource|module)\s+\"")
_SUSPENDED = regex(r"^\s*suspend:\s*true\b")
_PART_OFF = regex(
    r"(?im)^[ \t]*kube-?state-?metrics:[ \t]*\n(?:[ \t]*#[^\n]*\n){0,9}[ \t]+enabled:[ \t]*false\b"
)


def is_switched_off(repo: Repo, place: Place) -> bool:
    """Whether the block of Terraform or the manifest that a line stands in is never created: by a
    count of nought, a variable that is false by default and set nowhere, a suspended release, or a
    value of its chart."""
    rows = (repo.read(place) or "").split("\n")
    at = (place.line or 1) - 1
    if not place.path.endswith((".tf", ".yaml", ".yml")) or at >= len(rows):
        return False
    if not place.path.endswith(".tf"):
        return any(map(_SUSPENDED.match, _document(rows, at))) or is_guarded(repo, place)
    head = next((n for n in range(at, max(-1, at - 60), -1) if _HEAD.match(rows[n])), at)
    end = next((n for n in range(head + 1, len(rows)) if rows[n].startswith("}")), len(rows))
    counted = next(filter(None, map(_COUNT.match, rows[head : min(end, head + 60)])), None)
    return counted is not None and (bool(counted[1]) or _is_unset(repo, place, counted[2]))


def _document(rows: list[str], at: int) -> list[str]:
    first = next((n for n in range(at, -1, -1) if rows[n].startswith("---")), 0)
    last = next((n for n in range(at + 1, len(rows)) if rows[n].startswith("---")), len(rows))
    return rows[first:last]


def _is_unset(repo: Repo, place: Place, name: str) -> bool:
    """Whether a variable is false unless somebody sets it, and no file does."""
    home = place.path.rpartition("/")[0]
    off = re.compile(rf'variable\s+"{name}"\s*\{{[^}}]{{0,600}}?\bdefault\s*=\s*false\b')
    on = re.compile(rf"(?m)^\s*{name}\s*=\s*(?!false\b)\S")
    beside = [repo.read(file) or "" for file in repo.files(f"{home}/*.tf".lstrip("/"))]
    if not any(off.search(text) for text in beside):
        return False
    given = (file for end in ("tf", "tfvars") for file in repo.files(f"**/*.{end}"))
    return not any(on.search(repo.read(file) or "") for file in given)


def is_without_metrics(repo: Repo, line: str) -> bool:
    """Whether a line installs the Prometheus stack, and values switch off the part of it that keeps
    the state of instances."""
    if "kube-prometheus-stack" not in line:
        return False
    files = (file for end in ("yaml", "yml") for file in repo.files(f"**/*.{end}"))
    return any(_PART_OFF.search((repo.read(file) or "")[:200_000]) for file in files)
