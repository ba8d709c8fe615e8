"""Settings come from the environment; a service's effective settings have one digest."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

ROOT = Path(__file__).resolve().parents[2]


def from_environment(kind: type[T]) -> T:
    """Read a settings dataclass: field `erp_url` is the variable `ERP_URL`."""
    given = {f.name: os.environ.get(f.name.upper()) for f in fields(kind)}
    return kind(**{name: value for name, value in given.items() if value is not None})


def digest(settings: DataclassInstance) -> str:
    """The digest under which the effective settings are recorded."""
    text = json.dumps(asdict(settings), sort_keys=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
