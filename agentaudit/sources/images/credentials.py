"""Names and passwords for registries, from files that `docker login` and its like write."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentaudit.sources.images.files import regular

_MOST = 1 << 20
_HUB = "https://index.docker.io/v1/"


def credentials(host: str) -> str:
    """`name:password` for a registry host; empty where no file has any.

    Programs that such a file names to ask for passwords are never started.
    """
    keys = (_HUB, "docker.io") if host == "registry-1.docker.io" else ()
    for held in _logins():
        for key in (host, f"https://{host}", f"https://{host}/v1/", f"https://{host}/v2/", *keys):
            if found := _login(held.get(key)):
                return found
    return ""


def _logins() -> Iterator[dict[str, Any]]:
    """`auths` of each file, in the order in which skopeo and docker look."""
    import orjson

    for path in _places():
        try:
            with regular(path) as file:
                found = orjson.loads(file.read(_MOST))
        except (OSError, ValueError):
            continue
        auths = found.get("auths") if isinstance(found, dict) else None
        if isinstance(auths, dict):
            yield auths


def _places() -> Iterator[Path]:
    if given := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(given)
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers" / "auth.json"
    yield Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"


def _login(entry: object) -> str:
    if not isinstance(entry, dict):
        return ""
    name, password = entry.get("username"), entry.get("password")
    if isinstance(name, str) and isinstance(password, str):
        return f"{name}:{password}"
    try:
        found = base64.b64decode(str(entry.get("auth") or "")).decode()
    except ValueError:
        return ""
    return found if ":" in found else ""
