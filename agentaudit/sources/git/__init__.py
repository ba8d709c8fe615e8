"""Git repositories as evidence: what they hold now, what they held, and what is built from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentaudit.sources.git.code.cache import user_folder
from agentaudit.sources.git.opening import GitRepos, open_repos

if TYPE_CHECKING:
    from agentaudit.sources.git.memory import MemoryCommit, MemoryRepo

__all__ = ["GitRepos", "MemoryCommit", "MemoryRepo", "open_repos", "user_folder"]


def __getattr__(name: str) -> Any:
    """Repositories in memory are for tests: no scan waits for them."""
    if name not in ("MemoryCommit", "MemoryRepo"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from agentaudit.sources.git import memory

    return getattr(memory, name)
