"""Components whose code is read, from files given as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

Understand = Callable[..., Component]
MANIFESTS = ("pyproject.toml", "package.json", "go.mod", "pom.xml", "app.csproj")


@pytest.fixture
def understand() -> Understand:
    """The root component of the given files; names of files may hold `__` for `/`."""

    def made(files: Mapping[str, str | bytes] | None = None, **more: str) -> Component:
        given: dict[str, str | bytes] = dict(files or {})
        if not any(name in given for name in MANIFESTS):
            given["pyproject.toml"] = '[project]\nname = "app"\ndependencies = ["openai"]\n'
        given |= {
            name.replace("__", "/").replace("_py", ".py"): text for name, text in more.items()
        }
        return next(iter(MemoryRepo(given).components()))

    return made
