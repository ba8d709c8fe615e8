"""The laws through whole audits: evidence is taken out of the files, and everything runs anew."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from agentaudit.score.scorecard import Scorecard
from tests import dialects
from tests.laws.hiding import ALL_FACTS, APART, VOCABULARY
from tests.laws.stories import documents
from tests.laws.systems import PRACTICES
from tests.scanning import repository, scan, write

FACTS = random.Random(5).sample([fact for fact in ALL_FACTS if fact not in APART], 6)


Evidence = tuple[Path, list[dict[str, Any]], Scorecard]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A repository, every story as OTLP, and what their audit says."""
    root = tmp_path_factory.mktemp("audited") / "system"
    files = {name: text for name, text in PRACTICES.items() if name != "agentaudit.yaml"}
    commit = repository(root, {**dialects.REPOSITORY, **files})
    found = [document for _, document in documents(commit)]
    return root, found, _audited(root, found)


def _without(value: Any, names: dict[str, bool]) -> Any:
    """OTLP without the attributes called so; True stands for a prefix."""
    if isinstance(value, dict):
        return {key: _without(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(i, names) for i in value if not (isinstance(i, dict) and _named(i, names))]
    return value


def _named(item: dict[str, Any], names: dict[str, bool]) -> bool:
    key = item.get("key", "")
    return key in names or any(prefix and key.startswith(n) for n, prefix in names.items())


def _audited(root: Path, found: list[dict[str, Any]], **given: Any) -> Scorecard:
    write(root / "traces" / "all.jsonl", found)
    return scan(root, **given)


def _raised(before: Scorecard, after: Scorecard) -> dict[str, tuple[float, float]]:
    """Figures of the scorecard that are higher afterwards."""
    pairs = {
        "score": (before.score.low, after.score.low),
        "level": (before.level, after.level),
        "full": (before.reconstructable.full, after.reconstructable.full),
        "share": (before.reconstructable.low or 0, after.reconstructable.low or 0),
    }
    for old, new in zip(before.dimensions, after.dimensions, strict=True):
        if old.level is not None:
            pairs[old.id] = (old.level, new.level or 0)
    return {name: pair for name, pair in pairs.items() if pair[1] > pair[0]}


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_taken_out_of_the_files(fact: str, evidence: Evidence) -> None:
    root, found, before = evidence
    less = _without(found, {name.text: name.prefix for name in VOCABULARY[fact].names})
    assert json.dumps(less) != json.dumps(found)
    after = _audited(root, less)
    assert _raised(before, after) == {}
    assert after.reconstructable.total == before.reconstructable.total


@pytest.mark.parametrize("given", [{"repo": False}, {"traces": False}, {}])
def test_a_kind_of_source_is_taken_away(given: dict[str, bool], evidence: Evidence) -> None:
    root, found, before = evidence
    less = found if given else [d for d in found if "resourceLogs" not in d]
    after = _audited(root, less, **given)
    assert _raised(before, after) == {}
    assert after.score.low < before.score.low
