"""Settings of the ERP gateway; `.env.example` explains each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Everything the ERP gateway can be told from outside."""

    listen_address: str = "127.0.0.1"
    erp_port: str = "18103"
    erp_database: str = "var/erp.sqlite"
