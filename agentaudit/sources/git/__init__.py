"""Git repositories as evidence: what they hold now, what they held, and what is built from them."""

from __future__ import annotations

from agentaudit.sources.git.code.cache import user_folder
from agentaudit.sources.git.memory import MemoryCommit, MemoryRepo
from agentaudit.sources.git.opening import GitRepos, open_repos

__all__ = ["GitRepos", "MemoryCommit", "MemoryRepo", "open_repos", "user_folder"]
