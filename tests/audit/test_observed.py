"""Whether a dimension applies at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agentaudit import testing
from agentaudit.audit.observed import Observed
from agentaudit.score.layout import Applies

SEARCHES = "import chromadb\nstore = chromadb.PersistentClient().get_collection('kb')\n"


@pytest.mark.parametrize(
    ("manifest", "code", "applies"),
    [
        ("chromadb==1.0.15\n", "x = 1\n", Applies.YES),
        ("openai==1.93.0\n", SEARCHES, Applies.YES),
        ("openai==1.93.0\n", "x = 1\n", Applies.UNKNOWN),
    ],
)
def test_retrieval_is_shown_by_manifests_or_by_code(
    manifest: str, code: str, applies: Applies
) -> None:
    component = testing.component({"files": {"requirements.txt": manifest, "app.py": code}})
    survey: Any = SimpleNamespace(responses=0)
    sources: Any = SimpleNamespace(registry=None)
    found = Observed(survey).applicability(sources, (component,))
    assert found["rag"].applies is applies
