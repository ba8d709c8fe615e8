"""Settings of the intake service; `.env.example` explains each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Everything the intake service can be told from outside."""

    listen_address: str = "127.0.0.1"
    intake_port: str = "18101"
    search_url: str = "http://127.0.0.1:18102"
    erp_url: str = "http://127.0.0.1:18103"
    llm_base_url: str = "http://127.0.0.1:18100/v1"
    llm_model: str = "scripted-reader-2026-10-01"
    llm_base_model: str = "scripted-reader-2026-10-01"
    llm_registry_uri: str = "models:/scripted-reader/3"
    ledger: str = "var/ledger.sqlite"
