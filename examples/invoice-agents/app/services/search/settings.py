"""Settings of the search service; `.env.example` explains each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Everything the search service can be told from outside."""

    listen_address: str = "127.0.0.1"
    search_port: str = "18102"
    llm_base_url: str = "http://127.0.0.1:18100/v1"
    embedding_model: str = "feature-hashing-64-v1"
    index_snapshot: str = "procedures-f88ad8a1e661"
